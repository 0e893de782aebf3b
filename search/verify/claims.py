"""A pasted text -> claims: words that somebody is said to have said, each with whom the text gives it to."""

import dataclasses
import itertools
import re

from index.analysis import exact_words
from index.extract.marks import Stretch, quoted_stretches
from index.records import Span
from search.verify import attributing

_FEWEST = 2
"""Words of a quoted stretch that is a claim where others are longer: one word in marks is a name or irony."""
_IRONY = 4
"""So few words in marks within a longer text are somebody's where it says whose; otherwise the whole text is meant."""
_BETWEEN = 14
"""Words between two pieces of one interrupted quotation, at most."""
_MARKS = "“”„‟\"＂‘’‚‛'«»‹›`"
_MARKS_OF = {"double": '“”„‟"＂`', "single": "‘’‚‛'", "angle": "«»‹›"}
_STOPS = re.compile(r"[.!?…][”\"'’»)]*\s*$")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Words to be checked, and who is said to have said them."""

    text: str
    """Without its quotation marks; the pieces of an interrupted one with single blanks between."""
    spans: tuple[Span, ...]
    """Where it stands in the pasted text; several where it is interrupted."""
    speaker: str | None = None
    given: bool = False
    """Whether the speaker is the asker's word; otherwise it was read from the text."""
    marked: bool = True
    """Whether it stood in quotation marks."""

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(exact_words(self.text))


def claims_of(text: str, speaker: str | None = None) -> tuple[Claim, ...]:
    """What is to be checked in a text, in order; a text without quotations is one claim, one without words none.

    `speaker` stands for all of them, whatever the text says.
    """
    stretches = [s for s in quoted_stretches(text) if exact_words(text[s.start : s.end])]
    longest = max((len(exact_words(text[s.start : s.end])) for s in stretches), default=0)
    outside = len(exact_words(_without(text, stretches)))
    if longest <= _FEWEST and outside > 3 * longest:
        found = _bare(text)
    else:
        kept = [s for s in stretches if len(exact_words(text[s.start : s.end])) >= min(longest, _FEWEST)]
        found = _quoted(text, kept)
        if longest <= _IRONY and outside > 3 * longest and not any(claim.speaker for claim in found):
            found = _bare(text)
    if speaker:
        found = [dataclasses.replace(claim, speaker=speaker, given=True) for claim in found]
    return tuple(found)


def _without(text: str, stretches: list[Stretch]) -> str:
    out, at = [], 0
    for stretch in stretches:
        out.append(text[at : stretch.start])
        at = stretch.end
    return " ".join([*out, text[at:]])


def _bare(text: str) -> list[Claim]:
    span, speaker = attributing.bare_claim(text)
    words = text[slice(*span)]
    return [Claim(text=words, spans=(span,), speaker=speaker, marked=False)] if exact_words(words) else []


def _quoted(text: str, stretches: list[Stretch]) -> list[Claim]:
    claims: list[Claim] = []
    last: str | None = None
    group: list[Stretch] = []
    for number, stretch in enumerate(stretches):
        group.append(stretch)
        following = stretches[number + 1] if number + 1 < len(stretches) else None
        if following and _goes_on(text, stretch, following):
            continue
        edge = claims[-1].spans[-1][1] if claims else 0
        who = _speaker(text, group, edge, following.start if following else len(text))
        if who is None and claims and _same_breath(text, claims[-1].spans[-1][1], group[0].start):
            who = attributing.SAME
        if who == attributing.SAME:
            who = last
        last = last if who is None else who or None
        spans = tuple(_inside(text, one) for one in group)
        claims.append(Claim(text=" ".join(text[slice(*span)] for span in spans), spans=spans, speaker=who or None))
        group = []
    return claims


def _speaker(text: str, group: list[Stretch], edge: int, end: int) -> str | None:
    """Between the pieces first, then behind them, then in front; behind a sentence of its own nothing is looked for."""
    for one, following in itertools.pairwise(group):
        if who := attributing.speaker_behind(text, one.end, following.start):
            return who
    behind = None if _leads_on(text, group[-1], end) else attributing.speaker_behind(text, group[-1].end, end)
    before = attributing.speaker_before(text, edge, group[0].start)
    if behind and before and before != attributing.SAME and text[group[0].start - 2 : group[0].start].rstrip() == ":":
        return before
    if behind is None or (behind == attributing.SAME and before):
        return before
    return behind


def _leads_on(text: str, one: Stretch, end: int) -> bool:
    """Whether the words behind a quotation belong to the next one: `“It is over.” Later Esper added: “Not yet.”`"""
    inside = text[slice(*_inside(text, one))]
    between = text[one.end : end].rstrip()
    return inside.endswith(".") and end < len(text) and bool(between) and between[-1] in ":,"


def _goes_on(text: str, one: Stretch, following: Stretch) -> bool:
    """Whether two stretches are pieces of one quotation that a reporting clause interrupts."""
    between = text[one.end : following.start]
    inside = text[slice(*_inside(text, following))]
    if "\n" in between.strip(" ") or len(between.split()) > _BETWEEN or _STOPS.search(between):
        return False
    open_end = text[one.start : one.end].rstrip(_MARKS + " ").endswith((",", "—", "–", "-"))
    return (
        attributing.has_verb(text, one.end, following.start)
        and (open_end or inside[:1].islower())
        and (between.rstrip().endswith((",", "—", "–", "-")))
    )


def _same_breath(text: str, start: int, end: int) -> bool:
    """Whether nothing but the end of a reporting clause stands between two quotations."""
    between = text[start:end].lstrip(_MARKS)
    if "\n\n" in between or len(between.split()) > _BETWEEN:
        return False
    return not re.search(r"[.!?]\s+\S", between) or between.strip(" .,;" + _MARKS) == ""


def _inside(text: str, stretch: Stretch) -> Span:
    """A stretch without its marks and the white space within them."""
    start, end = stretch.start, stretch.end
    if stretch.opened:
        while start < end and text[start] in _MARKS_OF[stretch.style]:
            start += 1
    if stretch.closed:
        while end > start and text[end - 1] in _MARKS_OF[stretch.style]:
            end -= 1
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
