"""What is asked of and shown by the pages of speakers and outlets, and their index."""

import dataclasses
from typing import Literal, TypeAlias

from index.records import SpeakerType
from search.errors import RequestError
from search.results import Hit

Role: TypeAlias = Literal["speaker", "source"]
IndexSort: TypeAlias = Literal["count", "name"]

OTHER = "#"
"""The letter of names that begin with none."""
MAX_NAMES = 100
"""Names a page."""
MAX_NAME = 200
"""Characters of what is looked for among names."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """An outlet or a speaker, and how many quotations (of `said_with`: articles) of the profile have it."""

    value: str
    label: str
    count: int
    url: str = ""
    """Its page; filled in by who knows the address space."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """Words that were printed more than once: their earliest quotation here, and how often they were."""

    quotation: Hit
    count: int
    """Quotations of the profile with these words."""
    articles: int
    """Independent articles of the whole collection that have them; copies of one text count once."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a build holds of a speaker or an outlet. Dates are ISO 8601; `years` holds those with quotations."""

    quotations: int
    articles: int
    """That have one of these quotations."""
    years: dict[str, int]
    undated: int
    kinds: dict[str, int]
    statuses: dict[str, int]
    first: Hit | None
    """The earliest dated quotation."""
    last: Hit | None
    sources: tuple[Share, ...]
    """The outlets with the most quotations; of an outlet none."""
    speakers: tuple[Share, ...]
    """Of an outlet whom it quotes most; of a speaker who is quoted in the same articles, by articles."""
    looked: int
    """Articles, the latest ones, in which it was looked who else is quoted; of an outlet 0."""
    others: int
    """How many more sources, of an outlet speakers, there are."""
    often: tuple[Repeated, ...]
    latest: tuple[Hit, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One name of the index: how many quotations, and how many in each year that has any."""

    value: str
    label: str
    count: int
    years: dict[str, int]
    url: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A first letter and how many names have it."""

    letter: str
    count: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NamesRequest:
    """Which names of the index; a bad value raises RequestError naming the parameter."""

    q: str = ""
    """How words of the name begin."""
    letter: str = ""
    sort: IndexSort = "count"
    page: int = 1
    limit: int = 50

    def __post_init__(self) -> None:
        if len(self.q) > MAX_NAME:
            raise RequestError("q", f"has {len(self.q)} characters; at most {MAX_NAME} are allowed")
        if len(self.letter.strip()) > 1:
            raise RequestError("letter", f"'{self.letter}' is not one letter (or {OTHER})")
        letter = self.letter.strip().upper()[:1]  # some letters have two as a capital
        if self.sort not in ("count", "name"):
            raise RequestError("sort", f"'{self.sort}' is not known; it takes count, name")
        if not 1 <= self.limit <= MAX_NAMES:
            raise RequestError("limit", f"is {self.limit}; it takes 1 to {MAX_NAMES}")
        if self.page < 1:
            raise RequestError("page", f"is {self.page}; it takes 1 and more")
        object.__setattr__(self, "letter", letter)  # the value is frozen for everybody else


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """One page of the index of speakers or sources."""

    total: int
    """Names that match."""
    letters: tuple[Letter, ...]
    """The first letters of all names that match `q`."""
    years: tuple[str, ...]
    """The collection's years, so that all lines have one scale."""
    items: tuple[Listed, ...]
    links: dict[str, str | None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerProfile:
    """Somebody of the collection: the names they go by with how many articles have each, and all that is held."""

    id: str
    name: str
    type: SpeakerType
    articles: int
    quotations: int
    names: tuple[tuple[str, int], ...]
    wikidata: str | None
    profile: Profile
    url: str = ""
    """The search for what they said."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SourceProfile:
    """An outlet of the collection."""

    name: str
    named: int
    """Quotations that have a speaker with a name."""
    silent: int
    """Articles with quotations, none of which has a speaker with a name."""
    profile: Profile
    url: str = ""
    """The search for what it printed."""
