"""Copies of one agency text told from independent reports, by the words around a quotation.

Whoever reports on his own writes his own sentences around the words; whoever prints an agency's text prints its
sentences too. So two sayings are copies where the reporter's words around them share stretches of four words, of which
a small sketch is kept (the twelve with the lowest hashes, as in MinHash).
"""

import collections
import re
import zlib
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from index.variants.fingerprints import distinct

_SHINGLE = 4
_KEPT = 12
"""Shingles that a sketch keeps, 16 bits each."""
_SHARED, _SHARE = 2, 0.25
"""Shingles of two sketches that must be equal, and their share of the smaller sketch."""
_COMPARED = 8
"""Witnesses that one shingle leads to at most, so that work is bounded where thousands print one text."""
_QUOTED = re.compile(r"“[^“”]*”?|\"[^\"]*\"?")
_MOST_WORDS = 500_000
_hashes: dict[str, int] = {}


def sketches(contexts: Sequence[tuple[str, str]]) -> list[bytes]:
    """The sketch of each pair of words in front and words behind; empty where they are too few."""
    hashes: list[int] = []
    owners: list[int] = []
    if len(_hashes) > _MOST_WORDS:
        _hashes.clear()
    for place, sides in enumerate(contexts):
        for words in sides:
            own = [_hash(word) for word in _QUOTED.sub(" ", words).split()]
            hashes += own
            # Nothing runs over from the words in front to those behind.
            hashes += [0] * (_SHINGLE - 1)
            owners += [place] * (len(own) + _SHINGLE - 1)
    found: list[bytes] = [b""] * len(contexts)
    if len(hashes) < _SHINGLE:
        return found
    words_ = np.array(hashes, np.uint64)
    count = len(words_) - _SHINGLE + 1
    mixed = np.zeros(count, np.uint64)
    whole = np.ones(count, np.bool_)
    for step in range(_SHINGLE):
        part = words_[step : step + count]
        whole &= part > 0
        mixed = (mixed ^ part) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    keys = distinct((np.array(owners[:count], np.uint64)[whole] << np.uint64(32)) | (mixed[whole] >> np.uint64(32)))
    if not len(keys):
        return found
    places = (keys >> np.uint64(32)).astype(np.int64)
    starts = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
    low: npt.NDArray[np.uint16] = keys.astype(np.uint16)
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(places)], strict=True):
        found[int(places[start])] = low[start : min(end, start + _KEPT)].tobytes()
    return found


def witnesses(sketched: Sequence[bytes], same: Sequence[Sequence[Hashable]]) -> list[int]:
    """A number for each saying of a group, equal for those that are one witness; numbered as they come.

    One witness are copies of one text, and sayings that share anything in `same` (their article, their outlet).
    """
    roots = list(range(len(sketched)))

    def root(one: int) -> int:
        while roots[one] != one:
            roots[one] = roots[roots[one]]
            one = roots[one]
        return one

    holders: dict[Hashable, int] = {}
    seen: dict[int, list[int]] = collections.defaultdict(list)
    for one, (sketch, keys) in enumerate(zip(sketched, same, strict=True)):
        for key in keys:
            other = holders.setdefault(key, one)
            roots[root(one)] = root(other)
        own = set(np.frombuffer(sketch, np.uint16).tolist())
        shared: collections.Counter[int] = collections.Counter()
        for shingle in own:
            shared.update(seen[shingle])
        for other, count in shared.items():
            if count >= max(_SHARED, _SHARE * min(len(own), len(sketched[other]) // 2)):
                roots[root(one)] = root(other)
        for shingle in own:
            if len(seen[shingle]) < _COMPARED:
                seen[shingle].append(one)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(one), len(numbers)) for one in range(len(sketched))]


def _hash(word: str) -> int:
    known = _hashes.get(word)
    if known is None:
        letters = "".join(filter(str.isalnum, word)).casefold()
        known = _hashes[word] = zlib.crc32(letters.encode("utf-8", "surrogatepass")) or 1
    return known
