"""What a Binance key may do: enough to trade its market, and nothing that could empty it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.common.rest.errors import OddAnswer
from realtrade.plugins.ports.gateway import GatewayError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from realtrade.binance.store import BinanceStore

_NEEDED = {
    "spot": ("enableSpotAndMarginTrading", "trade spot"),
    "swap": ("enableFutures", "trade USDⓈ-M futures"),
}


def permissions(store: BinanceStore) -> Mapping[str, Any]:
    """Ask what the store's key may do; test venues cannot be asked.

    Raises:
        RestError: no answer, or none to trust.
    """
    told = store.read("sapiGetAccountApiRestrictions", tries=3)
    if not isinstance(told, dict) or not isinstance(told.get("enableWithdrawals"), bool):
        raise OddAnswer("the key's permissions were asked for and not told")
    return told


def check(store: BinanceStore, allow: Collection[str]) -> None:
    """See to it that the store's key is fit to trade; test venues have no money to withdraw.

    Raises:
        GatewayError: it may do too much or too little.
        RestError: no answer, or none to trust.
    """
    if store.connection.testnet:
        return
    found = objections(permissions(store), store.market_type, allow)
    if found:
        raise GatewayError("; ".join(found))


def objections(told: Mapping[str, Any], market: str, allow: Collection[str]) -> list[str]:
    """Return why a key with these permissions is refused, each with what to do about it."""
    found = []
    name, words = _NEEDED[market]
    if told.get(name) is not True:
        found.append(f"the key may not {words}: allow it in Binance's API management")
    if told["enableWithdrawals"] and "withdrawals" not in allow:
        found.append(
            "the key may withdraw: make one that may not, "
            "or accept it with `allow: [withdrawals]` under `exchange`"
        )
    return found
