"""Counts by value -> facets as they are shown, with what was chosen among their items."""

from collections.abc import Mapping

from index.whoosh_codec import Values
from search.core import Answer, Core, Counted, FacetCounts
from search.request import MAX_FACET_LIMIT, SearchRequest, parse_date
from search.results import Facet, FacetItem


def make_facets(request: SearchRequest, core: Core, answer: Answer) -> dict[str, Facet]:
    """The facets that are asked for."""
    found = {}
    for name, counted in answer.facets.items():
        if counted.counts is None:
            found[name] = _dates(counted, request)
            continue
        chosen = {value: core.codes(name, value) for value in getattr(request, name)}
        found[name] = _values(counted.counts, core.columns.values[name], chosen, limit=request.facet_limit)
    return found


def _values(counts: Counted, values: Values, chosen: Mapping[str, list[int]], *, limit: int) -> Facet:
    # A chosen value stands in the list as it was chosen (a name may stand for several speakers), so that it can be
    # unchosen, and what it covers is not listed again.
    items = []
    covered: set[int] = set()
    for value, codes in chosen.items():
        label = values[codes[0]].label if len(codes) == 1 else value
        items.append(FacetItem(value=value, label=label, count=counts.of(codes), selected=True))
        covered.update(codes)
    room = max(0, limit - len(items))
    others = counts.top(room + 1, frozenset(covered))
    for code, count in others[:room]:
        known = values[code]
        items.append(FacetItem(value=known.value, label=known.label, count=count, selected=False))
    items.sort(key=lambda item: -item.count)
    return Facet(items=tuple(items), more=len(others) > room, missing=counts.of([0]))


def _dates(counted: FacetCounts, request: SearchRequest) -> Facet:
    # A histogram with gaps at its ends misleads, so that `facet_limit` does not shorten it; only MAX_FACET_LIMIT does.
    items = [
        FacetItem(value=period, label=period, count=count, selected=_is_chosen(period, request))
        for period, count in counted.items
    ]
    return Facet(items=_around_chosen(items), more=len(items) > MAX_FACET_LIMIT, missing=counted.missing)


def _around_chosen(items: list[FacetItem]) -> tuple[FacetItem, ...]:
    """The newest items that may be given, or, where an earlier period is chosen, that and what stands around it."""
    chosen = [index for index, item in enumerate(items) if item.selected]
    end = min(chosen[-1] + 1 + MAX_FACET_LIMIT // 2, len(items)) if chosen else len(items)
    end = max(end, MAX_FACET_LIMIT)
    return tuple(items[max(end - MAX_FACET_LIMIT, 0) : end])


def _is_chosen(period: str, request: SearchRequest) -> bool:
    if not (request.date_from or request.date_to):
        return False
    first, last = parse_date("date", period)
    return (request.date_from or first) <= first and last <= (request.date_to or last)
