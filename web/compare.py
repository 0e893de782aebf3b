"""`/compare` and `/api/v1/compare`: two to four speakers on the same words, side by side."""

import dataclasses

from flask import Blueprint, Response, request

from search.comparing import LEAST, MOST, CompareRequest, Comparison, Person, Side, compare, people_of
from search.engine import Engine
from search.errors import NotFoundError, RequestError
from search.library import Library
from search.profile_pages import Share
from search.results import Suggestion
from search.suggest import SuggestRequest
from web import histogram, params
from web.answers import etag_of, json_answer, page_answer, unchanged
from web.links import API_QUOTES, SEARCH, linked, source_path
from web.params import API_DEFAULTS, PAGE_DEFAULTS, address, joined, piece
from web.people_view import Part, Slice, kinds_of, parts_of

PATH, API_PATH = "/compare", "/api/v1/compare"


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """One speaker's column."""

    side: Side
    histogram: histogram.Histogram | None
    kinds: tuple[Slice, ...]
    sources: tuple[Part, ...]
    without: str
    """The comparison without them."""


def blueprint(library: Library, edition: str) -> Blueprint:
    """The page and its twin."""
    routes = Blueprint("compare", __name__)

    @routes.get(PATH)
    def page() -> Response:
        asked = params.read_comparing(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id, _address(PATH, asked.q, *asked.speaker), edition)
        if same := unchanged(etag):
            return same
        people, unknown = people_of(engine, asked)
        near = {one: engine.suggest(SuggestRequest(q=one, kind=("speaker",), limit=3)).items for one in unknown}
        found = _linked(compare(engine, asked.q, people), SEARCH) if len(people) >= LEAST else None
        return page_answer(
            "compare.html",
            etag,
            fields=_fields(engine, people, unknown),
            words=asked.q,
            people=people,
            unknown=_instead(near, people, asked),
            others={one.id: _others(one, people, asked) for one in people},
            found=found,
            columns=_columns(found, people) if found else (),
            least=LEAST,
        )

    @routes.get(API_PATH)
    def answer() -> Response:
        asked = params.read_comparing(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id, _address(API_PATH, asked.q, *asked.speaker))
        if same := unchanged(etag):
            return same
        if len(asked.speaker) < LEAST:
            raise RequestError("speaker", f"names {len(asked.speaker)}; give {LEAST} to {MOST} different speakers")
        people, unknown = people_of(engine, asked)
        if unknown:
            raise NotFoundError(f"there is no speaker '{unknown[0]}' in this collection, by id or by name")
        if len(people) < LEAST:
            raise RequestError("speaker", f"names {people[0].name} alone; give {LEAST} to {MOST} different speakers")
        return json_answer(_linked(compare(engine, asked.q, people), API_QUOTES), etag)

    return routes


def _address(path: str, q: str, *speakers: str) -> str:
    return joined(path, piece("speaker", speakers), piece("q", [q] if q else []))


def _fields(engine: Engine, people: tuple[Person, ...], unknown: tuple[str, ...]) -> list[str]:
    """What stands in the form: everybody who was found, by name where that means them, and at least one free place."""
    named = [one.name if engine.people_called(one.name)[:1] == (one.id,) else one.id for one in people]
    given = [*named, *unknown]
    return [*given, *[""] * (max(LEAST, min(len(given) + 1, MOST)) - len(given))]


def _instead(
    near: dict[str, tuple[Suggestion, ...]], people: tuple[Person, ...], asked: CompareRequest
) -> list[tuple[str, list[tuple[str, str]]]]:
    """For each name that nobody has the near ones, each with the comparison that has it."""
    ids = [one.id for one in people]
    return [
        (name, [(one.label, _address(PATH, asked.q, *ids, one.value)) for one in items]) for name, items in near.items()
    ]


def _others(person: Person, people: tuple[Person, ...], asked: CompareRequest) -> list[tuple[str, str]]:
    """Who else is called so, each with the comparison that has them in this place."""
    return [
        (name, _address(PATH, asked.q, *(other if one.id == person.id else one.id for one in people)))
        for other, name in person.others
    ]


def _linked(found: Comparison, path: str) -> Comparison:
    defaults = PAGE_DEFAULTS if path == SEARCH else API_DEFAULTS
    own = PATH if path == SEARCH else API_PATH

    def linked_side(side: Side) -> Side:
        asked = dataclasses.replace(defaults, q=found.q, speaker=(side.speaker.id,))

        def to(**more: object) -> str:
            return address(path, dataclasses.replace(asked, **more), defaults)  # type: ignore[arg-type]

        items = tuple(dataclasses.replace(item, url=to(source=(item.value,))) for item in side.sources.items)
        return dataclasses.replace(
            side,
            best=tuple(map(linked, side.best)),
            sources=dataclasses.replace(side.sources, items=items),
            url=to(),
        )

    return dataclasses.replace(
        found,
        sides=tuple(map(linked_side, found.sides)),
        links={"self": _address(own, found.q, *(side.speaker.id for side in found.sides))},
    )


def _columns(found: Comparison, people: tuple[Person, ...]) -> list[Column]:
    pictures = histogram.side_by_side(
        [
            (side.years, side.undated, dataclasses.replace(PAGE_DEFAULTS, q=found.q, speaker=(side.speaker.id,)))
            for side in found.sides
        ]
    )
    return [
        Column(
            side=side,
            histogram=picture,
            kinds=kinds_of(side.kinds),
            # Each against all of its own, so that who is quoted little can be compared too.
            sources=parts_of(_outlets(side), side.total, largest=max(side.total, 1)),
            without=_address(PATH, found.q, *(one.id for one in people if one.id != side.speaker.id)),
        )
        for side, picture in zip(found.sides, pictures, strict=True)
    ]


def _outlets(side: Side) -> list[Share]:
    return [
        Share(value=item.value, label=item.label, count=item.count, url=source_path(item.value))
        for item in side.sources.items
    ]
