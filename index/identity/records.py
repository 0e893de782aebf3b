"""What crosses the package: a speaker of one article with the evidence, what was made of it, an editor's rulings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from index.records import PersonOfCollection, SpeakerType

LocalKey: TypeAlias = tuple[str, str, SpeakerType]
"""An article's id, the name that the extractor gives a speaker there, and the type."""

IdentityStatus: TypeAlias = Literal["resolved", "undecided", "unnamed"]
"""resolved: one of the collection; undecided: several may be meant; unnamed: the name is a description or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSpeaker:
    """A speaker of one article and what the article says of them. Names as written, all else in small letters."""

    article_id: str
    name: str
    """The fullest name in the article, as the extractor gives it."""
    type: SpeakerType
    block: str
    """Speakers of different blocks are never the same."""
    known_as: str = ""
    """The name that the article shows to be meant, where the extractor's is cut, turned round or short for it."""
    forms: tuple[str, ...] = ()
    """The forms of the name in the article, the commonest first; a body's acronym or its full name."""
    titles: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    home: str = ""
    """The state of a politician's "(D-Pa.)" or "of Ohio"."""
    party: str = ""
    """"r", "d", "i", or empty."""
    gender: str = ""
    """"m", "f", or empty."""
    beside: tuple[str, ...] = ()
    """Other names in the article."""
    topics: tuple[str, ...] = ()
    source: str = ""
    date: str | None = None
    count: int = 1
    """Quotations."""
    told: bool = True
    """False where what the article says was not read, since enough others of the same full name speak for it."""

    @property
    def called(self) -> str:
        """The name to go by."""
        return self.known_as or self.name

    @property
    def key(self) -> LocalKey:
        """What the archive knows it by."""
        return self.article_id, self.name, self.type


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody (or a body, or a group) of the collection: a stable id, the name shown, a type."""

    id: str
    name: str
    type: SpeakerType


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Who a speaker of an article is."""

    person_id: str | None
    name: str
    """The person's name; where there is no person, as the article has it."""
    type: SpeakerType
    status: IdentityStatus
    candidates: tuple[tuple[str, float], ...] = ()
    """Ids of whom it may be, likeliest first, with a share each; empty where nothing is open."""
    why: tuple[str, ...] = ()
    """Short reasons: `full-name`, `only-one`, `title:senator`, `ruling`, `people-file` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulings:
    """An editor's decisions, which stand over all evidence. Ids that are gone are followed through their aliases."""

    merges: tuple[tuple[str, str], ...] = ()
    """(id, id into which it goes)."""
    assignments: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(article id, name in that article) -> the person's id; an id that does not exist yet is made."""
    apart: tuple[tuple[str, str], ...] = ()
    """Two ids that are two people whatever the evidence says."""
    names: Mapping[str, str] = field(default_factory=dict)
    """id -> the name to show."""


__all__ = [
    "IdentityStatus",
    "LocalKey",
    "LocalSpeaker",
    "Person",
    "PersonOfCollection",
    "Resolution",
    "Rulings",
]
