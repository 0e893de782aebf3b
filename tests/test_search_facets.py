import datetime
from collections.abc import Iterator

import pytest

from search.request import MAX_FACET_LIMIT, SearchRequest
from search.whoosh_engine import WhooshEngine
from tests.entries import an_engine, an_entry

FIRST = datetime.date(2010, 1, 1)
DAYS = 2500
"""More days than a facet may have."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshEngine]:
    days = (FIRST + datetime.timedelta(days=number) for number in range(DAYS))
    opened = an_engine(
        tmp_path_factory.mktemp("days"), [an_entry(number, date=str(day)) for number, day in enumerate(days)]
    )
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("chosen", "first", "last"),
    [
        (None, "2014-02-09", "2016-11-04"),
        ("2010-01", "2010-01-01", "2012-09-26"),
        ("2013-03", "2011-11-18", "2014-08-13"),
        ("2016-11", "2014-02-09", "2016-11-04"),
    ],
)
def test_too_many_days_leave_those_around_the_chosen_ones(
    engine: WhooshEngine, chosen: str | None, first: str, last: str
) -> None:
    request = SearchRequest(facets=("date",), interval="day", date_from=chosen, date_to=chosen, limit=0)
    facet = engine.search(request).facets["date"]
    assert len(facet.items) == MAX_FACET_LIMIT
    assert facet.more
    assert (facet.items[0].value, facet.items[-1].value) == (first, last)
    assert sum(item.selected for item in facet.items) == {None: 0, "2010-01": 31, "2013-03": 31, "2016-11": 4}[chosen]
