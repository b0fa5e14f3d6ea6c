"""A gateway of any of ccxt's exchanges, before an exchange that writes down what it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from realtrade.generic_ccxt.capability import find_ways
from realtrade.generic_ccxt.gateway import CcxtGateway
from realtrade.generic_ccxt.names import Names
from realtrade.generic_ccxt.traits import traits_of
from tests.generic_ccxt.recorder import Recorder, store_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Open = Callable[..., CcxtGateway]

ACCOUNTS: dict[str, Any] = {
    "query-api": {"retCode": 0, "result": {"unified": 0, "uta": 1}},
    "account/info": {"retCode": 0, "result": {"unifiedMarginStatus": 5}},
    "account/mode": {"code": "200000", "data": {"selfAccountMode": "CLASSIC"}},
    "account/settings": {"code": "00000", "data": {}},
    "account/detail": {"key": {"mode": 1}},
}
"""What some exchanges are asked about the account before an order."""


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as running:
        running.answers.update(ACCOUNTS)
        yield running


@pytest.fixture
def gateway(recorder: Recorder) -> Iterator[Open]:
    stores = []

    def opened(name: str, market: str = "spot") -> CcxtGateway:
        store = store_of(name, market, recorder.url)
        stores.append(store)
        names = Names(traits_of(name).spelling)
        ways = find_ways(store, names, ())
        recorder.seen.clear()
        return CcxtGateway(store, names, ways)

    yield opened
    for store in stores:
        store.close()
