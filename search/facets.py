"""Masks over the rows -> counts by value, with every facet under all filters but its own."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from index.whoosh_codec import Columns, Value
from search.filters import Filters
from search.matching import Mask
from search.request import MAX_FACET_LIMIT, Interval, SearchRequest, parse_date
from search.results import Facet, FacetItem

_DIVISOR: dict[Interval, int] = {"year": 10000, "month": 100, "day": 1}


def combined(base: Mask, masks: Mapping[str, Mask], *, but: str | None = None) -> Mask:
    """The rows of `base` that pass every filter, except the one called `but`."""
    passed = base
    for name, mask in masks.items():
        if name != but:
            passed = passed & mask
    return passed


def make_facets(
    request: SearchRequest, columns: Columns, filters: Filters, base: Mask, masks: Mapping[str, Mask]
) -> dict[str, Facet]:
    """The facets that are asked for; `base` holds the rows that the query itself matches."""
    everything = combined(base, masks)
    found: dict[str, Facet] = {}
    for name in request.facets:
        rows = combined(base, masks, but=name) if name in masks else everything
        if name == "date":
            found[name] = _dates(columns.date[rows], request)
        else:
            chosen = getattr(request, name)
            counts = np.bincount(columns.codes[name][rows], minlength=len(columns.values[name]) + 1)
            found[name] = _values(
                counts,
                columns.values[name],
                {value: filters.codes(name, value) for value in chosen},
                limit=request.facet_limit,
            )
    return found


def _values(
    counts: npt.NDArray[np.int64],
    values: tuple[Value, ...],
    chosen: Mapping[str, npt.NDArray[np.uint32]],
    *,
    limit: int,
) -> Facet:
    # A chosen value stands in the list as it was chosen (a name may stand for several speakers), so that it can be
    # unchosen, and what it covers is not listed again.
    left = counts.copy()
    left[0] = 0
    items = []
    for value, codes in chosen.items():
        label = values[int(codes[0]) - 1].label if len(codes) == 1 else value
        items.append(FacetItem(value=value, label=label, count=int(counts[codes].sum()), selected=True))
        left[codes] = 0
    more = max(0, limit - len(items))
    for code in _largest(left, more):
        known = values[code - 1]
        items.append(FacetItem(value=known.value, label=known.label, count=int(left[code]), selected=False))
        left[code] = 0
    items.sort(key=lambda item: -item.count)
    return Facet(items=tuple(items), more=bool(left.any()), missing=int(counts[0]))


def _largest(counts: npt.NDArray[np.int64], limit: int) -> list[int]:
    """The codes with the highest counts above 0, highest first, equal ones in order of the code."""
    if not limit:
        return []
    candidates = np.flatnonzero(counts)
    if len(candidates) > limit:
        least = np.partition(counts[candidates], len(candidates) - limit)[len(candidates) - limit]
        candidates = candidates[counts[candidates] >= least]
    order = np.argsort(-counts[candidates], kind="stable")[:limit]
    codes: list[int] = candidates[order].tolist()
    return codes


def _dates(dates: npt.NDArray[np.int32], request: SearchRequest) -> Facet:
    # A histogram with gaps at its ends misleads, so that `facet_limit` does not shorten it; only MAX_FACET_LIMIT does.
    dated = dates[dates > 0] // _DIVISOR[request.interval]
    starts = np.flatnonzero(np.diff(dated, prepend=-1))
    counts = np.diff(starts, append=len(dated))
    periods = [_period(number, request.interval) for number in dated[starts].tolist()]
    items = [
        FacetItem(value=period, label=period, count=count, selected=_is_chosen(period, request))
        for period, count in zip(periods, counts.tolist(), strict=True)
    ]
    return Facet(items=_around_chosen(items), more=len(items) > MAX_FACET_LIMIT, missing=int((dates == 0).sum()))


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


def _period(number: int, interval: Interval) -> str:
    digits = f"{number:0{ {'year': 4, 'month': 6, 'day': 8}[interval] }}"
    return "-".join(part for part in (digits[:4], digits[4:6], digits[6:]) if part)
