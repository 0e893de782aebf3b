"""The words of a build's index as numpy arrays: what a search engine asks of postings, and nothing of Whoosh."""

import dataclasses
import json
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from index.records import Entry, entry_from_json
from index.schema import BY_NAME
from index.whoosh_codec.stock import ENTRY, analysed, open_dir
from index.whoosh_codec.writer import FOLDER, STEMS, indexable

Rows: TypeAlias = npt.NDArray[np.uint32]
"""Row numbers, ascending, each once."""

_CACHE_BYTES = 64 * 2**20
"""Of decoded postings, a reader."""
_OPENING = 8
"""Words of an entry that a self-check looks up."""


@dataclasses.dataclass(frozen=True, slots=True)
class Postings:
    """Where a word stands: `rows` uint32, ascending; `counts` float32, how often in each; both of shape (n,)."""

    rows: Rows
    counts: npt.NDArray[np.float32]


NOTHING = Postings(np.zeros(0, np.uint32), np.zeros(0, np.float32))


class Reader:
    """One build's index, opened for reading; may be shared between threads.

    Opening unpickles Whoosh's table of contents: check the build's manifest first.
    """

    def __init__(self, folder: Path) -> None:
        self._index = open_dir(folder / FOLDER, readonly=True)
        self._reader: Any = self._index.reader()
        if self._reader.doc_count_all():
            self._reader.stored_fields(0)  # opens the last file, so that the folder may be removed from here on
        # Whoosh reads its files through shared positions, so one thread at a time.
        self._lock = threading.Lock()
        self._words_of: dict[str, list[str]] = json.loads((folder / STEMS).read_bytes())
        self._cache: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self._cached_bytes = 0

    @property
    def rows(self) -> int:
        """How many documents there are."""
        return int(self._reader.doc_count_all())

    def postings(self, field: str, word: str) -> Postings:
        """The rows whose `field` has `word`, in its indexed form."""
        key = field, word
        with self._lock:
            found = self._cache.get(key)
            if found is not None:
                self._cache.move_to_end(key)
                return found
            found = _united([self._read(*form) for form in self._forms(field, word)])
            self._cache[key] = found
            self._cached_bytes += _size(found)
            while self._cached_bytes > _CACHE_BYTES:
                self._cached_bytes -= _size(self._cache.popitem(last=False)[1])
            return found

    def positions(self, field: str, word: str, rows: Rows) -> list[list[int]]:
        """Where `word` stands in each of `rows`, all of which have it."""
        found: dict[int, list[int]] = {row: [] for row in rows.tolist()}
        with self._lock:
            for form in self._forms(field, word):
                if found and form in self._reader:
                    self._add_positions(form, found)
        return [sorted(places) for places in found.values()]

    def words_from(self, field: str, prefix: str) -> list[str]:
        """The words of `field` that begin with `prefix`, in order."""
        with self._lock:
            return [text.decode() for text in self._reader.expand_prefix(field, prefix)]

    def rows_of(self, field: str, value: str) -> list[int]:
        """The rows whose id field `field` is `value`."""
        rows: list[int] = self.postings(field, indexable(value)).rows.tolist()
        return rows

    def entry(self, row: int) -> Entry:
        """The entry of a row."""
        with self._lock:
            stored = self._reader.stored_fields(row)[ENTRY]
        return entry_from_json(json.loads(stored))

    def close(self) -> None:
        """Lets go of the files."""
        with self._lock:
            self._reader.close()
            self._index.close()

    def _forms(self, field: str, word: str) -> list[tuple[str, str]]:
        """The indexed (field, word) pairs that a word of a field stands for: of a stem, all words that have it."""
        if BY_NAME[field].kind != "stemmed":
            return [(field, word)]
        return [(f"{field}_exact", form) for form in self._words_of.get(word, ())]

    def _add_positions(self, form: tuple[str, str], found: dict[int, list[int]]) -> None:
        matcher = self._reader.postings(*form)
        for row, places in found.items():
            if not matcher.is_active():
                return
            matcher.skip_to(row)
            if matcher.is_active() and matcher.id() == row:
                places += matcher.value_as("positions")

    def _read(self, field: str, word: str) -> Postings:
        if (field, word) not in self._reader:
            return NOTHING
        matcher = self._reader.postings(field, word)
        rows: list[int] = []
        counts: list[float] = []
        active, number, weight, following = matcher.is_active, matcher.id, matcher.weight, matcher.next
        while active():
            rows.append(number())
            counts.append(weight())
            following()
        return Postings(np.array(rows, np.uint32), np.array(counts, np.float32))


def _united(many: list[Postings]) -> Postings:
    """The rows of all with the counts added up."""
    many = [postings for postings in many if len(postings.rows)]
    if len(many) < 2:
        return many[0] if many else NOTHING
    rows, places = np.unique(np.concatenate([postings.rows for postings in many]), return_inverse=True)
    counts = np.bincount(places, weights=np.concatenate([postings.counts for postings in many]))
    return Postings(rows, counts.astype(np.float32))


def _size(postings: Postings) -> int:
    return postings.rows.nbytes + postings.counts.nbytes + 200


def finds(reader: Reader, entry: Entry) -> bool:
    """Whether the index has this entry, unchanged, and finds it by its own words."""
    rows = reader.rows_of("id", entry.id)
    if len(rows) != 1 or reader.entry(rows[0]) != entry:
        return False
    opening = analysed(entry.text)[:_OPENING]
    return all(rows[0] in reader.postings("quote_exact", token.exact).rows for token in opening)
