import pytest

from search.request import SearchRequest
from search.results import Facet, FacetItem
from web import histogram


def facet(**counts: int) -> Facet:
    items = tuple(
        FacetItem(value=value[1:].replace("_", "-"), label=value, count=count, selected=False)
        for value, count in counts.items()
    )
    return Facet(items=items, more=False, missing=3)


@pytest.mark.parametrize(
    ("first", "last", "interval"),
    [
        (None, None, "year"),
        ("2020", None, "year"),
        ("2019", "2020", "year"),
        ("2020", "2020", "month"),
        ("2020-03", "2020-05", "month"),
        ("2020-03", "2020-03", "day"),
        ("2020-03-04", "2020-03-04", "day"),
    ],
)
def test_the_steps_fit_the_chosen_dates(first: str | None, last: str | None, interval: str) -> None:
    assert histogram.interval_of(SearchRequest(date_from=first, date_to=last)) == interval


def test_years_without_quotations_are_gaps() -> None:
    drawn = histogram.of_search(facet(y2015=4, y2018=2), SearchRequest())
    assert drawn is not None
    assert [(bar.value, bar.count) for bar in drawn.bars] == [("2015", 4), ("2016", 0), ("2017", 0), ("2018", 2)]
    assert [bar.height for bar in drawn.bars] == ["100%", "0%", "0%", "50%"]
    assert drawn.missing == 3


@pytest.mark.parametrize(
    ("request_", "bars", "on"),
    [
        (SearchRequest(date_from="2016", date_to="2017"), 4, ["2016", "2017"]),
        (SearchRequest(date_from="2020", date_to="2020", interval="month"), 12, []),
        (SearchRequest(date_from="2020-03", date_to="2020-04", interval="month"), 12, ["2020-03", "2020-04"]),
        (SearchRequest(date_from="2020-02", date_to="2020-02", interval="day"), 29, []),
        (SearchRequest(date_from="2020-02-03", date_to="2020-02-03", interval="day"), 29, ["2020-02-03"]),
    ],
)
def test_what_is_chosen_stands_out(request_: SearchRequest, bars: int, on: list[str]) -> None:
    counts = {"year": facet(y2015=1, y2018=1), "month": facet(y2020_03=1), "day": facet(y2020_02_03=1)}
    drawn = histogram.of_search(counts[request_.interval], request_)
    assert drawn is not None
    assert len(drawn.bars) == bars
    assert [bar.value for bar in drawn.bars if bar.selected] == on


def test_a_bar_keeps_the_other_filters_and_drops_the_cursor() -> None:
    drawn = histogram.of_search(facet(y2015=1), SearchRequest(q="rain", speaker=("ada",), cursor="abc"))
    assert drawn is not None
    assert drawn.bars[0].url.startswith("/search?q=rain&speaker=ada&date_from=2015&date_to=2015")
    assert "cursor" not in drawn.bars[0].url


def test_no_dates_no_picture() -> None:
    assert histogram.of_search(facet(), SearchRequest()) is None
    assert histogram.of_years({}, 5) is None


def test_a_very_long_history_shows_only_the_years_there_are() -> None:
    drawn = histogram.of_years({"1801": 1, "2020": 2}, 0)
    assert drawn is not None
    assert [bar.value for bar in drawn.bars] == ["1801", "2020"]


def test_labels_leave_each_other_room() -> None:
    drawn = histogram.of_years({str(year): 1 for year in range(1960, 2024)}, 0)
    assert drawn is not None
    assert sum(bool(bar.label) for bar in drawn.bars) <= 16
    assert sum(bool(bar.label) and not bar.minor for bar in drawn.bars) <= 8
