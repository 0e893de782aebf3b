"""The columns of a build, over all rows of all its segments one after the other, deleted ones included.

In `columns/columns.pack` (`arrays.py`), all little-endian:

    NAME               uint32 [rows], for speaker, source, kind, status, variant and article: the code of the row's
                       value, 0 for none. Codes of the first four count from 1, the commonest value first (equally
                       common ones in order of their bytes): who needs the commonest looks at the first codes only.
                       A value that deleted rows alone have is none
    date               int32 [rows] yyyymmdd, 0 for none; ascending within a segment
    confidence         float32 [rows] 0 to 1

and for the first four, which are facets:

    NAME.values        the values in order of their codes (`lexicon.py`), NAME.labels what a reader calls them
    NAME.counts        uint32 [values + 1] rows that are not deleted, by code
    NAME.sorted        uint32 [values] codes in order of the values' bytes
    NAME.words         lexicon of the words of the labels, NAME.word_at uint64 [words + 1], NAME.word_codes uint32:
                       which codes' labels have each word, ascending
"""

import dataclasses
import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.analysis import exact_words
from index.schema import FIELDS
from index.whoosh_codec.arrays import F32, U32, Array, ArrayFolder, Stream, offsets, pack, save
from index.whoosh_codec.keys import united
from index.whoosh_codec.lexicon import Lexicon, Strings, encoded, save_strings
from index.whoosh_codec.segment import CODED, Segment

FOLDER = "columns"
NAMED = tuple(field.name for field in FIELDS if field.kind == "code" and field.facet)
"""The columns whose values are kept: facets."""
_LOOKED_UP = 20
"""How much longer it takes to look a value up than to merge it with others in order."""
_MOST_SHOWN = 20_000
"""Values that are kept decoded."""

Mask = npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True, slots=True)
class Value:
    """One value of a column and what a reader calls it."""

    value: str
    label: str


class Values:
    """The values of a column by code, and codes by value or name; safe to share between threads."""

    def __init__(self, folder: ArrayFolder, name: str) -> None:
        self._folder, self._name = folder, name
        self._values = Strings(folder, f"{name}.values")
        self._labels = Strings(folder, f"{name}.labels")
        self.counts: npt.NDArray[np.int64] = folder.load(f"{name}.counts").astype(np.int64)
        """[values + 1] rows of each code in the whole build; of code 0: rows without a value."""
        self._shown: dict[int, Value] = {}
        self._sorted: U32 = folder.load(f"{name}.sorted")

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, code: int) -> Value:
        known = self._shown.get(code)
        if known is None:
            if len(self._shown) >= _MOST_SHOWN:
                self._shown.clear()
            known = self._shown[code] = Value(self._values.text(code - 1), self._labels.text(code - 1))
        return known

    @property
    def names(self) -> Strings:
        """What readers call the values: that of code n at place n - 1."""
        return self._labels

    @property
    def in_order(self) -> U32:
        """The codes in order of the values' bytes."""
        return self._sorted

    def code(self, value: str) -> int:
        """The code of exactly this value; 0 where there is none."""
        wanted = encoded(value)
        low, high = 0, len(self._sorted)
        while low < high:
            middle = (low + high) // 2
            if self._values[int(self._sorted[middle]) - 1] < wanted:
                low = middle + 1
            else:
                high = middle
        code = int(self._sorted[low]) if low < len(self._sorted) else 0
        return code if code and self._values[code - 1] == wanted else 0

    def called(self, name: str) -> list[int]:
        """The codes that a name stands for, ascending, so the commonest first.

        All of exactly these words; of a single word all whose last one it is, too; else all that have all the words.
        """
        wanted = exact_words(name)
        having = self._having(wanted)
        if having is None:
            return []
        if len(wanted) == 1 and self._name == "speaker":
            may_end = having[self._may_end(having, wanted[0])]
            found = [(code, exact_words(self._labels.text(code - 1))) for code in may_end.tolist()]
            return [code for code, words in found if words[-1] == wanted[0]] or having.tolist()
        found = [(code, exact_words(self._labels.text(code - 1))) for code in having.tolist()]
        whole = [code for code, words in found if words == wanted]
        return whole or [code for code, _ in found]

    def _may_end(self, codes: U32, word: str) -> Mask:
        """bool [codes] whose labels' last letter is the word's, or none of a to z: the others need not be read."""
        last = self._labels._letters[self._labels._ends[codes].astype(np.int64) - 1] | np.uint8(32)
        plain = (last >= ord("a")) & (last <= ord("z"))
        may: Mask = ~plain | (last == encoded(word)[-1])
        return may

    def beginning(self, typed: str, limit: int) -> list[int]:
        """The commonest values with the words of `typed` in their names, the last of them perhaps unfinished."""
        wanted = exact_words(typed)
        if not wanted:
            return list(range(1, min(limit, len(self)) + 1))
        first, stop = self._words.beginning(encoded(wanted[-1]))
        at = self._word_at
        found = np.unique(self._word_codes[int(at[first]) : int(at[stop])])
        having = self._having(wanted[:-1]) if len(wanted) > 1 else None
        if len(wanted) > 1:
            found = np.intersect1d(found, having) if having is not None else found[:0]
        codes: list[int] = found[:limit].tolist()
        return codes

    def _having(self, words: Sequence[str]) -> U32 | None:
        """The codes whose labels have all these words; None where there are none, or no words."""
        found: U32 | None = None
        for word in words:
            place = self._words.find(encoded(word))
            if place < 0:
                return None
            codes = self._word_codes[int(self._word_at[place]) : int(self._word_at[place + 1])]
            found = codes if found is None else np.intersect1d(found, codes, assume_unique=True)
        return found if found is not None and len(found) else None

    @functools.cached_property
    def _words(self) -> Lexicon:
        return Lexicon(self._folder, f"{self._name}.words")

    @functools.cached_property
    def _word_at(self) -> Array:
        return self._folder.load(f"{self._name}.word_at")

    @functools.cached_property
    def _word_codes(self) -> U32:
        return self._folder.load(f"{self._name}.word_codes")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The opened columns; shapes, types and order as this module's docstring says."""

    rows: int
    codes: Mapping[str, U32]
    date: npt.NDArray[np.int32]
    confidence: F32
    values: Mapping[str, Values]


def open_columns(folder: Path) -> Columns:
    """The columns of the build in `folder`, memory-mapped."""
    target = ArrayFolder(folder / FOLDER)
    date = target.load("date")
    return Columns(
        rows=len(date),
        codes={name: target.load(name) for name in CODED},
        date=date,
        confidence=target.load("confidence"),
        values={name: Values(target, name) for name in NAMED},
    )


def write_columns(folder: Path, segments: Sequence[Segment], lives: Sequence[Mask | None]) -> None:
    """Writes the columns of a build of these segments; a `lives` has True for the rows that are not deleted."""
    target = folder / FOLDER
    target.mkdir()
    save(target, "date", _joined([segment.date for segment in segments], "<i4"))
    save(target, "confidence", _joined([segment.confidence() for segment in segments], "<f4"))
    for name in CODED:
        codes = [segment.codes(name) for segment in segments]
        if name not in NAMED:
            with Stream(target, name, "<u4") as out:
                for place, code in zip(_numbered([one.keys[name].values for one in segments]), codes, strict=True):
                    out.append(code if place is None else place[code])
            continue
        values, counts, places = _all_values(name, segments, codes, lives)
        often = counts.tolist()
        order = sorted((n for n in range(len(values)) if often[n + 1]), key=lambda n: (-often[n + 1], values[n]))
        rank = np.zeros(len(values) + 1, np.uint32)
        rank[np.array(order, np.int64) + 1] = np.arange(1, len(order) + 1)
        save(target, name, _joined([rank[place[code]] for place, code in zip(places, codes, strict=True)], "<u4"))
        _write_values(target, name, segments, [values[n] for n in order])
        save(target, f"{name}.counts", counts[np.concatenate(([0], np.array(order, np.int64) + 1))])
    pack(target, "columns")


def _numbered(values: Sequence[Lexicon]) -> list[U32 | None]:
    """For each segment its codes' codes in the whole build, in which each value has one; None where they are the same.

    The largest segment's codes stay, and what others have beside is numbered behind: that takes as long as there is in
    the others, as long as it is little.
    """
    largest = max(range(len(values)), key=lambda number: len(values[number]))
    others = sum(map(len, values)) - len(values[largest])
    if others * _LOOKED_UP > len(values[largest]):
        places = united(values, lambda letters, lengths: None)
        return [np.concatenate((np.zeros(1, np.uint32), place + np.uint32(1))) for place in places]
    known: dict[bytes, int] = {}
    out: list[U32 | None] = []
    for number, lexicon in enumerate(values):
        if number == largest:
            out.append(None)
            continue
        codes = np.zeros(len(lexicon) + 1, np.uint32)
        for place in range(len(lexicon)):
            value = lexicon[place]
            there = values[largest].find(value)
            codes[place + 1] = (
                there + 1 if there >= 0 else known.setdefault(value, len(values[largest]) + len(known) + 1)
            )
        out.append(codes)
    return out


def _all_values(
    name: str, segments: Sequence[Segment], codes: Sequence[U32], lives: Sequence[Mask | None]
) -> tuple[list[bytes], U32, list[U32]]:
    """All values, how many rows have each (of place 0: none), and for each segment its codes' places among them."""
    known: dict[bytes, int] = {}
    places = []
    for segment in segments:
        values = segment.keys[name].values
        numbers = [0, *(known.setdefault(values[n], len(known) + 1) for n in range(len(values)))]
        places.append(np.array(numbers, np.uint32))
    counts = np.zeros(len(known) + 1, np.int64)
    for code, place, live in zip(codes, places, lives, strict=True):
        mine = np.bincount(code if live is None else code[live], minlength=len(place))
        np.add.at(counts, place, mine)
    return list(known), counts.astype(np.uint32), places


def _write_values(target: Path, name: str, segments: Sequence[Segment], values: list[bytes]) -> None:
    labels: dict[str, str] = {}
    for segment in segments:
        labels |= segment.labels().get(name, {})
    called = [labels.get(value.decode(), value.decode()) for value in values]
    save_strings(target, f"{name}.values", values)
    save_strings(target, f"{name}.labels", map(encoded, called))
    by_value = sorted(range(len(values)), key=values.__getitem__)
    save(target, f"{name}.sorted", np.array(by_value, np.uint32) + np.uint32(1))
    having: dict[bytes, list[int]] = defaultdict(list)
    for code, label in enumerate(called, 1):
        for word in dict.fromkeys(exact_words(label)):
            having[encoded(word)].append(code)
    words = sorted(having)
    save_strings(target, f"{name}.words", words)
    save(target, f"{name}.word_at", offsets(np.array([len(having[word]) for word in words], np.int64)))
    save(target, f"{name}.word_codes", np.array([code for word in words for code in having[word]], np.uint32))


def _joined(arrays: Iterable[Array], dtype: str) -> Array:
    return np.concatenate([np.zeros(0, dtype), *arrays]).astype(dtype, copy=False)
