"""Ids that stay: clusters find the ids that their members had, and whoever is new gets one from the content."""

import collections
import hashlib
import re
import unicodedata
from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
_SPLIT_SHARE = 0.2
"""A part that got fewer of an id's members is not offered as a choice."""


def slug_of(name: str) -> str:
    """A name as it stands in addresses: `Ali al-Khamenei` is `ali-al-khamenei`; never empty."""
    letters = unicodedata.normalize("NFKD", name.casefold()).replace("’", "").replace("'", "")
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return "-".join(re.findall(r"[^\W_]+", plain))[:80].strip("-") or "speaker"


def new_id(name: str, *, hints: Sequence[str], anchor: str, taken: Container[str]) -> str:
    """An id for somebody new: the slug; where it is taken, with an office or place, else with digits of a digest.

    `anchor` says who it is in a way that no other person shares, so that the digits follow from content alone.
    """
    slug = slug_of(name)
    if slug not in taken:
        return slug
    for hint in hints:
        made = f"{slug}-{slug_of(hint)}"
        if made not in taken:
            return made
    digest = hashlib.sha256(anchor.encode("utf-8", "surrogatepass")).hexdigest()
    for length in range(4, len(digest) + 1):
        made = f"{slug}-{digest[:length]}"
        if made not in taken:
            return made
    raise AssertionError("two people with one anchor")


@dataclass(frozen=True, slots=True)
class Matched:
    """Which cluster, by its number, keeps which id; and what became of ids that no cluster keeps as a whole."""

    ids: dict[int, str] = field(default_factory=dict)
    merged: dict[str, int] = field(default_factory=dict)
    """An id that is gone -> the cluster that took most of its members."""
    split: dict[str, list[int]] = field(default_factory=dict)
    """An id that stays -> clusters without an id of their own that took a good part of its members."""


def match(clusters: Sequence[Iterable[Key]], before: Mapping[Key, str]) -> Matched:
    """Old ids for new clusters by the overlap of their members, the largest first; ties by the id's letters."""
    votes: dict[tuple[int, str], int] = collections.Counter()
    for number, members in enumerate(clusters):
        for member in members:
            if member in before:
                votes[number, before[member]] += 1
    made = Matched()
    kept: set[str] = set()
    for (number, old), _ in sorted(votes.items(), key=lambda v: (-v[1], v[0][1], v[0][0])):
        if number not in made.ids and old not in kept:
            made.ids[number] = old
            kept.add(old)
    total: collections.Counter[str] = collections.Counter()
    for (_, old), count in votes.items():
        total[old] += count
    for (number, old), count in sorted(votes.items(), key=lambda v: (-v[1], v[0][0])):
        if old not in kept:
            made.merged.setdefault(old, number)
        elif number not in made.ids and count >= _SPLIT_SHARE * total[old]:
            made.split.setdefault(old, []).append(number)
    return made
