"""The board in Prometheus's text format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from prometheus_client.core import Metric

    from realtrade.monitor.board import Board
    from realtrade.monitor.health import Health

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_MONEY = {
    "equity": "Balance plus unrealised profit and loss.",
    "cash": "Money not tied up in positions or margin.",
    "peak_equity": "Highest equity seen since the start.",
    "start_equity": "Equity at the start.",
}
_PHASES = (
    *("building", "warmup", "reconciling", "trading", "paused", "halted"),
    *("draining", "stopped", "failed"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One more number for Prometheus."""

    name: str
    """Without the leading `realtrade_`; a counter's without `_total`."""
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["gauge", "counter"] = "gauge"


class Metrics:
    """Reads board and health whenever it is scraped; keeps nothing itself."""

    def __init__(
        self,
        board: Board,
        health: Callable[[], Health],
        more: Callable[[], Iterable[Sample]] = tuple,
    ) -> None:
        """Take what is to be told.

        Args:
            board: the newest picture.
            health: looks at the conditions.
            more: numbers of other parts; those of one name come one after another.
        """
        self._board, self._health, self._more = board, health, more
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return everything as Prometheus reads it."""
        return generate_latest(self._registry)

    def describe(self) -> list[Metric]:
        """Return nothing: what there is shows when it is collected."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield every family: what Prometheus's client calls."""
        status = self._board.status()
        yield _info(status)
        yield _phase(status)
        yield from _account(status)
        yield from _positions(status)
        events = CounterMetricFamily(
            "realtrade_events", "What has happened, by type.", labels=["type"]
        )
        for kind, count in self._board.counts().items():
            events.add_metric([kind], count)
        yield events
        yield from _health(self._health())
        yield from _families(self._more())


def _info(status: Mapping[str, Any]) -> Metric:
    names = ["name", "mode", "currency"]
    family = GaugeMetricFamily("realtrade_info", "The bot.", labels=names)
    family.add_metric([str(status.get(name, "")) for name in names], 1)
    return family


def _phase(status: Mapping[str, Any]) -> Metric:
    family = GaugeMetricFamily("realtrade_phase", "1 for what the bot is doing.", labels=["phase"])
    for phase in _PHASES:
        family.add_metric([phase], float(phase == status.get("phase")))
    return family


def _account(status: Mapping[str, Any]) -> Iterator[Metric]:
    for key, told in _MONEY.items():
        if key in status:
            yield GaugeMetricFamily(f"realtrade_{key}", told, value=float(status[key]))
    if "equity" not in status:
        return
    gauges = {
        "drawdown_ratio": ("Fall from the peak equity, a fraction.", status["drawdown"]),
        "open_orders": ("Orders at work.", len(status["orders"])),
        "halts": ("Halts in force.", len(status["halts"])),
        "last_bar_timestamp_seconds": (
            "When the newest bar was known.",
            (status["bar_ms"] or 0) / 1000,
        ),
    }
    for name, (told, value) in gauges.items():
        yield GaugeMetricFamily(f"realtrade_{name}", told, value=float(value))
    fees = "Fees of all fills, in the account's currency."
    yield CounterMetricFamily("realtrade_fees_paid", fees, value=float(status["fees"]))
    yield from _slippage(status.get("slippage"))
    closed = "Closed round trips."
    yield CounterMetricFamily("realtrade_trades_closed", closed, value=float(status["trades"]))


def _slippage(found: Mapping[str, str] | None) -> Iterator[Metric]:
    told = "How much worse than its signal's price an execution was; positive is worse."
    family = GaugeMetricFamily("realtrade_slippage_bps", told, labels=["of"])
    for name, value in (found or {}).items():
        family.add_metric([name], float(value))
    yield family


def _positions(status: Mapping[str, Any]) -> Iterator[Metric]:
    held = GaugeMetricFamily("realtrade_position_quantity", "Signed.", labels=["symbol"])
    pnl = GaugeMetricFamily(
        "realtrade_position_pnl", "Unrealised profit and loss.", labels=["symbol"]
    )
    for position in status.get("positions", ()):
        held.add_metric([position["symbol"]], float(position["quantity"]))
        pnl.add_metric([position["symbol"]], float(position["pnl"]))
    yield held
    yield pnl


def _health(health: Health) -> Iterator[Metric]:
    status = GaugeMetricFamily(
        "realtrade_healthy", "1 unless degraded or unknown, by condition.", labels=["condition"]
    )
    values = GaugeMetricFamily(
        "realtrade_condition_value", "What a condition was measured at.", labels=["condition"]
    )
    for one in health.conditions:
        status.add_metric([one.type], float(one.status not in {"degraded", "unknown"}))
        if one.value is not None:
            values.add_metric([one.type], one.value)
    yield status
    yield values


def _families(samples: Iterable[Sample]) -> Iterator[Metric]:
    families: dict[str, Metric] = {}
    for one in samples:
        family = families.get(one.name)
        if family is None:
            cls = CounterMetricFamily if one.kind == "counter" else GaugeMetricFamily
            family = families[one.name] = cls(
                f"realtrade_{one.name}", one.help, labels=list(one.labels)
            )
        add: Any = family
        add.add_metric(list(one.labels.values()), one.value)
    yield from families.values()
