"""Two texts -> whether one is a copy of the other, with some words changed, a part cut or added.

Copies share most of their stretches of three words, all through the text and outside quotation marks too: reports of
one speech share its words alone, pages of one site what stands around them. And they tell of the same thing: reports
made on one template (weather, markets, results) share their sentences but not their names and numbers.
"""

import dataclasses
import re
import zlib

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint32]
"""Sorted, each once."""

FEWEST_WORDS = 40
"""Shorter texts prove nothing."""
_SHARED = 0.45
"""Of the stretches of the text that has fewer; with one word in five changed at random, half of them are left."""
_SHARED_OUTSIDE = 0.35
_FEWEST_OUTSIDE = 15
"""Stretches outside quotation marks that are needed to judge by them; a text of quotations alone must be the same."""
_NEARLY_ALL = 0.8
_PART, _FEWEST_PARTS, _MOST_PARTS = 40, 4, 20
_SHARED_IN_PART, _PARTS_SHARED = 0.25, 0.9
"""Of parts of some forty stretches, how many must share what: captions and background that an outlet prints again and
again stand in some, and an article written anew upon an earlier one lacks it in others."""
_LENGTHS = 0.5
"""A text of less than half of the other's length is a part of it, not a copy."""
_NAMES, _FEWEST_NAMES = 0.6, 3
_NUMBERS, _FEWEST_NUMBERS = 0.5, 3
"""Share of the names and of the numbers in the text with fewer of them, judged where there are so many."""

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")
_QUOTED = re.compile(r"“[^“”\n]*”?|\"[^\"\n]*\"?")
_ENDS = re.compile(r"[.!?:\n“\"]\W*$")
_MOST_WORDS = 500_000
_hashes: dict[str, int] = {}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """What a text is compared by."""

    words: int
    run: npt.NDArray[np.uint32]
    """All stretches of three words in order."""
    stretches: Hashes
    """The same, sorted, each once."""
    outside: Hashes
    """Those outside quotation marks."""
    names: frozenset[str]
    """Words with a capital letter that does not come of a sentence's beginning."""
    numbers: frozenset[str]


def traits(text: str) -> Traits:
    """What a text is compared by."""
    words: list[str] = []
    names: set[str] = set()
    numbers: set[str] = set()
    end = 0
    for match in _WORD.finditer(text):
        word = match[0]
        words.append(word.casefold())
        if word[0].isdigit():
            numbers.add(word)
        elif end and word[0].isupper() and ((gap := text[end : match.start()]) == " " or not _ENDS.search(gap)):
            names.add(words[-1].partition("’")[0].partition("'")[0])
        end = match.end()
    outside = [word.casefold() for word in _WORD.findall(_QUOTED.sub(" ", text))]
    run = stretches(words)
    return Traits(len(words), run, _once(run), _once(stretches(outside)), frozenset(names), frozenset(numbers))


def alike(one: Traits, other: Traits) -> bool:
    """Whether two texts are copies; the same whichever comes first."""
    if not comparable(one.words, other.words):
        return False
    shared = _share(one.stretches, other.stretches)
    if shared < _SHARED:
        return False
    if min(len(one.outside), len(other.outside)) < _FEWEST_OUTSIDE:
        told = shared >= _NEARLY_ALL
    else:
        told = _share(one.outside, other.outside) >= _SHARED_OUTSIDE
    return (
        told
        and _all_through(*sorted((one, other), key=lambda each: len(each.run)))
        and _agree(one.names, other.names, _NAMES, _FEWEST_NAMES)
        and _agree(one.numbers, other.numbers, _NUMBERS, _FEWEST_NUMBERS)
    )


def comparable(one: int, other: int) -> bool:
    """Whether texts of so many words can be copies."""
    return min(one, other) >= max(FEWEST_WORDS, _LENGTHS * max(one, other))


def _agree(one: frozenset[str], other: frozenset[str], share: float, fewest: int) -> bool:
    fewer = min(len(one), len(other))
    return fewer < fewest or len(one & other) >= share * fewer


def _all_through(fewer: Traits, more: Traits) -> bool:
    """Whether what is shared stands all through the text with fewer stretches."""
    shared = np.isin(fewer.run, more.stretches)
    count = min(_MOST_PARTS, max(_FEWEST_PARTS, len(shared) // _PART))
    parts = [part.mean() >= _SHARED_IN_PART for part in np.array_split(shared, count)]
    return bool(np.mean(parts) >= _PARTS_SHARED)


def _share(one: Hashes, other: Hashes) -> float:
    fewer = min(len(one), len(other))
    return len(np.intersect1d(one, other, assume_unique=True)) / fewer if fewer else 0.0


def stretches(words: list[str]) -> npt.NDArray[np.uint32]:
    """The hashes of all stretches of three words, in order."""
    if len(_hashes) > _MOST_WORDS:
        _hashes.clear()
    if len(words) < 3:
        return np.zeros(0, np.uint32)
    numbers = np.fromiter(map(_hash, words), np.uint64, len(words))
    mixed = np.zeros(len(words) - 2, np.uint64)
    for step in range(3):
        mixed = (mixed ^ numbers[step : step + len(mixed)]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def _once(run: npt.NDArray[np.uint32]) -> Hashes:
    ordered = np.sort(run)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def _hash(word: str) -> int:
    known = _hashes.get(word)
    if known is None:
        known = _hashes[word] = zlib.crc32(word.encode("utf-8", "surrogatepass"))
    return known
