"""Which proxy a connection goes through: said in the recipe, or the system's own."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

_SCHEMES = {"ws": "http", "wss": "https"}


def proxy_for(url: str, setting: str) -> str | None:
    """Return the proxy to reach `url` through, or None for none.

    Args:
        url: an http, https, ws or wss address.
        setting: `none`, `auto` for the system's, or a proxy's address. What this machine says to
            itself never goes through the system's proxy.
    """
    if setting == "none":
        return None
    if setting != "auto":
        return setting
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_loopback(host) or proxy_bypass(host):
        return None
    known = getproxies()
    found = known.get(_SCHEMES.get(parts.scheme, parts.scheme)) or known.get("all")
    return _with_scheme(found) if found else None


def _with_scheme(address: str) -> str:
    address = address.replace("socks://", "socks5h://", 1)
    return address if "://" in address else f"http://{address}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
