"""Common words and unions of words, against lists and sums of all rows."""

from collections.abc import Sequence

import numpy as np
import pytest

from search.core import common, union
from search.core.common import Common
from search.core.found import Found, Scores
from search.core.union import Sought, Union

EVERY = 20_003
KNOWN = 0.03


def a_word(seed: int, share: float, *, heavy: float = 0.0, known: float = KNOWN, every: int = EVERY) -> Sought:
    """A word of so many rows; `heavy` of them weigh much more than the rest."""
    chance = np.random.default_rng(seed)
    rows = (chance.random(every) < share).nonzero()[0].astype(np.uint32)
    weights = chance.integers(1, 40, len(rows)).astype(np.float32) / np.float32(20)
    weights[chance.random(len(rows)) < heavy] += np.float32(2)
    kept = Common(rows, weights, every) if share > known else None
    return Sought(rows, weights, np.float32(0.1 + 0.7 * (seed % 7)), kept, share > 2 * known)


def sums(words: Sequence[Sought], every: int = EVERY) -> Scores:
    total = np.zeros(every, np.float32)
    for word in words:
        total[word.rows] += word.weights * word.rarity
    return total


WORDS = [
    [a_word(1, 0.3), a_word(2, 0.2)],
    [a_word(3, 0.7, heavy=0.001), a_word(4, 0.6), a_word(5, 0.01)],
    [a_word(6, 0.3), a_word(8, 0.05), a_word(9, 0.04), a_word(10, 0.001)],
    [a_word(11, 0.02), a_word(12, 0.015), a_word(13, 0.0)],
    [a_word(15, 1.0), a_word(15, 1.0), a_word(16, 0.5)],
    [a_word(17, 0.0), a_word(18, 0.0)],
    [a_word(20, 0.5, every=130), a_word(19, 0.3, every=130)],
    [a_word(seed, 0.1) for seed in range(30, 40)],
]


@pytest.mark.parametrize("words", WORDS)
def test_a_union_has_the_rows_of_all_its_words(words: list[Sought]) -> None:
    every = 130 if len(words[0].rows) < 130 and words[0].common else EVERY
    total = sums(words, every)
    found = Union(words, every)
    assert len(found) == np.count_nonzero(total)
    assert found.rows.tolist() == total.nonzero()[0].tolist()
    assert found.scores.tolist() == total[total > 0].tolist()
    times = np.zeros(every, np.int64)
    for piece, sign in found.pieces():
        assert piece.rows is not None
        times[piece.rows] += sign
    assert times.tolist() == (total > 0).tolist()


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("first", [1, 10, 200, 1000])
@pytest.mark.parametrize(("groups", "looked"), [(256, 48), (16, 1), (1, 1)])
def test_the_best_of_a_union_are_among_its_highest(
    monkeypatch: pytest.MonkeyPatch, words: list[Sought], first: int, groups: int, looked: int
) -> None:
    monkeypatch.setattr(union, "_GROUPS", groups)
    monkeypatch.setattr(union, "_LOOKED", looked)
    every = 130 if len(words[0].rows) < 130 and words[0].common else EVERY
    total = sums(words, every)
    rows, scores = Union(words, every).highest(first)
    assert scores.tolist() == total[rows].tolist()
    assert len(set(rows.tolist())) == len(rows)
    least = np.sort(total)[::-1][: min(first, np.count_nonzero(total))]
    wanted = (total >= least[-1]).nonzero()[0].tolist() if len(least) else []
    assert set(wanted) <= set(rows.tolist())


def test_few_rows_of_a_large_union_are_looked_at() -> None:
    words = WORDS[0]
    rows, _ = Union(words, EVERY).highest(10)
    assert len(rows) < 100


@pytest.mark.parametrize("share", [0.001, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("every", [1, 64, 65, 5000, EVERY])
def test_a_common_word_knows_its_rows_weights(share: float, every: int) -> None:
    word = a_word(21, share, known=-1.0, every=every)
    assert word.common is not None
    dense = sums([word], every) / word.rarity
    wanted = np.arange(every, dtype=np.uint32)[:: 1 + every // 3000]
    places, weights = word.common.among(wanted)
    assert places.tolist() == (dense[wanted] > 0).nonzero()[0].tolist()
    assert weights == pytest.approx(dense[wanted][places])
    assert word.common.there(every).tolist() == (dense > 0).tolist()
    blocks = [dense[at : at + common.BLOCK].max(initial=0) for at in range(0, every, common.BLOCK)]
    assert word.common.peaks == pytest.approx(blocks)


@pytest.mark.parametrize("share", [0.001, 0.05, 1.0])
@pytest.mark.parametrize("first", [1, 10, 300])
@pytest.mark.parametrize("groups", [256, 16, 1])
def test_the_best_rows_of_a_common_word(monkeypatch: pytest.MonkeyPatch, share: float, first: int, groups: int) -> None:
    monkeypatch.setattr(common, "_GROUPS", groups)
    word = a_word(23, share, known=-1.0)
    found = Found(word.rows, word.weights, scale=word.rarity, word=word.common)
    rows, weights = found.highest(first)
    of = dict(zip(word.rows.tolist(), word.weights.tolist(), strict=True))
    assert [of[row] for row in rows.tolist()] == weights.tolist()
    least = sorted(of.values(), reverse=True)[:first][-1]
    assert set(rows.tolist()) >= {row for row, weight in of.items() if weight >= least}


def test_counts_are_made_once() -> None:
    word = a_word(1, 0.3).common
    made = []

    def make() -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
        made.append(1)
        return np.array([1, 2], np.int32)

    assert word is not None
    assert [word.counts("speaker", make).tolist() for _ in range(2)] == [[1, 2], [1, 2]]
    assert len(made) == 1
