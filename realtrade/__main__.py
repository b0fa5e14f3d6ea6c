"""`python -m realtrade` is the `realtrade` command."""

from __future__ import annotations

from realtrade.cli import main

if __name__ == "__main__":
    main()
