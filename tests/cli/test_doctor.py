from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from tests.cli.conftest import RECIPE

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.conftest import Command, WriteRecipe

EXCHANGE = "exchange: {type: binance, api_key: {env: RT_TEST_KEY}, secret: {file: key.pem}}\n"


def checked(out: str) -> dict[str, tuple[str, str]]:
    rows = (line.split("\t") for line in out.splitlines())
    return {subject: (status, found) for status, subject, found in rows}


def test_a_healthy_machine(realtrade: Command, write_recipe: WriteRecipe, tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("time,open,high,low,close,volume\n")

    result = realtrade("doctor", write_recipe())

    assert result.exit_code == 0, result.output
    found = checked(result.stdout)
    assert found["realtrade"] == ("ok", version("realtrade"))
    assert found["strategy ma_cross"] == ("ok", "of realtrade")
    assert found["feed btc"] == ("ok", f"{tmp_path / 'prices.csv'}, 32 bytes")
    assert found["disk"][0] in {"ok", "warn"}
    assert found["recipe"][1].startswith("small is valid, mode backtest, hash ")


def test_a_missing_file_would_stop_the_run(realtrade: Command, write_recipe: WriteRecipe) -> None:
    result = realtrade("doctor", write_recipe())

    assert result.exit_code == 78
    status, found = checked(result.stdout)["feed btc"]
    assert status == "fail"
    assert found.endswith("prices.csv: No such file or directory")


def test_secrets_are_looked_for_and_never_shown(
    realtrade: Command,
    write_recipe: WriteRecipe,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RT_TEST_KEY", "sesame-open-12345")
    (tmp_path / "prices.csv").write_text("time\n")

    result = realtrade("doctor", write_recipe(text=RECIPE + EXCHANGE))

    found = checked(result.stdout)
    assert found["secret {env: RT_TEST_KEY}"] == ("ok", "is there")
    assert found["secret {file: key.pem}"][0] == "warn"
    assert "sesame" not in result.output


def test_an_invalid_recipe_is_shown_as_validate_does(
    realtrade: Command, write_recipe: WriteRecipe
) -> None:
    result = realtrade("doctor", write_recipe(text=RECIPE + "nonsense: 1\n"))

    assert (result.exit_code, result.stdout) == (78, "")
    assert result.stderr.startswith("error[RT201]: unknown key 'nonsense'")
