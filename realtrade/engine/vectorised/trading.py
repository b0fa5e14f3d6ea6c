"""The loop over the bars on which a rule has something done; all others are passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from realtrade.execution.ledger import Holding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from realtrade.common.simulated import Slippage
    from realtrade.engine.vectorised.account import LeanAccount
    from realtrade.engine.vectorised.orders import OrderDesk
    from realtrade.model.bar import BarColumns
    from realtrade.strategies.rules.decision import Move

    Bits = NDArray[np.bool_]
    Floats = NDArray[np.float64]


class Signals:
    """What the rules want, bar by bar, by what is held: the table of `decide` in columns."""

    def __init__(self, holds: Mapping[str, Bits], count: int) -> None:
        """`holds` says on which bars each rule holds."""
        never = np.zeros(count, np.bool_)
        leave, cover = holds.get("exit", never), holds.get("short_exit", never)
        up = holds.get("entry", never) & ~leave
        down = holds.get("short_entry", never) & ~cover
        # One byte a bar: nothing finds the next 1 faster than a search in bytes.
        self._up, self._down, self._flat = up.tobytes(), down.tobytes(), (up ^ down).tobytes()
        self._long, self._short = leave.tobytes(), cover.tobytes()
        self.long_only = not down.any()
        """Nothing is ever sold short."""

    @property
    def long_sides(self) -> tuple[bytes, bytes]:
        """On which bars something is bought when nothing is held, and sold when it is."""
        return self._flat, self._long

    def next(self, held: float, bar: int) -> int:
        """Return the first bar from `bar` on with something to do; -1 when there is none."""
        if held > 0:
            return self._long.find(1, bar)
        return (self._short if held < 0 else self._flat).find(1, bar)

    def moves(self, held: float, bar: int) -> tuple[Move, ...]:
        """Return the orders of a bar that `next` returned."""
        if held > 0:
            return ("close", "sell") if self._down[bar] else ("close",)
        if held < 0:
            return ("close", "buy") if self._up[bar] else ("close",)
        return ("buy",) if self._up[bar] else ("sell",)


class Trading:
    """Plays the signals of a backtest through an account."""

    def __init__(
        self,
        bars: BarColumns,
        signals: Signals,
        *,
        account: LeanAccount,
        desk: OrderDesk,
        slippage: Slippage,
    ) -> None:
        self._bars = bars
        self._signals = signals
        self._account = account
        self._desk = desk
        self._slippage = slippage
        # Plain tuples of numbers: the garbage collector need not look at them.
        self.steps: list[tuple[int, float, float, float]] = [(0, account.cash_now, 0.0, 0.0)]
        """The account whenever it has changed: bar, cash, signed quantity, entry price."""
        self.executions: list[tuple[int, float, float, float]] = []
        """Bar, signed quantity, price, fee."""

    def run(self) -> None:
        """Trade from the first bar to the last; an order of the last bar is never filled."""
        if self._signals.long_only and self._desk.plain_stake and not self._slippage.fraction:
            if not self._run_paid(self._desk.plain_stake):
                self._run_long_only(self._desk.plain_stake)
            return
        account, signals, desk = self._account, self._signals, self._desk
        held, close, last = account.held, self._bars.close.item, len(self._bars) - 1
        bar = signals.next(held.quantity, 0)
        while 0 <= bar < last:
            account.close = close(bar)
            quantities = desk.quantities(signals.moves(held.quantity, bar))
            bar += 1
            if quantities:
                for quantity in self._affordable(quantities):
                    self._execute(quantity, bar)
                self._note(bar)
            bar = signals.next(held.quantity, bar)

    def _run_paid(self, size: float) -> bool:
        """Do what `_run_long_only` does where the cash pays for every order: then all at once.

        False, having done nothing, where it does not.
        """
        at = np.array(self._alternating(), np.int64)
        price = self._bars.open[at + 1]
        fee, bought, sold = size * self._account.taker * price, slice(0, None, 2), slice(1, None, 2)
        with np.errstate(all="ignore"):  # as Python's own floats
            cash = self._cash_after(size, price, fee)
            left = self._left_on_submission(size, at, cash[:-1])
        if not ((left >= 0.0).all() and (cash[1:][bought] >= 0.0).all()):
            return False
        signed, held, entry = (np.zeros(len(at)) for _ in range(3))
        signed[bought], signed[sold] = size, -size
        held[bought], entry[bought] = size, price[bought]
        rows = (at + 1).tolist()
        self.executions += zip(rows, *map(np.ndarray.tolist, (signed, price, fee)), strict=True)
        self.steps += zip(rows, *map(np.ndarray.tolist, (cash[1:], held, entry)), strict=True)
        self._account.cash_now = float(cash[-1])
        return True

    def _cash_after(self, size: float, price: Floats, fee: Floats) -> Floats:
        """Return the cash before the first execution, and after each, bought and sold in turn.

        The account's sums in the account's order: a running sum adds one after the other.
        """
        entry, out = price[::2][: len(price) // 2], price[1::2]
        changes = np.empty(2 * len(price) + 1)
        changes[0] = self._account.cash_now
        changes[1::4] = -(size * price[::2])
        changes[3::4] = size * entry + size * (out - entry)
        changes[2::2] = -fee
        running: Floats = np.cumsum(changes)[::2]
        return running

    def _left_on_submission(self, size: float, at: NDArray[np.int64], cash: Floats) -> Floats:
        """Return what each order would leave of the cash if it were filled at the close."""
        close = self._bars.close[at]
        worth = size * close
        worth[::2] *= -1.0
        left: Floats = cash + worth - size * self._account.taker * close
        return left

    def _alternating(self) -> list[int]:
        """Return the bars on which something is bought and sold in turn, if all can be paid."""
        (buys, sells), last = self._signals.long_sides, len(self._bars) - 1
        found: list[int] = []
        bar = buys.find(1)
        while 0 <= bar < last:
            found.append(bar)
            bar = (sells if len(found) % 2 else buys).find(1, bar + 1)
        return found

    def _run_long_only(self, size: float) -> None:
        """Do what `run` does where every order buys `size` or sells all of it again.

        Operation for operation the account's sums, without a call in between: sweeps run it
        thousands of times.
        """
        opens, closes, last = self._bars.open.item, self._bars.close.item, len(self._bars) - 1
        (buys, sells), rate = self._signals.long_sides, self._account.taker
        cash, entry, holds, bar = self._account.cash_now, 0.0, False, buys.find(1)
        while 0 <= bar < last:
            close = closes(bar)
            # First the check on submission, at the close; then the execution, at the next open.
            left = cash + size * close if holds else cash - size * close
            left -= size * rate * close
            bar += 1
            if left >= 0.0:
                price = opens(bar)
                fee = size * rate * price
                if holds:
                    cash += size * entry + size * (price - entry)
                    cash -= fee
                    holds, entry = False, 0.0
                    self.executions.append((bar, -size, price, fee))
                    self.steps.append((bar, cash, 0.0, entry))
                elif (left := cash - size * price - fee) >= 0.0:
                    cash, holds, entry = left, True, price
                    self.executions.append((bar, size, price, fee))
                    self.steps.append((bar, cash, size, entry))
            bar = (sells if holds else buys).find(1, bar)
        self._account.cash_now = cash

    def _affordable(self, quantities: list[float]) -> list[float]:
        """Return the orders that the cash pays for at the close they were decided on."""
        account, close = self._account, self._account.close
        if len(quantities) == 1:
            left = account.after(account.cash_now, quantities[0], close, account.held)
            return quantities if left >= 0.0 else []
        cash, held = account.cash_now, Holding(account.held.quantity, account.held.price)
        accepted = []
        for quantity in quantities:  # each is judged as if those before it were filled
            cash = account.after(cash, quantity, close, held)
            held.apply(quantity, close)
            if cash >= 0.0:
                accepted.append(quantity)
        return accepted

    def _execute(self, quantity: float, bar: int) -> None:
        price = self._price(quantity, bar)
        closed, closed_fee, opened, opened_fee = self._account.execute(quantity, price)
        if closed:
            self.executions.append((bar, closed, price, closed_fee))
        if opened:
            self.executions.append((bar, opened, price, opened_fee))

    def _price(self, quantity: float, bar: int) -> float:
        """Return the bar's open, slipped."""
        bars, slippage = self._bars, self._slippage
        price = bars.open.item(bar)
        if not slippage.fraction:
            return price
        if quantity > 0:
            slipped = slippage.up(bars.high.item(bar), price, at_open=True)
        else:
            slipped = slippage.down(bars.low.item(bar), price, at_open=True)
        assert slipped is not None  # noqa: S101 - a market order fills at the bar's extreme at worst
        return slipped

    def _note(self, bar: int) -> None:
        cash, held = self._account.cash_now, self._account.held
        _, before, quantity, _ = self.steps[-1]
        if cash != before or held.quantity != quantity:
            self.steps.append((bar, cash, held.quantity, held.price))
