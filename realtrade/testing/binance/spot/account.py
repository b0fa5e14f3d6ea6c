"""The spot account: balances, commission, key permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.call import wire_symbol
from realtrade.testing.binance.text import eight

if TYPE_CHECKING:
    from realtrade.testing.binance.call import Call

_BPS = 10_000


def account(call: Call) -> Any:
    """`GET account`: balances and what the key may."""
    owner, market = call.account, call.desks()[0].market
    held = owner.spot.balances().values()
    if call.flag("omitZeroBalances"):
        held = [one for one in held if one.total]  # type: ignore[assignment]  # read once
    return {
        "makerCommission": int(market.maker * _BPS),
        "takerCommission": int(market.taker * _BPS),
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {
            "maker": eight(market.maker),
            "taker": eight(market.taker),
            "buyer": "0.00000000",
            "seller": "0.00000000",
        },
        "canTrade": "trade" in owner.permissions,
        "canWithdraw": "withdraw" in owner.permissions,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": call.core.clock.now_ms(),
        "accountType": "SPOT",
        "balances": [
            {"asset": one.asset, "free": eight(one.free), "locked": eight(one.locked)}
            for one in held
        ],
        "permissions": ["SPOT"],
        "uid": 354937868,
    }


def commission(call: Call) -> Any:
    """`GET account/commission` of one symbol."""
    market = call.desk().market
    nothing = dict.fromkeys(("maker", "taker", "buyer", "seller"), "0.00000000")
    return {
        "symbol": wire_symbol(market.symbol),
        "standardCommission": {
            **nothing,
            "maker": eight(market.maker),
            "taker": eight(market.taker),
        },
        "specialCommission": nothing,
        "taxCommission": nothing,
        "discount": {
            "enabledForAccount": call.account.fee_asset is not None,
            "enabledForSymbol": True,
            "discountAsset": call.account.fee_asset or "BNB",
            "discount": "0.00000000",
        },
    }


def restrictions(call: Call) -> Any:
    """`GET /sapi/v1/account/apiRestrictions`: what the key may do."""
    permissions = call.account.permissions
    return {
        "ipRestrict": False,
        "createTime": 1698645219000,
        "enableReading": "read" in permissions,
        "enableWithdrawals": "withdraw" in permissions,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableFutures": "trade" in permissions,
        "permitsUniversalTransfer": False,
        "enableVanillaOptions": False,
        "enablePortfolioMarginTrading": False,
        "enableSpotAndMarginTrading": "trade" in permissions,
        "enableFixApiTrade": False,
        "enableFixReadOnly": False,
    }


def order_counts(call: Call) -> Any:
    """`GET rateLimit/order`."""
    call.services.spot_limits.order(call.account.key, call.headers, 0)
    return [
        {
            "rateLimitType": "ORDERS",
            "interval": interval,
            "intervalNum": number,
            "limit": limit,
            "count": int(call.headers[f"X-MBX-ORDER-COUNT-{suffix}"]),
        }
        for suffix, interval, number, limit in (
            ("10S", "SECOND", 10, 100),
            ("1D", "DAY", 1, 200_000),
        )
    ]
