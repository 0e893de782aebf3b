"""Rows -> how many of them have each value of a column, and the commonest values."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.whoosh_codec import Part
from index.whoosh_codec.arrays import U32, Array
from index.whoosh_codec.columns import Values
from search.core.found import Found

Ints = npt.NDArray[np.int64]

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
        looked, count = min(max(_FIRST, 2 * limit), len(self.counts)), len(self.counts)
        while True:
            some = self.counts[:looked]
            best = np.arange(looked)
            if looked > limit:
                best = np.flatnonzero(some >= np.partition(some, -limit)[-limit])
            order = best[np.argsort(-some[best], kind="stable")][:limit]
            least = int(some[order[-1]]) if len(order) == limit else 0
            if looked == count or (least > 0 and int(self.ceilings[looked]) < least):
                return [(code, n) for code, n in zip(order.tolist(), some[order].tolist(), strict=True) if n]
            looked = min(count, looked * 8)


def count(found: Sequence[tuple[Part, Found]], column: U32, values: Values, *, every: int) -> Counts:
    """The counts of a column over the rows of all segments, each with its base; `every` rows are not deleted."""
    total = sum(len(one) for _, one in found)
    ceilings = values.counts
    if total == every:
        return Counts(ceilings, None, ceilings)
    if total * _SPARSE < len(ceilings):
        codes = np.concatenate([_codes(column, part.base, one) for part, one in found]) if found else column[:0]
        codes.sort()
        firsts = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1]))) if len(codes) else np.zeros(0, int)
        return Counts(lengths_from(firsts, len(codes)), codes[firsts].astype(np.int64), ceilings)
    if every == len(column) and total * 5 > every * 3:
        rest = np.ones(len(column), np.bool_)
        for part, one in found:
            rest[_places(part.base, one)] = False
        left = np.bincount(column.take(np.flatnonzero(rest)), minlength=len(ceilings))
        return Counts(ceilings - left, None, ceilings)
    counts = np.zeros(len(ceilings), np.int64)
    for part, one in found:
        counts += np.bincount(_codes(column, part.base, one), minlength=len(ceilings))
    return Counts(counts, None, ceilings)


def lengths_from(firsts: Ints, total: int) -> Ints:
    """How long each of the pieces is that begin there, of `total` in all."""
    out = np.empty(len(firsts), np.int64)
    out[:-1] = firsts[1:] - firsts[:-1]
    out[-1:] = total - firsts[-1:]
    return out


def _places(base: int, one: Found) -> Array | slice:
    return slice(base + one.low, base + one.high) if one.rows is None else one.rows + np.uint32(base)


def _codes(column: U32, base: int, one: Found) -> U32:
    if one.rows is None:
        return column[base + one.low : base + one.high].copy()
    return column[base:].take(one.rows)
