"""strategies/trend."""
