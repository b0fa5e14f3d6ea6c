"""The `replay` exchange: files published as live bars, through the very path live bars take."""
