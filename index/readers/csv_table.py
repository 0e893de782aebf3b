"""CSV and TSV: one row an article, the first row the columns' names.

Commas, semicolons, tabs or bars part the cells, as the file has it.
"""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from index.errors import ReadError
from index.readers.base import Options, Place, Reader
from index.readers.columns import USUAL, article_of_row, columns_shown, no_text_column, plain_name, usual_column
from index.readers.lines import lines_of
from index.readers.streams import shown
from index.records import Article, Failure

_DELIMITERS = ",;\t|"
_MOST_COLUMNS = 2000


def read(stream: BinaryIO, place: Place, options: Options) -> Iterator[Article | Failure]:
    """An Article or a Failure for each row below the first; a row may go over many lines within quotation marks.

    Raises ReadError for a table that names no column for the text.
    """
    lines = _Lines(lines_of(stream, place, options, what="a table"))
    first = next(lines, "")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's way of saying it
        delimiter, first = first.strip()[4], next(lines, "")
    else:
        delimiter = _delimiter(first)
    lines.again(first)
    # The limit is the module's, not a reader's. It is one more guard: a cell is made of lines that have limits too.
    csv.field_size_limit(options.limits.article)
    rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    names = _names(rows, lines, options)
    least = _least(names, options)
    while True:
        start, lines.broken = lines.number + 1, None
        try:
            row = next(rows, None)
        except csv.Error as error:
            reason = f"a cell that begins in this row cannot be read ({error}); is a quotation mark never closed?"
            yield Failure(origin=f"{place.origin}:{start}", reason=reason)
            # What is left of the cell would be read as rows.
            rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
            continue
        if row is None:
            return
        if lines.broken is not None:
            number, broken = lines.broken
            yield Failure(origin=f"{place.origin}:{number}", reason=str(broken))
        elif lines.ended:
            # The reader asks for a line beyond the last only from within a cell.
            reason = "begins a cell with a quotation mark that is never closed; close or remove it"
            yield Failure(origin=f"{place.origin}:{start}", reason=reason)
        elif any(cell.strip() for cell in row):
            yield _article(row, names, least, start, place, options)


class _Lines:
    """The file's lines for the csv module; remembers the number of the last one, and which could not be read."""

    def __init__(self, lines: Iterator[tuple[int, str | ReadError]]) -> None:
        self._lines = lines
        self._again: list[str] = []
        self.number = 0
        self.broken: tuple[int, ReadError] | None = None
        self.ended = False

    def __iter__(self) -> "_Lines":
        return self

    def again(self, line: str) -> None:
        """Gives out that line once more."""
        self._again.append(line)
        self.number -= 1

    def __next__(self) -> str:
        if self._again:
            self.number += 1
            return self._again.pop()
        try:
            self.number, line = next(self._lines)
        except StopIteration:
            self.ended = True
            raise
        if isinstance(line, ReadError):
            self.broken = self.broken or (self.number, line)
            return "\n"
        return line


def _names(rows: Iterator[list[str]], lines: _Lines, options: Options) -> list[str]:
    try:
        names = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise ReadError(f"its first row, the columns' names, cannot be read ({error}); mend it") from error
    if lines.broken is not None:
        raise ReadError(f"its first row, the columns' names, cannot be read: {lines.broken[1]}")
    if len(names) > _MOST_COLUMNS:
        raise ReadError(f"has {len(names):,} columns; {_MOST_COLUMNS:,} are the most")
    for field, column in options.fields.items():
        if column not in names:
            raise ReadError(f"has no column '{shown(column, 60)}' for the {field}; it has {columns_shown(names)}")
    if "text" not in options.fields and usual_column({plain_name(name): name for name in names}, "text") is None:
        raise no_text_column(names)
    return names


def _article(
    row: list[str], names: list[str], least: int, number: int, place: Place, options: Options
) -> Article | Failure:
    if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
        reason = (
            f"has {len(row)} cells, but there are {len(names)} columns; put cells that hold the delimiter or line ends "
            'into quotation marks (")'
        )
        return Failure(origin=f"{place.origin}:{number}", reason=reason)
    if len(row) < least:
        reason = f"has {len(row)} cells, but there are {len(names)} columns; is the row cut short?"
        return Failure(origin=f"{place.origin}:{number}", reason=reason)
    return article_of_row(dict(zip(names, row, strict=False)), number, place, options)


def _least(names: list[str], options: Options) -> int:
    """How many cells a row must have: up to the last column that an article is made of."""
    plain = {plain_name(name): name for name in reversed(names)}
    used = {options.fields.get(field) or usual_column(plain, field) for field in USUAL}
    return max(place for place, name in enumerate(names, 1) if name in used)


def _delimiter(first: str) -> str:
    """The one that makes the most columns of the first row that are known; of several, the most columns."""
    known = {name for usual in USUAL.values() for name in usual}

    def worth(delimiter: str) -> tuple[int, int]:
        try:
            names = next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
        except csv.Error:
            return 0, 0
        return sum(plain_name(name) in known for name in names), len(names)

    return max(_DELIMITERS, key=worth)


def _is_table(start: str) -> bool:
    """Is the first row one of names, with the text's and another known one among them?"""
    first = start.lstrip("\ufeff").split("\n", 1)[0].rstrip("\r")
    if len(first) > 2000 or not any(c in first for c in _DELIMITERS):
        return False
    try:
        names = {plain_name(n) for n in next(csv.reader([first], delimiter=_delimiter(first)), [])}
    except csv.Error:
        return False
    known = [field for field, usual in USUAL.items() if names.intersection(usual)]
    return "text" in known and len(known) > 1


READER = Reader(
    name="csv",
    endings=(".csv", ".tsv", ".tab"),
    description="CSV or TSV: a row an article, the first row the columns' names",
    read=read,
    columns=True,
    sniff=_is_table,
    types=("text/csv", "text/tab-separated-values"),
)
