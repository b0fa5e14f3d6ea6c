"""The knobs of Backtrader's simulated broker, for users who know them by these names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.common.simulated import SimulatedVenue, Slippage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.common.broker.listing import Listing


class SimulationError(Exception):
    """A knob of the simulation was turned while orders go to a real exchange."""


class SimulationSettings:
    """Backtrader's `set_…` methods, handed on to the simulated venue."""

    venue: Any
    idle: bool
    startingcash: float
    fundmode_on: bool = False

    @property
    def simulated(self) -> SimulatedVenue:
        """The simulated venue.

        Raises:
            SimulationError: orders go to a real exchange.
        """
        if not isinstance(self.venue, SimulatedVenue):
            msg = f"{type(self.venue).__name__} is a real venue: it has no simulation to set"
            raise SimulationError(msg)
        return self.venue

    def set_cash(self, cash: float) -> None:
        """Start from `cash`, in the account's currency."""
        self.startingcash = self.simulated.account.cash = float(cash)

    setcash = set_cash

    def add_cash(self, cash: float) -> None:
        """Add money, or take it when negative; it arrives with the next bar."""
        self.simulated.account.deposit(cash)
        self.idle = False

    def set_slippage_perc(
        self,
        perc: float,
        slip_open: bool = True,
        slip_limit: bool = True,
        slip_match: bool = True,
        slip_out: bool = False,
    ) -> None:
        """Slip prices by a fraction of the price."""
        self.simulated.slippage = Slippage(perc, 0.0, slip_open, slip_match, slip_limit, slip_out)

    def set_slippage_fixed(
        self,
        fixed: float,
        slip_open: bool = True,
        slip_limit: bool = True,
        slip_match: bool = True,
        slip_out: bool = False,
    ) -> None:
        """Slip prices by an amount."""
        self.simulated.slippage = Slippage(0.0, fixed, slip_open, slip_match, slip_limit, slip_out)

    def set_coc(self, coc: bool) -> None:
        """Cheat on close: fill market orders at the close of the bar they were decided on."""
        self.simulated.settings.cheat_on_close = coc

    def set_coo(self, coo: bool) -> None:
        """Cheat on open: fill market orders at the open before which they were decided."""
        self.simulated.settings.cheat_on_open = coo

    def set_checksubmit(self, checksubmit: bool) -> None:
        """Refuse on submission what the cash at hand cannot pay."""
        self.simulated.settings.check_submit = checksubmit

    def set_shortcash(self, shortcash: bool) -> None:
        """Let short sales bring in cash."""
        self.simulated.account.short_cash = shortcash

    def set_int2pnl(self, int2pnl: bool) -> None:
        """Charge interest paid to the execution that closes the position."""
        self.simulated.account.interest_to_pnl = int2pnl

    def set_eosbar(self, eosbar: bool) -> None:
        """Accept the setting and do nothing, exactly as Backtrader's broker does."""

    seteosbar = set_eosbar

    def set_filler(self, filler: Callable[[Any, float, int], float] | None) -> None:
        """Let a Backtrader filler say how much of an order each bar executes."""
        self.simulated.filler = None if filler is None else self._as_order_filler(filler)

    def _as_order_filler(
        self, filler: Callable[[Any, float, int], float]
    ) -> Callable[[str, float, int], float]:
        return lambda key, price, ago: filler(self._order_at(key), price, ago)

    def _order_at(self, key: str) -> Any:
        """Return the order the venue calls `key`."""
        raise NotImplementedError

    # -- fund ---------------------------------------------------------------------------------

    def set_fundmode(self, fundmode: bool, fundstartval: float | None = None) -> None:
        """Let analyzers measure by fund shares, so that deposits do not count as profit."""
        self.fundmode_on = fundmode
        if fundstartval is not None:
            self.set_fundstartval(fundstartval)

    def get_fundmode(self) -> bool:
        """Tell whether analyzers measure by fund shares."""
        return self.fundmode_on

    fundmode = property(get_fundmode, set_fundmode)

    def set_fundstartval(self, fundstartval: float) -> None:
        """Set the worth of one fund share at the start."""
        self.simulated.account.fund_start = fundstartval

    def get_fundshares(self) -> float:
        """Return the number of fund shares."""
        return self.simulated.account.fund_shares if self._is_simulated() else 1.0

    fundshares = property(get_fundshares)

    def get_fundvalue(self) -> float:
        """Return the worth of one fund share; of the whole account on a real exchange."""
        return float(self.get_value()) / float(self.get_fundshares())

    fundvalue = property(get_fundvalue)

    def _is_simulated(self) -> bool:
        return isinstance(self.venue, SimulatedVenue)

    # -- value --------------------------------------------------------------------------------

    def get_leverage(self) -> float:
        """Return the value of open positions over the part of it that is ours."""
        worth = self.simulated.account.worth()
        return worth.market / (worth.own or 1.0)

    def get_value_lever(self, datas: Sequence[Any] | None = None, mkt: bool = False) -> float:
        """Return the value, as Backtrader's broker answers under this name."""
        return self.get_value(datas=datas, mkt=mkt)

    def get_value(
        self, datas: Sequence[Any] | None = None, mkt: bool = False, lever: bool = False
    ) -> float:
        """Return what the account, or the positions on `datas`, are worth."""
        raise NotImplementedError

    def _worth(self, listings: Sequence[Listing], *, lever: bool) -> float:
        """Value some feeds as Backtrader does: one alone by its position, several with the cash."""
        if not self._is_simulated():
            return float(sum(listing.position.size * listing.tape.close() for listing in listings))
        account = self.simulated.account
        account.let_in()
        markets = [self.simulated.market(listing.feed) for listing in listings]
        valued = [market for market in markets if market.values]
        if len(markets) > 1:
            worth = account.worth(valued)
            return account.cash + (worth.market if lever else worth.own)
        value, profit = account.value(valued[0]) if valued else (0.0, 0.0)
        if lever and value > 0:
            return (value - profit) / markets[0].charges.get_leverage() + profit
        return value
