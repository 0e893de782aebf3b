"""A search as of one build: the same answer while the build is kept, and afterwards a word on what has changed."""

import dataclasses

from flask import request

from search.citing import line
from search.engine import Engine
from search.errors import GoneError
from search.library import Library
from search.request import SearchRequest
from search.results import BuildShown, ResultPage
from web import params, wording


def citation_path(asked: SearchRequest, build_id: str, total: int) -> str:
    """The page that shows this answer while the build is kept, and how many there were when it no longer is."""
    given = params.pieces(dataclasses.replace(asked, build=build_id))
    found = params.piece(params.FOUND.name, [str(total)])
    return params.joined("/search", *(one for name, one in given.items() if name in params.EXPORTED), found)


def search_citation(page: ResultPage, asked: SearchRequest, site: str) -> str:
    """A search as others cite it: what was asked for and found, in which build, and where that can be seen again."""
    build, total = page.build, page.total
    what = [f"search for {asked.q}" if asked.q else "all quotations"]
    for name in ("speaker", "source", "kind", "status"):
        if chosen := getattr(asked, name):
            what.append(f"{name} {' or '.join(chosen)}")
    if dates := wording.dates(asked):
        what.append(dates)
    if asked.within != "all":
        what.append(f"in {wording.WITHIN[asked.within]}")
    if asked.min_confidence:
        what.append(f"at least {asked.min_confidence:g} sure")
    found = wording.counted(total, "quotation") if asked.group == "none" else f"{total:,} different quotations"
    day = wording.day(build.published[:10])
    return (
        f"saywho, {line('; '.join(what))}: {found} in build {build.id} of {day}. "
        f"{site}{citation_path(asked, build.id, total)}"
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A search that names its build: then and now. Counts are of quotations, or of groups where it groups."""

    build: str
    day: str
    """When the build was made, in plain words."""
    then: int | None
    """What the build finds; of a removed one what the citation says, if it does."""
    now: int
    """What the published build finds."""
    now_build: BuildShown
    now_url: str
    gone: bool = False

    @property
    def published(self) -> bool:
        """The build is still the published one."""
        return self.build == self.now_build.id


class ChangedError(GoneError):
    """The build that a citation names has been removed; says what was found then, and what is now."""

    def __init__(self, pinned: Pinned, reason: str) -> None:
        then = f" It found {pinned.then:,} then, as the citation says." if pinned.then is not None else ""
        super().__init__(
            f"{reason}.{then} The published build {pinned.now_build.id} finds {pinned.now:,}: {pinned.now_url}"
        )
        self.pinned = pinned


def engine_of(library: Library, asked: SearchRequest, path: str = "/search") -> Engine:
    """The build that is to answer. ChangedError, where the one that is asked for is gone; `path` leads to today's."""
    try:
        return library.answering(asked)
    except GoneError as error:
        if asked.build is None:  # a cursor's build: where to go on cannot be told
            raise
        pinned = _pinned(library, asked, path, then=params.read_found(request.args), gone=True)
        raise ChangedError(pinned, str(error).partition(";")[0]) from error


def pinned_of(library: Library, asked: SearchRequest, total: int, path: str = "/search") -> Pinned | None:
    """What to say beside the answer of a build that was asked for by name, which found `total`; None of any other."""
    return _pinned(library, asked, path, then=total) if asked.build else None


def _pinned(library: Library, asked: SearchRequest, path: str, *, then: int | None, gone: bool = False) -> Pinned:
    build, engine = asked.build or "", library.current()
    today = dataclasses.replace(asked, build=None, cursor=None)
    now = engine.search(dataclasses.replace(today, limit=0, facets=())).total
    made = "-".join((build[:4], build[4:6], build[6:8]))
    defaults = params.PAGE_DEFAULTS if path == "/search" else params.API_DEFAULTS
    return Pinned(
        build=build,
        day=wording.day(made),
        then=then,
        now=now,
        now_build=engine.build,
        now_url=params.address(path, today, defaults),
        gone=gone,
    )
