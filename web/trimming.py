"""`fields=`: answers whose results hold only what was asked for."""

import dataclasses
import types
import typing
from collections.abc import Iterable
from typing import Any, TypeAlias

from search.errors import RequestError
from search.results import Hit, ResultPage

Tree: TypeAlias = dict[str, "Tree"]
"""Names, and the names in what they hold; nothing below what is kept whole."""


def _names_in(shape: type) -> Tree:
    """The fields of a dataclass, and of the dataclasses that they are."""
    hints = typing.get_type_hints(shape)
    found: Tree = {}
    for field in dataclasses.fields(shape):
        inner = hints[field.name]
        if isinstance(inner, types.UnionType):
            inner = next((one for one in typing.get_args(inner) if dataclasses.is_dataclass(one)), inner)
        found[field.name] = _names_in(inner) if isinstance(inner, type) and dataclasses.is_dataclass(inner) else {}
    return found


_KNOWN = _names_in(Hit)


def _dotted(tree: Tree, before: str = "") -> Iterable[str]:
    for name, inner in tree.items():
        yield before + name
        yield from _dotted(inner, f"{before}{name}.")


NAMES: tuple[str, ...] = tuple(_dotted(_KNOWN))
"""All that `fields` takes: `text`, `speaker`, `speaker.name` …"""


def wanted(names: Iterable[str]) -> Tree:
    """What these dotted names ask for, in the order of an answer. RequestError naming one that there is not."""
    asked = set(names)
    if strangers := sorted(asked.difference(NAMES)):
        near = strangers[0].split(".")[0]
        takes = ", ".join(one for one in NAMES if one.split(".")[0] == near) or ", ".join(_KNOWN)
        raise RequestError("fields", f"results have no '{strangers[0]}'; there are: {takes}")
    return _kept(_KNOWN, asked, "")


def _kept(tree: Tree, asked: set[str], before: str) -> Tree:
    found: Tree = {}
    for name, inner in tree.items():
        dotted = before + name
        if dotted in asked:
            found[name] = {}
        elif below := _kept(inner, asked, f"{dotted}."):
            found[name] = below
    return found


def trimmed(page: ResultPage, tree: Tree) -> dict[str, Any]:
    """The answer as a JSON value, its results cut down to `tree`."""
    whole = {field.name: getattr(page, field.name) for field in dataclasses.fields(page)}
    return whole | {"results": [_cut(hit, tree) for hit in page.results]}


def _cut(value: Any, tree: Tree) -> Any:
    if not tree or value is None:
        return value
    return {name: _cut(getattr(value, name), inner) for name, inner in tree.items()}
