"""What was asked: one validated, canonical value, from wherever it came."""

import calendar
import dataclasses
import hashlib
import json
import re
from typing import Any, Literal, TypeAlias, get_args

from index.manifest import BUILD_ID
from index.records import KINDS, STATUSES, Kind, Status
from index.schema import FACETS
from search.errors import RequestError

Within: TypeAlias = Literal["quote", "context", "all"]
Sort: TypeAlias = Literal["relevance", "newest", "oldest"]
Group: TypeAlias = Literal["variant", "none"]
Interval: TypeAlias = Literal["year", "month", "day"]

MAX_LENGTH = 1000
"""Characters of a query; the limit on its terms stands in `search.language`."""
MAX_LIMIT = 100
MAX_FACET_LIMIT = 1000
MAX_VALUES = 200
"""How often a repeatable parameter may be given."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """A question. Values are checked when it is made: a bad one raises RequestError naming the parameter.

    `speaker` takes ids and names; `date_from` and `date_to` take `2020`, `2020-01` or `2020-01-01` and become whole
    dates (inclusive). Repeatable values are sorted and freed of repetitions, so equal questions are equal values.
    """

    q: str = ""
    speaker: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    status: tuple[Status, ...] = ()
    date_from: str | None = None
    date_to: str | None = None
    within: Within = "all"
    """The parameter `in`: the words of the quotation, those around it, or both with its speaker and title."""
    min_confidence: float = 0.0
    group: Group = "none"
    sort: Sort = "relevance"
    limit: int = 20
    cursor: str | None = None
    build: str | None = None
    """The build that is to answer, as a citation names it; None for the published one."""
    facets: tuple[str, ...] = ("speaker", "source", "date", "kind")
    facet_limit: int = 10
    interval: Interval = "year"

    def __post_init__(self) -> None:
        set_ = object.__setattr__  # the value is frozen for everybody else
        if len(self.q) > MAX_LENGTH:
            raise RequestError("q", f"has {len(self.q)} characters; at most {MAX_LENGTH} are allowed")
        for name, allowed in (("kind", KINDS), ("status", STATUSES), ("facets", FACETS)):
            for value in getattr(self, name):
                _one_of(name, value, allowed)
        for name, parameter, allowed in (
            ("within", "in", get_args(Within)),
            ("sort", "sort", get_args(Sort)),
            ("group", "group", get_args(Group)),
            ("interval", "interval", get_args(Interval)),
        ):
            _one_of(parameter, getattr(self, name), allowed)
        for name in ("speaker", "source", "kind", "status"):
            values = tuple(sorted(set(getattr(self, name))))
            if len(values) > MAX_VALUES:
                raise RequestError(name, f"is given {len(values)} times; at most {MAX_VALUES} are allowed")
            set_(self, name, values)
        set_(self, "facets", tuple(name for name in FACETS if name in self.facets))
        for name, low, high in (("limit", 0, MAX_LIMIT), ("facet_limit", 0, MAX_FACET_LIMIT)):
            if not low <= getattr(self, name) <= high:
                raise RequestError(name, f"is {getattr(self, name)}; it takes {low} to {high}")
        if not 0.0 <= self.min_confidence <= 1.0:  # false for NaN too
            raise RequestError("min_confidence", f"is {self.min_confidence}; it takes 0 to 1")
        if self.build is not None:
            if not BUILD_ID.fullmatch(self.build):
                raise RequestError("build", f"'{self.build}' is no build's id; it is in `build` of every answer")
            parse_date("build", "-".join((self.build[:4], self.build[4:6], self.build[6:8])))
        if self.date_from is not None:
            set_(self, "date_from", parse_date("date_from", self.date_from)[0])
        if self.date_to is not None:
            set_(self, "date_to", parse_date("date_to", self.date_to)[1])
        if self.date_from and self.date_to and self.date_from > self.date_to:
            raise RequestError("date_from", f"{self.date_from} is after date_to {self.date_to}")

    @property
    def digest(self) -> str:
        """16 hex digits that equal questions share, whatever page of the answer is asked for."""
        return hashlib.sha256(json.dumps(self.filters | self._shape, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def filters(self) -> dict[str, Any]:
        """The filters that are set, by parameter name."""
        names = ("speaker", "source", "kind", "status", "date_from", "date_to", "min_confidence")
        return {
            name: list(value) if isinstance(value, tuple) else value for name in names if (value := getattr(self, name))
        }

    @property
    def _shape(self) -> dict[str, Any]:
        return {"q": self.q, "in": self.within, "group": self.group, "sort": self.sort}


def parse_date(parameter: str, value: str) -> tuple[str, str]:
    """First and last day, ISO 8601, of a year, month or day; RequestError where there is no such date."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", value.strip(), re.ASCII)
    if match:
        year = int(match[1])
        month, day = (int(part) if part else None for part in match.groups()[1:])
        first, last = (1, 12) if month is None else (month, month)
        if year >= 1 and 1 <= first <= 12:
            days = calendar.monthrange(year, last)[1]
            if day is None or 1 <= day <= days:
                return f"{year:04}-{first:02}-{day or 1:02}", f"{year:04}-{last:02}-{day or days:02}"
    raise RequestError(parameter, f"'{value}' is not a date; write 2020, 2020-01 or 2020-01-31")


def _one_of(parameter: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise RequestError(parameter, f"'{value}' is not known; it takes {', '.join(allowed)}")
