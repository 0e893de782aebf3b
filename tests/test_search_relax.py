from collections.abc import Iterator

import pytest

from search.engine import Engine
from search.relax import suggest_relaxation
from search.request import SearchRequest
from tests.entries import an_engine, an_entry


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    entries = [
        an_entry(1, "No new taxes", speaker="Ada Brook", after="she told the fair", confidence=0.5),
        an_entry(2, "Taxes are new", speaker="Ada Brook", date="2019-01-01"),
        an_entry(3, "Rain is news", speaker="Bo Li", kind="indirect"),
    ]
    engine = an_engine(tmp_path_factory.mktemp("data"), entries)
    yield engine
    engine.close()


@pytest.mark.parametrize(
    ("request_", "suggested"),
    [
        (SearchRequest(q="zebra"), []),
        (SearchRequest(q="taxes", speaker=("Bo Li",)), [("speaker", None, 2)]),
        (SearchRequest(q="fair", within="quote"), [("in", "all", 1)]),
        (SearchRequest(q="rain", date_from="2021"), [("date", None, 1)]),
        (SearchRequest(q="fair", min_confidence=0.9), [("min_confidence", None, 1)]),
        (SearchRequest(q="taxes zebra"), [("q", "taxes", 2)]),
        (SearchRequest(q='"new no taxes"'), [("q", "new no taxes", 1)]),
        (SearchRequest(q="rain", speaker=("ada",), kind=("direct",)), [("filters", None, 1)]),
        (SearchRequest(q="taxes", speaker=("Ada Brok",)), [("speaker", None, 2), ("speaker", "Ada Brook", 2)]),
        (SearchRequest(q="taxes", speaker=("Ad",)), [("speaker", None, 2), ("speaker", "Ada Brook", 2)]),
        (SearchRequest(q="rain", source=("Gulll",), kind=("direct",)), [("filters", None, 1)]),
        (SearchRequest(source=("Gulll", "Gul")), [("source", None, 3)]),
        (SearchRequest(q="taxes (rain OR zebra)"), [("q", "taxes", 2), ("q", "rain OR zebra", 1)]),
    ],
)
def test_what_would_help(engine: Engine, request_: SearchRequest, suggested: list[tuple[str, str | None, int]]) -> None:
    assert engine.search(request_).total == 0
    assert list(suggest_relaxation(engine, request_)) == suggested


def test_long_questions_are_no_trouble(engine: Engine) -> None:
    assert suggest_relaxation(engine, SearchRequest(q='"' + "zebra " * 60 + '"' + " x*" * 3)) == ()
