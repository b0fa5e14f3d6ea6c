"""Binance's wire protocol in front of the simulated exchange: spot, USDⓈ-M, streams."""
