"""Quotations over time as bars: years, the months of a chosen year, the days of a chosen month."""

import calendar
import dataclasses
from collections.abc import Callable, Mapping, Sequence

from search.request import Interval, SearchRequest
from search.results import Facet
from web import wording
from web.params import PAGE_DEFAULTS, address

MAX_BARS = 90
"""Years that are drawn as a row without gaps; a longer history shows only the years that have quotations."""
_GAP = 0.12
"""Share of a bar's room that stays empty."""
_WIDEST = 12.0
"""Width, in per cent of the picture, of a bar among few."""
_WIDE, _NARROW = 16, 6
"""Labels at most, of a picture as wide as the page (half of them on a phone) and of one in a column."""
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
    minor: bool
    """Its label is left out where there is little room."""


@dataclasses.dataclass(frozen=True, slots=True)
class Histogram:
    """The picture: its bars, what is chosen in words, and the ways back (words and address)."""

    unit: Interval
    bars: tuple[Bar, ...]
    within: str
    """The year or month that all of it lies in, in words; empty where there is none."""
    chosen: str
    back: tuple[tuple[str, str], ...]
    missing: int

    @property
    def span(self) -> str:
        """The first and the last step, in words."""
        first, last = self.bars[0].name, self.bars[-1].name
        return first if first == last else f"{first}–{last}"

    @property
    def ends(self) -> tuple[str, ...]:
        """The first and the last step that are chosen; nothing where none stands out."""
        chosen = [bar.value for bar in self.bars if bar.selected]
        return (chosen[0], chosen[-1]) if chosen else ()


@dataclasses.dataclass(frozen=True, slots=True)
class Frame:
    """What a picture shows: its steps, and the year or month that all of them lie in (empty: every year)."""

    unit: Interval
    within: str = ""


def frame_of(request: SearchRequest, first: str | None, last: str | None) -> Frame:
    """The steps that fit the chosen dates: days within a month, months within a year, else years.

    `first` and `last` are the collection's own dates, for where none are chosen.
    """
    begin, end = request.date_from or first, request.date_to or last
    if not begin or not end or begin[:4] != end[:4]:
        return Frame("year")
    return Frame("day", begin[:7]) if begin[:7] == end[:7] else Frame("month", begin[:4])


def histogram_of(facet: Facet, request: SearchRequest, frame: Frame) -> Histogram | None:
    """The picture of a search whose facet was counted in the frame's steps; None where nothing has a date."""
    counts = {item.value: item.count for item in facet.items if item.value.startswith(frame.within)}
    back: list[tuple[str, str]] = []
    if request.date_from or request.date_to:
        back.append(("all years", _address(request, None)))
        if frame.unit == "day" and frame.within:
            back.append((frame.within[:4], _address(request, frame.within[:4])))
    bars = _bars(
        _steps(counts, frame),
        counts,
        url=lambda step: _address(request, step),
        chosen=lambda step: _chosen(step, request),
    )
    if not bars:
        return None
    within = wording.day(frame.within) if frame.within else ""
    return Histogram(frame.unit, bars, within, wording.dates(request), tuple(back), facet.missing)


def side_by_side(sides: Sequence[tuple[Mapping[str, int], int, SearchRequest]]) -> list[Histogram | None]:
    """The years of several searches as pictures of one scale: each of its counts, how many have no date, and itself."""
    every = {year: max(counts.get(year, 0) for counts, _, _ in sides) for counts, _, _ in sides for year in counts}
    steps = _steps(every, Frame("year"))
    found: list[Histogram | None] = []
    for counts, missing, request in sides:
        bars = _bars(
            steps,
            counts,
            url=lambda step, asked=request: _address(asked, step),  # type: ignore[misc]
            chosen=lambda step: False,
            highest=max(every.values(), default=0),
            labels=_NARROW,
        )
        found.append(Histogram("year", bars, "", "", (), missing) if counts else None)
    return found


def _address(request: SearchRequest, value: str | None) -> str:
    changed = dataclasses.replace(request, date_from=value, date_to=value, cursor=None, interval="year")
    return address("/search", changed, PAGE_DEFAULTS)


def _chosen(step: str, request: SearchRequest) -> bool:
    if not request.date_from and not request.date_to:
        return False
    return (request.date_from or "")[: len(step)] <= step <= (request.date_to or "9999")[: len(step)]


def _steps(counts: Mapping[str, int], frame: Frame) -> list[str]:
    """Every step of the picture in order, those without quotations too."""
    interval, within = frame.unit, frame.within
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
    steps: list[str],
    counts: Mapping[str, int],
    *,
    url: Callable[[str], str],
    chosen: Callable[[str], bool],
    highest: int | None = None,
    labels: int = _WIDE,
) -> tuple[Bar, ...]:
    """`highest` is the count that fills the picture; without it the highest of these."""
    if highest is None:
        highest = max((counts.get(step, 0) for step in steps), default=0)
    if not highest:
        return ()
    room = 100 / len(steps)
    on = {step for step in steps if chosen(step)}
    if len(on) == len(steps):  # where all of them are, none stands out
        on.clear()
    wide = min(room * (1 - _GAP), _WIDEST)
    every = -(-len(steps) // labels)

    def bar(index: int, step: str) -> Bar:
        count = counts.get(step, 0)
        height = max(100 * count / highest, _LEAST) if count else 0.0
        labelled = index % every == 0
        return Bar(
            value=step,
            label=_label(step) if labelled else "",
            name=wording.day(step),
            count=count,
            selected=step in on,
            url=url(step),
            left=_percent((index + 0.5) * room - wide / 2),
            width=_percent(wide),
            middle=_percent((index + 0.5) * room),
            top=_percent(100 - height),
            height=_percent(height),
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
