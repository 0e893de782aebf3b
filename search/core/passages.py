"""Words in order -> the rows that have them side by side, or most of them near one another. Bounded work.

For comparing a text with quotations, where it is not known which of its words are right: a row is found by any of the
text's rarer words, counts for more where their neighbours stand beside them too, and nothing needs all of them.
"""

import dataclasses
import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from index.whoosh_codec import Part
from index.whoosh_codec.inverting import Inverted
from index.whoosh_codec.lexicon import encoded

Ints = npt.NDArray[np.int64]

FIELD = "quote_exact"
AROUND = "context_exact"
_BUDGET = 120_000
"""Places of words that one look may go through in a segment, beyond those of the rarest two words."""
_SEEDS = 32
"""Words that a look begins with, the rarest first."""
_FEW = 1500
"""A word that stands in no more places counts by itself; of others a neighbour must be there too."""
_MANY = 30_000
"""Of a word that stands in more places, two of the four words around it must be there, one of them beside it."""
_MOST_KNOWN = 50_000
"""Words whose numbers are remembered."""
_LOOKED = 192
"""Rows whose pairs of words are compared."""
_LONGEST = 3000
"""Words of a row that are compared; longer ones are compared up to there."""


@dataclasses.dataclass(frozen=True, slots=True)
class Near:
    """A row that shares words with a text, and how much: the shared words' and pairs' rarity, in nats."""

    row: int
    score: float


class Passages:
    """Looks for words in one build's rows; may be shared between threads."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._known: list[dict[str, int]] = [{} for _ in parts]
        self._words = {
            name: max(1, sum(len(part.segment.fields[name].places) for part in parts)) for name in (FIELD, AROUND)
        }

    @property
    def size(self) -> float:
        """The logarithm of how many words the quotations have."""
        return math.log(self._words[FIELD] + 1)

    def rarities(self, words: Sequence[str], field: str = FIELD) -> list[float]:
        """How rare each word is: the logarithm of how many words of the collection there are to one of it."""
        often = [0] * len(words)
        for _, inverted, numbers in self._opened(words, field):
            for place, number in enumerate(numbers):
                if number >= 0:
                    often[place] += int(inverted.place_at[number + 1] - inverted.place_at[number])
        return [math.log((self._words[field] + 1) / (count + 0.5)) for count in often]

    def exact(self, words: Sequence[str], field: str = FIELD) -> Ints:
        """The rows of the index, ascending, in which the words stand side by side."""
        found = [np.zeros(0, np.int64)]
        for part, inverted, numbers in self._opened(words, field):
            if not numbers or min(numbers) < 0:
                continue
            rows = _rows(inverted, _runs(inverted, numbers))
            rows = rows[np.concatenate(([True], rows[1:] != rows[:-1]))] if len(rows) else rows
            found.append(part.base + _living(part, rows))
        return np.concatenate(found)

    def near(self, words: Sequence[str], first: int, field: str = FIELD) -> list[Near]:
        """At most `first` rows that share most with the words, the nearest first; equal ones in order of date."""
        rarities = np.array(self.rarities(words, field), np.float64)
        found: list[Near] = []
        for part, inverted, numbers in self._opened(words, field):
            ids = np.array(numbers, np.int64)
            rows = _living(part, _sharing(inverted, ids, rarities))
            if len(rows):
                scores = _compared(inverted, ids, rarities, rows)
                best = np.argsort(-scores, kind="stable")[:first]
                found += [Near(part.base + int(rows[n]), float(scores[n])) for n in best]
        found.sort(key=lambda one: (-one.score, one.row))
        return found[:first]

    def _opened(self, words: Sequence[str], field: str) -> Iterator[tuple[Part, Inverted, list[int]]]:
        for part, known in zip(self._parts, self._known, strict=True):
            if len(known) > _MOST_KNOWN:
                known.clear()
            numbers = []
            for word in words:
                number = known.get(word)
                if number is None:
                    number = known[word] = part.segment.words.find(encoded(word))
                numbers.append(number)
            yield part, part.segment.fields[field], numbers


def _living(part: Part, rows: Ints) -> Ints:
    return rows if part.live is None else rows[part.live[rows]]


def _rows(field: Inverted, places: npt.NDArray[np.integer]) -> Ints:
    return np.searchsorted(field.text_at, places.astype(np.uint64), "right").astype(np.int64) - 1


def _places(field: Inverted, number: int) -> npt.NDArray[np.uint32]:
    return field.places[int(field.place_at[number]) : int(field.place_at[number + 1])]


def _often(field: Inverted, number: int) -> int:
    return int(field.place_at[number + 1] - field.place_at[number])


def _runs(field: Inverted, numbers: Sequence[int]) -> Ints:
    """Where the words begin to stand side by side; a text's end is no word, so no run crosses one."""
    order = sorted(range(len(numbers)), key=lambda n: _often(field, numbers[n]))
    starts = _places(field, numbers[order[0]]).astype(np.int64) - order[0]
    starts = starts[(starts >= 0) & (starts + len(numbers) <= len(field.text))]
    # A neighbour of the rarest word leaves fewer than the second rarest, which may be far away.
    order[1:] = sorted(order[1:], key=lambda n: (abs(n - order[0]) > 2, _often(field, numbers[n])))
    for which in order[1:]:
        if not len(starts):
            break
        starts = starts[field.text[starts + which] == np.uint32(numbers[which])]
    return starts


def _sharing(field: Inverted, ids: Ints, rarities: npt.NDArray[np.float64]) -> Ints:
    """The rows, ascending, that share most of the rarer words, looked for in few places."""
    seeds = sorted((n for n in range(len(ids)) if ids[n] >= 0), key=lambda n: (_often(field, int(ids[n])), n))
    found: list[Ints] = []
    weights: list[npt.NDArray[np.float64]] = []
    spent = 0
    for number, seed in enumerate(seeds[:_SEEDS]):
        often = _often(field, int(ids[seed]))
        spent += often
        if spent > _BUDGET and number >= 2:
            break
        places = _places(field, int(ids[seed])).astype(np.int64)
        if often > _FEW:
            places = _with_neighbours(field, ids, seed, places, both=often > _MANY and len(ids) > 3)
        rows = np.unique(_rows(field, places))
        found.append(rows)
        weights.append(np.full(len(rows), rarities[seed]))
    if not found:
        return np.zeros(0, np.int64)
    rows, which = np.unique(np.concatenate(found), return_inverse=True)
    if len(rows) <= _LOOKED:
        return rows
    scores = np.bincount(which.reshape(-1), np.concatenate(weights), len(rows))
    return np.sort(rows[np.argsort(-scores, kind="stable")[:_LOOKED]])


def _with_neighbours(field: Inverted, ids: Ints, seed: int, places: Ints, *, both: bool) -> Ints:
    """The places of a word that have one of its neighbours beside them (`both`: and another one within two words)."""
    beside = _have(field, ids, seed, places, (-1, 1))
    places, beside = places[beside > 0], beside[beside > 0]
    return places[beside + _have(field, ids, seed, places, (-2, 2)) > 1] if both else places


def _have(field: Inverted, ids: Ints, seed: int, places: Ints, steps: Sequence[int]) -> npt.NDArray[np.uint8]:
    """How many of the words at these steps each place of a word has where the text has them."""
    there = np.zeros(len(places), np.uint8)
    for step in steps:
        other = seed + step
        if 0 <= other < len(ids) and ids[other] >= 0:
            there += field.text.take(places + step, mode="clip") == np.uint32(ids[other])
    return there


def _compared(field: Inverted, ids: Ints, rarities: npt.NDArray[np.float64], rows: Ints) -> npt.NDArray[np.float64]:
    """How much each row shares with the text: words, and pairs of words with at most one other between."""
    begins = field.text_at[rows].astype(np.int64)
    lengths = np.minimum(field.text_at[rows + 1].astype(np.int64) - begins, _LONGEST)
    at = np.repeat(begins - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths) + np.arange(int(lengths.sum()))
    text = field.text[at].astype(np.int64)
    row = np.repeat(np.arange(len(rows)), lengths)
    scores = _shared(text, row, ids, rarities * 0.5, len(rows))
    for step in (1, 2):
        if len(ids) <= step:
            break
        pairs = np.where(row[step:] == row[:-step], text[:-step] << 32 | text[step:], -1)
        wanted = np.where((ids[:-step] >= 0) & (ids[step:] >= 0), ids[:-step] << 32 | ids[step:], -2)
        scores += _shared(pairs, row[step:], wanted, (rarities[:-step] + rarities[step:]) / (2 * step), len(rows))
    return scores


def _shared(
    said: Ints, row: Ints, wanted: Ints, weights: npt.NDArray[np.float64], rows: int
) -> npt.NDArray[np.float64]:
    """By row the weights of what is wanted and said, each once."""
    known, first = np.unique(wanted, return_index=True)
    place = np.searchsorted(known, said)
    place[place == len(known)] = 0
    there = (known[place] == said) & (said >= 0)
    both = np.unique(row[there] * len(known) + place[there])
    return np.bincount(both // len(known), weights[first][both % len(known)], rows).astype(np.float64)
