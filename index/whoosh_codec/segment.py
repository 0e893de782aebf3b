"""One segment: some rows of an index, in order of date, undated ones first. Its folder, `whoosh/SEGMENT/`, holds

segment.json            how many rows, words by field, the pivots its weights were worked out with
words.*, stem_of        the words of all text fields (`lexicon.py`), and uint32 [words] the stem of each
stems.*                 the stems
FIELD.*                 each exact text field, inverted (`inverting.py`)
SCOPE.*                 weights (`weights.py`)
KEY.*                   id, article, variant, speaker, source, kind, status: values (a lexicon), row_at uint64
                        [values + 1] and rows uint32: which rows have each, ascending; codes uint32 [rows of the
                        segment]: 1 + the value's place, 0 for none (id has no codes)
labels.json             what a reader calls the values of a key whose names differ from them
date, confidence        int32 yyyymmdd, 0 for none; float32
digest                  uint64 of the stored entry: what has not changed need not be written again
entries.data, .ends     uint8, uint64 [rows + 1]: the rows' entries as JSON
"""

import dataclasses
import functools
import json
import operator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from index.records import Entry, entry_from_json
from index.schema import FIELDS
from index.whoosh_codec.arrays import F32, U32, U64, ArrayFolder, plain
from index.whoosh_codec.inverting import Inverted, open_inverted
from index.whoosh_codec.lexicon import Lexicon
from index.whoosh_codec.weights import EXACT_SCOPE, SCOPES

META = "segment.json"
LABELS = "labels.json"
TEXT_FIELDS = tuple(field.name for field in FIELDS if field.kind == "exact")
CODE_FIELDS = tuple(field.name for field in FIELDS if field.kind == "code")
CODED = (*CODE_FIELDS, "article")
"""Keys that have a column of codes."""
KEY_FIELDS = ("id", *CODED)

_NAMES = tuple(field.name for field in dataclasses.fields(Entry))
_VALUES = operator.attrgetter(*_NAMES)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Entry).decode


def packed(entry: Entry) -> bytes:
    """An entry as it is stored: a JSON object, in which `exact` is empty where it is no other than `text`."""
    row = dict(zip(_NAMES, _VALUES(entry), strict=True))
    if entry.exact == entry.text:
        row["exact"] = ""
    try:
        return _encode(row)
    except UnicodeEncodeError:  # half of a surrogate pair, which broken JSON can hold
        return json.dumps(row).encode("ascii")


def unpacked(stored: bytes | memoryview) -> Entry:
    """The entry that was stored."""
    try:
        entry = _decode(stored)
    except msgspec.DecodeError:
        entry = entry_from_json(json.loads(bytes(stored)))
    if not entry.exact:
        object.__setattr__(entry, "exact", entry.text)  # nobody else has this value yet
    return entry


@dataclasses.dataclass(frozen=True, slots=True)
class Weighted:
    """A scope's weights by word or stem; arrays as `weights.py` has them."""

    post_at: U64
    rows: U32
    weights: F32


@dataclasses.dataclass(frozen=True, slots=True)
class Keys:
    """Which rows have which value."""

    values: Lexicon
    row_at: U64
    rows: U32

    def rows_of(self, value: bytes) -> U32:
        """The rows with a value, ascending."""
        place = self.values.find(value)
        return self.at(place) if place >= 0 else self.rows[:0]

    def at(self, place: int) -> U32:
        """The rows with the value of that place."""
        return self.rows[int(self.row_at[place]) : int(self.row_at[place + 1])]


class Segment:
    """An opened segment; arrays are memory-mapped, as this module's docstring has them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._arrays = arrays = ArrayFolder(folder)
        self.meta: dict[str, Any] = json.loads((folder / META).read_bytes())
        self.rows: int = self.meta["rows"]
        self.words = Lexicon(arrays, "words")
        self.stems = Lexicon(arrays, "stems")
        self.stem_of: U32 = arrays.load("stem_of")
        self.fields: dict[str, Inverted] = {name: open_inverted(arrays, name) for name in TEXT_FIELDS}
        self.date: npt.NDArray[np.int32] = arrays.load("date")
        self._entries = plain(arrays.load("entries.data"))
        self._ends = plain(arrays.load("entries.ends"))

    @functools.cached_property
    def weighted(self) -> dict[str, Weighted]:
        """Weights by scope; a segment that is joined with others as soon as it is written has none."""
        found = {scope: self._weighted(scope) for scope in SCOPES}
        exact = self.fields[EXACT_SCOPE]
        weights = self._arrays.load(f"{EXACT_SCOPE}.weights")
        return {**found, EXACT_SCOPE: Weighted(exact.post_at, exact.rows, weights)}

    def _weighted(self, scope: str) -> Weighted:
        return Weighted(*(self._arrays.load(f"{scope}.{part}") for part in ("post_at", "rows", "weights")))

    @functools.cached_property
    def words_by_stem(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Words in order of their stems, and where each stem's begin: shapes (words,) and (stems + 1,)."""
        order = np.argsort(self.stem_of, kind="stable")
        return order, np.searchsorted(self.stem_of[order], np.arange(len(self.stems) + 1, dtype=np.uint32))

    @functools.cached_property
    def digest(self) -> U64:
        """[rows]"""
        return self._arrays.load("digest")

    @functools.cached_property
    def keys(self) -> dict[str, Keys]:
        """The rows by value."""
        return {
            name: Keys(
                Lexicon(self._arrays, f"{name}.values"),
                self._arrays.load(f"{name}.row_at"),
                self._arrays.load(f"{name}.rows"),
            )
            for name in KEY_FIELDS
        }

    def codes(self, name: str) -> U32:
        """[rows] 1 + the value's place among the key's, 0 for none."""
        return self._arrays.load(f"{name}.codes")

    def confidence(self) -> F32:
        """[rows]"""
        return self._arrays.load("confidence")

    def labels(self) -> dict[str, dict[str, str]]:
        """By key and value: what a reader calls it."""
        found: dict[str, dict[str, str]] = json.loads((self._folder / LABELS).read_bytes())
        return found

    def stored(self, row: int) -> bytes:
        """A row's entry as it is kept."""
        return self._entries[self._ends[row] : self._ends[row + 1]].tobytes()

    def entry(self, row: int) -> Entry:
        """A row's entry."""
        return unpacked(self._entries[self._ends[row] : self._ends[row + 1]])
