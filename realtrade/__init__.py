"""Live trading as code: a validated recipe becomes a running bot."""
