import dataclasses
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from index.records import KINDS, STATUSES
from search.errors import RequestError
from search.request import SearchRequest
from search.results import Facet, FacetItem
from web import params
from web.links import linked_values

FULL = SearchRequest(
    q="a b",
    speaker=("ada", "ola"),
    kind=("direct",),
    date_from="2019-02",
    date_to="2020",
    within="quote",
    min_confidence=0.5,
    sort="oldest",
    limit=5,
    facets=("date", "kind"),
    facet_limit=3,
    interval="month",
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", SearchRequest()),
        ("q=rain", SearchRequest(q="rain")),
        ("q=", SearchRequest()),
        ("in=quote", SearchRequest(within="quote")),
        ("speaker=b&speaker=a&speaker=a", SearchRequest(speaker=("a", "b"))),
        ("facets=date,kind", SearchRequest(facets=("date", "kind"))),
        ("facets=date, kind,", SearchRequest(facets=("date", "kind"))),
        ("limit=5&facet_limit=0", SearchRequest(limit=5, facet_limit=0)),
        ("min_confidence=.5", SearchRequest(min_confidence=0.5)),
        ("date_from=2020&date_to=2020", SearchRequest(date_from="2020-01-01", date_to="2020-12-31")),
        ("speaker=&date_from=&date_to=+", SearchRequest()),
    ],
)
def test_arguments_become_a_request(query: str, expected: SearchRequest) -> None:
    assert params.read(MultiDict(parse_qsl(query, keep_blank_values=True))) == expected


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("colour=red", "colour"),
        ("within=quote", "within"),
        ("q=a&q=b", "q"),
        ("limit=many", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=1_0", "limit"),
        ("limit=１", "limit"),
        ("min_confidence=nan", "min_confidence"),
        ("min_confidence=2", "min_confidence"),
        ("in=title", "in"),
        ("sort=best", "sort"),
        ("kind=loud", "kind"),
        ("status=sad", "status"),
        ("facets=date,colour", "facets"),
        ("interval=week", "interval"),
        ("date_from=2020-02-30", "date_from"),
        ("date_from=yesterday", "date_from"),
        ("date_from=2021&date_to=2020", "date_from"),
        ("q=" + "x" * 1001, "q"),
        ("&".join(f"speaker={number}" for number in range(201)), "speaker"),
    ],
)
def test_what_is_wrong_is_named(query: str, parameter: str) -> None:
    with pytest.raises(RequestError) as raised:
        params.read(MultiDict(parse_qsl(query, keep_blank_values=True)))
    assert raised.value.parameter == parameter


def test_an_unknown_parameter_is_told_what_there_is() -> None:
    with pytest.raises(RequestError, match=r"there are: q, speaker, source"):
        params.read(MultiDict({"color": "red"}))


def test_an_address_without_parameters_says_so() -> None:
    with pytest.raises(RequestError, match="takes none"):
        params.refuse_unknown(MultiDict({"q": "a"}))


def test_every_field_of_a_request_has_a_parameter() -> None:
    fields = {field.name for field in dataclasses.fields(SearchRequest)}
    assert {parameter.attribute for parameter in params.PARAMETERS} == fields


@pytest.mark.parametrize("request_", [SearchRequest(), FULL], ids=["default", "full"])
@pytest.mark.parametrize("defaults", [params.API_DEFAULTS, params.PAGE_DEFAULTS], ids=["api", "page"])
def test_pairs_are_read_back(request_: SearchRequest, defaults: SearchRequest) -> None:
    if request_ == SearchRequest():
        request_ = defaults
    assert params.read(MultiDict(params.pairs(request_, defaults)), defaults) == request_


@given(
    st.builds(
        SearchRequest,
        q=st.text(max_size=30).filter(lambda text: not text or text.strip()),
        speaker=st.lists(st.text(min_size=1, max_size=8).filter(str.strip), max_size=3).map(tuple),
        kind=st.lists(st.sampled_from(KINDS)).map(tuple),
        status=st.lists(st.sampled_from(STATUSES)).map(tuple),
        date_from=st.none() | st.dates().map(str),
        min_confidence=st.integers(0, 100).map(lambda number: number / 100),
        limit=st.integers(0, 100),
    )
)
@settings(deadline=None, derandomize=True, max_examples=60)
def test_any_request_survives_its_address(request_: SearchRequest) -> None:
    query = params.address("/search", request_).partition("?")[2]
    assert params.read(MultiDict(parse_qsl(query, keep_blank_values=True))) == request_


@pytest.mark.parametrize(
    ("first", "last", "short"),
    [
        ("2020-01-01", "2020-12-31", ("2020", "2020")),
        ("2019-01-01", "2020-12-31", ("2019", "2020")),
        ("2020-01-01", "2020-01-31", ("2020-01", "2020-01")),
        ("2020-02-01", "2020-02-29", ("2020-02", "2020-02")),
        ("2021-02-01", "2021-02-28", ("2021-02", "2021-02")),
        ("2020-02-01", "2020-02-28", ("2020-02-01", "2020-02-28")),
        ("2020-01-01", "2020-01-01", ("2020-01-01", "2020-01-01")),
        ("2020-01-01", None, ("2020", None)),
        (None, "2020-11-30", (None, "2020-11")),
        (None, None, (None, None)),
    ],
)
def test_whole_years_and_months_are_written_short(
    first: str | None, last: str | None, short: tuple[str | None, str | None]
) -> None:
    assert params.short_dates(first, last) == short


@pytest.mark.parametrize(
    ("before", "facet", "value", "label", "selected", "after"),
    [
        ({}, "speaker", "ada", "Ada", False, {"speaker": ("ada",)}),
        ({"speaker": ("ada",)}, "speaker", "ola", "Ola", False, {"speaker": ("ada", "ola")}),
        ({"speaker": ("ada", "ola")}, "speaker", "ada", "Ada", True, {"speaker": ("ola",)}),
        ({"speaker": ("Ada Brook",)}, "speaker", "ada-brook", "Ada Brook", True, {}),
        ({}, "date", "2020-02", "2020-02", False, {"date_from": "2020-02", "date_to": "2020-02"}),
        ({"date_from": "2020", "date_to": "2020"}, "date", "2020", "2020", True, {}),
        ({"cursor": "abc"}, "kind", "direct", "direct", False, {"kind": ("direct",)}),
        (
            {"q": "a & b", "sort": "newest"},
            "source",
            "Der Süd / Ö",
            "Ö",
            False,
            {"q": "a & b", "sort": "newest", "source": ("Der Süd / Ö",)},
        ),
        (
            {"q": "a", "limit": 3},
            "date",
            "2020-02-07",
            "",
            False,
            {"q": "a", "limit": 3, "date_from": "2020-02-07", "date_to": "2020-02-07"},
        ),
        ({"source": ("The Sun", "Yell")}, "source", "Moon", "Moon", False, {"source": ("Moon", "The Sun", "Yell")}),
    ],
)
def test_a_value_is_taken_in_and_out(
    before: dict[str, object], facet: str, value: str, label: str, selected: bool, after: dict[str, object]
) -> None:
    item = FacetItem(value=value, label=label, count=1, selected=selected)
    found = linked_values(facet, Facet(items=(item,), more=False, missing=0), SearchRequest(**before))  # type: ignore[arg-type]
    path, _, query = found.items[0].url.partition("?")
    assert path == "/api/v1/quotes"
    assert params.read(MultiDict(parse_qsl(query))) == SearchRequest(**after)  # type: ignore[arg-type]
    assert found.items[0].url == params.address(path, SearchRequest(**after))  # type: ignore[arg-type]
