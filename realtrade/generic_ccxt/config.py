"""Settings of the `ccxt` exchange."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from realtrade.plugins.config import PluginConfig


class CcxtConfig(PluginConfig):
    """Any exchange that ccxt knows, for its bars.

    Closed bars are asked for over REST, a second or two after they end. Orders are simulated: what
    an exchange does with them has to be known exactly before real ones are sent, and that is what
    a dialect such as `binance` is for.

    Example:
        ```yaml
        exchange: {type: ccxt, id: kraken}
        ```
    """

    type: Literal["ccxt"] = "ccxt"
    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{2,40}$")]
    """Name of the exchange as ccxt writes it, such as `kraken` or `okx`."""
    market: Literal["spot", "swap"] = "spot"
    """`spot`, or `swap` for linear perpetuals."""
    proxy: Annotated[
        str, Field(pattern=r"^(auto|none|(https?|socks5h?)://[A-Za-z0-9.\[\]:-]{1,253}/?)$")
    ] = "auto"
    """`auto` for the system's, `none`, or its address."""
    endpoints: Annotated[str | None, Field(pattern=r"^https?://[A-Za-z0-9.\[\]:-]{1,253}/?$")] = (
        None
    )
    """A gateway used instead of the exchange; its documented paths begin there."""
