"""Rows with some words side by side, or most of them: against looking at every row."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import exact_words
from search.core import Core
from tests.entries import an_engine, an_entry

WORDS = ("tax", "cuts", "no", "the", "well-known", "U.S.", "Esper's", "café")
TEXTS = [
    " ".join(WORDS[(n * k + n // 7) % len(WORDS)] for k in range(1 + n % 9)) + ("" if n % 5 else "\n\nthe end")
    for n in range(120)
]


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    entries = [an_entry(n, text, date=f"2020-01-{1 + n % 28:02}") for n, text in enumerate(TEXTS)]
    engine = an_engine(Path(tmp_path_factory.mktemp("passages")), entries)
    yield engine.core
    engine.close()


def stand_in(words: list[str], text: str) -> bool:
    parts = [exact_words(part) for part in text.split("\n\n")]
    return any(part[n : n + len(words)] == words for part in parts for n in range(len(part)))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, "end", "absent"]), min_size=1, max_size=6))
def test_the_rows_with_words_side_by_side_are_all_of_them(core: Core, chosen: list[str]) -> None:
    words = exact_words(" ".join(chosen))
    found = core.passages.exact(words).tolist()
    assert found == sorted(set(found))
    assert found == [row for row in range(core.rows) if stand_in(words, core.entry(row).text)]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_row_that_has_all_words_is_among_the_nearest(core: Core, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([text for text in TEXTS if len(exact_words(text)) > 4]))
    near = core.passages.near(exact_words(text), core.rows)
    best = [one.row for one in near if one.score >= near[0].score - 1e-9]
    assert any(exact_words(core.entry(row).text) == exact_words(text) for row in best)
    assert [one.score for one in near] == sorted((one.score for one in near), reverse=True)


def test_rarer_words_weigh_more(core: Core) -> None:
    common, rare, absent = core.passages.rarities(["the", "end", "absent"])
    assert common < rare < absent
    assert absent <= core.passages.size + 1


def test_no_words_are_found_nowhere(core: Core) -> None:
    assert core.passages.exact([]).tolist() == []
    assert core.passages.near([], 5) == []
    assert core.passages.near(["absent"], 5) == []
