"""The core against the oracle: awkward collections, written in several runs, asked random questions."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Entry
from search.core import Answer, Core, Question
from search.tree import And, Everything, FieldFilter, Node, Not, Or, Phrase, Prefix, Word
from tests.histories import KINDS, SPEAKERS, History, a_folder, histories, written
from tests.oracle import Expected, Oracle

LEAVES = st.one_of(
    st.sampled_from(["tax", "cut", "no", "well-known", "esper", "u.s.", "100", "café", "absent", "percent"]).map(Word),
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
    best: dict[str, float] = {}
    for id_, score in expected.scores.items():
        best[expected.groups[id_]] = max(best.get(expected.groups[id_], 0.0), score)
    assert [expected.scores[id_] for id_ in ids] == pytest.approx(
        sorted(best.values(), reverse=True)[: question.first], rel=1e-5
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


def test_the_core_answers_what_the_oracle_does() -> None:
    seen: set[tuple[int, bool]] = set()

    @settings(deadline=None, derandomize=True, max_examples=60)
    @given(histories(), st.lists(QUESTIONS, min_size=1, max_size=8))
    def check(history: History, questions: list[Question]) -> None:
        with a_folder() as folder:
            core = Core(written(folder, history.runs, rows_a_part=history.rows_a_part))
            oracle = Oracle(history.runs[-1])
            rows = rows_by_id(core, history.runs[-1])
            for question in questions:
                compare(core, oracle, rows, question)
            seen.add((len(core._lists), core.live is not None))
            core.close()

    check()
    # Indexes of one to three segments, with deletions and without, were really among them.
    assert seen >= {(1, False), (2, False), (2, True), (3, True)}
