"""What a check answers: the values of the endpoint's JSON, one dataclass an object.

Spans are half-open code points. `search.verify` says what each verdict means.
"""

import dataclasses
from typing import Literal, TypeAlias, get_args

from index.records import Span, SpeakerType, Status
from search.results import BuildShown, Hit

Wording: TypeAlias = Literal["verbatim", "altered", "cut_short", "stitched", "not_found"]
Verdict: TypeAlias = Literal["verbatim", "altered", "cut_short", "stitched", "someone_else", "disputed", "not_found"]
Match: TypeAlias = Literal["same", "other", "unnamed", "unknown", "not_asked"]
"""The claimed speaker is (same) or is not (other) who the collection says; it gives somebody without a name (unnamed)
or nobody (unknown); no speaker was claimed (not_asked)."""
Difference: TypeAlias = Literal["same", "changed", "put_in", "left_out", "shortened", "bracketed"]
"""put_in: only in the claim; left_out: only in the article; shortened: left out where the claim has an ellipsis;
bracketed: an editor's [words] on either side. The last two count for nothing."""
Note: TypeAlias = Literal["", "negation", "number", "contraction", "form", "spacing"]
"""What a change touches: a "not"; a number; `don't` for `do not`; another form of the same word; `per cent`."""

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ClaimShown:
    """What was checked: the words, where they stand in the text that was sent, and whose they are said to be."""

    text: str
    spans: tuple[Span, ...]
    speaker: str | None
    speaker_from: Literal["parameter", "text", "nowhere"]
    words: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One stretch of the comparison. Spans follow one another without a gap; an empty one is where words miss."""

    kind: Difference
    claim: Span
    """In the claim's text."""
    found: Span
    """In the passage's text."""
    note: Note = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Words of the collection beside the claim's."""

    quotation: Hit
    place: Literal["quotation", "around"]
    """Whether `text` is the quotation, or the words around it, which nobody is known to have said."""
    text: str
    start: int
    end: int
    """The part of `text` that answers the claim, or its part."""
    claim: Span
    """The part of the claim's text that it answers."""
    operations: tuple[Operation, ...]
    alike: float
    """0 to 1: twice the words that both have, by all words of both."""
    longer: bool
    """Whether the quotation has more words than those."""
    left_before: str
    left_behind: str
    """Words of the same sentence that the claim leaves out where it begins or ends as if it were whole."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerFound:
    """Whom the collection gives the words to, in how many articles, and how sure it is at its best."""

    id: str | None
    name: str
    type: SpeakerType
    status: Status
    articles: int
    confidence: float
    claimed: bool
    """Whether this may be whom the claim names."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerCheck:
    """The claimed speaker beside those of the collection, the most articles first."""

    claimed: str | None
    match: Match
    found: tuple[SpeakerFound, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """Where the words stand first in the collection; undated articles only where none has a date."""

    date: str | None
    source: str | None
    title: str | None
    article: str
    quotation: str
    url: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What becomes of one claim."""

    claim: ClaimShown
    verdict: Verdict
    wording: Wording
    """What becomes of the words, whoever said them."""
    summary: str
    """The verdict in one plain sentence."""
    points: tuple[str, ...]
    """What else should be known, most important first."""
    confidence: float
    """0 to 1, of the verdict."""
    alike: float
    """0 to 1: of the best passage, or of the nearest one where nothing is found."""
    speaker: SpeakerCheck
    first: Appearance | None
    articles: int
    outlets: int
    """How many articles and outlets have these words; of altered ones, the words they were altered from."""
    passages: tuple[Passage, ...]
    """Of a stitched claim its pieces, in order; otherwise the best one. Empty where nothing is found."""
    nearest: tuple[Passage, ...]
    """Where nothing is found, what comes nearest, if anything does."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What was looked through: so many articles and quotations, from the first to the last date."""

    articles: int
    quotations: int
    first_date: str | None
    last_date: str | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPage:
    """The verdicts on a text, in the order of its quotations."""

    text: str
    speaker: str | None
    checks: tuple[Check, ...]
    notes: tuple[str, ...]
    covered: Covered
    took_ms: float
    build: BuildShown
    links: dict[str, str | None]
