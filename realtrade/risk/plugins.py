"""What our `realtrade.risk_rules` and `realtrade.sizers` entry points hold."""

from __future__ import annotations

from realtrade.plugins.plugin import API_VERSION, Kind, Plugin

_ROOM = "realtrade.risk"


def _plugin(kind: Kind, room: str, name: str, targets: str, summary: str) -> Plugin:
    config, build = targets.split()
    module = f"{_ROOM}.{room}.{name}"
    return Plugin(
        kind=kind,
        name=name,
        api=API_VERSION,
        config=f"{module}:{config}",
        build=f"{module}:{build}",
        summary=summary,
    )


def _rule(name: str, targets: str, summary: str) -> Plugin:
    return _plugin(Kind.RISK_RULE, "rules", name, targets, summary)


def _stop(name: str, targets: str, summary: str) -> Plugin:
    return _plugin(Kind.RISK_RULE, "stops", name, targets, summary)


def _sizer(name: str, targets: str, summary: str) -> Plugin:
    return _plugin(Kind.SIZER, "sizers", name, targets, summary)


BLACKOUT = _rule(
    "blackout",
    "BlackoutConfig Blackout",
    "Enter nothing between two moments: an announcement, a maintenance, a holiday.",
)
CONSECUTIVE_LOSSES = _rule(
    "consecutive_losses",
    "ConsecutiveLossesConfig ConsecutiveLosses",
    "Stop after so many losses in a row.",
)
COOLDOWN = _rule(
    "cooldown",
    "CooldownConfig Cooldown",
    "Wait after an exit, or after a loss, before entering again.",
)
CORRELATION_GROUP = _rule(
    "correlation_group",
    "CorrelationGroupConfig CorrelationGroup",
    "Treat symbols that move together as one: a limit for the group.",
)
DAILY_LOSS = _rule(
    "daily_loss", "DailyLossConfig build", "Stop for the day once it has lost too much."
)
MAX_DRAWDOWN = _rule(
    "max_drawdown",
    "MaxDrawdownConfig MaxDrawdown",
    "Stop adding exposure once equity has fallen too far below its peak.",
)
MAX_LEVERAGE = _rule(
    "max_leverage",
    "MaxLeverageConfig MaxLeverage",
    "Keep the value of all positions within a multiple of equity.",
)
MAX_OPEN_ORDERS = _rule(
    "max_open_orders",
    "MaxOpenOrdersConfig MaxOpenOrders",
    "Keep the number of orders at work within a limit.",
)
MAX_OPEN_POSITIONS = _rule(
    "max_open_positions",
    "MaxOpenPositionsConfig MaxOpenPositions",
    "Keep the number of symbols held within a limit.",
)
MAX_ORDER_SIZE = _rule(
    "max_order_size",
    "MaxOrderSizeConfig MaxOrderSize",
    "Keep a single order from being larger than anyone meant.",
)
MAX_POSITION = _rule(
    "max_position",
    "MaxPositionConfig MaxPosition",
    "Keep a position, or all of them together, from growing past a limit.",
)
MAX_TRADES_PER_DAY = _rule(
    "max_trades_per_day",
    "MaxTradesPerDayConfig MaxTradesPerDay",
    "Enter no more than so many times a day.",
)
MINIMUM_EQUITY = _rule(
    "minimum_equity",
    "MinimumEquityConfig MinimumEquity",
    "Stop while there is still something left.",
)
ORDER_RATE = _rule(
    "order_rate",
    "OrderRateConfig OrderRate",
    "Stop a runaway strategy: so many orders in so long, and no more.",
)
PRICE_COLLAR = _rule(
    "price_collar",
    "PriceCollarConfig PriceCollar",
    "Keep an order from paying far more, or asking far less, than the market does.",
)
SPREAD_GUARD = _rule(
    "spread_guard",
    "SpreadGuardConfig SpreadGuard",
    "Enter only while buying and selling prices are close together.",
)
STALE_DATA = _rule("stale_data", "StaleDataConfig StaleData", "Decide nothing new on old prices.")
SYMBOL_LOSS = _rule(
    "symbol_loss",
    "SymbolLossConfig SymbolLoss",
    "Leave a symbol alone for a while once it has lost too often or too much.",
)
TRADING_HOURS = _rule(
    "trading_hours",
    "TradingHoursConfig TradingHours",
    "Enter at certain hours of certain days only.",
)
VOLATILITY_GUARD = _rule(
    "volatility_guard",
    "VolatilityGuardConfig VolatilityGuard",
    "Enter only while prices move in a usual way.",
)
WEEKLY_LOSS = _rule(
    "weekly_loss", "WeeklyLossConfig build", "Stop for the week once it has lost too much."
)
ATR_STOP = _stop(
    "atr_stop",
    "AtrStopConfig AtrStop",
    "Give a position up at so many average true ranges from its entry.",
)
ATR_TRAILING_STOP = _stop(
    "atr_trailing_stop",
    "AtrTrailingStopConfig AtrTrailingStop",
    "Follow the close at so many average true ranges.",
)
BREAK_EVEN = _stop(
    "break_even",
    "BreakEvenConfig BreakEven",
    "Once a position has gained enough, let it lose nothing any more.",
)
CHANDELIER_STOP = _stop(
    "chandelier_stop",
    "ChandelierStopConfig ChandelierStop",
    "Hang the stop so many average true ranges below the best price since entry.",
)
ROI_TABLE = _stop(
    "roi_table", "RoiTableConfig RoiTable", "Ask for less gain the longer a position is held."
)
STOP_LOSS = _stop(
    "stop_loss",
    "StopLossConfig FixedStop",
    "Give a position up at a fixed distance from its entry, or at a fixed price.",
)
TAKE_PROFIT = _stop(
    "take_profit", "TakeProfitConfig TakeProfit", "Take a gain home, whole or in parts."
)
TIME_STOP = _stop(
    "time_stop", "TimeStopConfig TimeStop", "Give up a position that has had its time."
)
TRAILING_STOP = _stop(
    "trailing_stop",
    "TrailingStopConfig TrailingStop",
    "Give a position up once the price has come back too far from its best.",
)
FIXED_NOTIONAL = _sizer(
    "fixed_notional", "FixedNotionalConfig FixedNotional", "Always for the same amount of money."
)
FIXED_QUANTITY = _sizer(
    "fixed_quantity", "FixedQuantityConfig FixedQuantity", "Always the same quantity."
)
FRACTIONAL_KELLY = _sizer(
    "fractional_kelly",
    "FractionalKellyConfig FractionalKelly",
    "A fraction of what Kelly would bet, under a cap.",
)
PERCENT_EQUITY = _sizer(
    "percent_equity", "PercentEquityConfig PercentEquity", "A share of what the account is worth."
)
RISK_PER_TRADE = _sizer(
    "risk_per_trade",
    "RiskPerTradeConfig RiskPerTrade",
    "Lose the same share of equity when the stop is met.",
)
VOLATILITY_TARGET = _sizer(
    "volatility_target",
    "VolatilityTargetConfig VolatilityTarget",
    "Move the account by the same share per bar, whatever the symbol does.",
)
