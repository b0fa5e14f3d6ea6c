"""What `realtrade new` writes: files from templates, never over anything that is there."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.resources import files
from keyword import iskeyword
from string import Template
from sysconfig import get_path
from typing import TYPE_CHECKING

from realtrade.cli.exits import ExitCode, Failure
from realtrade.cli.sample import sample_csv

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAME = re.compile(r"[a-z](?:[a-z0-9]|[-_](?=[a-z0-9])){0,40}", re.ASCII)
_DATA = "data/sample-1h.csv"

LAYOUTS: Mapping[str, Mapping[str, str]] = {
    "recipe": {"$slug.yaml": "recipe/recipe.yaml"},
    "strategy": {"$slug.yaml": "strategy/recipe.yaml", "$module.py": "strategy/strategy.py"},
    "plugin": {
        "pyproject.toml": "plugin/pyproject.toml",
        "README.md": "plugin/README.md",
        "$slug.yaml": "plugin/recipe.yaml",
        "realtrade_$module/__init__.py": "plugin/init.py",
        "realtrade_$module/rule.py": "plugin/rule.py",
        "tests/test_rule.py": "plugin/tests/test_rule.py",
    },
}
"""What each scaffold writes: file to template, both below their own folder."""


@dataclass(frozen=True, slots=True)
class Names:
    """One name in the spellings that files need."""

    slug: str
    """`my-bot`: recipes and distributions."""
    module: str
    """`my_bot`: modules and plugins."""

    @classmethod
    def of(cls, text: str) -> Names:
        """Read a name.

        Raises:
            Failure: it cannot be the name of a recipe and of a module.
        """
        if not _NAME.fullmatch(text) or iskeyword(text):
            msg = f"'{text}' cannot be used as a name"
            hint = "write small letters, digits and single dashes, a letter first, such as my-bot"
            raise Failure(msg, ExitCode.USAGE, hint=hint)
        return cls(text.replace("_", "-"), text.replace("-", "_"))

    @property
    def spellings(self) -> dict[str, str]:
        """What templates may write: `$slug`, `$module`, `$name`, `$camel`."""
        camel = "".join(part.capitalize() for part in self.module.split("_"))
        return {"slug": self.slug, "module": self.module, "name": self.module, "camel": camel}


def refuse_taken_module(names: Names) -> None:
    """Refuse a strategy whose file would hide a module that exists.

    Raises:
        Failure: the name is taken.
    """
    taken = names.module in sys.stdlib_module_names or names.module == "realtrade"
    if taken or PathFinder.find_spec(names.module, [get_path("purelib"), get_path("platlib")]):
        msg = f"a file {names.module}.py would hide the Python module '{names.module}'"
        raise Failure(msg, ExitCode.USAGE, hint=f"choose another name, such as my-{names.slug}")


def planned(kind: str, names: Names) -> dict[str, str]:
    """Return what a scaffold consists of: relative path to text."""
    folder = files("realtrade.cli") / "scaffolds"
    plan = {
        Template(target).substitute(names.spellings): Template(
            (folder / f"{template}.tmpl").read_text("utf-8")
        ).substitute(names.spellings)
        for target, template in LAYOUTS[kind].items()
    }
    return plan | {_DATA: sample_csv()}


def write(plan: Mapping[str, str], folder: Path) -> list[Path]:
    """Write all files of a plan, or none; a file that is there already with this text may stay.

    Raises:
        Failure: a file with another text is in the way.
    """
    targets = {folder / name: text.encode() for name, text in plan.items()}
    for path, content in targets.items():
        if path.exists() and not (path.is_file() and path.read_bytes() == content):
            msg = f"{path} is there already; nothing was written"
            raise Failure(msg, ExitCode.USAGE, hint="choose another name, or another --out")
    for path, content in targets.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return list(targets)
