"""The USDⓈ-M account: wallet, positions, leverage, modes, income."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.call import wire_symbol
from realtrade.testing.binance.errors import ApiError, illegal
from realtrade.testing.binance.text import eight, plain
from realtrade.testing.exchange.funds import leverage

if TYPE_CHECKING:
    from realtrade.testing.binance.call import Call
    from realtrade.testing.exchange.desk import Desk

_MAINTENANCE = Decimal("0.004")
_MOST_LEVERAGE = 125
_MOST_NOTIONAL = "1000000"


def account_v3(call: Call) -> Any:
    """`GET v3/account`: positions only where there is one or an open order."""
    return _account(call, [desk for desk in call.desks() if _busy(call, desk)], v2=False)


def account_v2(call: Call) -> Any:
    """`GET v2/account`: every position, with leverage and entry price."""
    return _account(call, call.desks(), v2=True)


def balances(call: Call) -> Any:
    """`GET v2/balance` and `v3/balance`."""
    funds, owner = call.core.engine.swap, call.account
    return [
        {
            "accountAlias": "SgsR",
            "asset": asset,
            "balance": eight(held.total),
            "crossWalletBalance": eight(held.total),
            "crossUnPnl": eight(funds.equity(owner, asset) - held.total),
            "availableBalance": eight(max(funds.available(owner, asset), Decimal(0))),
            "maxWithdrawAmount": eight(max(funds.available(owner, asset), Decimal(0))),
            "marginAvailable": True,
            "updateTime": call.core.clock.now_ms(),
        }
        for asset, held in owner.futures.balances().items()
    ]


def positions_v3(call: Call) -> Any:
    """`GET v3/positionRisk`: only where there is a position or an open order."""
    return [_risk(call, desk) for desk in _asked(call) if _busy(call, desk)]


def positions_v2(call: Call) -> Any:
    """`GET v2/positionRisk`: every symbol, with leverage and margin type."""
    return [
        _risk(call, desk)
        | {
            "leverage": str(leverage(call.account, desk.market.symbol)),
            "maxNotionalValue": _MOST_NOTIONAL,
            "marginType": call.account.margin_type.get(desk.market.symbol, "cross"),
            "isAutoAddMargin": "false",
        }
        for desk in _asked(call)
    ]


def set_leverage(call: Call) -> Any:
    """`POST leverage`."""
    desk, wanted = call.desk(), call.number("leverage") or 0
    if not 1 <= wanted <= _MOST_LEVERAGE:
        raise ApiError(-4028, f"Leverage {wanted} is not valid")
    call.account.leverage[desk.market.symbol] = wanted
    return {
        "leverage": wanted,
        "maxNotionalValue": _MOST_NOTIONAL,
        "symbol": wire_symbol(desk.market.symbol),
    }


def set_margin_type(call: Call) -> Any:
    """`POST marginType`: what is already so is an error."""
    symbol, wanted = call.desk().market.symbol, call.need("marginType")
    names = {"CROSSED": "cross", "ISOLATED": "isolated"}
    if wanted not in names:
        raise illegal("marginType")
    if call.account.margin_type.get(symbol, "cross") == names[wanted]:
        raise ApiError(-4046, "No need to change margin type.")
    if call.account.position(symbol).quantity:
        raise ApiError(-4048, "Margin type cannot be changed if there exists position.")
    call.account.margin_type[symbol] = names[wanted]
    return {"code": 200, "msg": "success"}


def position_mode(call: Call) -> Any:
    """`GET positionSide/dual`."""
    return {"dualSidePosition": call.account.hedge_mode}


def set_position_mode(call: Call) -> Any:
    """`POST positionSide/dual`: orders here know one-way mode only."""
    wanted = call.need("dualSidePosition").lower() == "true"
    if wanted is call.account.hedge_mode:
        raise ApiError(-4059, "No need to change position side.")
    if any(held.quantity for held in call.account.positions.values()):
        raise ApiError(-4068, "Position side cannot be changed if there exists position.")
    call.account.hedge_mode = wanted
    return {"code": 200, "msg": "success"}


def multi_assets(call: Call) -> Any:
    """`GET multiAssetsMargin`."""
    return {"multiAssetsMargin": False}


def symbol_config(call: Call) -> Any:
    """`GET symbolConfig`."""
    return [
        {
            "symbol": wire_symbol(desk.market.symbol),
            "marginType": {"cross": "CROSSED", "isolated": "ISOLATED"}[
                call.account.margin_type.get(desk.market.symbol, "cross")
            ],
            "isAutoAddMargin": False,
            "leverage": leverage(call.account, desk.market.symbol),
            "maxNotionalValue": _MOST_NOTIONAL,
        }
        for desk in _asked(call)
    ]


def account_config(call: Call) -> Any:
    """`GET accountConfig`."""
    return {
        "feeTier": 0,
        "canTrade": "trade" in call.account.permissions,
        "canDeposit": True,
        "canWithdraw": "withdraw" in call.account.permissions,
        "dualSidePosition": call.account.hedge_mode,
        "updateTime": 0,
        "multiAssetsMargin": False,
        "tradeGroupId": -1,
    }


def brackets(call: Call) -> Any:
    """`GET leverageBracket`: one bracket for everything."""
    bracket = {
        "bracket": 1,
        "initialLeverage": _MOST_LEVERAGE,
        "notionalCap": int(_MOST_NOTIONAL),
        "notionalFloor": 0,
        "maintMarginRatio": float(_MAINTENANCE),
        "cum": 0.0,
    }
    return [
        {"symbol": wire_symbol(desk.market.symbol), "notionalCoef": 1.0, "brackets": [bracket]}
        for desk in _asked(call)
    ]


def commission_rate(call: Call) -> Any:
    """`GET commissionRate`."""
    market = call.desk().market
    return {
        "symbol": wire_symbol(market.symbol),
        "makerCommissionRate": plain(market.maker),
        "takerCommissionRate": plain(market.taker),
    }


def income(call: Call) -> Any:
    """`GET income`: profits, fees, funding and transfers, oldest first."""
    rows = [
        row
        for fill in call.account.fills
        if ":" in fill.symbol
        for row in (
            _income("REALIZED_PNL", fill.realised, fill.fee_asset, fill.symbol, fill.time_ms),
            _income("COMMISSION", -fill.fee, fill.fee_asset, fill.symbol, fill.time_ms),
        )
    ] + [
        _income(
            "FUNDING_FEE" if moved.symbol else "TRANSFER",
            moved.amount,
            moved.asset,
            moved.symbol,
            moved.time_ms,
        )
        for moved in call.account.transfers
        if moved.futures
    ]
    kind, start = call.get("incomeType"), call.number("startTime") or 0
    found = [row for row in rows if kind in (None, row["incomeType"]) and row["time"] >= start]
    return sorted(found, key=lambda row: int(row["time"]))[-call.limit(100, 1000) :]


def mark_price(call: Call) -> Any:
    """`GET premiumIndex`: mark, index and last price are one here."""
    rows = [
        {
            "symbol": wire_symbol(desk.market.symbol),
            "markPrice": eight(desk.price),
            "indexPrice": eight(desk.price),
            "estimatedSettlePrice": eight(desk.price),
            "lastFundingRate": "0.00010000",
            "interestRate": "0.00010000",
            "nextFundingTime": 0,
            "time": call.core.clock.now_ms(),
        }
        for desk in _asked(call)
    ]
    return rows[0] if call.get("symbol") else rows


def _income(kind: str, amount: Decimal, asset: str, symbol: str, time_ms: int) -> dict[str, Any]:
    return {
        "symbol": wire_symbol(symbol),
        "incomeType": kind,
        "income": eight(amount),
        "asset": asset,
        "info": kind,
        "time": time_ms,
        "tranId": time_ms,
        "tradeId": "",
    }


def _asked(call: Call) -> list[Desk]:
    return [call.desk()] if call.get("symbol") else call.desks()


def _busy(call: Call, desk: Desk) -> bool:
    symbol = desk.market.symbol
    return bool(call.account.position(symbol).quantity or call.account.open_orders(symbol))


def _figures(call: Call, desk: Desk) -> dict[str, Decimal]:
    symbol = desk.market.symbol
    held, price = call.account.position(symbol), desk.price
    value = held.quantity * price
    return {
        "value": value,
        "initial": abs(value) / leverage(call.account, symbol),
        "maintenance": abs(value) * _MAINTENANCE,
        "profit": held.quantity * (price - held.entry),
    }


def _risk(call: Call, desk: Desk) -> dict[str, Any]:
    held, figures = call.account.position(desk.market.symbol), _figures(call, desk)
    return {
        "symbol": wire_symbol(desk.market.symbol),
        "positionSide": "BOTH",
        "positionAmt": plain(held.quantity),
        "entryPrice": plain(round(held.entry, 8)),
        "breakEvenPrice": plain(round(held.entry, 8)),
        "markPrice": eight(desk.price),
        "unRealizedProfit": eight(figures["profit"]),
        "liquidationPrice": "0",
        "isolatedMargin": "0",
        "notional": eight(figures["value"]),
        "marginAsset": desk.market.quote,
        "isolatedWallet": "0",
        "initialMargin": eight(figures["initial"]),
        "maintMargin": eight(figures["maintenance"]),
        "positionInitialMargin": eight(figures["initial"]),
        "openOrderInitialMargin": "0",
        "adl": 0,
        "bidNotional": "0",
        "askNotional": "0",
        "updateTime": call.core.clock.now_ms(),
    }


def _account(call: Call, desks: list[Desk], *, v2: bool) -> dict[str, Any]:
    assets = [_asset(call, asset) for asset in call.account.futures.balances()]
    names = ("initialMargin", "maintMargin", "walletBalance", "unrealizedProfit", "marginBalance")
    totals = {
        f"total{name[0].upper()}{name[1:]}": eight(sum(Decimal(row[name]) for row in assets))
        for name in (*names, "positionInitialMargin", "openOrderInitialMargin")
    }
    free = eight(sum(Decimal(row["availableBalance"]) for row in assets))
    return {
        **(
            {"feeTier": 0, "canTrade": True, "canDeposit": True, "canWithdraw": False} if v2 else {}
        ),
        **totals,
        "totalCrossWalletBalance": totals["totalWalletBalance"],
        "totalCrossUnPnl": totals["totalUnrealizedProfit"],
        "availableBalance": free,
        "maxWithdrawAmount": free,
        "assets": assets,
        "positions": [_position(call, desk, v2=v2) for desk in desks],
    }


def _asset(call: Call, asset: str) -> dict[str, Any]:
    owner, funds = call.account, call.core.engine.swap
    wallet, equity = owner.futures.total(asset), funds.equity(owner, asset)
    used, free = funds.used(owner, asset), max(funds.available(owner, asset), Decimal(0))
    held = sum((_figures(call, desk)["initial"] for desk in call.desks()), Decimal(0))
    kept = sum((_figures(call, desk)["maintenance"] for desk in call.desks()), Decimal(0))
    return {
        "asset": asset,
        "walletBalance": eight(wallet),
        "unrealizedProfit": eight(equity - wallet),
        "marginBalance": eight(equity),
        "maintMargin": eight(kept),
        "initialMargin": eight(used),
        "positionInitialMargin": eight(held),
        "openOrderInitialMargin": eight(used - held),
        "crossWalletBalance": eight(wallet),
        "crossUnPnl": eight(equity - wallet),
        "availableBalance": eight(free),
        "maxWithdrawAmount": eight(free),
        "marginAvailable": True,
        "updateTime": call.core.clock.now_ms(),
    }


def _position(call: Call, desk: Desk, *, v2: bool) -> dict[str, Any]:
    held, figures = call.account.position(desk.market.symbol), _figures(call, desk)
    row: dict[str, Any] = {
        "symbol": wire_symbol(desk.market.symbol),
        "positionSide": "BOTH",
        "positionAmt": plain(held.quantity),
        "unrealizedProfit": eight(figures["profit"]),
        "isolatedMargin": "0",
        "notional": eight(figures["value"]),
        "isolatedWallet": "0",
        "initialMargin": eight(figures["initial"]),
        "maintMargin": eight(figures["maintenance"]),
        "updateTime": call.core.clock.now_ms(),
    }
    if not v2:
        return row
    return row | {
        "entryPrice": plain(round(held.entry, 8)),
        "breakEvenPrice": plain(round(held.entry, 8)),
        "leverage": str(leverage(call.account, desk.market.symbol)),
        "isolated": call.account.margin_type.get(desk.market.symbol) == "isolated",
        "positionInitialMargin": eight(figures["initial"]),
        "openOrderInitialMargin": "0",
        "maxNotional": _MOST_NOTIONAL,
        "bidNotional": "0",
        "askNotional": "0",
    }
