"""The simulated exchange itself: accounts, orders, matching, prices. It knows no wire protocol."""
