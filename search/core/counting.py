"""Rows -> how many of them have each value of a column, and the commonest values."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.whoosh_codec import Columns, Part
from index.whoosh_codec.arrays import U32
from search.core.common import Common
from search.core.found import Found, Rows

Ints = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]

_SPARSE = 8
"""Where a column has so many times more values than rows match, the rows' codes are sorted instead of counted."""
_FIRST = 512
"""Codes looked at first for the commonest values: those that are commonest in the whole index."""
_MOST = 0.8
"""Of more than this share of all rows, the others are counted."""
_LOW = 2**32 - 1
_AT_ONCE = 2**16
"""Rows whose codes are counted together: these stay in the processor's cache."""


class Counted(Protocol):
    """How many of what matches have each code of a column, wherever that is known from. Code 0 is no value."""

    def of(self, codes: Sequence[int]) -> int:
        """How many rows have any of these codes."""

    def of_each(self, codes: Sequence[int]) -> list[int]:
        """How many rows have each of these codes, which ascend."""

    def top(self, limit: int, but: frozenset[int] = frozenset()) -> list[tuple[int, int]]:
        """The `limit` commonest (code, count), equally common ones in order of the code; 0 and `but` left out."""


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """How many rows have each code: by code, or for `codes` (ascending) alone. Code 0 is no value."""

    counts: Ints | I32
    codes: Ints | None
    ceilings: Ints
    """[values + 1] how many rows of the whole index have each code; from code 1 on they only get less."""

    def of(self, codes: Sequence[int]) -> int:
        """How many rows have any of these codes."""
        if self.codes is None:
            return sum([int(self.counts[code]) for code in codes])
        places = self.codes.searchsorted(codes).tolist()
        last = len(self.codes)
        return sum(
            int(self.counts[k]) for k, code in zip(places, codes, strict=True) if k < last and self.codes[k] == code
        )

    def of_each(self, codes: Sequence[int]) -> list[int]:
        """How many rows have each of these codes, which ascend."""
        which = np.array(codes, np.int64)
        if self.codes is None:
            return list(map(int, self.counts[which].tolist()))
        numbers = np.zeros(len(which), np.int64)
        _, mine, theirs = np.intersect1d(which, self.codes, assume_unique=True, return_indices=True)
        numbers[mine] = self.counts[theirs]
        return list(map(int, numbers.tolist()))

    @property
    def missing(self) -> int:
        """How many rows have no value."""
        there = self.codes is None or (len(self.codes) and not self.codes[0])
        return int(self.counts[0]) if there else 0

    @property
    def distinct(self) -> int:
        """How many values there are."""
        if self.codes is not None:
            return len(self.codes) - bool(self.missing)
        return int(np.count_nonzero(self.counts > 0)) - bool(self.missing)

    def top(self, limit: int, but: frozenset[int] = frozenset()) -> list[tuple[int, int]]:
        """The `limit` commonest (code, count), equally common ones in order of the code; 0 and `but` left out."""
        out = {0, *but}
        wanted = limit + len(out)
        found = self._few(wanted) if self.codes is not None else self._dense(wanted)
        return [pair for pair in found if pair[0] not in out][:limit]

    def _few(self, limit: int) -> list[tuple[int, int]]:
        assert self.codes is not None  # noqa: S101
        order = (-self.counts).argsort(kind="stable")[:limit]
        return list(zip(self.codes.take(order).tolist(), self.counts.take(order).tolist(), strict=True))

    def _dense(self, limit: int) -> list[tuple[int, int]]:
        looked, every = min(max(_FIRST, 2 * limit), len(self.counts)), len(self.counts)
        while True:
            found = _highest(self.counts[:looked], limit)
            if looked == every or (len(found) == limit and int(self.ceilings[looked]) < found[-1][1]):
                return found
            looked = min(every, looked * 8)


def _highest(counts: Ints | I32, limit: int) -> list[tuple[int, int]]:
    """The `limit` commonest (code, count), equally common ones in order of the code; none that nothing has."""
    keys = counts.astype(np.int64)
    keys <<= 32
    keys -= np.arange(len(keys))
    if len(keys) > limit:
        keys.partition(len(keys) - limit)
        keys = keys[len(keys) - limit :]
    keys.sort()
    keys = keys[::-1]
    some = (keys + _LOW) >> 32
    return [pair for pair in zip((-keys & _LOW).tolist(), some.tolist(), strict=True) if pair[1]]


class Tally:
    """Counts columns over the rows of all segments."""

    def __init__(self, found: Sequence[tuple[Part, Found]], columns: Columns, every: int) -> None:
        self._found = found
        self._columns = columns
        self._every = every
        """Rows of the index that are not deleted."""
        self.total = sum([len(one) for _, one in found])

    def count(self, name: str) -> Counts:
        """How many of the rows have each code of a column, which has one value a row of the index."""
        column, ceilings = self._columns.codes[name], self._columns.values[name].counts
        if self.total == self._every:
            return Counts(ceilings, None, ceilings)
        if self.total * _SPARSE < len(ceilings):
            return _sorted([column[part.base :].take(one.listed()) for part, one in self._found], ceilings)
        if self.total > self._every * _MOST and self._every == len(column) and not self._known:
            counts = ceilings.astype(np.int32)
            for part, rest in self._rest:
                _add(counts, column[part.base :], rest, -1)
            return Counts(counts, None, ceilings)
        counts = np.zeros(len(ceilings), np.int32)
        for part, one in self._found:
            mine = column[part.base :]
            for piece, times in one.pieces():
                if isinstance(piece, Common):
                    counts += piece.counts(name, functools.partial(_counted, mine, piece.rows, len(counts)))
                else:
                    _add(counts, mine, piece, times)
        return Counts(counts, None, ceilings)

    @functools.cached_property
    def _known(self) -> bool:
        """Whether words are among the pieces whose counts are kept."""
        return any(isinstance(piece, Common) for _, one in self._found for piece, _ in one.pieces())

    @functools.cached_property
    def _rest(self) -> list[tuple[Part, Found]]:
        """All other rows of the index."""
        rest: list[tuple[Part, Found]] = []
        for part, one in self._found:
            if one.whole:
                rest += (part, Found(None, None, 0, one.low)), (part, Found(None, None, one.high, part.segment.rows))
                continue
            others = np.ones(part.segment.rows, np.bool_)
            others[one.listed()] = False
            rest.append((part, Found(others.nonzero()[0].astype(np.uint32))))
        return rest


def _sorted(found: Sequence[U32], ceilings: Ints) -> Counts:
    codes = found[0] if len(found) == 1 else np.concatenate([*found, np.zeros(0, np.uint32)])
    codes.sort()
    new = np.empty(len(codes), np.bool_)
    new[:1] = True
    np.not_equal(codes[1:], codes[:-1], out=new[1:])
    firsts = new.nonzero()[0]
    return Counts(lengths_from(firsts, len(codes)), codes.take(firsts).astype(np.int64), ceilings)


def _counted(column: U32, rows: Rows, length: int) -> I32:
    counts = np.zeros(length, np.int32)
    _add(counts, column, Found(rows), 1)
    return counts


def _add(counts: I32, column: U32, found: Found, times: int) -> None:
    """Adds `times` for each row to its code's count."""
    rows = found.rows
    low, high = (found.low, found.high) if rows is None else (0, len(rows))
    one = np.int32(times)
    for at in range(low, high, _AT_ONCE):
        stop = min(at + _AT_ONCE, high)
        codes = column[at:stop] if rows is None else column.take(rows[at:stop])
        np.add.at(counts, codes.astype(np.intp), one)


def lengths_from(firsts: Ints, total: int) -> Ints:
    """How long each of the pieces is that begin there, of `total` in all."""
    out = np.empty(len(firsts), np.int64)
    np.subtract(firsts[1:], firsts[:-1], out=out[:-1])
    out[-1:] = total - firsts[-1:]
    return out
