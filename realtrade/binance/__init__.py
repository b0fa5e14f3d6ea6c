"""Binance's dialect: in this version its settings only, so that recipes for it validate."""
