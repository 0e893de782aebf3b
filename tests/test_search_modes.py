from collections.abc import Iterator

import pytest

from search.engine import Engine
from search.modes import ways
from search.request import SearchRequest
from tests.entries import an_engine, an_entry


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    entries = [
        an_entry(1, "Clean water for all", speaker="Ada Brook"),
        an_entry(2, "The water is clean", speaker="Bo Li"),
        an_entry(3, "Cleaning waters", speaker="Bo Li"),
        an_entry(4, "Rain is news", speaker="Bo Li"),
    ]
    engine = an_engine(tmp_path_factory.mktemp("data"), entries)
    yield engine
    engine.close()


EXACT, ALL, ANY = ("exact", '"clean water"'), ("all", '"clean" "water"'), ("any", "clean water")


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ('"clean water"', [(*EXACT, True, None), (*ALL, False, 2), (*ANY, False, 3)]),
        ("“clean water”", [(*EXACT, True, None), (*ALL, False, 2), (*ANY, False, 3)]),
        ('"clean" "water"', [(*EXACT, False, 1), (*ALL, True, None), (*ANY, False, 3)]),
        ("clean water", [(*EXACT, False, 1), (*ALL, False, 2), (*ANY, True, None)]),
        ('clean "water"', [(*EXACT, False, 1), (*ALL, False, 2), (*ANY, False, 3)]),
        ("waters", [("exact", '"waters"', False, 1), ("any", "waters", True, None)]),
        ("", []),
        ("speaker:Bo", []),
        ("clean OR water", []),
        ("clean -water", []),
        ("clean wat*", []),
        ('"clean water"~3', []),
        ("(clean OR rain) water", []),
    ],
)
def test_the_other_ways_and_what_they_find(
    engine: Engine, q: str, found: list[tuple[str, str, bool, int | None]]
) -> None:
    assert [(way.mode, way.q, way.current, way.total) for way in ways(engine, SearchRequest(q=q))] == found


def test_filters_stay_those_that_were_typed_and_those_that_were_chosen(engine: Engine) -> None:
    asked = SearchRequest(q="clean water speaker:bo", kind=("direct",))
    assert [(way.q, way.total) for way in ways(engine, asked)] == [
        ('"clean water" speaker:"bo"', 0),
        ('"clean" "water" speaker:"bo"', 1),
        ('clean water speaker:"bo"', None),
    ]


def test_each_way_finds_what_it_says(engine: Engine) -> None:
    for way in ways(engine, SearchRequest(q="clean water")):
        total = engine.search(SearchRequest(q=way.q)).total
        assert way.total in (None, total)


def test_a_way_that_would_be_read_otherwise_is_none(engine: Engine) -> None:
    for way in ways(engine, SearchRequest(q='"rain or shine" "NOT"')):
        assert "NOT" not in way.q.replace('"', " ").split() or way.mode != "any"


def test_a_query_that_would_grow_too_long_is_not_offered(engine: Engine) -> None:
    q = " ".join(["ab"] * 1)
    long = " ".join(f"{n:014}" for n in range(64))
    assert len(ways(engine, SearchRequest(q=q))) == 2
    assert [way.mode for way in ways(engine, SearchRequest(q=long))] == ["exact", "any"]


def test_later_pages_count_nothing_anew(engine: Engine) -> None:
    first = engine.search(SearchRequest(q="clean water", limit=1))
    later = SearchRequest(q="clean water", limit=1, cursor=first.next_cursor)
    assert [(way.mode, way.total) for way in ways(engine, later)] == [("exact", None), ("all", None), ("any", None)]
