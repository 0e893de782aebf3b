"""A word -> the words of an index that it may have been meant for.

How far two words lie apart is Damerau and Levenshtein's distance in its restricted form: a letter changed, left out or
put in, or two neighbours exchanged, each 1 (Boytsov, "Indexing methods for approximate dictionary searching", JEA 2011,
section 2). A lexicon lies in order of its words, so those that begin with the same letter are one stretch of it, which
is compared at once, column by column; what has gone too far is dropped on the way. Two million words cost a few
milliseconds. The first letter is seldom wrong: words that begin otherwise are looked up one by one, one step away.
"""

import dataclasses
import math
import string
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from index.whoosh_codec.arrays import U64, Array, offsets
from index.whoosh_codec.lexicon import Lexicon, encoded

_SHORTEST = 3
"""Letters of a word that is looked at; shorter ones have everything for a neighbour."""
_LONG = 6
"""Letters from which on a word may hold two mistakes."""
_KEPT = 32
"""Near words of a lexicon that are looked at further."""

_STEP = 5.0
"""What a mistake costs beside the logarithm of how many rows have a word: 150 times the rows make up for it. This and
the next two name the right word first for 239 of 252 common misspellings, over 7 million words of news."""
_FIRST = 2.0
"""What it costs more where the first letter is wrong."""
_SAME = 2.0
"""What it costs less where the letters are the same, exchanged or doubled."""


@dataclasses.dataclass(frozen=True, slots=True)
class Near:
    """A word that another may have been meant for."""

    word: str
    cost: float
    """How unlikely the mistake is, beside the logarithm of rows."""
    rows: int
    """How many rows have it, at most."""
    steps: int
    """How many mistakes that would be."""

    @property
    def worth(self) -> float:
        """How likely it was meant: the higher, the likelier."""
        return math.log1p(self.rows) - self.cost


class Vocabulary:
    """A lexicon and how many rows have each of its words."""

    def __init__(self, lexicon: Lexicon, *post_at: Array) -> None:
        """Of `post_at`, each [words + 1], the differences count the rows; of several the highest counts."""
        self.lexicon = lexicon
        self._post_at = post_at

    def rows(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How many rows have the words of these places."""
        counts = [at[places + 1].astype(np.int64) - at[places].astype(np.int64) for at in self._post_at]
        highest: npt.NDArray[np.int64] = np.maximum.reduce(counts)
        return highest


def near_words(vocabularies: Sequence[Vocabulary], word: str, most: int, *, steps: int = 2) -> list[Near]:
    """The likeliest words that `word` was meant for, the likeliest first, at most so many; not itself.

    With `steps` 1 only those that a single mistake leads to.
    """
    distances: dict[str, int] = {}
    for vocabulary in vocabularies:
        lexicon = vocabulary.lexicon
        found = near(lexicon, word, steps)
        places = np.array([place for place, _ in found], np.int64)
        worth = np.log1p(vocabulary.rows(places)) - _STEP * np.array([away for _, away in found])
        for which in np.argsort(-worth, kind="stable")[:_KEPT].tolist():
            place, away = found[which]
            other = lexicon.text(place)
            if not _has_digit(other):
                distances[other] = away
    candidates = [
        Near(other, _cost(word, other, away), _rows(vocabularies, other), away) for other, away in distances.items()
    ]
    return sorted(candidates, key=lambda one: (-one.worth, one.word))[:most]


def _cost(word: str, other: str, steps: int) -> float:
    cost = _STEP * steps
    if word[0] != other[0]:
        cost += _FIRST
    return cost - _SAME if set(word) == set(other) else cost


def _rows(vocabularies: Sequence[Vocabulary], word: str) -> int:
    places = ((vocabulary, vocabulary.lexicon.find(encoded(word))) for vocabulary in vocabularies)
    return sum(int(vocabulary.rows(np.array([place]))[0]) for vocabulary, place in places if place >= 0)


def near(lexicon: Lexicon, word: str, steps: int = 2) -> list[tuple[int, int]]:
    """(place, distance) of the words of a lexicon near this one, in order; not itself.

    At most `steps` away, of words that are not long 1.
    """
    if len(word) < _SHORTEST or _has_digit(word):
        return []
    most = steps if len(word) >= _LONG else 1
    found = _beginning_so(lexicon, word, most)
    for other in _beginning_otherwise(word):
        place = lexicon.find(encoded(other))
        if place >= 0:
            found.setdefault(place, 1)
    found.pop(lexicon.find(encoded(word)), None)
    return sorted(found.items())


def _beginning_otherwise(word: str) -> Iterator[str]:
    """What one step at the first letter makes of a word."""
    rest = word[1:]
    yield rest
    yield rest[0] + word[0] + rest[1:]
    if word.isascii():
        for letter in string.ascii_lowercase:
            yield letter + rest
            yield letter + word


def _beginning_so(lexicon: Lexicon, word: str, most: int) -> dict[int, int]:
    """Place -> distance of the words with the same first letter that are at most `most` away."""
    first, stop = lexicon.beginning(encoded(word[0]))
    typed, bounds = encoded(word), lexicon._ends[first : stop + 1]
    spelled = np.frombuffer(typed, np.uint8)
    if len(typed) == len(word):
        places, distances = _within(lexicon._letters, bounds, spelled, most)
    else:
        # A letter is several bytes, seldom more than two of which differ: what is left is compared by letters.
        places, _ = _within(lexicon._letters, bounds, spelled, 2 * most)
        texts = [lexicon.text(first + place) for place in places.tolist()]
        which, distances = _within(_points("".join(texts)), offsets(np.array([*map(len, texts)])), _points(word), most)
        places = places[which]
    return dict(zip((places + first).tolist(), distances.tolist(), strict=True))


def _points(text: str) -> npt.NDArray[np.uint32]:
    return np.array([ord(letter) for letter in text], np.uint32)


def _within(letters: Array, bounds: U64, word: Array, most: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """Which of some words, that all have the first letter of `word`, are at most so far from it, and how far.

    Word n is letters[bounds[n]:bounds[n + 1]]. Of Levenshtein's table, for all words at once, row i of column j is how
    far the first i letters of `word` are from the first j of the other; only rows j - most to j + most of a column
    matter: int8 [2 most + 1, words].
    """
    length, far = len(word), np.int8(most + 1)
    lengths = np.diff(bounds)
    places = np.flatnonzero((lengths >= max(1, length - most)) & (lengths <= length + most))
    at, lengths = bounds[places].astype(np.int64), lengths[places].astype(np.uint16)
    rows = np.arange(-most, most + 1)
    # Before the first letter, and behind it, which is the same in all.
    before, last = _column(np.where(rows >= 0, rows, far), len(places), far), np.full(len(places), word[0])
    column = _column(np.where(rows >= 0, rows, np.where(rows == -1, 1, far)), len(places), far)
    near_ones, distances = [places[:0]], [column[0, :0]]
    for j in range(1, length + most + 1):
        if j > 1:
            said = letters.take(at + (j - 1))
            before, column, last = column, _next_column(word, j, said, last, column, before, far), said
        alive = column.min(axis=0) < far
        if length - most <= j:
            final = column[length - j + most]
            ended = lengths == j
            whole = np.flatnonzero(ended & (final < far))
            near_ones.append(places[whole])
            distances.append(final[whole])
            alive &= ~ended
        keep = np.flatnonzero(alive)
        if not len(keep):
            break
        if len(keep) < len(alive):
            places, at, lengths, last = places[keep], at[keep], lengths[keep], last[keep]
            before, column = before.take(keep, axis=1), column.take(keep, axis=1)
    return np.concatenate(near_ones), np.concatenate(distances)


def _column(values: Array, words: int, far: np.int8) -> npt.NDArray[np.int8]:
    """The same column for so many words."""
    return np.repeat(np.minimum(values, far).astype(np.int8)[:, None], words, axis=1)


def _next_column(
    word: Array,
    j: int,
    said: Array,
    last: Array,
    column: npt.NDArray[np.int8],
    before: npt.NDArray[np.int8],
    far: np.int8,
) -> npt.NDArray[np.int8]:
    """Column j from the two before it and the letters j and j - 1 of the words."""
    most = len(column) // 2
    one = np.int8(1)
    out = np.full_like(column, far)
    for k in range(len(column)):
        i = j + k - most
        if i == 0:
            out[k] = min(j, int(far))
        if not 0 < i <= len(word):
            continue
        row = np.not_equal(said, word[i - 1]).view(np.int8)
        row += column[k]
        if k + 1 < len(column):
            np.minimum(row, column[k + 1] + one, out=row)
        if k:
            np.minimum(row, out[k - 1] + one, out=row)
        if i > 1 and word[i - 1] != word[i - 2]:
            exchanged = np.flatnonzero((last == word[i - 1]) & (said == word[i - 2]))
            row[exchanged] = np.minimum(row[exchanged], before[k][exchanged] + one)
        np.minimum(row, far, out=out[k])
    return out


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)
