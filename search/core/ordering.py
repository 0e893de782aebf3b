"""Matching rows -> the first few in the order in which they are shown; equal ones always in the same order.

Newest first, those without a date last; by relevance, equally relevant ones newest first. Rows are ascending by date
within a segment, so that the newest of each stand at its end.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from index.whoosh_codec import Part
from search.core.found import Found, merged

Order = Literal["relevance", "newest", "oldest"]
Ints = npt.NDArray[np.int64]

_BLOCKS = 256


def best(
    found: Sequence[tuple[Part, Found]], date: npt.NDArray[np.int32], order: Order, first: int
) -> tuple[Ints, npt.NDArray[np.float32]]:
    """The `first` rows of the index in order, and their scores; `date` is the index's column, one a row."""
    found = [(part, one) for part, one in found if len(one)]
    if not found or first <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    if order != "relevance" or not any(one.has_scores for _, one in found):
        rows = np.concatenate([part.base + _ends(one, part.segment.date, first) for part, one in found])
        rows = rows[_by_date(rows, date[rows], newest=order != "oldest")][:first]
        return rows, np.zeros(len(rows), np.float32)
    chosen = [_highest(part, one, first) for part, one in found]
    rows = np.concatenate([rows for rows, _ in chosen])
    scores = np.concatenate([scores for _, scores in chosen])
    newest = _by_date(rows, date[rows], newest=True)
    rank = newest[np.argsort(-scores[newest], kind="stable")][:first]
    return rows[rank], scores[rank]


def _highest(part: Part, found: Found, first: int) -> tuple[Ints, npt.NDArray[np.float32]]:
    """Rows of the index, with their scores, that hold a segment's `first` highest, and not many more."""
    if not found.has_scores:
        ends = _ends(found, part.segment.date, first)
        return part.base + ends, np.zeros(len(ends), np.float32)
    rows, scores = found.highest(first)
    places = _places_of_highest(scores, rows, part.segment.date, first)
    return part.base + rows[places].astype(np.int64), scores[places] * found.scale


def _places_of_highest(
    scores: npt.NDArray[np.float32], rows: npt.NDArray[np.uint32], date: npt.NDArray[np.int32], first: int
) -> Ints:
    if len(scores) <= first:
        return np.arange(len(scores))
    if first < _BLOCKS // 2 and len(scores) >= 16 * _BLOCKS:
        # The first-th highest of the blocks' maxima is no higher than the first-th highest of all.
        length = len(scores) // _BLOCKS
        least = np.partition(scores[: length * _BLOCKS].reshape(_BLOCKS, length).max(1), -first)[-first]
        places = np.flatnonzero(scores >= least)
    else:
        places = np.arange(len(scores))
    among = scores[places]
    least = np.partition(among, len(among) - first)[len(among) - first]
    above, equal = places[among > least], places[among == least]
    missing = first - len(above)
    if len(equal) > 8 * missing + 64:
        day = date[rows[equal]]
        cut = np.partition(day, len(day) - missing)[len(day) - missing]
        newer, same = equal[day > cut], equal[day == cut]
        left = missing - len(newer)
        # Of one day the last rows come first, of those without a date the first ones.
        equal = np.concatenate((newer, same[-left:] if cut else same[:left]))
    return np.concatenate((above, equal))


def _listed(one: Found) -> Ints:
    return one.listed().astype(np.int64)


def _ends(one: Found, date: npt.NDArray[np.int32], first: int) -> Ints:
    """Rows of one segment among which its `first` newest and its `first` oldest are, with and without a date."""
    if len(one) <= 4 * first:
        return _listed(one)
    undated = int(np.searchsorted(date, np.int32(1)))
    if one.rows is None:
        cut = min(max(undated, one.low), one.high)
        low, high = one.low, one.high
        spans = (low, min(cut, low + first)), (cut, min(high, cut + first)), (max(cut, high - first), high)
        return merged([np.arange(a, max(a, b), dtype=np.uint32) for a, b in spans]).astype(np.int64)
    cut = int(np.searchsorted(one.rows, np.uint32(undated)))
    dated = one.rows[cut:]
    return merged((one.rows[:cut][:first], dated[:first], dated[-first:])).astype(np.int64)


def _by_date(rows: Ints, day: npt.NDArray[np.int32], *, newest: bool) -> Ints:
    if newest:
        return np.lexsort((np.where(day > 0, -rows, rows), -day.astype(np.int64)))
    return np.lexsort((rows, day, day == 0))
