"""The rows that any of several words have, where these are many: without a list of them, as long as none is needed.

How many there are, and how many of each value or year, follows from the words' own counts, which are known, and from
the rows that two words share (or, where that is less, those that only the later one has). The best rows are found as by
block-max indexes (Ding and Suel, "Faster top-k document retrieval using block-max indexes", SIGIR 2011), all blocks
at a time: the sums of the words' peaks bound what a block's rows score; the most promising blocks give a threshold, and
then those blocks are looked at whose bound reaches it.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from search.core.common import BLOCK, Common
from search.core.found import Found, Mask, Piece, Rows, Scores

Ints = npt.NDArray[np.int64]

_GROUPS = 256
_LOOKED = 48
"""Groups of blocks whose best block is looked at first."""
_ALL = 3
"""Every row is scored where more than one block in so many could hold one of the best."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sought:
    """One of the words: its rows and weights, its rarity, and more where it is common."""

    rows: Rows
    weights: Scores
    rarity: np.float32
    common: Common | None
    counted: bool
    """Whether the common word's counts are to be used."""


class Union(Found):
    """Rows of a segment of `every` rows. `words`: the one with most rows first."""

    __slots__ = ("_every", "_listed", "_pieces", "_summed", "_total", "_words")

    def __init__(self, words: Sequence[Sought], every: int) -> None:
        super().__init__(None)
        self._words = words
        self._every = every
        self._listed: Rows | None = None
        self._summed: Scores | None = None
        self._pieces, self._total = _pieces(words, every)

    @property
    def whole(self) -> bool:
        """Never."""
        return False

    @property
    def rows(self) -> Rows:
        """Listed when it is first asked for."""
        if self._listed is None:
            self._listed = _there(self._words, self._every).nonzero()[0].astype(np.uint32)
        return self._listed

    @property
    def scores(self) -> Scores:
        """Added up when they are first asked for."""
        if self._summed is None:
            self._summed = self._everywhere().take(self.rows)
        return self._summed

    @property
    def has_scores(self) -> bool:
        """Always."""
        return True

    def __len__(self) -> int:
        return self._total

    def pieces(self) -> Sequence[tuple[Piece, int]]:
        """Words and the rows that more than one of them have."""
        return self._pieces

    def highest(self, first: int) -> tuple[Rows, Scores]:
        """The best blocks' rows."""
        bounds = self._bounds()
        length = len(bounds) // _GROUPS
        least = np.float32(0)
        if length and self._total > first and first <= _GROUPS:
            looked = max(_LOOKED, first)
            maxima = bounds[: length * _GROUPS].reshape(_GROUPS, length).max(1)
            promising = (bounds >= np.partition(maxima, -looked)[-looked]).nonzero()[0]
            some = self._in_blocks(promising)
            if len(some) >= first:
                least = np.partition(some, -first)[-first]
        blocks = (bounds >= least).nonzero()[0]
        if not least > 0 or len(blocks) * _ALL > len(bounds):
            scores = self._everywhere()
            rows = (scores >= least).nonzero()[0] if least > 0 else scores.nonzero()[0]
            return rows.astype(np.uint32), scores.take(rows)
        scores = self._in_blocks(blocks)
        places = (scores >= least).nonzero()[0]
        rows = blocks.take(places // BLOCK) * BLOCK + places % BLOCK
        return rows.astype(np.uint32), scores.take(places)

    def _bounds(self) -> Scores:
        """float32 [blocks]: no row of the block scores more. Added up in the order in which scores are."""
        bounds = np.zeros(-(-self._every // BLOCK), np.float32)
        for word in self._words:
            if word.common is not None:
                bounds += word.common.peaks * word.rarity
            elif len(word.rows):
                blocks = word.rows // np.uint32(BLOCK)
                firsts = np.concatenate(([0], (blocks[1:] != blocks[:-1]).nonzero()[0] + 1))
                bounds[blocks.take(firsts)] += np.maximum.reduceat(word.weights, firsts) * word.rarity
        return bounds

    def _in_blocks(self, blocks: Ints) -> Scores:
        """What the rows of some blocks score: float32 [blocks * BLOCK], 0 for rows that are not found."""
        total = np.zeros(len(blocks) * BLOCK, np.float32)
        where = None
        for word in self._words:
            if word.common is not None:
                word.common.add_to(total, blocks, word.rarity)
                continue
            if where is None:
                where = np.full(-(-self._every // BLOCK), -1, np.int64)
                where[blocks] = np.arange(0, len(total), BLOCK)
            at = where.take(word.rows // np.uint32(BLOCK))
            mine = (at >= 0).nonzero()[0]
            total[at[mine] + word.rows[mine] % np.uint32(BLOCK)] += word.weights[mine] * word.rarity
        return total

    def _everywhere(self) -> Scores:
        """float32 [every]: what each row scores."""
        total = np.zeros(self._every, np.float32)
        for word in self._words:
            total[word.rows] += word.weights * word.rarity
        return total


def _there(words: Sequence[Sought], every: int) -> Mask:
    """bool [every]: which rows have any of the words."""
    bits = [word.common.bits for word in words if word.common is not None]
    if bits:
        either = bits[0] if len(bits) == 1 else np.bitwise_or.reduce(bits)
        there = np.unpackbits(either.view(np.uint8), bitorder="little", count=every).view(np.bool_)
    else:
        there = np.zeros(every, np.bool_)
    for word in words:
        if word.common is None:
            there[word.rows] = True
    return there


def _pieces(words: Sequence[Sought], every: int) -> tuple[list[tuple[Piece, int]], int]:
    """What the union is made of, and how many rows it has."""
    pieces: list[tuple[Piece, int]] = []
    total = 0
    there: Mask | None = None
    for number, word in enumerate(words):
        counted = word.common if word.counted else None
        if there is None:
            pieces.append((counted or Found(word.rows), 1))
            total = len(word.rows)
        else:
            mine = there.take(word.rows)
            shared = int(np.count_nonzero(mine))
            total += len(mine) - shared
            if counted is not None and 2 * shared < len(mine):
                pieces += [(counted, 1), (Found(word.rows.take(mine.nonzero()[0])), -1)]
            else:
                pieces.append((Found(word.rows.take((~mine).nonzero()[0])), 1))
        if number + 1 < len(words):
            there = _with(there, word, every)
    return pieces, total


def _with(there: Mask | None, word: Sought, every: int) -> Mask:
    if word.common is not None:
        mine = word.common.there(every)
        return mine if there is None else np.logical_or(there, mine, out=there)
    if there is None:
        there = np.zeros(every, np.bool_)
    there[word.rows] = True
    return there
