"""What our `realtrade.strategies` entry points hold."""

from __future__ import annotations

from realtrade.plugins.plugin import API_VERSION, Kind, Plugin

MA_CROSS = Plugin(
    kind=Kind.STRATEGY,
    name="ma_cross",
    api=API_VERSION,
    config="realtrade.strategies.trend.ma_cross_config:MaCrossConfig",
    build="realtrade.strategies.trend.ma_cross:build",
    summary="Hold while a fast moving average is above a slow one.",
)

PYTHON = Plugin(
    kind=Kind.STRATEGY,
    name="python",
    api=API_VERSION,
    config="realtrade.strategies.python_config:PythonConfig",
    build="realtrade.strategies.python:build",
    summary="Run any bt.Strategy class of your own.",
)

RULES = Plugin(
    kind=Kind.STRATEGY,
    name="rules",
    api=API_VERSION,
    config="realtrade.strategies.rules.config:RulesConfig",
    build="realtrade.strategies.rules.strategy:build",
    summary="Trade by conditions written in the recipe, without code.",
)

MACD = Plugin(
    kind=Kind.STRATEGY,
    name="macd",
    api=API_VERSION,
    config="realtrade.strategies.trend.macd_config:MacdConfig",
    build="realtrade.strategies.trend.macd:build",
    summary="Hold while the MACD is above its signal line.",
)

SUPERTREND = Plugin(
    kind=Kind.STRATEGY,
    name="supertrend",
    api=API_VERSION,
    config="realtrade.strategies.trend.supertrend_config:SupertrendConfig",
    build="realtrade.strategies.trend.supertrend:build",
    summary="Follow the SuperTrend line from side to side.",
)

DONCHIAN = Plugin(
    kind=Kind.STRATEGY,
    name="donchian",
    api=API_VERSION,
    config="realtrade.strategies.trend.donchian_config:DonchianConfig",
    build="realtrade.strategies.trend.donchian:build",
    summary="Buy new highs, leave at new lows.",
)

ADX_TREND = Plugin(
    kind=Kind.STRATEGY,
    name="adx_trend",
    api=API_VERSION,
    config="realtrade.strategies.trend.adx_trend_config:AdxTrendConfig",
    build="realtrade.strategies.trend.adx_trend:build",
    summary="Go with the direction while the trend is strong.",
)

BOLLINGER = Plugin(
    kind=Kind.STRATEGY,
    name="bollinger",
    api=API_VERSION,
    config="realtrade.strategies.mean_reversion.bollinger_config:BollingerConfig",
    build="realtrade.strategies.mean_reversion.bollinger:build",
    summary="Buy when the price comes back into its Bollinger bands from below.",
)

RSI_REVERSION = Plugin(
    kind=Kind.STRATEGY,
    name="rsi_reversion",
    api=API_VERSION,
    config="realtrade.strategies.mean_reversion.rsi_reversion_config:RsiReversionConfig",
    build="realtrade.strategies.mean_reversion.rsi_reversion:build",
    summary="Buy what the RSI calls oversold.",
)

ZSCORE = Plugin(
    kind=Kind.STRATEGY,
    name="zscore",
    api=API_VERSION,
    config="realtrade.strategies.mean_reversion.zscore_config:ZscoreConfig",
    build="realtrade.strategies.mean_reversion.zscore:build",
    summary="Buy what is unusually far below its average.",
)

PAIRS = Plugin(
    kind=Kind.STRATEGY,
    name="pairs",
    api=API_VERSION,
    config="realtrade.strategies.mean_reversion.pairs_config:PairsConfig",
    build="realtrade.strategies.mean_reversion.pairs:build",
    summary="Sell what has become dear against its partner, buy the partner.",
)

RSI_MOMENTUM = Plugin(
    kind=Kind.STRATEGY,
    name="rsi_momentum",
    api=API_VERSION,
    config="realtrade.strategies.momentum.rsi_momentum_config:RsiMomentumConfig",
    build="realtrade.strategies.momentum.rsi_momentum:build",
    summary="Buy strength by the RSI, leave when it is gone.",
)

ROC_RANK = Plugin(
    kind=Kind.STRATEGY,
    name="roc_rank",
    api=API_VERSION,
    config="realtrade.strategies.momentum.roc_rank_config:RocRankConfig",
    build="realtrade.strategies.momentum.roc_rank:build",
    summary="Hold the symbols that have risen most, and rotate.",
)

VOLUME_BREAKOUT = Plugin(
    kind=Kind.STRATEGY,
    name="volume_breakout",
    api=API_VERSION,
    config="realtrade.strategies.momentum.volume_breakout_config:VolumeBreakoutConfig",
    build="realtrade.strategies.momentum.volume_breakout:build",
    summary="Buy new highs that come with unusual volume.",
)

DCA_SCHEDULE = Plugin(
    kind=Kind.STRATEGY,
    name="dca_schedule",
    api=API_VERSION,
    config="realtrade.strategies.dca.dca_schedule_config:DcaScheduleConfig",
    build="realtrade.strategies.dca.dca_schedule:build",
    summary="Buy the same amount at regular intervals.",
)

DCA_DROP = Plugin(
    kind=Kind.STRATEGY,
    name="dca_drop",
    api=API_VERSION,
    config="realtrade.strategies.dca.dca_drop_config:DcaDropConfig",
    build="realtrade.strategies.dca.dca_drop:build",
    summary="Buy more each time the price has dropped further.",
)

FIXED_GRID = Plugin(
    kind=Kind.STRATEGY,
    name="fixed_grid",
    api=API_VERSION,
    config="realtrade.strategies.grid.fixed_grid_config:FixedGridConfig",
    build="realtrade.strategies.grid.fixed_grid:build",
    summary="Buy on each line of a fixed grid, sell one line higher.",
)

ATR_GRID = Plugin(
    kind=Kind.STRATEGY,
    name="atr_grid",
    api=API_VERSION,
    config="realtrade.strategies.grid.atr_grid_config:AtrGridConfig",
    build="realtrade.strategies.grid.atr_grid:build",
    summary="A grid with steps as wide as the market moves, which follows it when it is out.",
)

VOTE = Plugin(
    kind=Kind.STRATEGY,
    name="vote",
    api=API_VERSION,
    config="realtrade.strategies.composite.vote_config:VoteConfig",
    build="realtrade.strategies.composite.vote:build",
    summary="Hold the side that enough of several strategies would hold.",
)

REGIME = Plugin(
    kind=Kind.STRATEGY,
    name="regime",
    api=API_VERSION,
    config="realtrade.strategies.composite.regime_config:RegimeConfig",
    build="realtrade.strategies.composite.regime:build",
    summary="Trade by one strategy or another, as the market is.",
)

MULTI_TIMEFRAME = Plugin(
    kind=Kind.STRATEGY,
    name="multi_timeframe",
    api=API_VERSION,
    config="realtrade.strategies.composite.multi_timeframe_config:MultiTimeframeConfig",
    build="realtrade.strategies.composite.multi_timeframe:build",
    summary="Trade on short bars only with what longer bars say.",
)
