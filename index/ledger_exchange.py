"""Ledgers as JSON lines, to be carried from one data folder to another, and their union.

A line is known by its entry id wherever it goes; an undo names the entry that it undoes. So taking the same lines in
twice changes nothing, and whoever takes whose lines in first, the same corrections hold in the end. docs/builds.md
describes the lines.
"""

import dataclasses
import datetime
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args

from index.ledger import Action, Correction, order_of
from index.records import SpeakerType

_ENTRY = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NEEDED = ("entry", "at", "who", "action", "subject")
_FIELDS = frozenset(field.name for field in dataclasses.fields(Correction)) - {"number"}
_LONGEST = {"who": 200, "why": 5_000}
_LONGEST_ID = 4_000
"""Characters of everything else; an article's id may be an address."""
MOST_BYTES = 1_000_000
"""Of a line; one split may name many articles."""


class LineError(ValueError):
    """A line that is no correction; says why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Merged:
    """What comes of taking lines in."""

    fresh: list[Correction]
    """Lines that were not there, in their order, numbered behind those that were."""
    known: int
    """How many were there."""
    refused: list[tuple[Correction, str]]
    """Lines that cannot be taken in, as they came, and why."""


def carried(lines: Iterable[Correction]) -> list[Correction]:
    """A ledger's lines as they go from one to another: without numbers, an undo by the entry that it undoes, sorted."""
    every = list(lines)
    entries = {str(one.number): one.entry for one in every}
    return sorted(
        (
            dataclasses.replace(
                one, number=0, subject=entries.get(one.subject, "") if one.action == "undo" else one.subject
            )
            for one in every
        ),
        key=order_of,
    )


def union(*ledgers: Iterable[Correction]) -> list[Correction]:
    """All lines of several carried ledgers, each once, sorted."""
    every: dict[str, Correction] = {}
    for one in (line for ledger in ledgers for line in ledger):
        known = every.get(one.entry)
        every[one.entry] = one if known is None else min(known, one, key=repr)
    return sorted(every.values(), key=order_of)


def numbered(lines: Sequence[Correction]) -> list[Correction]:
    """A ledger of carried lines alone."""
    return merge([], lines).fresh


def merge(ledger: Sequence[Correction], lines: Iterable[Correction]) -> Merged:
    """What a ledger lacks of carried lines."""
    known = {one.entry: one for one in carried(ledger)}
    numbers = {one.entry: one.number for one in ledger}
    places = {one.entry: order_of(one) for one in known.values()}
    fresh: list[Correction] = []
    refused: list[tuple[Correction, str]] = []
    there = 0
    for one in sorted(lines, key=order_of):
        if one.entry in known:
            if one == known[one.entry]:
                there += 1
            else:
                refused.append((one, f"says something else than the line of entry {one.entry} that is known already"))
        elif one.action == "undo" and (one.subject not in places or places[one.subject] >= order_of(one)):
            refused.append((one, f"undoes entry {one.subject}, which is in neither ledger before it"))
        else:
            known[one.entry], places[one.entry] = one, order_of(one)
            numbers[one.entry] = max(numbers.values(), default=0) + 1
            subject = str(numbers[one.subject]) if one.action == "undo" else one.subject
            fresh.append(dataclasses.replace(one, number=numbers[one.entry], subject=subject))
    return Merged(fresh, there, refused)


def to_line(one: Correction) -> str:
    """A carried line as JSON."""
    row = {name: value for name, value in dataclasses.asdict(one).items() if name != "number"}
    return json.dumps(row, ensure_ascii=False, sort_keys=True)


def to_lines(ledger: Iterable[Correction]) -> Iterator[str]:
    """A ledger as JSON lines."""
    return map(to_line, carried(ledger))


def from_line(text: str | bytes) -> Correction:
    """A carried line. LineError where it is none."""
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LineError(f"is no JSON ({error})") from error
    if not isinstance(row, dict):
        raise LineError("is no JSON object")
    for name in row:
        if name not in _FIELDS:
            raise LineError(f"has a field '{name[:50]}', which no correction has")
    for name in _NEEDED:
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise LineError(f"lacks the field '{name}'")
    for name in ("value", "person", "article", "text", "why"):
        if not isinstance(row.get(name, ""), str | None):
            raise LineError(f"its field '{name}' is no text")
    for name, value in row.items():
        if isinstance(value, str):
            _text(name, value)
    line = Correction(
        number=0,
        at=_moment(row["at"]),
        who=row["who"],
        why=row.get("why") or "",
        action=_one_of("action", row["action"], get_args(Action)),
        subject=row["subject"],
        value=row.get("value"),
        person=row.get("person"),
        type=_one_of("type", row.get("type", "person"), get_args(SpeakerType)),
        article=row.get("article"),
        content=_spans(row.get("content", [])),
        text=row.get("text"),
        parts=_parts(row.get("parts", [])),
        entry=row["entry"],
    )
    _check(line)
    return line


def _check(line: Correction) -> None:
    if not _ENTRY.fullmatch(line.entry):
        raise LineError(f"its entry id '{line.entry[:50]}' has not 32 hex digits")
    if line.text is not None and not _SHA256.fullmatch(line.text):
        raise LineError("its field 'text' is no sha256")
    if line.action in ("merge", "rename", "split") and not (line.value or "").strip():
        raise LineError(f"a {line.action} needs the field 'value'")
    if line.action == "speaker" and not line.article:
        raise LineError("a correction of a quotation needs the field 'article'")
    if line.action == "split" and not (line.parts and line.person):
        raise LineError("a split needs the fields 'parts' and 'person'")
    if line.action == "undo" and not _ENTRY.fullmatch(line.subject):
        raise LineError("an undo names the entry id that it undoes as its subject")


def _text(name: str, value: str) -> None:
    if len(value) > _LONGEST.get(name, _LONGEST_ID):
        raise LineError(f"its field '{name}' has {len(value):,} characters")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise LineError(f"its field '{name}' has half a character") from error


def _moment(text: str) -> str:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise LineError(f"'{text[:50]}' is no moment in ISO 8601") from error
    if moment.tzinfo is None:
        raise LineError(f"'{text}' has no time zone")
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def _one_of(name: str, value: object, known: Sequence[Any]) -> Any:
    if value not in known:
        raise LineError(f"its {name} is none of {', '.join(known)}")
    return value


def _spans(found: object) -> tuple[tuple[int, int], ...]:
    if not isinstance(found, list) or not all(
        isinstance(one, list) and len(one) == 2 and all(type(end) is int for end in one) and 0 <= one[0] < one[1]
        for one in found
    ):
        raise LineError("its field 'content' has no pairs of offsets")
    return tuple((start, end) for start, end in found)


def _parts(found: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(found, list) or not all(
        isinstance(one, list) and len(one) == 2 and all(isinstance(text, str) for text in one) for one in found
    ):
        raise LineError("its field 'parts' has no pairs of an article's id and a name")
    for one in found:
        for text in one:
            _text("parts", text)
    return tuple((article, name) for article, name in found)
