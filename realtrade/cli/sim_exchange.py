"""`realtrade sim-exchange`: an exchange on this machine to try things against."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from realtrade.cli.exits import ExitCode, Failure
from realtrade.cli.options import above_zero

if TYPE_CHECKING:
    from decimal import Decimal

    from realtrade.model.bar import BarColumns
    from realtrade.testing import SimExchange

_KEY, _SECRET = "sim-key", "sim-secret"
_HISTORY = 1000
_MINUTE_MS = 60_000
_AHEAD_MS = 3_600_000
"""For so long a faster market stays in the past: bars that closed look closed by the clock too."""


@click.command("sim-exchange")
@click.option("--port", default=8900, show_default=True, help="Port on 127.0.0.1; 0 for any.")
@click.option(
    "--symbols",
    metavar="A,B",
    help="Markets such as BTC/USDT (spot) or BTC/USDT:USDT (perpetual); several by comma.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Bars to play, a CSV or Parquet file; without it prices wander at random.",
)
@click.option("--timeframe", default="1m", show_default=True, help="Of the bars in --data.")
@click.option("--seed", default=1, show_default=True, help="Of random prices.")
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Seconds of market time in one.",
)
@click.option(
    "--cash",
    default="100000",
    show_default=True,
    callback=lambda ctx, param, text: above_zero(text, param),
    help="USDT in each wallet.",
)
def sim_exchange(
    *,
    port: int,
    symbols: str | None,
    data: Path | None,
    timeframe: str,
    seed: int,
    speed: float,
    cash: Decimal,
) -> int:
    """Run a simulated exchange that speaks Binance's wire protocol, until stopped.

    Nothing here is real: no money, no network beyond this machine. Point a recipe at the
    address with `exchange: {type: binance, endpoints: http://127.0.0.1:8900}`.
    """
    from realtrade.cli.signals import stopping

    exchange = _made(port, symbols, seed=seed, speed=speed)
    columns = None if data is None else _columns(data, timeframe)
    if columns is None:
        exchange.make_up_history(_HISTORY, seed=seed)
    stop = threading.Event()
    try:
        exchange.start()
    except OSError as error:
        msg = f"cannot listen on port {port}: {error.strerror}"
        hint = "choose another with --port, or --port 0 for any that is free"
        raise Failure(msg, ExitCode.UNREACHABLE, hint=hint) from error
    try:
        exchange.add_account(_KEY, _SECRET, {"USDT": str(cash)}, futures={"USDT": str(cash)})
        _say(exchange)
        with stopping(stop.set):
            _run(exchange, columns, timeframe, speed=speed, stop=stop)
    finally:
        exchange.close()
    return ExitCode.OK


def _made(port: int, symbols: str | None, *, seed: int, speed: float) -> SimExchange:
    from realtrade.testing import SimExchange
    from realtrade.testing.exchange.market import DEFAULT_MARKETS, SimMarket
    from realtrade.utils.clock import SystemClock

    known = {market.symbol: market for market in DEFAULT_MARKETS}
    names = [name.strip() for name in symbols.split(",")] if symbols else list(known)
    bad = [name for name in names if "/" not in name]
    if bad:
        msg = f"'{bad[0]}' is no symbol; write it as BTC/USDT or BTC/USDT:USDT"
        raise Failure(msg, ExitCode.USAGE)
    markets = [known.get(name, SimMarket(symbol=name)) for name in names]
    back_ms = _HISTORY * _MINUTE_MS + int(max(speed - 1, 0) * _AHEAD_MS)
    start_ms = (SystemClock().now_ms() - back_ms) // _MINUTE_MS * _MINUTE_MS
    return SimExchange(markets, seed=seed, port=port, start_ms=start_ms)


def _columns(data: Path, timeframe: str) -> BarColumns:
    from pydantic import ValidationError

    from realtrade.feeds import FileFeed, FileFeedConfig

    given = {"type": "file", "path": data.name, "symbol": "BTC/USDT", "timeframe": timeframe}
    try:
        config = FileFeedConfig.model_validate(given)
    except ValidationError as error:
        raise click.BadParameter(error.errors()[0]["msg"], param_hint="--timeframe") from None
    return FileFeed(config, folder=data.parent).history()


def _say(exchange: SimExchange) -> None:
    markets = ", ".join(exchange.core.desks)
    click.echo(f"exchange: {exchange.url} (WebSocket {exchange.ws_url})")
    click.echo(f"markets:  {markets}")
    click.echo(f"api key:  {_KEY}")
    click.echo(f"secret:   {_SECRET}")
    click.echo(f"levers:   {exchange.url}/control/ (truth, faults, move, order, ...)")


def _run(
    exchange: SimExchange,
    columns: BarColumns | None,
    timeframe: str,
    *,
    speed: float,
    stop: threading.Event,
) -> None:
    """Play what there is to play, then wait to be stopped."""
    if columns is None:
        exchange.start_ticking(speed=speed)
    else:
        for index in range(len(columns)):
            if stop.is_set():
                return
            exchange.play(columns.part(index, index + 1), timeframe)
            length_s = (columns.due_ms[index] - columns.time_ms[index]) / 1000
            stop.wait(float(length_s) / speed)
        click.echo(f"played:   {len(columns)} bars; prices rest now")
    stop.wait()
