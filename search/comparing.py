"""Two to four speakers on the same words: one search each, put side by side."""

import dataclasses

from search.engine import Engine
from search.errors import MovedError, NotFoundError, RequestError
from search.request import MAX_LENGTH, SearchRequest
from search.results import BuildShown, Facet, Hit

LEAST, MOST = 2, 4
"""Speakers that are compared."""
_BEST = 3
"""Quotations of each."""
_OUTLETS = 5
_OTHERS = 4
"""Others of the same name that are offered."""
MAX_NAME = 200
"""Characters of a speaker's name or id."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CompareRequest:
    """Whom to compare, by id or name, on which words; a bad value raises RequestError naming the parameter."""

    speaker: tuple[str, ...] = ()
    q: str = ""

    def __post_init__(self) -> None:
        given = tuple(dict.fromkeys(one.strip() for one in self.speaker if one.strip()))
        if len(given) > MOST:
            raise RequestError("speaker", f"is given {len(given)} times; at most {MOST} are compared")
        for one in given:
            if len(one) > MAX_NAME:
                raise RequestError("speaker", f"has {len(one)} characters; at most {MAX_NAME} are allowed")
        if len(self.q) > MAX_LENGTH:
            raise RequestError("q", f"has {len(self.q)} characters; at most {MAX_LENGTH} are allowed")
        object.__setattr__(self, "speaker", given)  # the value is frozen for everybody else


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom a given name stands for, and who else it may mean."""

    given: str
    id: str
    name: str
    others: tuple[tuple[str, str], ...] = ()
    """Ids and names of the others who are called so, the most quoted first."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one speaker said of the words."""

    speaker: Person
    total: int
    """Quotations that match."""
    all: int
    """Quotations of theirs, whatever the words."""
    years: dict[str, int]
    undated: int
    kinds: dict[str, int]
    sources: Facet
    """The outlets with the most of them."""
    best: tuple[Hit, ...]
    url: str = ""
    """The search for all of them; filled in by who knows the address space."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Speakers side by side. `years` are all years that any of them has, so that one scale fits all."""

    q: str
    understood: str
    notes: tuple[str, ...]
    build: BuildShown
    years: tuple[str, ...]
    sides: tuple[Side, ...]
    links: dict[str, str | None]


def person_called(engine: Engine, given: str) -> Person | None:
    """Whom an id, a former id or a name stands for: of several the most quoted; None where nobody is called so."""
    try:
        page = engine.speaker(given)
        return Person(given=given, id=page.id, name=page.name)
    except MovedError as error:
        ids = error.now
    except NotFoundError:
        ids = engine.people_called(given)
    if not ids:
        return None
    first, *others = (engine.speaker(one) for one in ids[: 1 + _OTHERS])
    return Person(given=given, id=first.id, name=first.name, others=tuple((one.id, one.name) for one in others))


def people_of(engine: Engine, request: CompareRequest) -> tuple[tuple[Person, ...], tuple[str, ...]]:
    """Everybody who is meant, each once, and the names that nobody has."""
    found: dict[str, Person] = {}
    unknown = []
    for given in request.speaker:
        person = person_called(engine, given)
        if person is None:
            unknown.append(given)
        else:
            found.setdefault(person.id, person)
    return tuple(found.values()), tuple(unknown)


def _best(engine: Engine, asked: SearchRequest, found: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Word for word before reported, the same words once; without words what most articles have printed."""
    if not asked.q:  # nothing ranks then
        best = [one.quotation for one in engine.speaker_profile(asked.speaker[0]).profile.often]
    else:
        spoken = dataclasses.replace(asked, kind=("direct",), within="quote", group="variant", facets=())
        best = list(engine.search(spoken).results)
    known = {hit.variants.id for hit in best}
    return tuple([*best, *(hit for hit in found if hit.variants.id not in known)][:_BEST])


def compare(engine: Engine, q: str, people: tuple[Person, ...]) -> Comparison:
    """These speakers side by side. TimeLimitError where a search takes too long."""
    sides: list[Side] = []
    understood: str = ""
    notes: tuple[str, ...] = ()
    for person in people:
        asked = SearchRequest(
            q=q, speaker=(person.id,), facets=("source", "date", "kind"), facet_limit=_OUTLETS, limit=_BEST
        )
        page = engine.search(asked)
        best = _best(engine, asked, page.results)
        every = page.total if not q else engine.search(SearchRequest(speaker=(person.id,), limit=0, facets=())).total
        dates = page.facets["date"]
        understood, notes = page.query.understood, page.query.notes
        sides.append(
            Side(
                speaker=person,
                total=page.total,
                all=every,
                years={item.value: item.count for item in dates.items if item.count},
                undated=dates.missing,
                kinds={item.value: item.count for item in page.facets["kind"].items},
                sources=page.facets["source"],
                best=best,
            )
        )
    years = sorted({year for side in sides for year in side.years})
    return Comparison(
        q=q,
        understood=understood,
        notes=notes,
        build=engine.build,
        years=tuple(years),
        sides=tuple(sides),
        links={},
    )
