"""Settings of the `ccxt` exchange."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.generic_ccxt.unfit import UNFIT
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.secret import SecretRef


class CcxtConfig(PluginConfig):
    """Any exchange that ccxt knows: bars, paper trading, and orders where that is safe.

    Closed bars are asked for over REST, a second or two after they end, and so is the account.
    Orders are market and limit ones, and what else ccxt declares of the exchange and is seen to
    leave; everything else is refused by name. An exchange that cannot be asked for an order by our
    id takes none.

    Example:
        ```yaml
        exchange:
          type: ccxt
          id: kraken
          api_key: {env: KRAKEN_KEY}
          secret: {env: KRAKEN_SECRET}
        ```
    """

    type: Literal["ccxt"] = "ccxt"
    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{2,40}$")]
    """Name of the exchange as ccxt writes it, such as `kraken` or `okx`."""
    market: Literal["spot", "swap"] = "spot"
    """`spot`, or `swap` for linear perpetuals."""
    api_key: SecretRef | None = None
    """API key; needed to trade, not for data."""
    secret: SecretRef | None = None
    """Secret of the API key."""
    password: SecretRef | None = None
    """Passphrase of the API key, where the exchange has one."""
    currency: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,12}$")] = "USDT"
    """Currency the account is kept in: cash and equity are told in it."""
    poll_s: Annotated[float, Field(ge=0.2, le=60)] = 2.0
    """Seconds between two looks at the account."""
    proxy: Annotated[
        str, Field(pattern=r"^(auto|none|(https?|socks5h?)://[A-Za-z0-9.\[\]:-]{1,253}/?)$")
    ] = "auto"
    """`auto` for the system's, `none`, or its address."""
    endpoints: Annotated[str | None, Field(pattern=r"^https?://[A-Za-z0-9.\[\]:-]{1,253}/?$")] = (
        None
    )
    """A gateway used instead of the exchange; its documented paths begin there."""

    @model_validator(mode="after")
    def _key_and_secret(self) -> Self:
        if (self.api_key is None) is not (self.secret is None):
            message = "api_key and secret go together: give both or neither"
            raise PydanticCustomError("realtrade_pair", message)
        return self

    def no_orders(self) -> str | None:
        """Return why this exchange takes no real orders, as far as can be told without asking."""
        lacks = UNFIT.get(self.id)
        return None if lacks is None else f"ccxt has no {lacks} of '{self.id}'"
