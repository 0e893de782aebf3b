"""A file of known people: one JSON object a line with name, other names, Wikidata id and titles with their dates.

```
{"name": "Ann Lee", "names": ["A. B. Lee"], "wikidata": "Q1", "gender": "f",
 "titles": [{"title": "senator", "place": "Ohio", "party": "d", "from": "2011-01-03", "to": "2017-01-03"}]}
```

`id` stands for the entry where there is no `wikidata`; with neither the name does.
"""

import collections
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.errors import PeopleFileError
from index.identity.names import Name, block_of, plain, read_name
from index.identity.records import LocalSpeaker

_ROLE = {"president": "president", "vice president": "vice", "sen": "senator", "rep": "representative"}
_ELSE = frozenset({"senator", "representative", "governor", "president"})


@dataclass(frozen=True, slots=True)
class Title:
    """An office and when it was held; an open end is None."""

    title: str
    place: str = ""
    party: str = ""
    begin: str | None = None
    end: str | None = None

    def at(self, date: str | None) -> bool:
        """Whether it was held on a date."""
        return date is not None and (self.begin or "0") <= date and (self.end is None or date <= self.end)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """Somebody in the people file."""

    id: str
    name: str
    names: tuple[Name, ...]
    wikidata: str = ""
    gender: str = ""
    titles: tuple[Title, ...] = ()
    line: int = 0

    def in_office(self, date: str | None) -> bool:
        """Whether any of the titles was held on a date."""
        return any(t.at(date) for t in self.titles)

    def suits(self, speaker: LocalSpeaker) -> int:
        """How many offices, places and parties of a speaker are this one's, less those that are not."""
        if self.gender and speaker.gender and self.gender != speaker.gender:
            return -2
        held = [t for t in self.titles if t.at(speaker.date)] or [
            t for t in self.titles if speaker.date is None or (t.begin or "0") <= speaker.date
        ]
        said = set(speaker.titles)
        out = 0
        for title in held:
            out += bool(said & set(title.title.split())) + bool(title.place and title.place in speaker.places)
        if not out and said & _ELSE:
            out -= 1
        return out


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """The people of a file, and what could not be read of it."""

    path: Path
    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()
    """`FILE:LINE: what is wrong`, for lines that were set aside."""
    by_block: dict[str, tuple[Entry, ...]] = field(default_factory=dict)


def read_people_file(path: Path) -> PeopleFile:
    """The people of a file. Broken lines are set aside and said in `problems`.

    Raises PeopleFileError where the file cannot be read, or where two people have one id.
    """
    entries: list[Entry] = []
    problems: list[str] = []
    lines: dict[str, int] = {}
    for number, line in _lines(path):
        if not line.strip():
            continue
        try:
            entry = _entry(json.loads(line), number)
        except (ValueError, TypeError, RecursionError) as error:
            problems.append(f"{path}:{number}: {_said(error)}; the line was set aside")
            continue
        if entry.id in lines:
            raise PeopleFileError(
                f"{path}: lines {lines[entry.id]} and {number} have one id ({entry.id}); if they are one person make "
                "them one line, else give each an id of their own"
            )
        lines[entry.id] = number
        entries.append(entry)
    by_block: dict[str, list[Entry]] = collections.defaultdict(list)
    for entry in entries:
        for block in sorted({block_of(name) for name in entry.names}):
            by_block[block].append(entry)
    return PeopleFile(path, tuple(entries), tuple(problems), {b: tuple(found) for b, found in by_block.items()})


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as stream:
            for number, raw in enumerate(stream, 1):
                yield number, raw.decode("utf-8", "replace").removeprefix("\ufeff")
    except OSError as error:
        raise PeopleFileError(f"{path}: cannot be read ({error.strerror}); is that the people file?") from error


def _said(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON object ({error.msg} at character {error.pos + 1})"
    return str(error) or "cannot be read"


def _entry(row: Any, number: int) -> Entry:
    """One line's person; ValueError saying what is wrong."""
    if not isinstance(row, dict):
        raise ValueError("is no JSON object")
    name = _text(row, "name")
    if not name:
        raise ValueError('has no "name"')
    others = row.get("names", [])
    if not isinstance(others, list) or not all(isinstance(n, str) for n in others):
        raise ValueError('"names" is no list of names')
    parsed = tuple(dict.fromkeys(n for text in (name, *others) if (n := read_name(text)) is not None))
    if not parsed:
        raise ValueError(f"{name!r} is no name of a person")
    titles = row.get("titles", [])
    if not isinstance(titles, list):
        raise ValueError('"titles" is no list')
    wikidata = _text(row, "wikidata")
    return Entry(
        id=_text(row, "id") or wikidata or f"{name} (line {number})",
        name=name,
        names=parsed,
        wikidata=wikidata,
        gender=_text(row, "gender").lower()[:1],
        titles=tuple(_title(title) for title in titles),
        line=number,
    )


def _title(row: Any) -> Title:
    if not isinstance(row, dict):
        raise ValueError('one of "titles" is no JSON object')
    begin, end = _text(row, "from") or None, _text(row, "to") or None
    for date in (begin, end):
        if date is not None and not (date[:4].isdigit() and len(date) in (4, 7, 10)):
            raise ValueError(f"{date!r} is no date; write 2011, 2011-01 or 2011-01-03")
    return Title(
        plain(_text(row, "title")),
        plain(_text(row, "place")),
        _text(row, "party").lower()[:1],
        begin,
        f"{end}-12-31"
        if end is not None and len(end) == 4
        else f"{end}-31"
        if end is not None and len(end) == 7
        else end,
    )


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f'"{key}" is no text')
    return value.strip()
