"""Binance's broker for Backtrader: simulated fills by default, real orders when told so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.common.base_broker import BaseBroker
from realtrade.common.broker.restart import restore
from realtrade.common.simulated import SimulatedVenue
from realtrade.execution import Naming, Standing, TradingRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from realtrade.binance.store import BinanceStore
    from realtrade.common.live import LiveVenue
    from realtrade.model.events import Event
    from realtrade.plugins.ports.journal import Journal
    from realtrade.plugins.ports.risk import RiskRule, RiskWatch
    from realtrade.plugins.ports.venue import Venue


class BinanceBroker(BaseBroker):
    """A `bt.BrokerBase` for one Binance account, for use without a recipe.

    Example:
        ```python
        store = BinanceStore.get_instance(apikey=key, secret=secret, testnet=True)
        journal = open_journal("sqlite:///bot.db", account="btc", bot="btc", ...)
        cerebro.setbroker(BinanceBroker(store, paper_trading=False, journal=journal))
        ```
    """

    def __init__(
        self,
        store: BinanceStore | None = None,
        *,
        paper_trading: bool = True,
        cash: float = 10_000.0,
        currency: str = "USDT",
        rules: Iterable[RiskRule | RiskWatch] = (),
        journal: Journal | None = None,
        events: Callable[[Event], None] | None = None,
        bot: str = "bot",
        wake: Callable[[], None] | None = None,
    ) -> None:
        """Make a broker; a real account is taken up when Cerebro starts it.

        Args:
            store: connection with the account's key; needed unless `paper_trading`.
            paper_trading: fill from bars, send nothing.
            cash: what paper trading begins with.
            currency: the real account is kept in.
            rules: judge every order, after the rule that wants journal and exchange to agree.
            journal: remembers every order before it is sent; needed unless `paper_trading`.
            events: hears what happens.
            bot: goes into every client order id; two bots on one account need two names.
            wake: called from any thread when the exchange has said something.

        Raises:
            ValueError: real orders are wanted, without a store or without a journal.
            GatewayError: the store has no key.
        """
        from realtrade.risk import RiskManager

        self.live: LiveVenue | None = None
        self.standing = Standing()
        """Whether the account may be traded; paper trading leaves it alone."""
        venue: Venue = SimulatedVenue(cash=cash)
        judges, account = list(rules), "simulated"
        if not paper_trading:
            self._given = _given(store, journal)
            venue = self.live = self._live(currency, bot, wake, events)
            judges, account = [TradingRule(self.standing), *judges], self.live.account
        super().__init__(
            venue,
            gate=RiskManager(judges) if judges else None,
            journal=journal,
            events=events,
            account=account,
            bot=bot,
        )

    def _live(
        self,
        currency: str,
        bot: str,
        wake: Callable[[], None] | None,
        events: Callable[[Event], None] | None,
    ) -> LiveVenue:
        from realtrade.binance.gateway import BinanceGateway
        from realtrade.binance.user_stream import account_stream
        from realtrade.common.live import LiveVenue

        store, journal = self._given
        gateway = BinanceGateway(store, currency=currency)
        return LiveVenue(
            gateway=gateway,
            stream=account_stream(store),
            journal=journal,
            clock=store.connection.clock,
            standing=self.standing,
            naming=Naming(gateway.account, bot),
            symbols=(),
            wake=wake,
            events=events,
        )

    def start(self) -> None:
        """Begin a run; a real account is compared with the journal before anything is traded.

        Raises:
            RecoveryError: the exchange does not tell where the account stands.
            RestartError: something is held, or open, that no feed of this Cerebro carries.
        """
        if self.live is not None:
            self._take_up(self.live, list(self.cerebro.datas))
        super().start()

    def _take_up(self, venue: LiveVenue, datas: list[Any]) -> None:
        from realtrade.common.live import keep_pace

        store, journal = self._given
        store.clock.measure()
        recalled = journal.recall()
        restore(self, recalled, datas)
        symbols = dict.fromkeys(listing.symbol for listing in self.listings)
        venue.trade(tuple(symbols))
        venue.bind(self.exact)
        snapshot = venue.recover(recalled)
        self.settle()
        venue.conclude(snapshot)
        keep_pace(venue, self, datas, store.connection.clock)
        self.end_reruns()
        self.startingcash = float(venue.cash)

    def stop(self) -> None:
        """End a run: cancels under way go out, and what was told until then is booked."""
        if self.live is not None:
            self.live.stop()
            self.settle()
        super().stop()


def _given(store: BinanceStore | None, journal: Journal | None) -> tuple[BinanceStore, Journal]:
    if store is None:
        msg = "real orders need a store with the account's key: BinanceBroker(store, ...)"
        raise ValueError(msg)
    if journal is None:
        msg = "real orders need a journal: journal=realtrade.storage.open_journal(...)"
        raise ValueError(msg)
    return store, journal
