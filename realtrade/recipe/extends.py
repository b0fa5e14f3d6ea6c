"""`extends`: local files laid below a recipe, found in its own folder and nowhere else."""

from __future__ import annotations

import os.path
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from realtrade.recipe.findings import shown
from realtrade.recipe.merge import merge_recipes, without
from realtrade.recipe.source import Unreadable, read_source
from realtrade.recipe.tree import Items, Map, Node, Place, Scalar
from realtrade.recipe.yaml_reader import read_tree

if TYPE_CHECKING:
    from realtrade.recipe.findings import Findings

MAX_FILES = 10


class Layers:
    """A recipe file and everything it extends, merged; later bases win over earlier ones."""

    def __init__(self, path: Path, findings: Findings) -> None:
        self._findings = findings
        self._root = path.parent
        self._path = path
        self._files = 0

    def read(self) -> Map | None:
        """Return the merged tree, or None when the recipe's own file cannot be read."""
        start = Place(str(self._path), 1, 1)
        if "\0" in str(self._path):
            self._findings.add("RT701", "this is not a file name", start)
            return None
        self._root = Path(os.path.realpath(self._path.parent))
        real = Path(os.path.realpath(self._path))
        own = self._read_file(real, start.file, start)
        return None if own is None else self._merged(own, PurePosixPath(), (real,))

    def _merged(self, tree: Map, folder: PurePosixPath, chain: tuple[Path, ...]) -> Map:
        result: Map | None = None
        for entry in self._names(tree):
            base = self._base(entry, folder, chain)
            if base is not None:
                result = merge_recipes(result, base) if result else base
        own = without(tree, "extends")
        return merge_recipes(result, own) if result else own

    def _names(self, tree: Map) -> list[Scalar]:
        node = tree.get("extends")
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return []
        nodes: tuple[Node, ...] = node.items if isinstance(node, Items) else (node,)
        names = [one for one in nodes if isinstance(one, Scalar) and isinstance(one.value, str)]
        for one in nodes:
            if one not in names:
                hint = "such as [./_base/house-rules.yaml]"
                self._say("RT203", "expected names of local files", one.place, hint)
        return names

    def _base(self, name: Scalar, folder: PurePosixPath, chain: tuple[Path, ...]) -> Map | None:
        text = str(name.value)
        inside = self._inside(text, folder, name.place)
        if inside is None:
            return None
        real = Path(os.path.realpath(self._root / inside))
        if not real.is_relative_to(self._root):
            self._say("RT703", f"'{shown(text)}' is outside the recipe's folder", name.place)
            return None
        if real in chain:
            names = " → ".join(path.name for path in (*chain[chain.index(real) :], real))
            self._say("RT704", f"files extend each other in a circle: {names}", name.place)
            return None
        file = str(PurePosixPath(os.path.normpath(self._path.parent / inside)))
        tree = self._read_file(real, file, name.place)
        return None if tree is None else self._merged(tree, inside.parent, (*chain, real))

    def _inside(self, text: str, folder: PurePosixPath, place: Place) -> PurePosixPath | None:
        name = PurePosixPath(text)
        foreign = name.is_absolute() or "\\" in text or ":" in text or text.startswith("~")
        if foreign or name.suffix not in (".yaml", ".yml"):
            hint = "write a relative path to a .yaml file, such as ./_base/rules.yaml"
            self._say("RT703", f"'{shown(text)}' cannot be extended", place, hint)
            return None
        inside = PurePosixPath(os.path.normpath(folder / name))
        if inside.parts[:1] == ("..",):
            self._say("RT703", f"'{shown(text)}' is outside the recipe's folder", place)
            return None
        return inside

    def _read_file(self, real: Path, file: str, asked: Place) -> Map | None:
        self._files += 1
        if self._files > MAX_FILES:
            message = f"the recipe extends more than {MAX_FILES} files, counted each time"
            self._say("RT705", message, asked)
            return None
        try:
            source = read_source(real, file)
        except Unreadable as error:
            missing = error.code == "RT701"
            place = asked if missing else Place(file, error.line, error.column)
            message = f"{shown(file)}: {error.message}" if missing else error.message
            self._findings.add(
                error.code, message, place, loc=("extends",) if asked.file != file else ()
            )
            return None
        return read_tree(source, self._findings)

    def _say(self, code: str, message: str, place: Place, hint: str = "") -> None:
        self._findings.add(code, message, place, loc=("extends",), hint=hint)
