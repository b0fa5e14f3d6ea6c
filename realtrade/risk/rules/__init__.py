"""One rule a file: its settings, its behaviour, and what it does in a backtest and live."""
