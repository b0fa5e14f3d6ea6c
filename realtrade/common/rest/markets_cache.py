"""Keep what an exchange lists on disk for a while, so that a start need not load megabytes."""

from __future__ import annotations

import json
import os
import tempfile
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from realtrade.common.rest.listing import Listing
from realtrade.model.instrument import Instrument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.utils.clock import Clock

_FORMAT = 1
_MONEY = ("tick", "lot", "min_quantity", "min_notional", "contract_size")


class MarketsCache:
    """A JSON file of listings with the time it was written. A bad file counts as none."""

    def __init__(self, path: Path, clock: Clock, *, max_age_s: float = 3_600.0) -> None:
        self._path = path
        self._clock = clock
        self._max_age_ms = max_age_s * 1000

    def load(self) -> list[Listing] | None:
        """Return the listings, or None when there are none that are young enough."""
        try:
            told = json.loads(self._path.read_text("utf-8"))
            age_ms = self._clock.now_ms() - told["saved_ms"]
            if told["format"] != _FORMAT or not 0 <= age_ms <= self._max_age_ms:
                return None
            return [_listing(row) for row in told["listings"]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, InvalidOperation):
            return None

    def save(self, listings: Sequence[Listing]) -> None:
        """Replace the file, whole or not at all; a disk that takes nothing is no error."""
        told = {
            "format": _FORMAT,
            "saved_ms": self._clock.now_ms(),
            "listings": [_row(listing) for listing in listings],
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".new")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(told, stream, separators=(",", ":"))
            Path(name).replace(self._path)
        except OSError:
            return


def _row(listing: Listing) -> dict[str, Any]:
    one = listing.instrument
    names = {"symbol": one.symbol, "base": one.base, "quote": one.quote, "market": one.market}
    return {
        **names,
        **{name: str(getattr(one, name)) for name in _MONEY},
        "id": listing.id,
        "active": listing.active,
        "max": [str(listing.max_quantity), str(listing.max_market_quantity)],
        "types": sorted(listing.types),
        "trailing": listing.trailing,
    }


def _listing(row: dict[str, Any]) -> Listing:
    most, most_at_market = (Decimal(text) for text in row["max"])
    if row["market"] not in ("spot", "swap"):
        raise ValueError(row["market"])
    instrument = Instrument(
        row["symbol"],
        row["base"],
        row["quote"],
        row["market"],
        **{name: Decimal(row[name]) for name in _MONEY},
    )
    return Listing(
        instrument=instrument,
        id=row["id"],
        active=row["active"],
        max_quantity=most,
        max_market_quantity=most_at_market,
        types=frozenset(row["types"]),
        trailing=row["trailing"],
    )
