"""A build's index, opened for reading: its segments, columns and entries as arrays."""

import bisect
import dataclasses
from collections.abc import Sequence, Sized
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.analysis import words
from index.errors import IndexDamagedError
from index.records import Entry
from index.whoosh_codec.arrays import U64
from index.whoosh_codec.columns import Columns, open_columns
from index.whoosh_codec.lexicon import encoded
from index.whoosh_codec.segment import Segment
from index.whoosh_codec.stock import read_segments
from index.whoosh_codec.weights import EXACT_SCOPE
from index.whoosh_codec.writer import FOLDER

_OPENING = 8
"""Words of an entry that a self-check looks up."""


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A segment as part of an index: its row r is row base + r of the index."""

    segment: Segment
    base: int
    live: npt.NDArray[np.bool_] | None
    """[rows of the segment] True where a row is not deleted; None where none is."""


class Reader:
    """One build's index; may be shared between threads, and its files may be removed while it is open.

    Check the build's manifest first. What is opened all the same and cannot be whole is an IndexDamagedError, unless
    `check` is off; what is wrong within an array goes unseen.
    """

    def __init__(self, folder: Path, *, check: bool = True) -> None:
        try:
            self._open(folder)
            if check:
                _check_sizes(self)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise IndexDamagedError(f"{folder}: cannot be opened ({error}); type: saywho rebuild") from error

    def _open(self, folder: Path) -> None:
        self.parts: list[Part] = []
        base = 0
        for listed in read_segments(folder / FOLDER):
            live = None
            if listed.deleted:
                live = np.ones(listed.rows, np.bool_)
                live[list(listed.deleted)] = False
            self.parts.append(Part(Segment(folder / FOLDER / listed.segment_id()), base, live))
            base += listed.rows
        self.columns: Columns = open_columns(folder)
        self.all_rows = base
        """Deleted ones too."""
        self.rows = base - sum(int((~part.live).sum()) for part in self.parts if part.live is not None)
        self._starts = [part.base for part in self.parts]
        for part in self.parts:
            _ = part.segment.keys, part.segment.words_by_stem  # what is opened late must be open before files go

    def rows_of(self, field: str, value: str) -> list[int]:
        """The rows whose key `field` is `value`, ascending."""
        found = []
        for part in self.parts:
            rows = part.segment.keys[field].rows_of(encoded(value))
            if part.live is not None:
                rows = rows[part.live[rows]]
            found += [part.base + row for row in rows.tolist()]
        return found

    def entry(self, row: int) -> Entry:
        """The entry of a row."""
        part = self.parts[bisect.bisect_right(self._starts, row) - 1]
        return part.segment.entry(row - part.base)

    def close(self) -> None:
        """Lets go of the files, as far as no array of them is in use."""
        self.parts = []


def _check_sizes(reader: Reader) -> None:
    """ValueError where arrays are not as long as others say: a file is of another segment."""
    _same("columns", len(reader.columns.date), reader.all_rows)
    for name, values in reader.columns.values.items():
        _same(f"columns {name}", int(values.counts.sum()), reader.rows)
    _same("segments", sum(part.segment.rows for part in reader.parts), reader.all_rows)
    for part in reader.parts:
        segment = part.segment
        words, rows = len(segment.words), segment.rows
        _same("stem_of", len(segment.stem_of), words)
        _same("date", len(segment.date), rows)
        _check_offsets("entries", segment._ends, rows, segment._entries)
        for name, text in segment.fields.items():
            _check_offsets(name, text.post_at, words, text.rows)
            _check_offsets(name, text.place_at, words, text.places)
            _check_offsets(name, text.text_at, rows, text.text)
            _same(name, len(text.counts), len(text.rows))
            _same(name, len(text.lengths), rows)
        for name, weighted in segment.weighted.items():
            _check_offsets(name, weighted.post_at, words if name == EXACT_SCOPE else len(segment.stems), weighted.rows)
            _same(name, len(weighted.weights), len(weighted.rows))
        for name, keys in segment.keys.items():
            _check_offsets(name, keys.row_at, len(keys.values), keys.rows)


def _check_offsets(name: str, at: Sequence[int] | U64, pieces: int, array: Sized) -> None:
    _same(name, len(at), pieces + 1)
    _same(name, int(at[-1]), len(array))


def _same(name: str, found: int, expected: int) -> None:
    if found != expected:
        raise ValueError(f"{name} has {found} of {expected}")


def finds(reader: Reader, entry: Entry) -> bool:
    """Whether the index has this entry, unchanged, and finds it by its own words."""
    # An archive of an earlier version may hold a quotation twice.
    row = next((row for row in reader.rows_of("id", entry.id) if reader.entry(row) == entry), None)
    if row is None:
        return False
    part = reader.parts[bisect.bisect_right(reader._starts, row) - 1]
    inverted = part.segment.fields[EXACT_SCOPE]
    for token in words(entry.text)[:_OPENING]:
        place = part.segment.words.find(encoded(token.exact))
        if place < 0:
            return False
        first, stop = int(inverted.post_at[place]), int(inverted.post_at[place + 1])
        if row - part.base not in inverted.rows[first:stop]:
            return False
    return True
