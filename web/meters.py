"""What the server's processes count, in memory that they share: each writes to a place of its own, anybody adds up.

Counting is an addition under the process's own lock; nothing is written to the disk. Labels are bounded: routes are
those of the app, methods and statuses those listed here, and what is on no list counts as "other".
"""

import bisect
import dataclasses
import mmap
import os
import threading
from collections.abc import Iterator, Sequence
from typing import Any

KINDS = ("search", "api", "verify", "suggest", "export", "page", "static", "probe", "other")
"""What times are told apart by; `web.watching` says which route is which."""
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the bins of times, in seconds; one more bin holds what took longer."""
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "other")
STATUSES = (200, 204, 206, 300, 301, 302, 303, 304, 308, 400, 403, 404, 405, 409, 410, 413, 415, 429, 500, 503, 0)
"""0 counts the others."""
FAILURES = ("not_published", "damaged", "version", "busy", "too_long", "unexpected")
MOST_ROUTES = 128
_BINS = len(BOUNDS) + 1
_PER_KIND = _BINS + 2
"""Bins, seconds, bytes."""
_PROCESS, _UNDER_WAY, _STREAMS, _LIMITED, _CUT = range(5)
_FAILED = 5
_KINDS_AT = _FAILED + len(FAILURES)
_ROUTES_AT = _KINDS_AT + len(KINDS) * _PER_KIND
_PER_METHOD = len(STATUSES)
_PER_ROUTE = len(METHODS) * _PER_METHOD
_WIDTH = _ROUTES_AT + MOST_ROUTES * _PER_ROUTE
_METHOD = {name: number for number, name in enumerate(METHODS)}
_STATUS = {status: number for number, status in enumerate(STATUSES)}
_FAILURE = {name: number for number, name in enumerate(FAILURES)}
_RESERVED = -1.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Answers of one kind: how many took so long, bin by bin; seconds and bytes of all of them."""

    kind: str
    bins: tuple[int, ...]
    seconds: float
    bytes: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All places added up. `requests` holds (route's number, method, status) with how often; status 0 is any other."""

    processes: dict[int, int]
    """The ids of those that live, by place."""
    under_way: int
    streams: int
    limited: int
    cut: int
    failures: dict[str, int]
    times: tuple[Times, ...]
    requests: dict[tuple[int, str, int], int]


class Meters:
    """Counters with room for so many processes that are forked from the one that made them.

    A process that ends gives its place back, and what it had counted stays there.
    """

    def __init__(self, places: int = 1) -> None:
        # Pages that nobody writes to take no memory. The last place is for more processes than were expected: they
        # share it, and may lose a count.
        self._places = places + 1
        self._cells: Any = memoryview(mmap.mmap(-1, self._places * _WIDTH * 8)).cast("d")
        self._start = 0
        self._lock = threading.Lock()

    def reserve(self) -> int:
        """A place for the process that is forked next, which finds it taken for itself."""
        for place in range(self._places):
            if place == self._places - 1 or not self._cells[place * _WIDTH + _PROCESS]:
                self._start = place * _WIDTH
                self._cells[self._start + _PROCESS] = _RESERVED
                return place
        raise AssertionError("the last place is always free")

    def begin(self) -> None:
        """This process counts from now on, in the place that was reserved for it, or in the first."""
        self._lock = threading.Lock()  # another's may have been held when this process was forked
        self._cells[self._start + _PROCESS] = os.getpid()

    def leave(self, place: int) -> None:
        """The process of that place has ended: what it had open is closed."""
        start = place * _WIDTH
        for cell in (_PROCESS, _UNDER_WAY, _STREAMS):
            self._cells[start + cell] = 0.0

    def begun(self) -> None:
        """A request has come."""
        self._add(_UNDER_WAY, 1)

    def done(self, route: int, method: str, status: int, kind: int, seconds: float, size: int, *, cut: bool) -> None:
        """It has been answered: by the route of that number, in so long, with so many bytes; or cut off."""
        cells, start = self._cells, self._start
        at = start + _KINDS_AT + kind * _PER_KIND
        place = _ROUTES_AT + min(route, MOST_ROUTES - 1) * _PER_ROUTE
        place += _METHOD.get(method, len(METHODS) - 1) * _PER_METHOD + _STATUS.get(status, _PER_METHOD - 1)
        with self._lock:
            cells[start + _UNDER_WAY] -= 1
            cells[start + place] += 1
            cells[at + bisect.bisect_left(BOUNDS, seconds)] += 1
            cells[at + _BINS] += seconds
            cells[at + _BINS + 1] += size
            if status == 429:
                cells[start + _LIMITED] += 1
            if cut:
                cells[start + _CUT] += 1

    def failed(self, failure: str) -> None:
        """A request failed, of FAILURES."""
        self._add(_FAILED + _FAILURE[failure], 1)

    def streaming(self, more: int) -> None:
        """So many more (or, below 0, fewer) exports are being read."""
        self._add(_STREAMS, more)

    def _add(self, cell: int, more: int) -> None:
        with self._lock:
            self._cells[self._start + cell] += more

    def read(self, routes: int) -> Reading:
        """What all processes have counted, of so many routes."""
        total = [sum(cells) for cells in zip(*self._all(_ROUTES_AT), strict=True)]
        processes = ((place, int(cells[_PROCESS])) for place, cells in enumerate(self._all(1)))
        return Reading(
            processes={place: process for place, process in processes if process > 0},
            under_way=int(total[_UNDER_WAY]),
            streams=int(total[_STREAMS]),
            limited=int(total[_LIMITED]),
            cut=int(total[_CUT]),
            failures={name: int(total[_FAILED + number]) for name, number in _FAILURE.items()},
            times=tuple(_times(name, total, number) for number, name in enumerate(KINDS)),
            requests=dict(self._requests(min(routes, MOST_ROUTES))),
        )

    def _all(self, width: int, start: int = 0) -> Iterator[list[float]]:
        for place in range(self._places):
            first = place * _WIDTH + start
            yield self._cells[first : first + width].tolist()

    def _requests(self, routes: int) -> Iterator[tuple[tuple[int, str, int], int]]:
        for number, counts in enumerate(zip(*self._all(routes * _PER_ROUTE, _ROUTES_AT), strict=True)):
            if count := int(sum(counts)):
                route, rest = divmod(number, _PER_ROUTE)
                method, status = divmod(rest, _PER_METHOD)
                yield (route, METHODS[method], STATUSES[status]), count


def _times(name: str, total: Sequence[float], number: int) -> Times:
    at = _KINDS_AT + number * _PER_KIND
    bins = tuple(int(one) for one in total[at : at + _BINS])
    return Times(kind=name, bins=bins, seconds=total[at + _BINS], bytes=int(total[at + _BINS + 1]))
