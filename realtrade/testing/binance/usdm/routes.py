"""Every USDⓈ-M endpoint: who may, what it weighs, who answers."""

from __future__ import annotations

from realtrade.testing.binance import market_data
from realtrade.testing.binance.routes import Route
from realtrade.testing.binance.usdm import account, exchange_info, listen_keys, trading

API, V2, V3 = "/fapi/v1", "/fapi/v2", "/fapi/v3"

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{API}/ping", market_data.ping),
    Route("GET", f"{API}/time", market_data.server_time),
    Route("GET", f"{API}/exchangeInfo", exchange_info.exchange_info),
    Route("GET", f"{API}/klines", market_data.klines, weight=5),
    Route("GET", f"{API}/depth", market_data.depth, weight=2),
    Route("GET", f"{API}/trades", market_data.recent_trades, weight=5),
    Route("GET", f"{API}/aggTrades", market_data.aggregate_trades, weight=20),
    Route("GET", f"{API}/premiumIndex", account.mark_price),
    Route("GET", f"{API}/ticker/price", market_data.price_ticker, weight_all=2),
    Route("GET", f"{V2}/ticker/price", market_data.price_ticker, weight_all=2),
    Route("GET", f"{API}/ticker/bookTicker", market_data.book_ticker, weight=2, weight_all=5),
    Route("GET", f"{API}/ticker/24hr", market_data.day_ticker, weight_all=40),
    Route("GET", f"{V3}/account", account.account_v3, "signed", weight=5),
    Route("GET", f"{V2}/account", account.account_v2, "signed", weight=5),
    Route("GET", f"{V3}/balance", account.balances, "signed", weight=5),
    Route("GET", f"{V2}/balance", account.balances, "signed", weight=5),
    Route("GET", f"{V3}/positionRisk", account.positions_v3, "signed", weight=5),
    Route("GET", f"{V2}/positionRisk", account.positions_v2, "signed", weight=5),
    Route("GET", f"{API}/symbolConfig", account.symbol_config, "signed", weight=5),
    Route("GET", f"{API}/accountConfig", account.account_config, "signed", weight=5),
    Route("GET", f"{API}/leverageBracket", account.brackets, "signed"),
    Route("GET", f"{API}/commissionRate", account.commission_rate, "signed", weight=20),
    Route("GET", f"{API}/income", account.income, "signed", weight=30),
    Route("GET", f"{API}/multiAssetsMargin", account.multi_assets, "signed", weight=30),
    Route("GET", f"{API}/positionSide/dual", account.position_mode, "signed", weight=30),
    Route("POST", f"{API}/positionSide/dual", account.set_position_mode, "trade"),
    Route("POST", f"{API}/leverage", account.set_leverage, "trade"),
    Route("POST", f"{API}/marginType", account.set_margin_type, "trade"),
    Route("POST", f"{API}/order", trading.place, "trade", weight=0),
    Route("POST", f"{API}/order/test", trading.test, "trade"),
    Route("GET", f"{API}/order", trading.query, "signed"),
    Route("DELETE", f"{API}/order", trading.cancel, "trade"),
    Route("GET", f"{API}/openOrder", trading.open_order, "signed"),
    Route("GET", f"{API}/openOrders", trading.open_orders, "signed", weight_all=40),
    Route("DELETE", f"{API}/allOpenOrders", trading.cancel_all, "trade"),
    Route("GET", f"{API}/allOrders", trading.all_orders, "signed", weight=5),
    Route("GET", f"{API}/userTrades", trading.trades, "signed", weight=5),
    Route("POST", f"{API}/algoOrder", trading.place_algo, "trade", weight=0),
    Route("GET", f"{API}/algoOrder", trading.query_algo, "signed"),
    Route("DELETE", f"{API}/algoOrder", trading.cancel_algo, "trade"),
    Route("GET", f"{API}/openAlgoOrders", trading.open_algo, "signed", weight_all=40),
    Route("GET", f"{API}/allAlgoOrders", trading.all_algo, "signed", weight=5),
    Route("DELETE", f"{API}/algoOpenOrders", trading.cancel_all_algo, "trade"),
    Route("POST", f"{API}/countdownCancelAll", trading.countdown, "trade", weight=10),
    Route("POST", f"{API}/listenKey", listen_keys.start, "key"),
    Route("PUT", f"{API}/listenKey", listen_keys.renew, "key"),
    Route("DELETE", f"{API}/listenKey", listen_keys.end, "key"),
)
