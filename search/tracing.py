"""The versions of a quotation as a ladder: the earliest first, each compared word by word with the fullest.

All of it is made of the versions as the engine gives them; nothing here reads the index.
"""

import dataclasses
import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from rapidfuzz.distance import Levenshtein

from index.variants.witnesses import sketches, witnesses
from search.results import Hit

Change: TypeAlias = Literal["same", "left_out", "put_in"]
Relation: TypeAlias = Literal["fullest", "same", "shorter", "longer", "altered", "reported"]

_MOST = 25_000_000
"""Words of one times words of the other that are aligned; beyond, the one stands for the other as a whole."""
_BRIDGE = 3
"""Letters of a lone word in common that, between two changed stretches, is no more than chance."""
_WORD = re.compile(r"[^\s—–]+[—–]*|[—–]+")


class Piece(NamedTuple):
    """A stretch of a comparison: in both, left out of this version, or put in by it."""

    change: Change
    text: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version: how it stands to the fullest, word by word, and which report it belongs to.

    `changes` put together are this version where `left_out` is skipped, and the fullest where `put_in` is; white space
    between words is one blank. Versions with the same `report` are copies of one text or from one outlet.
    """

    quotation: Hit
    relation: Relation
    changes: tuple[Piece, ...]
    left_out: int
    """Words of the fullest that this one lacks."""
    put_in: int
    """Words that the fullest lacks."""
    report: int
    """Independent reports are numbered from 1 in order of their first version."""
    copies: int | None
    """The place, from 0, of the version that this one copies to the letter, being of the same report; else None."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The versions of one quotation, the earliest first, undated ones last."""

    id: str
    """Of the group, as in a quotation's `variants`."""
    count: int
    """How many there are; `versions` may be fewer."""
    reports: int
    """How many independent reports the whole group has."""
    outlets: int
    """How many outlets those that are shown are from."""
    fullest: str
    """The quotation that the others are compared with."""
    versions: tuple[Version, ...]
    more: bool


def trace(asked: Hit, known: Sequence[Hit], most: int) -> Trace:
    """The ladder of a quotation, of the earliest versions that are `known`; its own rung is always among them."""
    hits = list(known[:most])
    if all(hit.id != asked.id for hit in hits):
        hits = sorted([*hits[: most - 1], asked], key=lambda hit: (hit.article.date is None, hit.article.date or ""))
    full = min(hits, key=lambda hit: (hit.kind == "indirect", -len(words(hit.text))))
    reports = _reports(hits)
    firsts: dict[tuple[int, str], int] = {}
    found = []
    for place, (hit, report) in enumerate(zip(hits, reports, strict=True)):
        first = firsts.setdefault((report, " ".join(_keys(words(hit.text)))), place)
        changes = compare(full.text, hit.text)
        left_out, put_in = (_count(changes, change) for change in ("left_out", "put_in"))
        found.append(
            Version(
                quotation=hit,
                relation=_relation(hit, full, left_out, put_in),
                changes=changes,
                left_out=left_out,
                put_in=put_in,
                report=report + 1,
                copies=first if first != place else None,
            )
        )
    return Trace(
        id=asked.variants.id,
        count=asked.variants.count,
        reports=asked.variants.witnesses if asked.variants.count > len(hits) else max(reports) + 1,
        outlets=len({hit.article.source for hit in hits if hit.article.source}),
        fullest=full.id,
        versions=tuple(found),
        more=asked.variants.count > len(hits),
    )


def compare(full: str, other: str) -> tuple[Piece, ...]:
    """What a version keeps of the fullest, leaves out and puts in. Capitals and marks are no difference."""
    old, new = words(full), words(other)
    if len(old) * len(new) > _MOST and old != new:
        return _pieces([("left_out", old), ("put_in", new)])
    runs: list[tuple[bool, list[str], list[str]]] = []
    for code in Levenshtein.opcodes(_keys(old), _keys(new)):
        same = code.tag == "equal"
        here = old[code.src_start : code.src_end], new[code.dest_start : code.dest_end]
        if runs and runs[-1][0] == same:
            runs[-1][1].extend(here[0])
            runs[-1][2].extend(here[1])
        else:
            runs.append((same, *here))
    merged: list[tuple[bool, list[str], list[str]]] = []
    for place, (same, left, right) in enumerate(runs):
        if same and len(right) == 1 and len(_key(right[0])) <= _BRIDGE and _replaced(runs, place):
            same = False
        if merged and merged[-1][0] == same:
            merged[-1][1].extend(left)
            merged[-1][2].extend(right)
        else:
            merged.append((same, left, right))
    pairs: list[tuple[Change, list[str]]] = []
    for same, left, right in merged:
        # What is the same is shown as this version writes it.
        pairs += [("same", right)] if same else [("left_out", left), ("put_in", right)]
    return _pieces(pairs)


def words(text: str) -> list[str]:
    """The words of a text with the marks at them, cut at blanks and behind dashes; marks alone go with a neighbour."""
    found: list[str] = []
    front = ""
    for match in _WORD.finditer(text):
        if _key(match[0]):
            found.append(front + match[0])
            front = ""
        elif found:
            found[-1] += f" {match[0]}" if text[match.start() - 1].isspace() else match[0]
        else:
            front += f"{match[0]} " if text[match.end() : match.end() + 1].isspace() else match[0]
    return found or ([front.rstrip()] if front else [])


def _key(word: str) -> str:
    return "".join(filter(str.isalnum, word)).casefold()


def _keys(found: Iterable[str]) -> list[str]:
    return [_key(word) for word in found]


def _replaced(runs: Sequence[tuple[bool, list[str], list[str]]], place: int) -> bool:
    """Whether other words stand on both sides of a run in place of the fullest's, several of them."""
    around = runs[place - 1] if place else None, runs[place + 1] if place + 1 < len(runs) else None
    return all(one is not None and len(one[1]) > 1 and len(one[2]) > 1 for one in around)


def _pieces(pairs: Iterable[tuple[Change, Sequence[str]]]) -> tuple[Piece, ...]:
    return tuple(Piece(change, " ".join(found)) for change, found in pairs if found)


def _count(changes: Iterable[Piece], change: Change | str) -> int:
    return sum(len(words(piece.text)) for piece in changes if piece.change == change)


def _relation(hit: Hit, full: Hit, left_out: int, put_in: int) -> Relation:
    if hit.id == full.id:
        return "fullest"
    if hit.kind == "indirect" and full.kind != "indirect":
        return "reported"
    if left_out and put_in:
        return "altered"
    if left_out:
        return "shorter"
    return "longer" if put_in else "same"


def _reports(hits: Sequence[Hit]) -> list[int]:
    """Which report each is of, as the settled archive tells: by outlet, article and the reporter's words around."""
    sketched = sketches([(hit.before, hit.after) for hit in hits])
    same = [[("article", hit.article.id), *_outlet(hit)] for hit in hits]
    return witnesses(sketched, same)


def _outlet(hit: Hit) -> list[tuple[str, str]]:
    return [("outlet", hit.article.source)] if hit.article.source else []
