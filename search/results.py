"""What is answered: the values of INTERFACES' JSON, one dataclass an object. `dataclasses.asdict` gives the JSON.

Links are left to the caller that knows its address space: `url` and `links` hold paths below the site's root.
"""

import dataclasses
from typing import Any, Literal

from index.records import Basis, DateBasis, Kind, Rival, Span, SpeakerType, Status


def as_object(value: Any) -> dict[str, Any]:
    """One of these values as the JSON encoder's `default` wants it: much faster than a copy of everything in it."""
    names: tuple[str, ...] | None = getattr(type(value), "__dataclass_fields__", None) and type(value).__slots__
    if names is None:
        raise TypeError(f"{type(value).__name__} has no JSON")
    return {name: getattr(value, name) for name in names}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerShown:
    """Who said it. `id` is None where nobody has a name; `name` is then the phrase used for them, or None for nobody.

    `mention` is the article's own word for them beside the quotation.
    """

    id: str | None
    name: str | None
    type: SpeakerType
    mention: str
    status: Status


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Why: how sure (0 to 1), how the text ties the words to the speaker, by which cue, and who else it may be.

    `witnesses` are independent articles that name this speaker for these words, this one among them; `rivals` whom
    others name; `correction` is the number of the editor's correction that gave the speaker.
    """

    confidence: float
    basis: Basis
    cue: str
    candidates: tuple[tuple[str, float], ...]
    witnesses: int = 0
    rivals: tuple[Rival, ...] = ()
    correction: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ArticleShown:
    """Where it stands."""

    id: str
    title: str | None
    url: str | None
    source: str | None
    date: str | None
    date_basis: DateBasis


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A W3C Web Annotation selector, quote and position, all in code points of the article's text.

    `content` holds the pieces of an interrupted quotation; `cue` and `source` are where those words stand.
    """

    exact: str
    prefix: str
    suffix: str
    start: int
    end: int
    content: tuple[Span, ...]
    cue: tuple[Span, ...] = ()
    source: tuple[Span, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """The same words elsewhere: how many quotations, this one included, the earliest date of one, and how many
    independent articles have them.
    """

    id: str
    count: int
    first: str | None
    witnesses: int = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One quotation of an answer. `highlights` are half-open code points of `text`."""

    id: str
    url: str
    text: str
    kind: Kind
    highlights: tuple[Span, ...]
    before: str
    after: str
    speaker: SpeakerShown
    attribution: Attribution
    article: ArticleShown
    target: Target
    variants: Variants


@dataclasses.dataclass(slots=True, kw_only=True)
class FacetItem:
    """One value of a facet and how many quotations have it under every filter but this facet's own.

    Not frozen: an answer has fifty of them, which are made in a third of the time so, and take their `url` later.
    """

    value: str
    label: str
    count: int
    selected: bool
    url: str = ""
    """The search that has this value toggled; filled in by who knows the address space."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A facet's commonest values (dates in order of time), whether there are more, and how many have none.

    Chosen values are always among the items, so that they can be unchosen.
    """

    items: tuple[FacetItem, ...]
    more: bool
    missing: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DidYouMean:
    """A query that was perhaps meant, and how many quotations (of `group=variant`, groups) it finds."""

    q: str
    total: int
    url: str = ""
    """The search for it under the same filters."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What was typed, what was made of it, and what a user should know about the difference."""

    q: str
    understood: str
    notes: tuple[str, ...]
    filters: dict[str, object]
    did_you_mean: DidYouMean | None = None
    """Where little or nothing is found and words near those that were typed find more."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BuildShown:
    """Which build answered. `published` is UTC, ISO 8601."""

    id: str
    published: str
    extractor: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """One page of an answer."""

    query: Understood
    total: int
    """Matching quotations; of `group=variant`, groups."""
    speakers: int
    """How many different speakers the matching quotations have."""
    took_ms: float
    build: BuildShown
    results: tuple[Hit, ...]
    facets: dict[str, Facet]
    links: dict[str, str | None]
    """self and next; the caller adds other forms."""
    next_cursor: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What somebody may be about to type or choose: a speaker, a source, or the query with its last word finished."""

    kind: Literal["speaker", "source", "word"]
    value: str
    """What the parameter of that name takes; of a word, `q`."""
    label: str
    count: int
    """How many quotations a search for it finds."""
    url: str = ""
    """That search."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """What begins as `q` does: of each kind the commonest first."""

    q: str
    items: tuple[Suggestion, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """An article as it was read, and its quotations in the order of the text."""

    article: ArticleShown
    authors: str | None
    text: str
    quotations: tuple[Hit, ...]
    body: int = 0
    """Where the article's own words begin in `text`."""
    near_duplicate_of: str | None = None
    """The id of an earlier article of which this one is a copy, or nearly."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerPage:
    """Somebody of the collection: the names they go by with how many articles have each, the commonest first."""

    id: str
    name: str
    type: SpeakerType
    articles: int
    quotations: int
    names: tuple[tuple[str, int], ...]
    wikidata: str | None
    url: str = ""
    """The search for what they said."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What a build holds. `years` maps a year to its quotations; quotations without a date are in `undated`."""

    build: BuildShown
    articles: int
    quotations: int
    speakers: int
    sources: int
    first_date: str | None
    last_date: str | None
    years: dict[str, int]
    undated: int
    kinds: dict[str, int]
    statuses: dict[str, int]
