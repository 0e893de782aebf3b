"""The engine against the oracle: random small collections, random questions."""

import dataclasses
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Entry
from search.request import SearchRequest
from search.tree import And, FieldFilter, Node, Not, Or, Phrase, Prefix, Word, show
from search.whoosh_engine import WhooshEngine
from tests.entries import an_engine, an_entry
from tests.oracle import Oracle

WORDS = st.sampled_from(["tax", "taxes", "cut", "cuts", "no", "well-known", "Esper's", "\n\n", "…"])
TEXT = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
SPEAKERS = ["Ada Brook", "Ada Lee", "Bo Li"]
DATES = ["2019-12-31", "2020-01-01", "2020-01-15", "2021-06-30"]
SOURCES = ["Gull", "The Tern"]
KINDS = ["direct", "mixed", "indirect"]
CONFIDENCES = [0.1, 0.5, 0.7, 0.9]


@st.composite
def collections(draw: st.DrawFn) -> list[Entry]:
    return [
        an_entry(
            number,
            draw(TEXT),
            before=draw(TEXT | st.just("")),
            after=draw(TEXT | st.just("")),
            title=draw(TEXT | st.none()),
            speaker=draw(st.sampled_from([*SPEAKERS, None])),
            source=draw(st.sampled_from([*SOURCES, None])),
            kind=draw(st.sampled_from(KINDS)),
            date=draw(st.sampled_from([*DATES, None])),
            confidence=draw(st.sampled_from(CONFIDENCES)),
            variant_id=draw(st.sampled_from(["v1", "v2", "v3"])),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


LEAVES = st.one_of(
    st.sampled_from(["tax", "cut", "no", "well-known", "esper", "absent"]).map(Word),
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
    date_from=st.sampled_from([None, "2020", "2020-01-15"]),
    date_to=st.sampled_from([None, "2020-01-15", "2021"]),
    within=st.sampled_from(["quote", "context", "all"]),
    min_confidence=st.sampled_from([0.0, 0.5, 0.7]),
    group=st.sampled_from(["none", "variant"]),
    sort=st.sampled_from(["relevance", "newest", "oldest"]),
    limit=st.integers(1, 5),
    facets=st.just(("speaker", "source", "date", "kind", "status")),
    facet_limit=st.integers(0, 3),
    interval=st.sampled_from(["year", "month", "day"]),
)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(collections(), st.lists(REQUESTS, min_size=1, max_size=12))
def test_the_engine_finds_and_counts_what_the_oracle_does(entries: list[Entry], requests: list[SearchRequest]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine, oracle = an_engine(Path(folder), entries), Oracle(entries)
        try:
            for request in requests:
                _compare(engine, oracle, request)
        finally:
            engine.close()


def _compare(engine: WhooshEngine, oracle: Oracle, request: SearchRequest) -> None:
    page = engine.search(request)
    shown = _walk(engine, request)
    expected = oracle.by_date(request)
    matching = oracle.matching(request)
    if request.sort == "relevance":
        variant = {entry.id: entry.variant_id if request.group == "variant" else entry.id for entry in matching}
        assert {variant[id_] for id_ in shown} == {variant[id_] for id_ in expected}
    else:
        assert shown == expected
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


def _walk(engine: WhooshEngine, request: SearchRequest) -> list[str]:
    """The ids of all pages, one after the other."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = engine.search(dataclasses.replace(request, cursor=cursor))
        found += [hit.id for hit in page.results]
        cursor = page.next_cursor
        if cursor is None:
            return found
        assert len(page.results) == request.limit
