"""The core against the oracle: awkward collections, written in several runs, asked random questions."""

from collections.abc import Sequence
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Entry
from index.whoosh_codec import Part, bulk, inverting, weights
from search.core import Answer, Core, Counts, Question, counting, evaluating, found, lists, union
from search.core.found import Found
from search.core.ordering import Order, best
from search.tree import And, Everything, FieldFilter, Node, Not, Or, Phrase, Prefix, Word
from tests.entries import an_entry
from tests.histories import KINDS, SPEAKERS, History, a_folder, histories, written
from tests.oracle import Expected, Oracle

LEAVES = st.one_of(
    st.sampled_from(["tax", "cut", "no", "well-known", "esper", "u.s.", "100", "café", "absent", "no's-tax"]).map(Word),
    st.builds(
        Phrase,
        st.lists(st.sampled_from(["tax", "cuts", "no", "rain", "well-known", "Esper's", "100", "%"]), min_size=1).map(
            lambda words: tuple(words[:4])
        ),
        st.sampled_from([0, 0, 1, 2, 5, 128]),
    ),
    st.sampled_from(["t", "cut", "r", "10", "x", "東"]).map(Prefix),
    st.builds(
        FieldFilter,
        st.just("speaker"),
        st.lists(st.sampled_from([*SPEAKERS, "ada", "bo-li", "lee", "x"]), min_size=1, max_size=2).map(tuple),
    ),
    st.sampled_from(["Gull", "tern", "the"]).map(lambda value: FieldFilter("source", (value,))),
    st.sampled_from(
        [("2020",), ("..2020-01-01",), ("2020-01-15..",), ("0001",), ("9999",), ("2019", "2020-02"), ("0001..9999",)]
    ).map(lambda values: FieldFilter("date", values)),
    st.sampled_from(KINDS).map(lambda value: FieldFilter("kind", (value,))),
    st.just(Everything()),
).filter(
    lambda leaf: not (isinstance(leaf, Phrase) and set(leaf.words) == {"%"})
)  # no word, which the parser leaves out


def _combined(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(children, min_size=2, max_size=4).map(tuple)
    return several.map(And) | several.map(Or) | children.map(Not)


TREES = st.recursive(LEAVES, _combined, max_leaves=8)


def _some(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2).map(tuple)


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "speaker": _some(["ada-brook", "Bo Li", "ADA", "Lee", "nobody"]),
        "source": _some(["Gull", "the tern", "tern", "Auk"]),
        "kind": _some(KINDS),
        "status": _some(["resolved", "disputed"]),
        "date": st.sampled_from([("2020-01-01", "2020-01-15"), ("", "2019-12-31"), ("2020-02-29", ""), ("", "")]),
    },
)
FACETS = ("speaker", "source", "date", "kind", "status")
QUESTIONS = st.builds(
    Question,
    tree=TREES,
    within=st.sampled_from(["quote", "context", "all"]),
    filters=st.just({}) | FILTERS,
    min_confidence=st.sampled_from([0.0, 0.0, 0.5, 1.0]),
    facets=st.sampled_from([FACETS, FACETS, ("date",), ()]),
    facet_limit=st.sampled_from([20, 2, 1, 0]),
    interval=st.sampled_from(["year", "month", "day"]),
    sort=st.sampled_from(["relevance", "relevance", "newest", "oldest"]),
    group=st.sampled_from(["none", "none", "variant"]),
    first=st.sampled_from([10, 100, 3, 1, 0]),
)


def rows_by_id(core: Core, entries: Sequence[Entry]) -> dict[str, int]:
    """Where each entry stands; none is lost, doubled or changed."""
    found = {entry.id: core.rows_of("id", entry.id) for entry in entries}
    assert all(len(rows) == 1 for rows in found.values())
    assert core.rows == len(entries)
    assert [core.entry(found[entry.id][0]) for entry in entries] == list(entries)
    return {id_: rows[0] for id_, rows in found.items()}


def compare(core: Core, oracle: Oracle, rows: dict[str, int], question: Question) -> None:
    answer = core.answer(question)
    expected = oracle.answer(
        question.tree,
        question.within,
        question.filters,
        min_confidence=question.min_confidence,
        facets=question.facets,
        facet_limit=question.facet_limit,
        interval=question.interval,
        group=question.group,
    )
    assert (answer.total, answer.speakers) == (expected.total, expected.speakers)
    facets = {name: (facet.items, facet.missing) for name, facet in answer.facets.items()}
    assert facets == expected.facets
    shown = dict(zip(rows.values(), rows, strict=True))
    check_order(answer, expected, question, [shown[row] for row in answer.rows], rows, core)


def check_order(
    answer: Answer, expected: Expected, question: Question, ids: list[str], rows: dict[str, int], core: Core
) -> None:
    """The best of each group, in order, with their scores; where scores differ by rounding alone, either first."""
    assert len(ids) == min(question.first, expected.total)
    date = core.columns.date
    if question.sort != "relevance":
        in_order = _by_date(list(expected.scores), rows, date, newest=question.sort == "newest")
        firsts = {expected.groups[id_]: id_ for id_ in reversed(in_order)}
        assert ids == [id_ for id_ in in_order if firsts[expected.groups[id_]] == id_][: question.first]
        assert not any(answer.scores)
        return
    scores = dict(zip(ids, answer.scores, strict=True))
    assert scores == {id_: pytest.approx(expected.scores[id_], rel=1e-5) for id_ in ids}
    newest = {id_: place for place, id_ in enumerate(_by_date(ids, rows, date, newest=True))}
    assert ids == sorted(ids, key=lambda id_: (-scores[id_], newest[id_]))
    highest: dict[str, float] = {}
    for id_, score in expected.scores.items():
        highest[expected.groups[id_]] = max(highest.get(expected.groups[id_], 0.0), score)
    assert [expected.scores[id_] for id_ in ids] == pytest.approx(
        sorted(highest.values(), reverse=True)[: question.first], rel=1e-5
    )
    assert len({expected.groups[id_] for id_ in ids}) == len(ids)
    # Among equal ones the newest are shown: what is left out and scores as much as the last is not newer.
    if ids and question.group == "none":
        last = ids[-1]
        equal = [id_ for id_, score in expected.scores.items() if score == expected.scores[last]]
        in_order = _by_date(equal, rows, date, newest=True)
        taken = [id_ for id_ in in_order if id_ in scores]
        if len({scores[id_] for id_ in taken}) == 1:
            assert taken == in_order[: len(taken)]


def _by_date(ids: Sequence[str], rows: dict[str, int], date: Sequence[int], *, newest: bool) -> list[str]:
    """Undated ones last, in order of their rows."""

    def key(id_: str) -> tuple[bool, int, int]:
        row = rows[id_]
        day = int(date[row])
        return (not day, -day, -row) if newest and day else (not day, day, row)

    return sorted(ids, key=key)


def check(history: History, questions: Sequence[Question]) -> tuple[int, bool]:
    """Compares all answers; returns of how many segments the index is, and whether rows of them are deleted."""
    with a_folder() as folder:
        core = Core(written(folder, history.runs, rows_a_part=history.rows_a_part, by_article=history.by_article))
        oracle = Oracle(history.runs[-1])
        rows = rows_by_id(core, history.runs[-1])
        for question in questions:
            compare(core, oracle, rows, question)
        shape = len(core._lists), core.live is not None
        core.close()
        return shape


@settings(deadline=None, derandomize=True, max_examples=50)
@given(histories(), st.lists(QUESTIONS, min_size=1, max_size=8))
def test_the_core_answers_what_the_oracle_does(history: History, questions: list[Question]) -> None:
    check(history, questions)


SOME = [
    an_entry(
        number,
        ["tax cuts, no rain", "No rain; taxes", "no\n\nrain", "", "U.S. tax\n\ncuts", "no's rain"][number % 6]
        + " rain" * (3000 if number == 5 else 0),
        before=["no cuts here", ""][number % 2],
        date=["0001-01-01", "2020-01-01", "2020-01-15", None][number % 4],
        speaker=[*SPEAKERS, None][number % 6],
        variant_id=f"v{number % 9}",
    )
    for number in range(60)
]


@pytest.mark.parametrize(
    ("runs", "shape"),
    [
        ([range(40)], (1, False)),
        ([range(40), range(3, 40)], (1, True)),
        ([range(40), range(43)], (2, False)),
        ([range(40), range(43), range(3, 45)], (2, True)),
        ([range(40), range(48), range(50)], (3, False)),
        ([range(40), range(48), range(2, 50)], (3, True)),
        ([range(40), range(48), range(2, 50), range(10, 60)], (1, False)),
    ],
)
def test_however_an_index_is_cut_into_segments(runs: list[range], shape: tuple[int, bool]) -> None:
    tax, rain = Word("tax"), Word("rain")
    trees = [
        tax,
        And((tax, Not(rain))),
        Or((Word("no's-rain"), Prefix("u"))),
        Phrase(("rain", "tax"), 3),
        Not(tax),
    ]
    questions = [
        Question(tree=tree, within=within, facets=FACETS, sort=sort, group=group, filters=filters, first=100)
        for tree, within, filters in zip(trees, ["all", "quote", "quote", "all", "context"], WANTED, strict=True)
        for sort, group in (("relevance", "none"), ("newest", "none"), ("oldest", "variant"))
    ]
    in_order = [sorted((SOME[n] for n in run), key=lambda entry: entry.date or "") for run in runs]
    assert check(History(in_order, 7), questions) == shape


WANTED = ({}, {"speaker": ("lee",)}, {}, {"date": ("2020-01-01", "")}, {"speaker": ("Ada Brook",), "kind": ("direct",)})


NEVER, ALWAYS = 0, 10**9
WAYS = {
    "one by one": {
        (inverting, "_AT_ONCE"): 3,
        (weights, "_AT_ONCE"): 3,
        (bulk, "_TOGETHER"): 2,
        (counting, "_SPARSE"): NEVER,
        (counting, "_FIRST"): 1,
        (evaluating, "_FEW"): NEVER,
        (evaluating, "_MANY"): ALWAYS,
        (evaluating, "_AT_ONCE"): 2,
        (lists, "_COMMON"): ALWAYS,
        (lists, "_COUNTED"): ALWAYS,
        (lists, "_COMMON_BYTES"): 0,
        (counting, "_MOST"): 2,
        (counting, "_AT_ONCE"): 3,
        (union, "_GROUPS"): 1,
        (union, "_LOOKED"): 1,
        (evaluating, "_MASKED"): 1e-9,
        (evaluating, "_MOST_RARITIES"): 1,
        (lists, "_LIST_BYTES"): 0,
        (found, "_FEWER"): NEVER,
    },
    "all at once": {
        (counting, "_SPARSE"): ALWAYS,
        (counting, "_FIRST"): 2,
        (evaluating, "_FEW"): ALWAYS,
        (evaluating, "_MANY"): NEVER,
        (lists, "_COMMON"): NEVER,
        (counting, "_MOST"): 0,
        (union, "_GROUPS"): 4,
        (union, "_LOOKED"): 2,
        (evaluating, "_MASKED"): ALWAYS,
        (found, "_FEWER"): ALWAYS,
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_what_large_indexes_do_another_way_is_the_same(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    for (module, limit), value in WAYS[way].items():
        monkeypatch.setattr(module, limit, value)

    @settings(deadline=None, derandomize=True, max_examples=25)
    @given(histories(), st.lists(QUESTIONS, min_size=1, max_size=8))
    def compared(history: History, questions: list[Question]) -> None:
        check(history, questions)

    compared()


def test_a_larger_collection() -> None:
    """As many quotations as it takes for blocks, complements and dense arrays; some are deleted, some new."""
    said = ["rain", "tax", "cuts", "no", "snow", "on", "the", "well-known", "day", "vote"]
    every = [
        an_entry(
            number,
            " ".join(said[(number * k) % min(3 + k, 10)] for k in range(1, 2 + number % 9))
            + {0: " rarer", 1: " rarest", 2: " rare rarely"}.get(number % 97, ""),
            date=f"20{number % 20:02}-{number % 12 + 1:02}-01" if number % 11 else None,
            speaker=f"Ada B{number % 700}",
            source=["Gull", "Tern", "The Auk"][number % 5 % 3],
            variant_id=f"v{number % 2500}",
        )
        for number in range(4600)
    ]
    runs = [sorted(every[low:high], key=lambda entry: entry.date or "") for low, high in ((0, 4300), (40, 4600))]
    asked = [
        Question(tree=tree, within=within, filters=filters, facets=FACETS, facet_limit=5, first=first, group=group)
        for tree, within, filters, first, group in (
            (Word("rain"), "quote", {}, 10, "none"),
            (Or((Word("rain"), Word("snow"), Phrase(("day",)))), "quote", {"date": ("2005-01-01", "")}, 10, "none"),
            (And((Phrase(("no", "cuts"), 2), Prefix("r"))), "all", {}, 300, "variant"),
            (Or((Prefix("t"), Not(Word("tax")))), "context", {}, 10, "variant"),
            (Prefix("rare"), "quote", {}, 10, "none"),
        )
    ]
    assert check(History(runs, 1000), asked) == (2, True)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), max_size=12), st.integers(0, 4), st.integers(0, 3))
def test_the_commonest_values(drawn: list[tuple[int, int]], limit: int, left_out: int) -> None:
    """Whether few or many codes are looked at first, and whether they are counted one by one."""
    everywhere = sorted((pair[0] for pair in drawn), reverse=True)
    counts = np.array([9, *(min(often, some) for often, (_, some) in zip(everywhere, drawn, strict=True))])
    ceilings = np.array([9, *everywhere])
    but = frozenset(range(1, left_out + 1))
    order = sorted(range(1, len(counts)), key=lambda code: (-counts[code], code))
    expected = [(code, int(counts[code])) for code in order if counts[code] and code not in but][:limit]
    there = np.flatnonzero(counts)
    assert Counts(counts[there], there, ceilings).top(limit, but) == expected
    with mock.patch.object(counting, "_FIRST", 1):
        assert Counts(counts, None, ceilings).top(limit, but) == expected
    assert Counts(counts, None, ceilings).of([0, *but & set(there.tolist())]) == 9 + sum(
        int(counts[code]) for code in but if code < len(counts)
    )


@pytest.mark.parametrize("rows", [10, 300, 5000])
@pytest.mark.parametrize("first", [1, 10, 100, 6000])
@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("scores", [1, 3, 10**6])
@pytest.mark.parametrize("days", [[0], [0, 20200101, 20200102], [20200101]])
def test_the_first_of_many_rows(rows: int, first: int, order: Order, scores: int, days: list[int]) -> None:
    chance = np.random.default_rng(rows + first + scores)
    dates = [np.sort(chance.choice(np.array(days, np.int32), rows)) for _ in range(2)]
    date = np.concatenate(dates)
    some, every = [], []
    for number, day in enumerate(dates):
        part = Part(SimpleNamespace(date=day), number * rows, None)  # type: ignore[arg-type]
        kept = np.flatnonzero(chance.random(rows) < 0.7).astype(np.uint32)
        score = chance.integers(1, scores + 1, len(kept)).astype(np.float32)
        some.append((part, Found(kept, score)))
        every += zip((kept + number * rows).tolist(), score.tolist(), strict=True)
    chosen, scored = best(some, date, order, first)
    score_of = dict(every) if order == "relevance" else {row: 0.0 for row, _ in every}

    def key(row: int) -> tuple[float, bool, int, int]:
        day = int(date[row])
        later = order != "oldest"
        return -score_of[row], not day, -day if later else day, -row if later and day else row

    expected = sorted(score_of, key=key)[:first]
    assert (chosen.tolist(), scored.tolist()) == (expected, [score_of[row] for row in expected])


def test_near_words_are_found_wherever_a_much_commoner_word_stands_beside_them() -> None:
    rows = [an_entry(n, "the rain of the night and the wind") for n in range(40)]
    rows.append(an_entry(40, "the night, the rain, the wind said the mayor"))
    with a_folder() as folder:
        core = Core(written(folder, [rows]))
        question = Question(tree=Phrase(("mayor", "said", "the"), slop=1), within="quote")
        assert [core.entry(row).id for row in core.answer(question).rows] == [rows[-1].id]
        core.close()
