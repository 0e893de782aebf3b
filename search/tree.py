"""The tree of a query: what its parts mean, and how somebody would type them."""

import dataclasses
from collections.abc import Iterator
from typing import TypeAlias


@dataclasses.dataclass(frozen=True, slots=True)
class Everything:
    """No condition at all."""


@dataclasses.dataclass(frozen=True, slots=True)
class Word:
    """A word in any form, as typed; where the analyser sees several (`well-known`), they stand side by side."""

    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Phrase:
    """Exact words, as typed: in this order side by side, or with a slop in any order that near each other."""

    words: tuple[str, ...]
    slop: int = 0
    """How many other words may stand among them, 0 to MAX_SLOP."""

    @property
    def text(self) -> str:
        """The words with single blanks between."""
        return " ".join(self.words)


@dataclasses.dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin with `text`."""

    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class FieldFilter:
    """Quotations whose field has one of the values; a date's value is `FROM..TO`, either side may be empty."""

    field: str
    values: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class And:
    """All of two or more parts."""

    parts: tuple["Node", ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more parts."""

    parts: tuple["Node", ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Not:
    """Everything but the part."""

    part: "Node"


Node: TypeAlias = Everything | Word | Phrase | Prefix | FieldFilter | And | Or | Not
Leaf: TypeAlias = Word | Phrase | Prefix


def show(node: Node) -> str:
    """A tree as somebody would type it."""
    match node:
        case And(parts):
            return " ".join(show(part) if isinstance(part, FieldFilter) else _shown_inside(part) for part in parts)
        case Or(parts):
            return " OR ".join(map(_shown_inside, parts))
        case Not(part):
            return f"-{_shown_inside(part)}"
        case Word(text):
            return text
        case Phrase(slop=slop):
            return f'"{node.text}"' + (f"~{slop}" if slop else "")
        case Prefix(text):
            return f"{text}*"
        case FieldFilter(field, values):
            return " ".join(f'{field}:"{value}"' for value in values)
        case Everything():
            return ""


def _shown_inside(node: Node) -> str:
    many = isinstance(node, And | Or) or (isinstance(node, FieldFilter) and len(node.values) > 1)
    return f"({show(node)})" if many else show(node)


def leaves(node: Node) -> Iterator[Leaf]:
    """The words, phrases and prefixes that a match may contain: those that are not excluded."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Word() | Phrase() | Prefix():
            yield node


def filters_in(node: Node) -> Iterator[FieldFilter]:
    """The field filters of a tree, excluded ones too."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from filters_in(part)
        case Not(part):
            yield from filters_in(part)
        case FieldFilter():
            yield node
