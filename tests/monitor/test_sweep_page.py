"""A sweep's file and page, made of facts alone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from realtrade.monitor.summary import NOTHING
from realtrade.monitor.sweep_facts import SweepAxis, SweepFacts, SweepFold, SweepTrial
from realtrade.monitor.sweep_figures import maps
from realtrade.monitor.sweep_file import write_sweep_file
from realtrade.monitor.sweep_page import write_sweep_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def axis_of(path: str, *values: str) -> SweepAxis:
    return SweepAxis(path=path, label=path.rpartition(".")[2], values=values, ordered=True)


def trial_of(number: int, value: float | None, *choices: int, **words: Any) -> SweepTrial:
    given: dict[str, Any] = {
        "state": "done" if value is not None else "failed",
        "values": tuple(str(one) for one in choices),
        "measures": {"train 0": {"sharpe": value, "trades": 4}} if value is not None else {},
        **words,
    }
    return SweepTrial(number=number, choices=choices, objectives=(value,), **given)


def facts_of(*trials: SweepTrial, axes: int = 2, **words: Any) -> SweepFacts:
    named = [axis_of("s.fast", "5", "10"), axis_of("s.slow", "20", "40", "60"), axis_of("k", "a%")]
    given: dict[str, Any] = {"objectives": (("sharpe", False),), "split": "", **words}
    return SweepFacts(
        name="bot <b>", recipe_hash="abc", axes=tuple(named[:axes]), sampler="grid",
        trials=trials, wanted=6, **given,
    )  # fmt: skip


@pytest.fixture
def facts() -> SweepFacts:
    return facts_of(
        trial_of(4, 2.5, 1, 1, stability=0.5, deflated_sharpe=0.97, tested=(1.25,)),
        trial_of(0, 1.5, 0, 0, stability=None),
        trial_of(2, None, 0, 2, message="<script>alert(1)</script>"),
        split="holdout:30%",
        luck=0.4,
        folds=(
            SweepFold(
                train=("2024-01-01T00:00:00Z", "2024-01-20T00:00:00Z"),
                test=("2024-01-20T00:00:00Z", "2024-01-25T00:00:00Z"),
                trial=4, values=("10", "40"), chosen=2.5, judged=1.25, judged_return=None,
                judged_trades=0,
            ),
        ),
    )  # fmt: skip


def test_the_map_has_a_cell_for_every_pair_of_values(facts: SweepFacts) -> None:
    height, steady = maps(facts)

    (trace,) = height["traces"]
    assert (trace["y"], trace["x"]) == (["5", "10"], ["20", "40", "60"])
    assert trace["z"] == [[1.5, None, None], [None, 2.5, None]]
    assert trace["colorscale"][-1] == [1.0, "--accent"]
    assert steady["traces"][0]["z"] == [[None, None, None], [None, 0.5, None]]
    assert "all other parameters" not in height["note"]


def test_a_cell_is_the_best_of_what_else_was_tried() -> None:
    facts = facts_of(
        trial_of(0, 3.0, 0, 1, 0), trial_of(1, 2.0, 0, 1, 1), axes=3,
        objectives=(("max_drawdown", True),),
    )  # fmt: skip

    first = maps(facts)[0]

    assert len(maps(facts)) == 2, "an axis of one value has no map"
    assert first["traces"][0]["z"][0][1] == 3.0
    assert first["traces"][0]["colorscale"][-1] == [1.0, "--loss"], "small is good"
    assert first["note"].startswith("Each cell shows the best of all other parameters.")


def test_one_parameter_is_a_line() -> None:
    line, steady = maps(facts_of(trial_of(0, 1.0, 0), trial_of(1, 4.0, 1), axes=1))

    assert line["traces"][0]["y"] == [1.0, 4.0]
    assert (line["kind"], steady["title"]) == ("line", "Stability over fast")


def test_the_file_has_a_row_for_every_part_of_a_trial(facts: SweepFacts, tmp_path: Path) -> None:
    trials = (
        trial_of(1, 2.0, 1, 0, measures={"train 0": {"sharpe": 2.0}, "test 0": {"sharpe": 1.0}}),
        *facts.trials,
    )

    table = pq.read_table(write_sweep_file(tmp_path, facts_of(*trials)))

    keys = [(row["trial"], row["part"], row["sharpe"]) for row in table.to_pylist()]
    assert keys == [
        (0, "train 0", 1.5),
        (1, "train 0", 2.0),
        (1, "test 0", 1.0),
        (2, "train 0", None),
        (4, "train 0", 2.5),
    ]
    assert table.column("tested_0").to_pylist() == [None, None, None, None, 1.25]
    assert table.column("message").to_pylist()[3] == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("values", "kind"),
    [(("5", "10"), pa.int64()), (("0.5", "1"), pa.float64()), (("5%", "6%"), pa.string())],
)
def test_parameters_are_numbers_where_they_are_plain(
    values: tuple[str, str], kind: Any, tmp_path: Path
) -> None:
    trial = trial_of(0, 1.0, 1, values=(values[1],))
    facts = SweepFacts(
        name="x", recipe_hash="y", axes=(axis_of("p.q", *values),), sampler="grid",
        objectives=(("sharpe", False),), split="", trials=(trial,), wanted=1,
    )  # fmt: skip

    column = pq.read_table(write_sweep_file(tmp_path, facts)).column("p.q")

    assert column.type == kind
    assert str(column.to_pylist()[0]).removesuffix(".0") == values[1]


def test_the_page_shows_all_and_trusts_nothing(facts: SweepFacts, tmp_path: Path) -> None:
    html = write_sweep_page(tmp_path, facts, None).read_text(encoding="utf-8")

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "bot &lt;b&gt;" in html
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    assert ["4", "1", "1", "2.5", "1.25", "97.0%", "50.0%", NOTHING] in cells
    spans = ["2024-01-01 to 2024-01-20", "2024-01-20 to 2024-01-25"]
    assert [*spans, "10", "40", "2.5", "1.25", NOTHING, "0"] in cells
    found = re.search(r'id="payload">(.*?)</script>', html, re.DOTALL)
    assert found
    assert [chart["title"] for chart in json.loads(found[1])["charts"]] == [
        "sharpe over fast and slow",
        "Stability over fast and slow",
    ]


def test_everything_is_drawn_and_nothing_fails(
    browse: Callable[..., str], facts: SweepFacts, run: Any, tmp_path: Path
) -> None:
    page = write_sweep_page(tmp_path, facts, run.tracker.columns())

    dom = browse(page)

    root = re.search(r"<html[^>]*>", dom)
    assert root
    assert 'data-drawn="3"' in root[0]
    assert "data-error" not in root[0]
    assert dom.count('<g class="hm"') == 2
    assert dom.count('<g class="trace scatter') == 1
