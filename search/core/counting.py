"""Rows -> how many of them have each value of a column, and the commonest values."""

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.whoosh_codec import Part
from index.whoosh_codec.arrays import U32
from index.whoosh_codec.columns import Values
from search.core.found import Found

Ints = npt.NDArray[np.int64]
NO_PLACES: Ints = np.zeros(0, np.int64)

_SPARSE = 8
"""Where a column has so many times more values than rows match, the rows' codes are sorted instead of counted."""
_FIRST = 512
"""Codes looked at first for the commonest values: those that are commonest in the whole index."""


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """How many rows have each code: by code, or for `codes` (ascending) alone. Code 0 is no value."""

    counts: Ints
    codes: Ints | None
    ceilings: Ints
    """[values + 1] how many rows of the whole index have each code; from code 1 on they only get less."""

    def of(self, codes: Sequence[int]) -> int:
        """How many rows have any of these codes."""
        if self.codes is None:
            return sum(int(self.counts[code]) for code in codes)
        places = np.searchsorted(self.codes, codes).tolist()
        last = len(self.codes)
        return sum(
            int(self.counts[k]) for k, code in zip(places, codes, strict=True) if k < last and self.codes[k] == code
        )

    @property
    def distinct(self) -> int:
        """How many values there are."""
        return int(np.count_nonzero(self.counts)) - (self.of((0,)) > 0)

    def top(self, limit: int, but: frozenset[int] = frozenset()) -> list[tuple[int, int]]:
        """The `limit` commonest (code, count), equally common ones in order of the code; 0 and `but` left out."""
        out = {0, *but}
        wanted = limit + len(out)
        found = self._few(wanted) if self.codes is not None else self._dense(wanted)
        return [(code, count) for code, count in found if code not in out][:limit]

    def _few(self, limit: int) -> list[tuple[int, int]]:
        assert self.codes is not None  # noqa: S101
        order = np.argsort(-self.counts, kind="stable")[:limit]
        return list(zip(self.codes[order].tolist(), self.counts[order].tolist(), strict=True))

    def _dense(self, limit: int) -> list[tuple[int, int]]:
        looked, every = min(max(_FIRST, 2 * limit), len(self.counts)), len(self.counts)
        while True:
            codes = np.flatnonzero(self.counts[:looked])
            some = self.counts[codes]
            if len(some) > limit:
                keep = np.flatnonzero(some >= np.partition(some, -limit)[-limit])
                codes, some = codes[keep], some[keep]
            order = np.argsort(-some, kind="stable")[:limit]
            least = int(some[order[-1]]) if len(order) == limit else 0
            if looked == every or (least > 0 and int(self.ceilings[looked]) < least):
                return list(zip(codes[order].tolist(), some[order].tolist(), strict=True))
            looked = min(every, looked * 8)


class Tally:
    """Counts columns over the rows of all segments; what all columns need is worked out once."""

    def __init__(self, found: Sequence[tuple[Part, Found]], every: int) -> None:
        self._found = found
        self._every = every
        """Rows of the index that are not deleted."""
        self.total = sum(len(one) for _, one in found)

    def count(self, column: U32, values: Values) -> Counts:
        """How many of the rows have each code of a column, which has one value a row of the index."""
        ceilings = values.counts
        if self.total == self._every:
            return Counts(ceilings, None, ceilings)
        if self.total * _SPARSE < len(ceilings):
            codes = np.sort(self._codes(column))
            firsts = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1]))) if len(codes) else NO_PLACES
            return Counts(lengths_from(firsts, len(codes)), codes[firsts].astype(np.int64), ceilings)
        if self._every == len(column) and self.total * 5 > self._every * 3:
            left = np.bincount(column.take(self._rest), minlength=len(ceilings))
            return Counts(ceilings - left, None, ceilings)
        return Counts(np.bincount(self._codes(column), minlength=len(ceilings)), None, ceilings)

    def _codes(self, column: U32) -> U32:
        one = self._found[0][1] if len(self._found) == 1 else None
        if one is not None and one.rows is None:
            return column[one.low : one.high]
        return column.take(self._places)

    @functools.cached_property
    def _places(self) -> Ints:
        """The rows of the index."""
        places = [part.base + one.listed().astype(np.int64) for part, one in self._found if len(one)]
        return np.concatenate(places) if len(places) > 1 else places[0] if places else NO_PLACES

    @functools.cached_property
    def _rest(self) -> Ints:
        """All other rows of the index."""
        rest = np.ones(self._every, np.bool_)
        rest[self._places] = False
        return np.flatnonzero(rest)


def lengths_from(firsts: Ints, total: int) -> Ints:
    """How long each of the pieces is that begin there, of `total` in all."""
    out = np.empty(len(firsts), np.int64)
    out[:-1] = firsts[1:] - firsts[:-1]
    out[-1:] = total - firsts[-1:]
    return out
