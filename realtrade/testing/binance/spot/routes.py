"""Every spot endpoint: who may, what it weighs, who answers."""

from __future__ import annotations

from realtrade.testing.binance import market_data
from realtrade.testing.binance.routes import Route
from realtrade.testing.binance.spot import account, exchange_info, trading

API = "/api/v3"

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{API}/ping", market_data.ping),
    Route("GET", f"{API}/time", market_data.server_time),
    Route("GET", f"{API}/exchangeInfo", exchange_info.exchange_info, weight=20),
    Route("GET", f"{API}/klines", market_data.klines, weight=2),
    Route("GET", f"{API}/uiKlines", market_data.klines, weight=2),
    Route("GET", f"{API}/depth", market_data.depth, weight=5),
    Route("GET", f"{API}/trades", market_data.recent_trades, weight=25),
    Route("GET", f"{API}/aggTrades", market_data.aggregate_trades, weight=4),
    Route("GET", f"{API}/avgPrice", market_data.average_price, weight=2),
    Route("GET", f"{API}/ticker/price", market_data.price_ticker, weight=2),
    Route("GET", f"{API}/ticker/bookTicker", market_data.book_ticker, weight=2),
    Route("GET", f"{API}/ticker/24hr", market_data.day_ticker, weight=2),
    Route("GET", f"{API}/account", account.account, "signed", weight=20),
    Route("GET", f"{API}/account/commission", account.commission, "signed", weight=20),
    Route("GET", f"{API}/rateLimit/order", account.order_counts, "signed", weight=40),
    Route("POST", f"{API}/order", trading.place, "trade", free=True),
    Route("POST", f"{API}/order/test", trading.test, "trade"),
    Route("GET", f"{API}/order", trading.query, "signed", weight=4),
    Route("DELETE", f"{API}/order", trading.cancel, "trade", free=True),
    Route("GET", f"{API}/openOrders", trading.open_orders, "signed", weight=6, weight_all=80),
    Route("DELETE", f"{API}/openOrders", trading.cancel_all, "trade", free=True),
    Route("GET", f"{API}/allOrders", trading.all_orders, "signed", weight=20),
    Route("GET", f"{API}/myTrades", trading.trades, "signed", weight=20),
    Route("POST", f"{API}/orderList/oco", trading.place_pair, "trade", free=True),
    Route("GET", f"{API}/orderList", trading.query_pair, "signed", weight=4),
    Route("DELETE", f"{API}/orderList", trading.cancel_pair, "trade", free=True),
    Route("GET", f"{API}/openOrderList", trading.open_pairs, "signed", weight=6),
    Route("GET", "/sapi/v1/account/apiRestrictions", account.restrictions, "signed"),
)
