"""HTTP arguments to a SearchRequest and back, by one table that the API's description is made from too."""

import calendar
import dataclasses
import operator
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias, get_args
from urllib.parse import quote_plus

from werkzeug.datastructures import MultiDict

from index.manifest import BUILD_ID, DAY_OF_BUILD
from index.records import KINDS, STATUSES
from index.schema import FACETS
from search import comparing as compared
from search.comparing import CompareRequest
from search.errors import RequestError
from search.profile_pages import MAX_NAME, MAX_NAMES, IndexSort, NamesRequest
from search.request import (
    MAX_FACET_LIMIT,
    MAX_LENGTH,
    MAX_LIMIT,
    MAX_VALUES,
    Group,
    Interval,
    SearchRequest,
    Sort,
    Within,
)
from search.suggest import KINDS as KINDS_SUGGESTED
from search.suggest import SuggestRequest
from web.trimming import NAMES

Form: TypeAlias = Literal["text", "repeated", "comma", "integer", "number"]


@dataclasses.dataclass(frozen=True, slots=True)
class Parameter:
    """One HTTP parameter of a search: its name, how it is written, its JSON schema, and what it does."""

    name: str
    form: Form
    schema: dict[str, Any]
    description: str
    field: str = ""
    """The SearchRequest's attribute, where its name differs."""

    @property
    def attribute(self) -> str:
        """The SearchRequest's attribute that holds it."""
        return self.field or self.name


_YEAR = r"([1-9]\d{3}|0[1-9]\d{2}|00[1-9]\d|000[1-9])"
_LEAP = r"(\d{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
_MONTHS = (
    (r"(0[13578]|1[02])", r"(0[1-9]|[12]\d|3[01])"),
    (r"(0[469]|11)", r"(0[1-9]|[12]\d|30)"),
    (r"02", r"(0[1-9]|1\d|2[0-8])"),
)
"""Months as they are written, by how many days they have, and those days."""
_DATE: dict[str, Any] = {
    "type": "string",
    "pattern": f"^({_YEAR}(-({'|'.join(f'{month}(-{day})?' for month, day in _MONTHS)}))?|{_LEAP}-02-29)$",
    "examples": ["2020", "2020-01-31"],
}
_DAY = f"({_YEAR}({'|'.join(f'{month}{day}' for month, day in _MONTHS)})|{_LEAP}0229)"
_BUILD = f"^{BUILD_ID.pattern.replace(DAY_OF_BUILD, _DAY, 1)}$"


def _choice(values: Iterable[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "q",
        "text",
        {"type": "string", "maxLength": MAX_LENGTH},
        'Words (all must be there), "exact words", OR, -word, ( ), prefix*, speaker:, source:, kind:, date:2019..2020.',
    ),
    Parameter("speaker", "repeated", {"type": "string"}, "Id or name of a speaker; any of those given."),
    Parameter("source", "repeated", {"type": "string"}, "Name of an outlet; any of those given."),
    Parameter(
        "kind",
        "repeated",
        _choice(KINDS),
        "direct: all of the words inside quotation marks; mixed: part of them; indirect: none of them.",
    ),
    Parameter(
        "status",
        "repeated",
        _choice(STATUSES),
        "resolved: the speaker has a name; undecided: a name that several people share; unnamed: somebody without a "
        "name; unknown: nobody is given; "
        "disputed: outlets disagree.",
    ),
    Parameter("date_from", "text", _DATE, "Articles of this year, month or day and later."),
    Parameter("date_to", "text", _DATE, "Articles of this year, month or day and earlier; its last day counts."),
    Parameter(
        "in",
        "text",
        _choice(get_args(Within)),
        "Where the words are looked for: in the quotation, in the words around it, or in both with speaker and title.",
        field="within",
    ),
    Parameter(
        "min_confidence",
        "number",
        {"type": "number", "minimum": 0, "maximum": 1},
        "Only attributions at least this sure.",
    ),
    Parameter("group", "text", _choice(get_args(Group)), "variant: the same words in several outlets are one result."),
    Parameter("sort", "text", _choice(get_args(Sort)), "The order of the results."),
    Parameter("limit", "integer", {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT}, "Results a page."),
    Parameter("cursor", "text", {"type": "string"}, "Where the next page begins, from `links.next`; opaque."),
    Parameter(
        "build",
        "text",
        {"type": "string", "pattern": _BUILD},
        "The build that is to answer, as in `links.citation`; without it the published one.",
    ),
    Parameter(
        "facets",
        "comma",
        {"type": "array", "items": _choice(FACETS)},
        "Which counts to give, separated by commas.",
    ),
    Parameter(
        "facet_limit",
        "integer",
        {"type": "integer", "minimum": 0, "maximum": MAX_FACET_LIMIT},
        "Values a facet.",
    ),
    Parameter("interval", "text", _choice(get_args(Interval)), "The steps of the facet `date`."),
)
DATES = ("date_from", "date_to")
BY_NAME: dict[str, Parameter] = {parameter.name: parameter for parameter in PARAMETERS}
FOUND = Parameter(
    "found",
    "integer",
    {"type": "integer", "minimum": 0},
    "How many there were when the search was cited, so that a removed `build` can be told from what it found.",
)
"""Of a citation: it changes no answer."""
SEARCHED: dict[str, Parameter] = {**BY_NAME, FOUND.name: FOUND}

FIELDS = Parameter(
    "fields",
    "comma",
    {"type": "array", "items": _choice(NAMES)},
    "What each of `results` is to hold, separated by commas, with a dot for a part of a part; without it everything.",
)
"""Of the endpoint's searches: it changes no answer, only how much of it is sent."""
ANSWERED: dict[str, Parameter] = {**SEARCHED, FIELDS.name: FIELDS}
"""Of the endpoint's searches."""

SUGGESTING: tuple[Parameter, ...] = (
    Parameter("q", "text", {"type": "string", "maxLength": MAX_LENGTH}, "What has been typed so far."),
    Parameter("kind", "repeated", _choice(KINDS_SUGGESTED), "What is wanted; without it all three."),
    Parameter("limit", "integer", {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT}, "Suggestions of each kind."),
)
BEGINNING = Parameter(
    "beginning", "text", {"type": "string", "maxLength": MAX_LENGTH, "default": ""}, "How a word of the value begins."
)
NAMING: tuple[Parameter, ...] = (
    Parameter("q", "text", {"type": "string", "maxLength": MAX_NAME}, "How words of the name begin."),
    Parameter("letter", "text", {"type": "string", "maxLength": 1}, "First letter of the name; # for no letter."),
    Parameter("sort", "text", _choice(get_args(IndexSort)), "count: the most quoted first; name: in order of names."),
    Parameter("page", "integer", {"type": "integer", "minimum": 1}, "Which page; the first is 1."),
    Parameter("limit", "integer", {"type": "integer", "minimum": 1, "maximum": MAX_NAMES}, "Names a page."),
)
COMPARING: tuple[Parameter, ...] = (
    Parameter(
        "speaker",
        "repeated",
        {"type": "string", "pattern": r"\S", "maxLength": compared.MAX_NAME},
        f"Id or name of a speaker; {compared.LEAST} to {compared.MOST} of them. Of several people the most quoted.",
    ),
    Parameter("q", "text", {"type": "string", "maxLength": MAX_LENGTH}, "Words that they spoke of, as in a search."),
)
FACETED: tuple[Parameter, ...] = (
    BEGINNING,
    *(one for one in PARAMETERS if one.name not in ("sort", "limit", "cursor", "build", "facets", "interval")),
)
"""Of one facet's values: what changes their counts or how many they are."""
_COUNTING = ("facets", "facet_limit", "interval")
EXPORTED: dict[str, Parameter] = {
    name: one for name, one in BY_NAME.items() if name not in ("limit", "cursor", *_COUNTING)
}
"""Of an export, which has every match: which they are, and their order."""
FOLLOWED: dict[str, Parameter] = {
    name: one for name, one in BY_NAME.items() if name not in ("sort", "build", *_COUNTING)
}
"""Of a feed: newest first."""

API_DEFAULTS = SearchRequest()
PAGE_DEFAULTS = SearchRequest(facets=("speaker", "source", "date", "kind", "status"), facet_limit=8)


def read(
    args: "MultiDict[str, str]",
    defaults: SearchRequest = API_DEFAULTS,
    known: Mapping[str, Parameter] = SEARCHED,
) -> SearchRequest:
    """What was asked for. RequestError names an unknown parameter or a bad value; an empty value is as none given."""
    values = _values(args, known)
    _not_negative(values.pop(FOUND.name, None))
    values.pop(FIELDS.name, None)
    return dataclasses.replace(defaults, **values)


def read_found(args: "MultiDict[str, str]") -> int | None:
    """How many a citation says there were; errors as of `read`."""
    return _not_negative(_values(args, ANSWERED).get(FOUND.name))


def _not_negative(found: int | None) -> int | None:
    if found is not None and found < 0:
        raise RequestError(FOUND.name, f"is {found}; it takes 0 and more")
    return found


def read_fields(args: "MultiDict[str, str]") -> tuple[str, ...]:
    """What the results are to hold, sorted; nothing where everything is wanted. Errors as of `read`."""
    names: tuple[str, ...] = _values(args, ANSWERED).get(FIELDS.name, ())
    return tuple(sorted(set(names)))


def read_suggesting(args: "MultiDict[str, str]") -> SuggestRequest:
    """What is being typed; errors as of `read`."""
    return SuggestRequest(**_values(args, {parameter.name: parameter for parameter in SUGGESTING}))


def read_naming(args: "MultiDict[str, str]") -> NamesRequest:
    """Which names of an index; errors as of `read`."""
    return NamesRequest(**_values(args, {parameter.name: parameter for parameter in NAMING}))


def read_comparing(args: "MultiDict[str, str]") -> CompareRequest:
    """Whom to compare on what; errors as of `read`."""
    return CompareRequest(**_values(args, {parameter.name: parameter for parameter in COMPARING}))


def names_address(path: str, request: NamesRequest, **changes: Any) -> str:
    """The path and query of a page of an index, with changes to the request that it is of."""
    changed, usual = dataclasses.replace(request, **changes), NamesRequest()
    given = {one.name: getattr(changed, one.name) for one in NAMING}
    return joined(path, *(piece(k, [str(v)]) for k, v in given.items() if v != getattr(usual, k)))


def read_faceted(args: "MultiDict[str, str]") -> tuple[SearchRequest, str]:
    """The search that a facet's values are counted in, and how they begin; errors as of `read`."""
    values = _values(args, {parameter.name: parameter for parameter in FACETED})
    beginning: str = values.pop(BEGINNING.name, "")
    return SearchRequest(**values), beginning


def read_listing(args: "MultiDict[str, str]") -> tuple[SearchRequest, str]:
    """The search of a page that lists a facet's values, and how these begin; errors as of `read`."""
    values = _values(args, {BEGINNING.name: BEGINNING, **SEARCHED})
    beginning: str = values.pop(BEGINNING.name, "")
    if len(beginning) > MAX_LENGTH:
        raise RequestError(BEGINNING.name, f"has {len(beginning)} characters; at most {MAX_LENGTH} are allowed")
    _not_negative(values.pop(FOUND.name, None))
    return dataclasses.replace(PAGE_DEFAULTS, **values), beginning


def _values(args: "MultiDict[str, str]", known: Mapping[str, Parameter]) -> dict[str, Any]:
    """What is given, by the attribute that holds it."""
    refuse_unknown(args, known)
    values: dict[str, Any] = {}
    for name in args:
        given = [value for value in args.getlist(name) if value.strip()]
        if given:
            values[known[name].attribute] = _value(known[name], given)
    return values


def refuse_unknown(args: "MultiDict[str, str]", known: Iterable[str] = ()) -> None:
    """Nothing, or a RequestError naming the first parameter that is not known here."""
    allowed = tuple(known)
    for name in args:
        if name not in allowed:
            takes = f"there are: {', '.join(allowed)}" if allowed else "this address takes none"
            raise RequestError(name, f"there is no such parameter; {takes}")


def _value(parameter: Parameter, given: list[str]) -> Any:
    if parameter.form == "repeated":
        if len(given) > MAX_VALUES:
            raise RequestError(parameter.name, f"is given {len(given)} times; at most {MAX_VALUES} are allowed")
        return tuple(given)
    if len(given) > 1:
        raise RequestError(parameter.name, f"is given {len(given)} times; once is allowed")
    (value,) = given
    if parameter.form == "comma":
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if parameter.form == "integer":
        if not re.fullmatch(r"-?\d{1,9}(\.0{1,9})?", value.strip(), re.ASCII):
            raise RequestError(parameter.name, f"'{value}' is not a whole number")
        return int(value.strip().partition(".")[0])
    if parameter.form == "number":
        if not re.fullmatch(r"-?(\d{1,9}(\.\d*)?|\.\d+)([eE]-?\d{1,3})?", value.strip(), re.ASCII):
            raise RequestError(parameter.name, f"'{value}' is not a number")
        return float(value)
    return value


def pairs(request: SearchRequest, defaults: SearchRequest = API_DEFAULTS) -> list[tuple[str, str]]:
    """The parameters that `read` makes the same request from, in the table's order, without what is the default."""
    return [(parameter.name, value) for parameter, values in _given(request, defaults) for value in values]


_attributes = operator.attrgetter(*(parameter.attribute for parameter in PARAMETERS))


def _given(request: SearchRequest, defaults: SearchRequest) -> Iterator[tuple[Parameter, Sequence[str]]]:
    """What is not the default, as it is written."""
    for parameter, value, default in zip(PARAMETERS, _attributes(request), _attributes(defaults), strict=True):
        if value == default or value is None:
            continue
        if parameter.form == "repeated":
            yield parameter, value
        elif parameter.form == "comma":
            yield parameter, (",".join(value),)
        elif parameter.form == "number":
            yield parameter, (f"{value:g}" if float(f"{value:g}") == value else repr(value),)
        elif parameter.name in DATES:
            short = short_dates(request.date_from, request.date_to)
            yield parameter, (short[DATES.index(parameter.name)] or "",)
        else:
            yield parameter, (str(value),)


def short_dates(first: str | None, last: str | None) -> tuple[str | None, str | None]:
    """The first and the last day of a range, as years or months where both fit: 2020-02-01 to -29 is 2020-02 twice."""
    parts = max((_precision(first, last=False) if first else 1), (_precision(last, last=True) if last else 1))
    return _cut(first, parts), _cut(last, parts)


def _cut(date: str | None, parts: int) -> str | None:
    return "-".join(date.split("-")[:parts]) if date else None


def _precision(date: str, *, last: bool) -> int:
    """1 where the day begins (`last`: ends) a year, 2 for a month, else 3."""
    year, month, day = date.split("-")
    if day != (str(calendar.monthrange(int(year), int(month))[1]) if last else "01"):
        return 3
    return 1 if month == ("12" if last else "01") else 2


# Addresses. One answer holds those of forty searches that differ in one parameter, so they are put together of pieces.

Pieces: TypeAlias = dict[str, str]
"""A query string by parameter, in the table's order: `speaker=ada&speaker=ola`; empty where it is the default."""

_NO_PIECES: Pieces = dict.fromkeys(BY_NAME, "")


def pieces(request: SearchRequest, defaults: SearchRequest = API_DEFAULTS) -> Pieces:
    """The query string of a search, in pieces. Equal questions have equal ones."""
    return _NO_PIECES | {
        parameter.name: piece(parameter.name, values) for parameter, values in _given(request, defaults)
    }


def piece(name: str, values: Iterable[str]) -> str:
    """The piece of one parameter."""
    return "&".join(f"{name}={quoted(value)}" for value in values)


def quoted(value: str) -> str:
    """A value as it stands in a query string."""
    return quote_plus(value, errors="replace")


def joined(path: str, *queries: str) -> str:
    """A path with a query of these pieces."""
    query = "&".join(filter(None, queries))
    return f"{path}?{query}" if query else path


def address(path: str, request: SearchRequest, defaults: SearchRequest = API_DEFAULTS) -> str:
    """The path and query of a search. Equal questions have equal addresses."""
    return joined(path, *pieces(request, defaults).values())
