"""Where nothing was found: what search suggests to change, in words and with its address."""

import dataclasses
from typing import Any

from search.relax import Relaxation
from search.request import SearchRequest
from web import wording
from web.params import PAGE_DEFAULTS, address


@dataclasses.dataclass(frozen=True, slots=True)
class Relaxed:
    """A wider search in words, its address, and how many quotations it has."""

    label: str
    url: str
    count: int


def relaxed(request: SearchRequest, suggestions: tuple[Relaxation, ...]) -> tuple[Relaxed, ...]:
    """The suggestions as links."""
    return tuple(_relaxed(dataclasses.replace(request, cursor=None), one) for one in suggestions)


def _relaxed(request: SearchRequest, suggestion: Relaxation) -> Relaxed:
    words, changed = request.q, request
    match suggestion.parameter:
        case "q":
            words = suggestion.value or ""
            label, changed = f"only {words}", dataclasses.replace(request, q=words)
        case "in":
            label, changed = "look in the words around too", dataclasses.replace(request, within="all")
        case "date":
            label, changed = "at any date", dataclasses.replace(request, date_from=None, date_to=None)
        case "min_confidence":
            label, changed = "however sure the speaker is", dataclasses.replace(request, min_confidence=0.0)
        case "filters":
            label = "without any filter"
            changed = dataclasses.replace(PAGE_DEFAULTS, q=request.q, within=request.within, sort=request.sort)
        case name:
            values = (suggestion.value,) if suggestion.value else ()
            label = f"{wording.LEGENDS[name]}: {values[0]}" if values else f"any {wording.LEGENDS[name].lower()}"
            replaced: dict[str, Any] = {name: values}
            changed = dataclasses.replace(request, **replaced)
    return Relaxed(label, address("/search", changed, PAGE_DEFAULTS), suggestion.total)
