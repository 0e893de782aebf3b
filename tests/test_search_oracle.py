"""The engine against the oracle: collections of several runs, random questions as users ask them, all their pages."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article_store import FILE_NAME, write_articles
from index.manifest import write_manifest
from index.people_store import FILE_NAME as PEOPLE_FILE
from index.people_store import write_people
from search.engine import Engine
from search.request import SearchRequest
from search.tree import And, FieldFilter, Node, Not, Or, Phrase, Prefix, Word, show
from search.whoosh_engine import WhooshEngine, open_engine
from tests.entries import BUILD, PUBLISHED
from tests.histories import KINDS, SPEAKERS, History, a_folder, histories, written
from tests.oracle import Oracle

LEAVES = st.one_of(
    st.sampled_from(["tax", "cut", "no", "well-known", "esper", "café", "absent"]).map(Word),
    st.builds(
        Phrase,
        st.lists(st.sampled_from(["tax", "cuts", "no", "well-known", "Esper's"]), min_size=1, max_size=3).map(tuple),
        st.integers(0, 3),
    ),
    st.sampled_from(["t", "cut", "k", "x"]).map(Prefix),
    st.builds(
        FieldFilter,
        st.just("speaker"),
        st.lists(st.sampled_from([*SPEAKERS, "ada", "bo-li", "x"]), min_size=1, max_size=2).map(tuple),
    ),
    st.sampled_from(["2020", "..2020-01-01", "2020-01-15.."]).map(lambda value: FieldFilter("date", (value,))),
    st.sampled_from(["direct", "mixed"]).map(lambda value: FieldFilter("kind", (value,))),
)


def _combined(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(children, min_size=2, max_size=3).map(tuple)
    return several.map(And) | several.map(Or) | children.map(Not)


def _some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.just(()) | st.lists(st.sampled_from(values), max_size=2).map(tuple)


REQUESTS = st.builds(
    SearchRequest,
    q=st.recursive(LEAVES, _combined, max_leaves=5).map(show) | st.just(""),
    speaker=_some(["ada-brook", "Bo Li", "ADA", "Lee", "nobody"]),
    source=_some(["Gull", "the tern", "tern", "Auk"]),
    kind=_some(KINDS),
    status=_some(["resolved", "unknown", "disputed"]),
    date_from=st.sampled_from([None, "2020", "2020-01-15", "0001"]),
    date_to=st.sampled_from([None, "2020-01-15", "2021", "9999"]),
    within=st.sampled_from(["quote", "context", "all"]),
    min_confidence=st.sampled_from([0.0, 0.5, 0.75]),
    group=st.sampled_from(["none", "variant"]),
    sort=st.sampled_from(["relevance", "newest", "oldest"]),
    limit=st.integers(1, 7),
    facets=st.just(("speaker", "source", "date", "kind", "status")),
    facet_limit=st.integers(0, 3),
    interval=st.sampled_from(["year", "month", "day"]),
)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(histories(), st.lists(REQUESTS, min_size=1, max_size=8))
def test_the_engine_finds_and_counts_what_the_oracle_does(history: History, requests: list[SearchRequest]) -> None:
    with a_folder() as folder:
        engine, oracle = _opened(folder, history), Oracle(history.runs[-1])
        try:
            _check_stats(engine, oracle)
            for request in requests:
                _compare(engine, oracle, request)
        finally:
            engine.close()


def _opened(folder: Path, history: History) -> WhooshEngine:
    build = written(folder, history.runs, rows_a_part=history.rows_a_part)
    write_articles(build / FILE_NAME, [])
    write_people(build / PEOPLE_FILE, (), {})
    said = {"published": PUBLISHED, "extractor": "by hand", "articles": 0, "revision": 1}
    return open_engine(build, write_manifest(build, id=BUILD.format(1), quotations=len(history.runs[-1]), **said))


def _check_stats(engine: WhooshEngine, oracle: Oracle) -> None:
    stats, entries = engine.stats(), oracle.entries
    assert stats.quotations == len(entries)
    assert stats.speakers == len({entry.speaker_id for entry in entries} - {None})
    assert stats.sources == len({entry.source for entry in entries} - {None})
    assert stats.undated == sum(entry.date is None for entry in entries)
    assert stats.kinds == {kind: sum(e.kind == kind for e in entries) for kind in {e.kind for e in entries}}


def _compare(engine: Engine, oracle: Oracle, request: SearchRequest) -> None:
    page = engine.search(request)
    shown = _walk(engine, request)
    expected = oracle.by_date(request)
    matching = oracle.matching(request)
    if request.sort == "relevance":
        variant = {entry.id: entry.variant_id if request.group == "variant" else entry.id for entry in matching}
        assert {variant[id_] for id_ in shown} == {variant[id_] for id_ in expected}
        scores = oracle.scores(request)
        best: dict[str, float] = {}
        for id_, score in scores.items():
            best[variant[id_]] = max(score, best.get(variant[id_], 0.0))
        assert [scores[id_] for id_ in shown] == pytest.approx(sorted(best.values(), reverse=True), rel=1e-5)
    else:
        assert _dates(oracle, shown) == _dates(oracle, expected)
        assert request.group == "variant" or set(shown) == set(expected)
    assert len(shown) == page.total == len(expected)
    assert page.speakers == len({entry.speaker_id for entry in matching if entry.speaker_id})
    for name, facet in page.facets.items():
        items, more, missing = oracle.facet(request, name)
        assert {item.value: (item.count, item.selected) for item in facet.items} == items
        assert (facet.more, facet.missing) == (more, missing)
        if name == "date":
            assert [item.value for item in facet.items] == list(items)
        else:
            assert [item.count for item in facet.items] == sorted((item.count for item in facet.items), reverse=True)


def _dates(oracle: Oracle, ids: list[str]) -> list[str | None]:
    """Of quotations of one day any may be first: their rows are in the order of the runs that wrote them."""
    date = {entry.id: entry.date for entry in oracle.entries}
    return [date[id_] for id_ in ids]


def _walk(engine: Engine, request: SearchRequest) -> list[str]:
    """The ids of all pages, one after the other."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = engine.search(dataclasses.replace(request, cursor=cursor))
        found += [hit.id for hit in page.results]
        cursor = page.next_cursor
        if cursor is None:
            assert len(set(found)) == len(found)
            return found
        assert len(page.results) == request.limit
