"""How a USDⓈ-M account must stand before an order leaves: one-way, and levered as asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from realtrade.binance.account import is_hedged
from realtrade.common.rest.errors import OddAnswer, Refused
from realtrade.common.rest.rate_gate import Urgency

if TYPE_CHECKING:
    from realtrade.binance.store import BinanceStore
    from realtrade.common.rest.listing import Listing

_NOTHING_TO_CHANGE = -4046
_MODES = {"cross": "CROSSED", "isolated": "ISOLATED"}


class Setup:
    """Sets what a recipe asks for, once a symbol, and believes only what it reads back."""

    def __init__(
        self,
        store: BinanceStore,
        *,
        leverage: int | None = None,
        margin: Literal["cross", "isolated"] | None = None,
    ) -> None:
        self._store = store
        self._leverage = leverage
        self._margin = _MODES[margin] if margin is not None else None
        self._one_way = False
        self._done: set[str] = set()

    def problem(self, listing: Listing) -> str | None:
        """Return why a symbol cannot be traded as asked, or None; what is missing is set.

        Raises:
            RestError: no answer, or none to trust.
        """
        if self._store.market_type == "spot" or listing.id in self._done:
            return None
        if not self._one_way:
            if is_hedged(self._store):
                return "the account is in hedge mode: set it to one-way mode at Binance"
            self._one_way = True
        if self._leverage is not None or self._margin is not None:
            problem = self._levered(listing)
            if problem is not None:
                return problem
        self._done.add(listing.id)
        return None

    def _levered(self, listing: Listing) -> str | None:
        if self._wrong(listing) is None:
            return None
        if self._margin is not None:
            self._set("fapiPrivatePostMarginType", {"marginType": self._margin}, listing)
        if self._leverage is not None:
            self._set("fapiPrivatePostLeverage", {"leverage": self._leverage}, listing)
        return self._wrong(listing)

    def _set(self, endpoint: str, params: dict[str, Any], listing: Listing) -> None:
        try:
            self._store.call(endpoint, {"symbol": listing.id, **params}, urgency=Urgency.ORDER)
        except Refused as error:
            if error.code != _NOTHING_TO_CHANGE:
                raise

    def _wrong(self, listing: Listing) -> str | None:
        """Return what is not as asked for."""
        told = self._store.read("fapiPrivateGetSymbolConfig", {"symbol": listing.id}, tries=2)
        row = told[0] if isinstance(told, list) and told else None
        if not isinstance(row, dict) or row.get("symbol") != listing.id:
            raise OddAnswer("a symbol's leverage was asked for and not told")
        symbol = listing.instrument.symbol
        if self._margin is not None and row.get("marginType") != self._margin:
            return f"{symbol} has margin mode {row.get('marginType')}, not {self._margin}"
        if self._leverage is not None and row.get("leverage") != self._leverage:
            return f"{symbol} has leverage {row.get('leverage')}, not {self._leverage}"
        return None
