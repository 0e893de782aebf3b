"""Entries -> the files that other programs read: CSV for spreadsheets, JSON lines for scripts. Pure: bytes out.

What the columns are is said once, in `FIELDS`; Parquet (`parquet.py`) has the same.
"""

import csv
import dataclasses
import io
import itertools
import json
import operator
import re
from collections.abc import Iterable, Iterator

import msgspec

from index.records import Entry, Rival

FIELDS: tuple[tuple[str, str], ...] = (
    ("id", "id"),
    ("text", "text"),
    ("speaker", "speaker"),
    ("speaker_id", "speaker_id"),
    ("speaker_type", "speaker_type"),
    ("status", "status"),
    ("confidence", "confidence"),
    ("basis", "basis"),
    ("mention", "mention"),
    ("kind", "kind"),
    ("date", "date"),
    ("source", "source"),
    ("title", "title"),
    ("url", "url"),
    ("article_id", "article_id"),
    ("variant_id", "variant_id"),
    ("content", "content"),
    ("cue", "cue_spans"),
    ("source_spans", "source_spans"),
    ("candidates", "candidates"),
    ("witnesses", "witnesses"),
    ("rivals", "rivals"),
    ("correction", "correction"),
)
"""Each column and the entry's attribute. They are those of `saywho extract`'s lines, but that `speaker` is the
collection's person and `source` is the outlet: where the article names the speaker is `source_spans`. Offsets are
half-open code points of the article's text."""

NAMES = tuple(name for name, _ in FIELDS)
values_of = operator.attrgetter(*(attribute for _, attribute in FIELDS))
"""An entry's values, in the columns' order."""

BOM = b"\xef\xbb\xbf"
"""Before CSV: without it Excel takes UTF-8 for the machine's old code page, and every curly quotation mark and accent
is two or three wrong letters. Readers of data (pandas, R's readr, DuckDB) skip it; Python's csv does as utf-8-sig."""

_ROWS = 200
"""Rows a piece: some 100 kB."""
_LISTS = tuple(NAMES.index(name) for name in ("content", "cue", "source_spans", "candidates"))
_PLAIN = ("confidence", "date", "kind", "status", "basis", "speaker_type", "witnesses", "correction")
_RIVALS = NAMES.index("rivals")
_OTHERS = tuple(NAMES.index(name) for name in _PLAIN)
"""Of few values, none of them anything but a number, a date or a word."""
_TEXTS = tuple(place for place in range(len(NAMES)) if place not in (*_LISTS, *_OTHERS, _RIVALS))

# A cell that begins with one of these signs is run as a formula; blanks and invisible characters before it do not help.
# Within a cell the same goes for what follows a line break, a tab or a semicolon: a spreadsheet that is set to other
# separators than commas takes these for the ends of rows and cells.
_SIGNS = "=+-@＝＋－＠"
_UNSEEN = "\0\ufeff" + "".join(
    map(chr, (*range(1, 33), 0x85, 0xA0, *range(0x2000, 0x2010), 0x2028, 0x2029, 0x202F, 0x2060, 0x3000))
)
_AT_START = frozenset(_SIGNS + _UNSEEN)
_INSIDE = re.compile("[\t\r\n;]")
_FORMULA = re.compile(f"(^|[\t\r\n;])(?=[{re.escape(_UNSEEN)}]*[{re.escape(_SIGNS)}])")

_encode = msgspec.json.Encoder().encode


def csv_pieces(entries: Iterable[Entry]) -> Iterator[bytes]:
    """CSV as RFC 4180 has it, in UTF-8 behind a byte order mark, with a header; lists are JSON within a cell.

    But for rivals, which people read: `Bo Li [bo-li] (2); the mayor (1)`, with the id of those who have one, and how
    many independent articles name them.

    Cells that a spreadsheet would run have an apostrophe in front of the sign, so that they are read as text. What
    UTF-8 cannot hold becomes a question mark. JSON lines and Parquet have the words as they are.
    """
    yield BOM + (",".join(NAMES) + "\r\n").encode("ascii")
    out = io.StringIO()
    write = csv.writer(out).writerows
    rows = map(_cells, entries)
    while block := list(itertools.islice(rows, _ROWS)):
        write(block)
        yield out.getvalue().encode("utf-8", "replace")
        out.seek(0)
        out.truncate()


def _cells(entry: Entry) -> list[object]:
    cells: list[object] = list(values_of(entry))
    for place in _TEXTS:
        text = cells[place]
        if text:
            cells[place] = harmless(text)  # type: ignore[arg-type]
    for place in _LISTS:
        cells[place] = harmless(_as_json(cells[place]))
    cells[_RIVALS] = harmless("; ".join(map(_named, entry.rivals))) if entry.rivals else ""
    return cells


def _named(rival: Rival) -> str:
    known = f" [{rival.id}]" if rival.id else ""
    return f"{rival.name}{known} ({rival.articles})"


def _as_json(value: object) -> str:
    try:
        return _encode(value).decode()
    except UnicodeEncodeError:
        return json.dumps(value)


def harmless(text: str) -> str:
    """The same text for a spreadsheet's cell, with an apostrophe before what would make it a formula."""
    if text[:1] in _AT_START or _INSIDE.search(text):
        return _FORMULA.sub(r"\1'", text)
    return text


def json_line_pieces(entries: Iterable[Entry]) -> Iterator[bytes]:
    """One JSON object a line, in UTF-8."""
    lines = map(_line, entries)
    while block := list(itertools.islice(lines, _ROWS)):
        yield b"".join(block)


def _line(entry: Entry) -> bytes:
    row = dict(zip(NAMES, values_of(entry), strict=True))
    try:
        return _encode(row) + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair, which UTF-8 cannot hold; as an escape it is still JSON
        return json.dumps(row, default=dataclasses.asdict).encode("ascii") + b"\n"
