"""How the words were taken, in words, with a link to each other way."""

import dataclasses

from search.modes import Mode, Way
from search.request import SearchRequest
from web.params import PAGE_DEFAULTS, address

LABELS: dict[Mode, str] = {"exact": "exact words", "all": "all words", "any": "any form"}
ONE_WORD = "the exact word"


@dataclasses.dataclass(frozen=True, slots=True)
class WayShown:
    """One way of taking the words: what it is called, its search, and how many it finds where that is known."""

    label: str
    url: str
    count: int | None
    current: bool


def shown(request: SearchRequest, found: tuple[Way, ...], total: int) -> tuple[WayShown, ...]:
    """The ways as links; none where there is no choice: beside an answer without any results, one that has some."""
    alone = {"exact": ONE_WORD} if len(found) == 2 else {}
    ways = tuple(
        WayShown(alone.get(way.mode, LABELS[way.mode]), _to(request, way.q), way.total, way.current)
        for way in found
        if way.current or total or way.total != 0
    )
    return ways if len(ways) > 1 else ()


def _to(request: SearchRequest, q: str) -> str:
    return address("/search", dataclasses.replace(request, q=q, cursor=None), PAGE_DEFAULTS)
