"""Binance's error answers, and what each refusal of the exchange is called on each market."""

from __future__ import annotations

from realtrade.testing.exchange.refusal import Reason


class ApiError(Exception):
    """An answer `{"code": …, "msg": …}` with an HTTP status."""

    def __init__(
        self, code: int, msg: str, status: int = 400, *, retry_after: int | None = None
    ) -> None:
        super().__init__(msg)
        self.code = code
        self.msg = msg
        self.status = status
        self.retry_after = retry_after

    def body(self) -> dict[str, object]:
        """Return the answer's JSON."""
        return {"code": self.code, "msg": self.msg}


SPOT: dict[Reason, tuple[int, str]] = {
    Reason.UNKNOWN_SYMBOL: (-1121, "Invalid symbol."),
    Reason.UNKNOWN_ORDER: (-2013, "Order does not exist."),
    Reason.NOTHING_TO_CANCEL: (-2011, "Unknown order sent."),
    Reason.DUPLICATE: (-2010, "Duplicate order sent."),
    Reason.FUNDS: (-2010, "Account has insufficient balance for requested action."),
    Reason.WOULD_TAKE: (-2010, "Order would immediately match and take."),
    Reason.WOULD_TRIGGER: (-2010, "Order would trigger immediately."),
    Reason.PAIR_PRICES: (
        -2010,
        "The relationship of the prices for the orders is not correct.",
    ),
    Reason.PRICE_STEP: (-1013, "Filter failure: PRICE_FILTER"),
    Reason.QUANTITY_STEP: (-1013, "Filter failure: LOT_SIZE"),
    Reason.QUANTITY_RANGE: (-1013, "Filter failure: LOT_SIZE"),
    Reason.NOTIONAL: (-1013, "Filter failure: NOTIONAL"),
    Reason.TOO_MANY_ORDERS: (-1013, "Filter failure: MAX_NUM_ORDERS"),
    Reason.TOO_MANY_CONDITIONAL: (-1013, "Filter failure: MAX_NUM_ALGO_ORDERS"),
    Reason.CLOSED: (-2010, "Market is closed."),
}

USDM: dict[Reason, tuple[int, str]] = {
    Reason.UNKNOWN_SYMBOL: (-1121, "Invalid symbol."),
    Reason.UNKNOWN_ORDER: (-2013, "Order does not exist."),
    Reason.NOTHING_TO_CANCEL: (-2011, "Unknown order sent."),
    Reason.DUPLICATE: (-4116, "ClientOrderId is duplicated."),
    Reason.MARGIN: (-2019, "Margin is insufficient."),
    Reason.FUNDS: (-2019, "Margin is insufficient."),
    Reason.WOULD_TAKE: (
        -5022,
        (
            "Due to the order could not be executed as maker, the Post Only order will be "
            "rejected. "
            "The order will not be recorded in the order history"
        ),
    ),
    Reason.WOULD_NOT_FILL: (
        -5021,
        (
            "Due to the order could not be filled immediately, the FOK order has been rejected. "
            "The order will not be recorded in the order history"
        ),
    ),
    Reason.WOULD_TRIGGER: (-2021, "Order would immediately trigger."),
    Reason.REDUCE_ONLY: (-2022, "ReduceOnly Order is rejected."),
    Reason.PRICE_STEP: (-4014, "Price not increased by tick size."),
    Reason.QUANTITY_STEP: (-1111, "Precision is over the maximum defined for this asset."),
    Reason.QUANTITY_RANGE: (-4003, "Quantity less than or equal to zero."),
    Reason.NOTIONAL: (
        -4164,
        "Order's notional must be no smaller than 5 (unless you choose reduce only).",
    ),
    Reason.TOO_MANY_ORDERS: (-2025, "Reach max open order limit."),
    Reason.TOO_MANY_CONDITIONAL: (-4045, "Reach max stop order limit."),
    Reason.CLOSED: (-4108, "Symbol is on delivering or delivered or settling or closed."),
}


def told(reason: Reason, *, spot: bool) -> ApiError:
    """Return the answer to a refusal on one of the markets."""
    table = SPOT if spot else USDM
    code, msg = table.get(
        reason, (-1000, "An unknown error occurred while processing the request.")
    )
    return ApiError(code, msg)


def missing(name: str) -> ApiError:
    """Return the answer to a request without a mandatory parameter."""
    return ApiError(
        -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    )


def illegal(name: str) -> ApiError:
    """Return the answer to a parameter that cannot be read."""
    return ApiError(-1130, f"Data sent for parameter '{name}' is not valid.")
