"""What the HTML pages share: templates, scripts that may run, the look."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from plotly.offline import get_plotlyjs

if TYPE_CHECKING:
    from jinja2 import Template


def template(name: str) -> Template:
    """Return a template; what it shows is escaped unless it says otherwise."""
    environment = Environment(
        loader=PackageLoader("realtrade.monitor", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def scripts_of(page: str) -> dict[str, str]:
    """Return the scripts of a page: the guard, plotly.js, and the page's own file."""
    return {
        "guard": page_file("guard.js"),
        "plotly": get_plotlyjs(),
        "page": page_file(page),
    }


def page_file(name: str) -> str:
    """Return the text of a file beside the templates."""
    return resources.files("realtrade.monitor").joinpath("page", name).read_text("utf-8")


def script_hash(script: str) -> str:
    """Return what a Content-Security-Policy allows a script by."""
    return b64encode(sha256(script.encode()).digest()).decode()
