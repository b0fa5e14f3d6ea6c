from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from realtrade.testing import SimExchange
from tests.cli.conftest import RECIPE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


LIVE = """
realtrade: v1
name: live
mode: live
exchange:
  type: binance
  api_key: {env: RT_TEST_KEY}
  secret: {env: RT_TEST_SECRET}
  endpoints: ENDPOINT
feeds: {btc: {symbol: BTC/USDT, timeframe: 1m}}
strategy: {type: ma_cross, params: {fast: 2, slow: 3}}
"""


class TestExchange:
    @pytest.fixture
    def venue(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimExchange]:
        monkeypatch.setenv("RT_TEST_KEY", "sesame-open-12345")
        monkeypatch.setenv("RT_TEST_SECRET", "sesame-close-54321")
        with SimExchange() as running:
            running.add_account("sesame-open-12345", "sesame-close-54321", {"USDT": "100"})
            yield running

    def test_is_asked_about_everything_a_live_recipe_needs(
        self, realtrade: Command, write_recipe: WriteRecipe, venue: SimExchange
    ) -> None:
        result = realtrade("doctor", write_recipe(text=LIVE.replace("ENDPOINT", venue.url)))

        assert result.exit_code == 0, result.output
        found = checked(result.stdout)
        assert found["connection"] == ("ok", "2 symbols listed")
        assert found["key permissions"] == ("ok", "may read and trade")
        assert found["balance"][1] == "100.00000000 USDT free, 0.00000000 locked"
        assert "sesame" not in result.output
        assert {request.method for request in venue.requests} == {"GET"}

    def test_a_key_the_exchange_does_not_know_would_stop_the_run(
        self,
        realtrade: Command,
        write_recipe: WriteRecipe,
        venue: SimExchange,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("RT_TEST_KEY", "sesame-stranger-99")

        result = realtrade("doctor", write_recipe(text=LIVE.replace("ENDPOINT", venue.url)))

        assert result.exit_code == 78
        status, found = checked(result.stdout)["key"]
        assert (status, "check the key and its secret" in found) == ("fail", True)
        assert "sesame" not in result.output

    def test_a_secret_that_is_missing_is_told(
        self,
        realtrade: Command,
        write_recipe: WriteRecipe,
        venue: SimExchange,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.delenv("RT_TEST_SECRET")

        result = realtrade("doctor", write_recipe(text=LIVE.replace("ENDPOINT", venue.url)))

        assert result.exit_code == 78
        assert checked(result.stdout)["exchange"][0] == "fail"

    def test_is_left_alone_offline(
        self, realtrade: Command, write_recipe: WriteRecipe, venue: SimExchange
    ) -> None:
        path = write_recipe(text=LIVE.replace("ENDPOINT", venue.url))

        result = realtrade("doctor", "--offline", path)

        assert result.exit_code == 0
        assert len(venue.requests) == 0
