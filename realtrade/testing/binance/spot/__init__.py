"""The spot dialect: `/api/v3`, the little of `/sapi` that clients need, its user stream."""
