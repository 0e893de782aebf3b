import pytest

from search.request import SearchRequest
from search.results import Facet, FacetItem
from web.histogram import Frame, frame_of, histogram_of


def facet(**counts: int) -> Facet:
    items = tuple(
        FacetItem(value=value[1:].replace("_", "-"), label=value, count=count, selected=False)
        for value, count in counts.items()
    )
    return Facet(items=items, more=False, missing=3)


EVERY = Frame("year")


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
    request = SearchRequest(date_from=first, date_to=last)
    assert frame_of(request, "2010-05-06", "2022-07-08").unit == interval


@pytest.mark.parametrize(
    ("first", "last", "frame"),
    [
        (None, None, Frame("year")),
        ("2019-01-02", "2020-01-02", Frame("year")),
        ("2020-01-02", "2020-11-02", Frame("month", "2020")),
        ("2020-03-02", "2020-03-30", Frame("day", "2020-03")),
    ],
)
def test_where_none_are_chosen_they_fit_the_collection(first: str | None, last: str | None, frame: Frame) -> None:
    assert frame_of(SearchRequest(), first, last) == frame


def test_years_without_quotations_are_gaps() -> None:
    drawn = histogram_of(facet(y2015=4, y2018=2), SearchRequest(), EVERY)
    assert drawn is not None
    assert [(bar.value, bar.count) for bar in drawn.bars] == [("2015", 4), ("2016", 0), ("2017", 0), ("2018", 2)]
    assert [bar.height for bar in drawn.bars] == ["100%", "0%", "0%", "50%"]
    assert drawn.missing == 3


@pytest.mark.parametrize(
    ("request_", "bars", "on"),
    [
        (SearchRequest(date_from="2016", date_to="2017"), 4, ["2016", "2017"]),
        (SearchRequest(date_from="2020", date_to="2020"), 12, []),
        (SearchRequest(date_from="2020-03", date_to="2020-04"), 12, ["2020-03", "2020-04"]),
        (SearchRequest(date_from="2020-02", date_to="2020-02"), 29, []),
        (SearchRequest(date_from="2020-02-03", date_to="2020-02-03"), 29, ["2020-02-03"]),
    ],
)
def test_what_is_chosen_stands_out(request_: SearchRequest, bars: int, on: list[str]) -> None:
    counts = {"year": facet(y2015=1, y2018=1), "month": facet(y2020_03=1), "day": facet(y2020_02_03=1)}
    frame = frame_of(request_, None, None)
    drawn = histogram_of(counts[frame.unit], request_, frame)
    assert drawn is not None
    assert len(drawn.bars) == bars
    assert [bar.value for bar in drawn.bars if bar.selected] == on


def test_a_bar_keeps_the_other_filters_and_drops_the_cursor() -> None:
    drawn = histogram_of(facet(y2015=1), SearchRequest(q="rain", speaker=("ada",), cursor="abc"), EVERY)
    assert drawn is not None
    assert drawn.bars[0].url.startswith("/search?q=rain&speaker=ada&date_from=2015&date_to=2015")
    assert "cursor" not in drawn.bars[0].url


def test_no_dates_no_picture() -> None:
    assert histogram_of(facet(), SearchRequest(), EVERY) is None


def test_a_very_long_history_shows_only_the_years_there_are() -> None:
    drawn = histogram_of(facet(y1801=1, y2020=2), SearchRequest(), EVERY)
    assert drawn is not None
    assert [bar.value for bar in drawn.bars] == ["1801", "2020"]


def test_labels_leave_each_other_room() -> None:
    drawn = histogram_of(facet(**{f"y{year}": 1 for year in range(1960, 2024)}), SearchRequest(), EVERY)
    assert drawn is not None
    assert sum(bool(bar.label) for bar in drawn.bars) <= 16
    assert sum(bool(bar.label) and not bar.minor for bar in drawn.bars) <= 8
