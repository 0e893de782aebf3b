"""The filters of a request, as the core takes them, and what to tell a user about values that stand for nothing."""

from collections.abc import Iterable

from search.core import Core
from search.request import SearchRequest

REPEATABLE = ("speaker", "source", "kind", "status")
"""The parameters that choose values of the column of the same name."""

_SAID = {
    "speaker": "no speaker here is called “{}”",
    "source": "no source here is called “{}”",
    "kind": "no quotation here is of kind “{}”",
    "status": "no quotation here has status “{}”",
}


def filters_of(request: SearchRequest) -> dict[str, tuple[str, ...]]:
    """The filters that are set; both ends of the dates are one, called `date`."""
    found = {name: getattr(request, name) for name in REPEATABLE if getattr(request, name)}
    if request.date_from or request.date_to:
        found["date"] = (request.date_from or "", request.date_to or "")
    return found


def unknown(core: Core, chosen: Iterable[tuple[str, Iterable[str]]]) -> list[str]:
    """A note for each (column, values) value that stands for nothing."""
    return [
        _SAID[column].format(value) for column, values in chosen for value in values if not core.codes(column, value)
    ]
