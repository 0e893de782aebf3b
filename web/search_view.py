"""A page of answers made ready for its template: filters, what is chosen, ways to look elsewhere."""

import dataclasses
from typing import get_args

from search.request import SearchRequest, Sort
from search.results import FacetItem, ResultPage
from web import histogram, wording
from web.params import PAGE_DEFAULTS, address, pairs, short_dates

FACETS = ("speaker", "source", "kind", "status")
"""Shown as checkboxes, in this order; dates are a picture and two boxes."""


LISTED = ("speaker", "source")
"""Those of which there may be thousands; a page lists their values."""


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """A link to another form of the same search."""

    label: str
    url: str
    current: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Filter:
    """A facet as a fieldset: its parameter, legend and checkboxes; the way to the rest; how many have no value."""

    name: str
    legend: str
    items: tuple[FacetItem, ...]
    more: str | None
    rest: int | None
    """How many more values there are, where that is known."""
    missing: int


@dataclasses.dataclass(frozen=True, slots=True)
class SearchView:
    """Everything that the search page shows beside the quotations themselves."""

    filters: tuple[Filter, ...]
    chosen: tuple[Choice, ...]
    """Each chosen value, with the search that drops it."""
    clear: str
    """The same words without any filter."""
    sorts: tuple[Choice, ...]
    places: tuple[Choice, ...]
    hidden: tuple[tuple[str, str], ...]
    """Parameters that the filters' form keeps although it does not show them."""
    kept: tuple[tuple[str, str], ...]
    """Parameters that the search box keeps when other words are typed."""
    date_from: str
    date_to: str
    histogram: histogram.Histogram | None
    first: str | None
    """The first page, where this is a later one."""


def view_of(page: ResultPage, request: SearchRequest, frame: histogram.Frame) -> SearchView:
    """The view of `page`, whose dates were counted in the steps of `frame`."""
    shown = {*FACETS, "date_from", "date_to", "cursor"}
    given = pairs(request, PAGE_DEFAULTS)
    first, last = short_dates(request.date_from, request.date_to)
    return SearchView(
        filters=tuple(_filter(name, page, request) for name in FACETS if name in page.facets),
        chosen=tuple(_chosen(page, request)),
        clear=_address(SearchRequest(), request, "q", "within", "sort"),
        sorts=_choices("sort", wording.SORTS, get_args(Sort), request),
        places=_choices("within", wording.PLACES, tuple(wording.PLACES), request),
        hidden=tuple((name, value) for name, value in given if name not in shown),
        kept=tuple((name, value) for name, value in given if name not in ("q", "cursor")),
        date_from=first or "",
        date_to=last or "",
        histogram=histogram.histogram_of(page.facets["date"], request, frame) if "date" in page.facets else None,
        first=_to(request) if request.cursor else None,
    )


def values_address(name: str, request: SearchRequest) -> str:
    """The page that lists the values of a facet of this search."""
    return address(f"/search/{name}", dataclasses.replace(request, cursor=None), PAGE_DEFAULTS)


def _filter(name: str, page: ResultPage, request: SearchRequest) -> Filter:
    facet = page.facets[name]
    labels = wording.LABELS.get(name, {})
    items = tuple(dataclasses.replace(item, label=labels.get(item.value, item.label)) for item in facet.items)
    more = values_address(name, request) if facet.more and name in LISTED else None
    # Of the speakers all are counted, but under this filter, too.
    rest = page.speakers - len(items) if name == "speaker" and more and not request.speaker else None
    return Filter(name, wording.LEGENDS[name], items, more, rest, facet.missing)


def _chosen(page: ResultPage, request: SearchRequest) -> list[Choice]:
    found = []
    for name in FACETS:
        labels = dict(wording.LABELS.get(name, {}))
        if name in page.facets:
            labels = {item.value: item.label for item in page.facets[name].items} | labels
        for value in getattr(request, name):
            rest = tuple(one for one in getattr(request, name) if one != value)
            label = f"{wording.LEGENDS[name]}: {labels.get(value, value)}"
            found.append(Choice(label, _to(request, **{name: rest})))
    if dates := wording.dates(request):
        found.append(Choice(f"Date: {dates}", _to(request, date_from=None, date_to=None)))
    if request.min_confidence:
        found.append(Choice(f"At least {request.min_confidence:g} sure", _to(request, min_confidence=0.0)))
    return found


def _choices(field: str, labels: dict[str, str], values: tuple[str, ...], request: SearchRequest) -> tuple[Choice, ...]:
    current = getattr(request, field)
    return tuple(Choice(labels[value], _to(request, **{field: value}), value == current) for value in values)


def _to(request: SearchRequest, **changes: object) -> str:
    changed = dataclasses.replace(request, cursor=None, **changes)  # type: ignore[arg-type]
    return address("/search", changed, PAGE_DEFAULTS)


def _address(blank: SearchRequest, request: SearchRequest, *fields: str) -> str:
    kept = {field: getattr(request, field) for field in fields}
    return address("/search", dataclasses.replace(blank, **kept))
