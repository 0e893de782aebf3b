"""The words, phrases and prefixes of queries as lists of rows with weights, for one segment of an index.

A single word's list is on disk, worked out when the index was written; what is put together from several is kept for
a while, and so is what `common.py` works out of the commonest words.
"""

import contextlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from index.analysis import GAP
from index.whoosh_codec import Part
from index.whoosh_codec.arrays import F32, U32
from index.whoosh_codec.inverting import Inverted
from index.whoosh_codec.lexicon import encoded
from index.whoosh_codec.vocabulary import BREAK
from index.whoosh_codec.weights import EXACT_SCOPE, SCOPES, counted, fields_of, united
from search import phrases
from search.core.common import Common, bytes_of
from search.core.found import NO_ROWS, NO_SCORES, Places, Rows, Scores, merged, places_in, weights_among
from search.forms import Form

T = TypeVar("T")

_LIST_BYTES = 64 * 2**20
_COUNT_BYTES = 2**20
_COMMON = 128
"""Of a word that more than one in so many rows has, more is worked out and kept (`common.py`)."""
_COUNTED = 32
"""The same for how many of its rows have each value of a column."""
_COMMON_BYTES = 512 * 2**20
"""At most, in all segments; of a million rows a tenth is used, ten million can fill it."""


class Cache(Generic[T]):
    """Values by key up to so many bytes, those used last; may be shared between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """The value of a key, made where it is not there."""
        found = self._kept.get(key)
        if found is not None:
            with contextlib.suppress(KeyError):  # another thread has just dropped it
                self._kept.move_to_end(key)
            return found[0]
        made = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made, size(made)
                self._bytes += size(made)
            while self._bytes > self._most and len(self._kept) > 1:
                self._bytes -= self._kept.popitem(last=False)[1][1]
        return made


Weights = tuple[Rows, Scores]
"""Rows, ascending, and what each weighs before the word's rarity; of equal length."""
NONE: Weights = NO_ROWS, NO_SCORES


class Lists:
    """The lists of one segment; rows are the segment's own and never deleted ones."""

    def __init__(self, part: Part, pivots: dict[str, float], values: int, share: float) -> None:
        """`values`: how many values the columns have together; `share`: of the index's rows."""
        self.part = part
        self._segment = part.segment
        self._pivots = pivots
        self._lists: Cache[Weights] = Cache(_LIST_BYTES)
        self._rows: Cache[Rows] = Cache(_LIST_BYTES)
        self._counts: Cache[tuple[int, ...]] = Cache(_COUNT_BYTES)
        self._common: Cache[Common] = Cache(int(_COMMON_BYTES * share))
        self._common_bytes = bytes_of(part.segment.rows, 0)
        self._counted_bytes = bytes_of(part.segment.rows, values)
        self._breaks: dict[str, U32] = {}
        self._words: OrderedDict[tuple[str, bool], int] = OrderedDict()
        # Behind the last word stands what no stem is, for the breaks of texts.
        self._stem_of = np.append(part.segment.stem_of, np.uint32(BREAK - 1))

    def weights(self, form: Form, scope: str) -> Weights:
        """The list of a word, or of words that stand together."""
        if len(form.words) > 1:
            return self._lists.get((form, scope), lambda: self._alive(self._together(form, scope)), _size)
        on_disk = self._on_disk(form, scope)
        if on_disk is not None and self.part.live is None:
            return on_disk
        return self._lists.get((form, scope), lambda: self._alive(on_disk or self._single(form, scope)), _size)

    def beginning(self, form: Form, scope: str) -> Rows:
        """The rows with any word that begins so."""
        return self._rows.get((form, scope), lambda: self._with_prefix(form, scope), lambda rows: rows.nbytes + 100)

    def rows_with(self, form: Form, scope: str) -> tuple[int, ...]:
        """How many rows have a single word: one number where its list is on disk, else one a field of the scope."""
        if self._is_on_disk(form, scope):
            return (len(self.weights(form, scope)[0]),)
        return self._counts.get((form, scope), lambda: self._by_field(form, scope), lambda counts: 200)

    def _by_field(self, form: Form, scope: str) -> tuple[int, ...]:
        live, counts = self.part.live, []
        for name in fields_of(scope):
            field = self._segment.fields[name]
            spans = [(int(field.post_at[word]), int(field.post_at[word + 1])) for word in self._numbers(form)]
            if live is None:
                counts.append(sum(stop - first for first, stop in spans))
            else:
                counts.append(sum(int(np.count_nonzero(live[field.rows[first:stop]])) for first, stop in spans))
        return tuple(counts)

    def size(self, form: Form, scope: str) -> int:
        """How many rows have a form, at most."""
        if form.prefix:
            first, stop = self._segment.words.beginning(encoded(form.words[0]))
            fields = [self._segment.fields[name] for name in fields_of(scope)]
            return sum(int(field.post_at[stop] - field.post_at[first]) for field in fields)
        return min(self._at_most(Form((word,), (0,), form.exact), scope) for word in form.words)

    def _at_most(self, form: Form, scope: str) -> int:
        on_disk = self._on_disk(form, scope)
        if on_disk is not None:
            return len(on_disk[0])
        fields = [self._segment.fields[name].post_at for name in fields_of(scope)]
        return sum(int(at[word + 1] - at[word]) for at in fields for word in self._numbers(form))

    def among(self, form: Form, scope: str, rows: Rows) -> tuple[Places, Scores]:
        """Which of these rows have the form, by their places, and what it weighs in each."""
        common = self.common(form, scope)
        if common is not None:
            return common.among(rows)
        return weights_among(*self.weights(form, scope), rows)

    def common(self, form: Form, scope: str) -> Common | None:
        """What is kept of a form that many rows have; None where few have it."""
        rows, weights = self.weights(form, scope)
        every = self._segment.rows
        if len(rows) * _COMMON <= every:
            return None
        size = self._counted_bytes if self.counted(form, rows) else self._common_bytes
        return self._common.get((form, scope), lambda: Common(rows, weights, every), lambda made: size)

    def counted(self, form: Form, rows: Rows) -> bool:
        """Whether it is kept how many of a form's rows have each value of a column."""
        return len(form.words) == 1 and len(rows) * _COUNTED > self._segment.rows

    def _alive(self, found: Weights) -> Weights:
        if self.part.live is None:
            return found
        keep = self.part.live[found[0]]
        return found[0][keep], found[1][keep]

    def _number(self, word: str, exact: bool) -> int:
        known = self._words.get((word, exact))
        if known is None:
            lexicon = self._segment.words if exact else self._segment.stems
            known = lexicon.find(encoded(word))
            if len(self._words) > 100_000:
                self._words.clear()
            self._words[word, exact] = known
        return known

    def _numbers(self, form: Form) -> list[int]:
        """The words that a single-word form stands for: itself, or all that have the stem."""
        number = self._number(form.words[0], form.exact)
        if number < 0:
            return []
        if form.exact:
            return [number]
        order, at = self._segment.words_by_stem
        numbers: list[int] = order[int(at[number]) : int(at[number + 1])].tolist()
        return numbers

    def _is_on_disk(self, form: Form, scope: str) -> bool:
        return scope == "quote" if form.exact else scope in SCOPES

    def _on_disk(self, form: Form, scope: str) -> Weights | None:
        if not self._is_on_disk(form, scope):
            return None
        number = self._number(form.words[0], form.exact)
        if number < 0:
            return NONE
        table = self._segment.weighted[EXACT_SCOPE if form.exact else scope]
        first, stop = int(table.post_at[number]), int(table.post_at[number + 1])
        return table.rows[first:stop], table.weights[first:stop]

    def _single(self, form: Form, scope: str) -> Weights:
        parts = []
        for name in fields_of(scope):
            field = self._segment.fields[name]
            for word in self._numbers(form):
                first, stop = int(field.post_at[word]), int(field.post_at[word + 1])
                parts.append(self._counted(name, field.rows[first:stop], field.counts[first:stop]))
        return united(parts)

    def _counted(self, name: str, rows: Rows, counts: npt.NDArray[np.integer]) -> tuple[U32, F32]:
        field = self._segment.fields[name]
        return rows, counted(counts, field.lengths[rows], name, self._pivots[name])

    def _with_prefix(self, form: Form, scope: str) -> Rows:
        first, stop = self._segment.words.beginning(encoded(form.words[0]))
        found = []
        for name in fields_of(scope):
            field = self._segment.fields[name]
            found.append(field.rows[int(field.post_at[first]) : int(field.post_at[stop])])
        total = sum(map(len, found))
        if total * 24 < self._segment.rows:
            rows = merged(found)
        else:
            there = np.zeros(self._segment.rows, np.bool_)
            for some in found:
                there[some] = True
            rows = np.flatnonzero(there).astype(np.uint32)
        return rows if self.part.live is None else rows[self.part.live[rows]]

    def _together(self, form: Form, scope: str) -> Weights:
        parts = []
        for name in fields_of(scope):
            field = self._segment.fields[name]
            places = self._near(field, name, form) if form.slop else self._runs(field, form)
            if len(places):
                rows = _rows_of(field, places)
                firsts = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
                parts.append(self._counted(name, rows[firsts], np.diff(firsts, append=len(rows))))
        return united(parts)

    def _places(self, field: Inverted, word: str, exact: bool) -> U32:
        """Where a word, or any word of a stem, stands in a field."""
        numbers = self._numbers(Form((word,), (0,), exact))
        found = [field.places[int(field.place_at[n]) : int(field.place_at[n + 1])] for n in numbers]
        if len(found) == 1:
            return found[0]
        return np.sort(np.concatenate(found)) if found else NO_ROWS

    def _often(self, field: Inverted, word: str, exact: bool) -> int:
        at = field.place_at
        return sum(int(at[n + 1] - at[n]) for n in self._numbers(Form((word,), (0,), exact)))

    def _runs(self, field: Inverted, form: Form) -> npt.NDArray[np.int64]:
        """Where a phrase begins: the rarest word's places, of which the others' neighbours are looked at."""
        often = [self._often(field, word, form.exact) for word in form.words]
        if not min(often):
            return np.zeros(0, np.int64)
        order = sorted(range(len(often)), key=often.__getitem__)
        rarest = order[0]
        starts = self._places(field, form.words[rarest], form.exact).astype(np.int64) - form.offsets[rarest]
        last = form.offsets[-1]
        if starts[0] < 0 or starts[-1] + last >= len(field.text):
            starts = starts[(starts >= 0) & (starts + last < len(field.text))]
        for which in order[1:]:
            said = field.text[starts + form.offsets[which]]
            wanted = np.uint32(self._number(form.words[which], form.exact))
            if form.exact:
                starts = starts[said == wanted]
            else:
                starts = starts[self._stem_of[np.minimum(said, np.uint32(len(self._stem_of) - 1))] == wanted]
        # A text's end is a break, which no word is: only the words that the phrase leaves open may lie across one.
        for gap in range(1, last):
            if gap not in form.offsets:
                starts = starts[field.text[starts + gap] != np.uint32(BREAK)]
        return starts

    def _near(self, field: Inverted, name: str, form: Form) -> npt.NDArray[np.int64]:
        """Where the shortest stretches begin that hold all the words, at most `slop` others among them."""
        needed = Counter(form.words)
        places = [self._places(field, word, form.exact) for word in needed]
        if not all(map(len, places)):
            return np.zeros(0, np.int64)
        longest = len(form.words) - 1 + form.slop
        if list(needed.values()) == [1, 1]:
            return self._pairs(field, name, places, longest)
        return self._stretches(field, name, places, list(needed.values()), longest, form.slop)

    def _pairs(self, field: Inverted, name: str, places: list[U32], longest: int) -> npt.NDArray[np.int64]:
        """Neighbouring places of two different words; they are the shortest stretches of both."""
        both = np.concatenate([at.astype(np.uint64) << np.uint64(1) | np.uint64(n) for n, at in enumerate(places)])
        both.sort()
        at, which = (both >> np.uint64(1)).astype(np.int64), both & np.uint64(1)
        close = np.flatnonzero((which[1:] != which[:-1]) & (np.diff(at) <= longest))
        breaks = self._breaks_of(field, name)
        whole = np.searchsorted(breaks, at[close]) == np.searchsorted(breaks, at[close + 1])
        begins: npt.NDArray[np.int64] = at[close[whole]]
        return begins

    def _stretches(
        self, field: Inverted, name: str, places: list[U32], needed: list[int], longest: int, slop: int
    ) -> npt.NDArray[np.int64]:
        """The same for any words: what may hold them is found at once, and then looked through."""
        rarest = min(places, key=len).astype(np.int64)
        for at in places:
            among = at.astype(np.int64)
            behind = np.searchsorted(among, rarest - longest)
            rarest = rarest[(behind < len(among)) & (among[np.minimum(behind, len(among) - 1)] <= rarest + longest)]
        if not len(rarest):
            return rarest
        rows = merged([_rows_of(field, rarest)])
        breaks = self._breaks_of(field, name)
        per_row = [_split(at[are_in_rows(field, at, rows)], field, rows) for at in places]
        out: list[int] = []
        for found in zip(*per_row, strict=True):
            shifted = [(at.astype(np.int64) + GAP * np.searchsorted(breaks, at)).tolist() for at in found]
            real = {s: int(a) for shift, at in zip(shifted, found, strict=True) for s, a in zip(shift, at, strict=True)}
            out += [real[first] for first, _ in phrases.near(shifted, needed, slop)]
        return np.array(sorted(out), np.int64)

    def _breaks_of(self, field: Inverted, name: str) -> U32:
        if name not in self._breaks:
            self._breaks[name] = np.flatnonzero(field.text == np.uint32(BREAK)).astype(np.uint32)
        return self._breaks[name]


def are_in_rows(field: Inverted, places: U32, rows: Rows) -> npt.NDArray[np.bool_]:
    """Which of the places lie in these rows' texts."""
    return places_in(rows, _rows_of(field, places))[1]  # a row comes once for each of its places


def _split(places: U32, field: Inverted, rows: Rows) -> list[U32]:
    """The places by row."""
    return np.split(places, np.searchsorted(places, field.text_at[rows[1:]].astype(np.uint32)))


def _rows_of(field: Inverted, places: npt.NDArray[np.integer]) -> Rows:
    """The row of each place."""
    return (np.searchsorted(field.text_at, places.astype(np.uint64), "right") - 1).astype(np.uint32)


def _size(found: Weights) -> int:
    return found[0].nbytes + found[1].nbytes + 200
