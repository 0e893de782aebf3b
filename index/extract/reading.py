"""What the network makes of a page: who is named where, and whom a word may stand for. Tokens throughout."""

from dataclasses import dataclass, field
from typing import Literal

from index.extract.draft import Attribution

RunKind = Literal["person", "organization", "place", "other"]


@dataclass(frozen=True, slots=True)
class NameRun:
    """A name at tokens [first, stop) as the network sees it, titles left out ("Mr. [Khan]")."""

    first: int
    stop: int
    kind: RunKind
    certainty: float
    """0 to 1: the mean probability of its tokens being this kind of name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One page as the network reads it."""

    attributions: list[Attribution] = field(default_factory=list)
    names: list[NameRun] = field(default_factory=list)
    antecedents: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    """For the head (last token) of a pronoun or a description: last tokens of name runs that it may stand for, before
    or after it, each with its probability, likeliest first; what is missing to 1 is nobody named near."""
