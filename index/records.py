"""What crosses the house: articles, quotations and published entries. Frozen, and JSON both ways.

Offsets are half-open code points into the article's text exactly as stored, everywhere; the text is never altered.
Dates are ISO 8601 calendar dates (`2020-01-01`), the article's own; a date that nobody gave is None.
"""

import dataclasses
import hashlib
import json
from typing import Any, Literal, TypeAlias, get_args

Span: TypeAlias = tuple[int, int]
"""Half-open [start, end) in code points of an article's text."""

Kind: TypeAlias = Literal["direct", "mixed", "indirect"]
"""All of the content inside quotation marks, part of it, or none of it."""

SpeakerType: TypeAlias = Literal["person", "organization", "group", "unnamed", "unknown"]

Basis: TypeAlias = Literal["name", "pronoun", "nominal", "implicit", "continued", "corroborated", "corrected"]
"""How the text ties the words to the speaker; corroborated: other articles' report of the same words does; corrected:
an editor did."""

Status: TypeAlias = Literal["resolved", "undecided", "unnamed", "unknown", "disputed"]
"""resolved: a person, body or group with a name; undecided: a name that several people of the collection share, and
nothing tells which; unnamed: somebody, without a name; unknown: nobody is given; disputed: independent articles give
the same words to different speakers."""

DateBasis: TypeAlias = Literal["metadata", "dateline", "url", "folder", "name", "missing"]
SourceBasis: TypeAlias = Literal["metadata", "dateline", "url", "folder", "name", "missing"]
IdBasis: TypeAlias = Literal["metadata", "name"]

KINDS: tuple[Kind, ...] = get_args(Kind)
STATUSES: tuple[Status, ...] = get_args(Status)

PIECE_JOIN = " … "
"""Stands between the pieces of an interrupted quotation in `Quotation.text`."""


_NO_CONTENT = frozenset(("origin", "language", "near_duplicate_of"))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as it was read."""

    id: str
    """The article's own id, else made from its file's name; unique in a collection."""
    text: str
    id_basis: IdBasis = "metadata"
    title: str | None = None
    source: str | None = None
    """The outlet's name as a reader would write it."""
    source_basis: SourceBasis = "missing"
    date: str | None = None
    date_basis: DateBasis = "missing"
    url: str | None = None
    authors: str | None = None
    body: int = 0
    """Where the article's own words begin in `text`: behind the `date 2020-01-01` that some files begin with."""
    language: str | None = None
    """ISO 639-1, as found in the text; None where the text is too short to tell."""
    origin: str = ""
    """The file (and line) it came from, for messages: `news/2016.jsonl.gz:7`."""
    near_duplicate_of: str | None = None
    """The id of an earlier article of the collection that this one is a copy, or a near copy, of. Known in a build; an
    article as it was read has none."""

    @property
    def content_hash(self) -> str:
        """sha256 (hex) of everything but where it came from: unchanged articles are not worked on again."""
        # The language follows from the text; a better detector is no reason to work on everything again.
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in _NO_CONTENT}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An article, or a whole file, that could not be read, and why; the rest goes on."""

    origin: str
    """The file, and the line where there is one: `news/2016.jsonl.gz:7`."""
    reason: str
    """What is wrong and what to do, without the place."""
    article_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An article in a language that was not asked for: read, counted, and left."""

    origin: str
    language: str
    article_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Words of an article, and who is given as having said them."""

    article_id: str
    kind: Kind
    content: tuple[Span, ...]
    """Where the words stand, in order; several spans where the quotation is interrupted. Never empty."""
    cue: tuple[Span, ...] = ()
    source: tuple[Span, ...] = ()
    text: str
    """The pieces of `content`, joined by PIECE_JOIN."""
    speaker: str | None = None
    """The speaker's fullest name in this article; for the unnamed, the phrase used for them; None for nobody."""
    speaker_type: SpeakerType = "unknown"
    confidence: float = 0.0
    """Of the attribution, 0 to 1."""
    basis: Basis = "implicit"
    candidates: tuple[tuple[str, float], ...] = ()
    """Who it may have been, likeliest first, with a probability each."""

    @property
    def id(self) -> str:
        """16 hex digits over the article's id, the place and the words, so that links outlive rebuilds."""
        places = ",".join(f"{start}-{end}" for start, end in self.content)
        key = "\0".join((self.article_id, places, self.text))
        return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def joined_text(text: str, content: tuple[Span, ...]) -> str:
    """The words that `content` covers in an article's `text`, as `Quotation.text` holds them."""
    return PIECE_JOIN.join(text[start:end] for start, end in content)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Somebody else whom other articles give the same words to."""

    id: str | None
    name: str
    articles: int
    """How many independent articles do."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One quotation as it is published: everything that search and display need, on its own."""

    id: str
    text: str
    kind: Kind
    content: tuple[Span, ...]
    exact: str
    """The article's text from the first piece's start to the last one's end, interruptions included."""
    before: str
    """Up to CONTEXT code points in front of it, cut between words."""
    after: str
    cue: str
    """The cue's words; empty where there is none."""
    mention: str
    """The source's words ("she", "the Pentagon chief"); empty where there is none."""
    source_spans: tuple[Span, ...]
    cue_spans: tuple[Span, ...]
    speaker_id: str | None
    """The id of a person, body or group of the collection; None for the unnamed and for nobody."""
    speaker: str | None
    speaker_type: SpeakerType
    status: Status
    confidence: float
    basis: Basis
    candidates: tuple[tuple[str, float], ...]
    article_id: str
    title: str | None
    url: str | None
    source: str | None
    date: str | None
    date_basis: DateBasis
    variant_id: str
    """Quotations with the same id are the same words."""
    variant_count: int
    variant_first: str | None
    """The earliest date of one of them."""
    variant_witnesses: int = 1
    """How many independent articles have them: copies of one text count once."""
    witnesses: int = 0
    """Independent articles, this one among them, that name this speaker for these words; copies of one text count once,
    and none where the article names nobody and nobody else does."""
    rivals: tuple[Rival, ...] = ()
    """Whom independent articles give the same words to instead, the best attested first."""
    correction: int | None = None
    """The number of the editor's correction that gave the speaker."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PersonOfCollection:
    """A person with how much the collection holds of them."""

    id: str
    name: str
    type: SpeakerType
    articles: int
    quotations: int
    forms: tuple[tuple[str, int], ...]
    """Names in articles and how many articles have each, the commonest first."""
    wikidata: str = ""
    """The item in the people file that was taken for them."""


CONTEXT = 300
"""How far, in code points, an entry's `before` and `after` reach."""


def to_json(record: Article | Quotation | Entry) -> dict[str, Any]:
    """A record as a JSON object; tuples become lists."""
    row = dataclasses.asdict(record)
    if isinstance(record, Quotation):
        row["id"] = record.id
    return row


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def article_from_json(row: dict[str, Any]) -> Article:
    """The article that `to_json` made the row from; unknown keys are a TypeError."""
    return Article(**row)


def quotation_from_json(row: dict[str, Any]) -> Quotation:
    """The quotation that `to_json` made the row from; its id is computed, not read."""
    return Quotation(**{key: _tuples(value) for key, value in row.items() if key != "id"})


def entry_from_json(row: dict[str, Any]) -> Entry:
    """The entry that `to_json` made the row from."""
    rivals = tuple(Rival(**rival) for rival in row.get("rivals", ()))
    return Entry(**{**{key: _tuples(value) for key, value in row.items()}, "rivals": rivals})
