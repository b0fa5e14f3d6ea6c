"""Any exchange that ccxt knows and nobody has written a dialect for: bars by polling, no orders."""
