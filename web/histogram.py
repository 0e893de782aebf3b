"""Quotations over time as bars: years, the months of a chosen year, the days of a chosen month."""

import calendar
import dataclasses
from collections.abc import Callable, Mapping

from search.request import Interval, SearchRequest
from search.results import Facet
from web import wording
from web.params import PAGE_DEFAULTS, address, short_date

MAX_BARS = 90
"""Years that are drawn as a row without gaps; a longer history shows only the years that have quotations."""
_GAP = 0.12
"""Share of a bar's room that stays empty."""
_LEAST = 3.0
"""Height, in per cent, of the lowest bar, so that one quotation among thousands can be seen and hit."""


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """One step of time. Places are per cent of the picture's width and height."""

    value: str
    label: str
    name: str
    """What the label stands for in full: `March 2016`."""
    count: int
    selected: bool
    url: str
    left: str
    width: str
    middle: str
    top: str
    height: str
    room: str
    minor: bool
    """Its label is left out where there is little room."""


@dataclasses.dataclass(frozen=True, slots=True)
class Histogram:
    """The picture: its bars, what is chosen in words, and the ways back (words and address)."""

    unit: Interval
    bars: tuple[Bar, ...]
    chosen: str
    back: tuple[tuple[str, str], ...]
    missing: int


def interval_of(request: SearchRequest) -> Interval:
    """The steps that fit the chosen dates: days within a month, months within a year, else years."""
    first, last = request.date_from, request.date_to
    if not first or not last or first[:4] != last[:4]:
        return "year"
    return "day" if first[:7] == last[:7] else "month"


def of_search(facet: Facet, request: SearchRequest) -> Histogram | None:
    """The picture of a search; None where no matching quotation has a date."""
    counts = {item.value: item.count for item in facet.items}
    first = request.date_from or ""
    within = {"year": "", "month": first[:4], "day": first[:7]}[request.interval]
    if request.interval != "year" and interval_of(request) == "year":
        within = ""  # an interval asked for by hand, without a year or month to show
    counts = {value: count for value, count in counts.items() if value.startswith(within)}

    def url(value: str) -> str:
        return _address(request, value)

    back: list[tuple[str, str]] = []
    if request.date_from or request.date_to:
        back.append(("all years", _address(request, None)))
        if request.interval == "day":
            back.append((first[:4], _address(request, first[:4])))
    bars = _bars(_steps(counts, request.interval, within), counts, url, lambda value: _chosen(value, request, within))
    return Histogram(request.interval, bars, wording.dates(request), tuple(back), facet.missing) if bars else None


def of_years(years: Mapping[str, int], undated: int) -> Histogram | None:
    """The picture of the whole collection; None where nothing has a date."""
    bars = _bars(_steps(years, "year", ""), years, lambda year: _address(PAGE_DEFAULTS, year), lambda _: False)
    return Histogram("year", bars, "", (), undated) if bars else None


def _address(request: SearchRequest, value: str | None) -> str:
    changed = dataclasses.replace(request, date_from=value, date_to=value, cursor=None, interval="year")
    return address("/search", changed, PAGE_DEFAULTS)


def _chosen(step: str, request: SearchRequest, within: str) -> bool:
    """Whether a step lies in the chosen dates; where the whole picture does, no step stands out."""
    first, last = request.date_from or "0000", request.date_to or "9999"
    if within and short_date(first) == within == short_date(last, last=True):
        return False
    chosen = bool(request.date_from or request.date_to)
    return chosen and first[: len(step)] <= step <= last[: len(step)]


def _steps(counts: Mapping[str, int], interval: Interval, within: str) -> list[str]:
    """Every step of the picture in order, those without quotations too."""
    if interval == "month" and within:
        return [f"{within}-{month:02}" for month in range(1, 13)]
    if interval == "day" and within:
        days = calendar.monthrange(int(within[:4]), int(within[5:7]))[1]
        return [f"{within}-{day:02}" for day in range(1, days + 1)]
    present = sorted(value for value, count in counts.items() if count)
    if interval == "year" and present and int(present[-1]) - int(present[0]) < MAX_BARS:
        return [f"{year:04}" for year in range(int(present[0]), int(present[-1]) + 1)]
    return present[-MAX_BARS:] if interval != "year" else present


def _bars(
    steps: list[str], counts: Mapping[str, int], url: Callable[[str], str], chosen: Callable[[str], bool]
) -> tuple[Bar, ...]:
    highest = max((counts.get(step, 0) for step in steps), default=0)
    if not highest:
        return ()
    room = 100 / len(steps)
    # At most sixteen labels on a wide page and half of them on a phone.
    every = -(-len(steps) // 16)

    def bar(index: int, step: str) -> Bar:
        count = counts.get(step, 0)
        height = max(100 * count / highest, _LEAST) if count else 0.0
        labelled = index % every == 0
        return Bar(
            value=step,
            label=_label(step) if labelled else "",
            name=wording.day(step),
            count=count,
            selected=chosen(step),
            url=url(step),
            left=_percent(index * room + room * _GAP / 2),
            width=_percent(room * (1 - _GAP)),
            middle=_percent((index + 0.5) * room),
            top=_percent(100 - height),
            height=_percent(height),
            room=_percent(room),
            minor=len(steps) > 8 and (index // every) % 2 == 1,
        )

    return tuple(bar(index, step) for index, step in enumerate(steps))


def _label(step: str) -> str:
    parts = step.split("-")
    if len(parts) == 1:
        return step
    return wording.MONTHS[int(parts[1]) - 1][:3] if len(parts) == 2 else str(int(parts[2]))


def _percent(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") + "%"
