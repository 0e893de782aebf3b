"""Words that stand in many rows of a segment: what is worked out once for each, when it is first asked for.

    bits     uint64 [blocks], bit b of block n: whether row 64 n + b has the word
    starts   uint32 [blocks + 1]: where in the word's list each block's rows begin
    peaks    float32 [blocks]: the highest weight of each block, 0 where no row has the word
    counts   by column, int32 [values + 1]: how many of the word's rows have each value

The first two say where in the list a row's weight stands, for a fifth of a byte a row.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from index.whoosh_codec.arrays import F32, U32, U64, spread

BLOCK = 64
"""Rows of a block."""

_GROUPS = 256
_SIX, _LOW, _HIGHEST = np.uint32(6), np.uint32(BLOCK - 1), np.uint64(1 << 63)

Ints = npt.NDArray[np.int64]


class Common:
    """One such word, or phrase; may be shared between threads, which at worst work the same out twice."""

    def __init__(self, rows: U32, weights: F32, every: int) -> None:
        self.rows = rows
        self.weights = weights
        blocks = -(-every // BLOCK)
        there = np.zeros(blocks * BLOCK, np.bool_)
        there[rows] = True
        self.bits: U64 = np.packbits(there, bitorder="little").view("<u8")
        edges = np.arange(0, blocks * BLOCK + 1, BLOCK, dtype=np.uint64)
        self.starts: U32 = rows.searchsorted(edges.astype(rows.dtype)).astype(np.uint32)
        self._peaks: F32 | None = None
        self._counts: dict[str, npt.NDArray[np.int32]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def counts(self, column: str, make: Callable[[], npt.NDArray[np.int32]]) -> npt.NDArray[np.int32]:
        """How many of the rows have each value of a column; `make` counts them. Not to be changed."""
        known = self._counts.get(column)
        if known is None:
            known = self._counts[column] = make()
        return known

    @property
    def peaks(self) -> F32:
        """float32 [blocks]"""
        if self._peaks is None:
            peaks = np.zeros(len(self.bits), np.float32)
            filled = (self.starts[1:] > self.starts[:-1]).nonzero()[0]
            if len(filled):
                peaks[filled] = np.maximum.reduceat(self.weights, self.starts[filled])
            self._peaks = peaks
        return self._peaks

    def highest(self, first: int) -> tuple[U32, F32]:
        """Rows with their weights, among which the `first` highest are, equally high ones included."""
        peaks = self.peaks
        length = len(peaks) // _GROUPS
        if first > _GROUPS or not length:
            return self.rows, self.weights
        # The first-th highest peak of some groups of blocks is no higher than the first-th highest weight.
        maxima = peaks[: length * _GROUPS].reshape(_GROUPS, length).max(1)
        least = np.partition(maxima, -first)[-first]
        blocks = (peaks >= least).nonzero()[0]
        starts = self.starts.take(blocks)
        places = spread(starts, self.starts.take(blocks + 1) - starts)
        weights = self.weights.take(places)
        keep = (weights >= least).nonzero()[0]
        return self.rows.take(places.take(keep)), weights.take(keep)

    def among(self, rows: U32) -> tuple[Ints, F32]:
        """Which of these rows have the word, by their places, and their weights."""
        blocks = rows >> _SIX
        # The row's own bit as the highest, those of earlier rows of its block below.
        bits = self.bits.take(blocks) << (~rows & _LOW).astype(np.uint64)
        there = (bits >= _HIGHEST).nonzero()[0]
        at = self.starts.take(blocks.take(there)) + np.bitwise_count(bits.take(there))
        at -= np.uint32(1)
        return there, self.weights.take(at)

    def there(self, every: int) -> npt.NDArray[np.bool_]:
        """bool [every row]: whether it has the word."""
        return np.unpackbits(self.bits.view(np.uint8), bitorder="little", count=every).view(np.bool_)


def bytes_of(every: int, values: int) -> int:
    """How much a word takes, at most, in a segment of so many rows whose columns have so many values together."""
    return every // BLOCK * 16 + 4 * values + 1000
