"""From a recipe's `monitor` block to the web server of page, health and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.engine.wrong import settings_checked
from realtrade.monitor.http.access import Access
from realtrade.monitor.http.metrics import Metrics, Sample
from realtrade.monitor.http.server import MonitorServer
from realtrade.plugins.errors import SettingWrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from realtrade.engine.parts import Parts
    from realtrade.monitor.board import Board
    from realtrade.monitor.health import Health
    from realtrade.monitor.http.views import Pulse


def make_server(
    parts: Parts, *, board: Board, health: Callable[[], Health], live: Pulse, ready: Pulse
) -> CheckedServer:
    """Return the server of a recipe that asks for one.

    Raises:
        RecipeInvalid: its token is missing, or it would be open to others without one.
    """
    monitor = parts.recipe.monitor
    host, _, port = (monitor.http or "").rpartition(":")
    host = host.strip("[]")
    with settings_checked(parts.recipe, "monitor"):
        access = Access(host=host, names=frozenset(monitor.hosts), token=_token(parts))
        if not access.loopback and not access.token:
            msg = f"the page would be open to everybody who reaches {host}"
            raise SettingWrong(msg, at="http", hint="give it a token: {env: NAME} or {file: PATH}")
    server = MonitorServer(
        host,
        int(port),
        board=board,
        health=health,
        metrics=Metrics(board, health, lambda: samples(parts)),
        operator=parts.controls,
        access=access,
        live=live,
        ready=ready,
    )
    return CheckedServer(parts, server)


class CheckedServer:
    """A server whose address that cannot be had is shown at its line of the recipe."""

    def __init__(self, parts: Parts, server: MonitorServer) -> None:
        self._parts, self._server = parts, server
        self.stop = server.stop

    def start(self) -> None:
        """Listen.

        Raises:
            RecipeInvalid: the address cannot be had.
        """
        with settings_checked(self._parts.recipe, "monitor"):
            try:
                self._server.start()
            except OSError as error:
                msg = f"the page cannot be served here: {error.strerror or error}"
                raise SettingWrong(msg, at="http") from error

    @property
    def address(self) -> str:
        """Where it listens."""
        return self._server.address


def _token(parts: Parts) -> str:
    """Return the recipe's token, else the state folder's own; empty when there is neither."""
    reference = parts.recipe.monitor.token
    if reference is not None and parts.secret is not None:
        return parts.secret(reference).reveal()
    if parts.state is None:
        return ""
    token = parts.state.token()
    parts.redactor.add(token)
    return token


def samples(parts: Parts) -> Iterator[Sample]:
    """Yield what the parts of a bot count for Prometheus."""
    if parts.hub is not None:
        told = "Batches of bars that wait for the strategy."
        yield Sample("bars_waiting", told, float(parts.hub.backlog))
    if parts.notifier is None:
        return
    channels = parts.notifier.channels
    for name, (sent, _, _) in channels.items():
        yield Sample(
            "notifications_sent", "Messages sent.", float(sent), {"channel": name}, "counter"
        )
    for name, (_, waiting, _) in channels.items():
        yield Sample("notifications_waiting", "To be sent.", float(waiting), {"channel": name})
    for name, (_, _, fails) in channels.items():
        yield Sample(
            "notifications_failures", "Failures in a row.", float(fails), {"channel": name}
        )
