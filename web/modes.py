"""How the words were taken, in words, with a link to each other way."""

import dataclasses

from search.modes import Mode, Way
from search.request import SearchRequest
from web.params import PAGE_DEFAULTS, address

LABELS: dict[Mode, str] = {"exact": "exact words", "all": "all words", "any": "any form"}


@dataclasses.dataclass(frozen=True, slots=True)
class WayShown:
    """One way of taking the words: what it is called, its search, and how many it finds where that is known."""

    label: str
    url: str
    count: int | None
    current: bool


def shown(request: SearchRequest, found: tuple[Way, ...]) -> tuple[WayShown, ...]:
    """The ways as links; none where there is no choice."""
    if len(found) < 2:
        return ()
    return tuple(WayShown(LABELS[way.mode], _to(request, way.q), way.total, way.current) for way in found)


def _to(request: SearchRequest, q: str) -> str:
    return address("/search", dataclasses.replace(request, q=q, cursor=None), PAGE_DEFAULTS)
