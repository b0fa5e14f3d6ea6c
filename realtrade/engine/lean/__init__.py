"""The fast backtest loop: Backtrader's own order of events without its per-bar ceremony."""
