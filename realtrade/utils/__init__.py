"""What every floor may use and nothing else: clock, timeframes, backoff, logs and redaction."""
