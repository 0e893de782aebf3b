"""Corrections: a person's word over the extractor's, kept for ever; what is in force, and what it does to an article.

The ledger is append-only: a mistake is put right by an `undo`, which can be undone in turn. A correction of a quotation
remembers where its words stood, so that it finds them again when the extractor has moved their ends.

What holds depends on what the lines say and when they were made, not on their numbers, which each ledger gives by
itself: so two ledgers that took each other's lines in agree.
"""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from index.errors import UsageError
from index.records import Quotation, Span, SpeakerType

Action: TypeAlias = Literal["speaker", "merge", "split", "rename", "undo"]
"""speaker: these words are somebody else's. merge: two people of the collection are one. split: what some articles give
to a person is somebody else's. rename: a person is shown by another name. undo: an earlier correction no longer holds.
"""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One line of the ledger."""

    number: int
    """From 1 on, in the order in which they were made."""
    at: str
    """When, UTC, ISO 8601, to the microsecond; later than every line that was known then."""
    who: str
    why: str
    action: Action
    subject: str
    """speaker: a quotation's id; merge, split, rename: a person's id; undo: the number of what it undoes."""
    value: str | None = None
    """speaker: a name, or None for nobody; merge: the id of the person who stays; split, rename: a name."""
    person: str | None = None
    """speaker: the id of the person who is meant, where the editor chose one of the collection; split: of the new one.
    """
    type: SpeakerType = "person"
    """speaker, split: what kind of speaker that is."""
    article: str | None = None
    """speaker: the quotation's article."""
    content: tuple[Span, ...] = ()
    """speaker: where the quotation's words stood then."""
    text: str | None = None
    """speaker: sha256 (hex) of the article's text then."""
    parts: tuple[tuple[str, str], ...] = ()
    """split: (article's id, the name there) of what goes to somebody else."""
    entry: str = ""
    """Which line it is, in every ledger that has it: 32 hex digits."""


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """How a line stands: it holds, or another one keeps it from that."""

    how: Literal["holds", "undone", "replaced", "circle"]
    """An undo holds until it is undone; circle: with earlier merges it would make people one another."""
    by: int | None = None
    """The number of the line that undid or replaced it."""

    @property
    def holds(self) -> bool:
        """Whether it does something."""
        return self.how == "holds"


def order_of(one: Correction) -> tuple[str, str, str, int]:
    """What the lines of any ledger are sorted by: when, by whom, and which."""
    return one.at, one.who, one.entry, one.number


def topic_of(one: Correction) -> tuple[str, ...]:
    """What a correction is about: of several about the same the last one holds."""
    return one.action, one.subject, one.person or "" if one.action == "split" else ""


def standings(corrections: Iterable[Correction]) -> dict[int, Standing]:
    """How each line stands, by its number, in the order of `order_of`."""
    lines = sorted(corrections, key=order_of)
    undone: dict[int, int] = {}
    for one in reversed(lines):  # an undo is made after what it undoes
        if one.action == "undo" and one.number not in undone:
            undone.setdefault(int(one.subject), one.number)
    found = {one.number: Standing("undone", undone[one.number]) for one in lines if one.number in undone}
    latest: dict[tuple[str, ...], int] = {}
    for one in lines:
        if one.number not in undone:
            found[one.number] = Standing("holds")
            if one.action != "undo":
                before = latest.get(topic_of(one))
                if before is not None:
                    found[before] = Standing("replaced", one.number)
                latest[topic_of(one)] = one.number
    steps: dict[str, str] = {}
    for one in lines:
        if one.action == "merge" and found[one.number].holds:
            if one.subject in _way(steps, str(one.value)):
                found[one.number] = Standing("circle")
            else:
                steps[one.subject] = str(one.value)
    return {one.number: found[one.number] for one in lines}


def in_force(corrections: Iterable[Correction]) -> list[Correction]:
    """The corrections that hold, oldest first: neither undone nor undoing. Of several of one thing the last holds."""
    every = {one.number: one for one in corrections}
    standing = standings(every.values())
    return [every[number] for number, one in standing.items() if one.holds and every[number].action != "undo"]


def conflicts(corrections: Iterable[Correction]) -> list[tuple[Correction, Correction]]:
    """Where editors disagree and nobody has undone it: the line that does not hold, and the one that does instead.

    Who corrects a correction of their own does not disagree, nor who says the same as another.
    """
    every = {one.number: one for one in corrections}
    found = []
    for number, standing in standings(every.values()).items():
        if standing.how == "replaced":
            gone, stays = every[number], every[standing.by or 0]
            if gone.who != stays.who and (gone.value, gone.person, gone.type) != (
                stays.value,
                stays.person,
                stays.type,
            ):
                found.append((gone, stays))
    return found


def _way(steps: Mapping[str, str], start: str) -> list[str]:
    """From a person along merges to who stays, both included."""
    way = [start]
    while way[-1] in steps and len(way) <= len(steps):
        way.append(steps[way[-1]])
    return way


def merged(corrections: Iterable[Correction]) -> dict[str, str]:
    """Who is whom in the end: the id of each person who was merged, and the id of the one who stays.

    Merges are followed to their end. A circle, which `check` does not let in, ends where it began.
    """
    steps = {one.subject: str(one.value) for one in corrections if one.action == "merge"}
    found = {}
    for start in steps:
        at, seen = start, {start}
        while at in steps and steps[at] not in seen:
            at = steps[at]
            seen.add(at)
        if at != start:
            found[start] = at
    return found


def check(fresh: Correction, earlier: Sequence[Correction]) -> None:
    """UsageError where a correction cannot be: it undoes nothing, or merges people in a circle."""
    if fresh.action == "undo":
        known = {str(one.number): one for one in earlier}
        if fresh.subject not in known:
            raise UsageError(f"there is no correction number {fresh.subject}; saywho correct --list shows them")
        if known[fresh.subject].action != "undo" and int(fresh.subject) not in {o.number for o in in_force(earlier)}:
            raise UsageError(f"correction {fresh.subject} does not hold any more, so there is nothing to undo")
    if fresh.action == "merge":
        steps = {one.subject: str(one.value) for one in in_force(earlier) if one.action == "merge"}
        way = [fresh.subject, str(fresh.value)]
        while way[-1] != fresh.subject and way[-1] in steps and len(way) <= len(steps) + 2:
            way.append(steps[way[-1]])
        if way[-1] == fresh.subject:
            raise UsageError(f"that would merge people in a circle: {' → '.join(way)}; undo one of these merges first")


def digest_of(text: str) -> str:
    """sha256 (hex) of an article's text, to tell whether it has changed since."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True)
class Corrected:
    """An article's quotations as corrected, the number of the correction of each that was, and what found no place."""

    quotations: list[Quotation]
    by: dict[str, Correction]
    """By the quotation's id."""
    lost: list[Correction]


def corrected(quotations: Sequence[Quotation], corrections: Sequence[Correction], text: str) -> Corrected:
    """What the editors' corrections of one article's speakers make of its quotations.

    A quotation is known by its id; where the extractor has moved its ends, by the place that it shares most of; never
    by place alone where the article's text has changed.
    """
    if not corrections:
        return Corrected(list(quotations), {}, [])
    found: dict[str, Correction] = {}
    lost = []
    ids = {quotation.id for quotation in quotations}
    now = digest_of(text)
    for one in corrections:
        place = one.subject if one.subject in ids else _at_place(quotations, one) if one.text == now else None
        if place is None:
            lost.append(one)
        else:
            found[place] = one
    changed = [
        _with(quotation, found[quotation.id]) if quotation.id in found else quotation for quotation in quotations
    ]
    return Corrected(changed, found, lost)


def _at_place(quotations: Sequence[Quotation], correction: Correction) -> str | None:
    """The quotation that shares more than half of the letters of both with the corrected one."""
    best, share = None, 0.5
    for quotation in quotations:
        both = _overlap(quotation.content, correction.content)
        of = max(_length(quotation.content), _length(correction.content))
        if of and both / of > share:
            best, share = quotation.id, both / of
    return best


def _overlap(one: Sequence[Span], other: Sequence[Span]) -> int:
    return sum(max(0, min(b, d) - max(a, c)) for a, b in one for c, d in other)


def _length(spans: Sequence[Span]) -> int:
    return sum(end - start for start, end in spans)


def _with(quotation: Quotation, correction: Correction) -> Quotation:
    """The quotation with the speaker that an editor gave; the extractor's stays among the candidates."""
    before = () if quotation.speaker is None else ((quotation.speaker, quotation.confidence),)
    others = [c for c in (*before, *quotation.candidates) if c[0] != correction.value]
    kept: Mapping[str, float] = dict(reversed(others))
    return dataclasses.replace(
        quotation,
        speaker=correction.value,
        speaker_type=correction.type if correction.value else "unknown",
        confidence=1.0,
        basis="corrected",
        candidates=tuple(dict.fromkeys((name, kept[name]) for name, _ in others)),
    )
