"""Verdicts -> what their cards show: a heading, the words with their differences marked, and where they stand."""

import dataclasses
import itertools
from typing import Literal, TypeAlias

from search.verify import Check, VerifyPage
from search.verify.results import Passage, Verdict

HEADINGS: dict[Verdict, str] = {
    "verbatim": "Verbatim",
    "altered": "Altered",
    "cut_short": "Cut short",
    "stitched": "Stitched together",
    "someone_else": "Said by someone else",
    "disputed": "Disputed",
    "not_found": "Not found",
}
AROUND = 140
"""Characters of the quotation that are shown in front of and behind the words in question."""

Mark: TypeAlias = Literal["same", "ins", "del", "gap", "around"]


@dataclasses.dataclass(frozen=True, slots=True)
class Stretch:
    """Words to show. ins: only in the article; del: only in the claim; gap: what the claim's ellipsis stands for;
    around: the quotation's words outside the claim."""

    text: str
    mark: Mark = "same"


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A passage with its differences; `marked` says which signs its legend explains."""

    passage: Passage
    stretches: tuple[Stretch, ...]
    marked: frozenset[str]
    percent: int


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """One quotation's verdict."""

    check: Check
    heading: str
    claim: str
    """The words that were checked, in one line; empty where what is shown says it."""
    passages: tuple[Shown, ...]
    nearest: tuple[Shown, ...]


def cards(page: VerifyPage) -> tuple[Card, ...]:
    """One card a quotation, in the order of the text."""
    return tuple(_card(check, alone=len(page.checks) == 1) for check in page.checks)


def _card(check: Check, *, alone: bool) -> Card:
    told = alone and (bool(check.passages) or check.claim.speaker_from != "text")
    return Card(
        check=check,
        heading=HEADINGS[check.verdict],
        claim="" if told else _one_line(check.claim.text).rstrip(","),
        passages=tuple(_shown(check, passage) for passage in check.passages),
        nearest=tuple(_shown(check, passage) for passage in check.nearest),
    )


def _shown(check: Check, passage: Passage) -> Shown:
    stretches = stretches_of(check.claim.text, passage)
    marked = frozenset(stretch.mark for stretch in stretches if stretch.mark in ("ins", "del", "gap"))
    return Shown(passage, stretches, marked, round(passage.alike * 100))


def stretches_of(claim: str, passage: Passage) -> tuple[Stretch, ...]:
    """The passage's words with those of the claim that it does not have, and some of the quotation around them."""
    out: list[Stretch] = []
    for operation in passage.operations:
        ours, theirs = claim[slice(*operation.claim)], passage.text[slice(*operation.found)]
        if operation.kind == "same":
            out += [Stretch(theirs)]
        elif operation.kind == "bracketed":
            out += [Stretch(ours or theirs)]
        elif operation.kind == "shortened":
            out += _spaced(theirs, "gap")
        else:
            out += [*_spaced(ours, "del"), *_spaced(theirs, "ins")]
    before, behind = _around(passage)
    return tuple(_merged([_beside(before), *out, _beside(behind)]))


def _beside(text: str) -> Stretch:
    """Words around; a lone quotation mark belongs to what it stands at."""
    return Stretch(text, "around" if any(letter.isalnum() for letter in text) else "same")


def _spaced(text: str, mark: Mark) -> list[Stretch]:
    """The text marked, white space at its end left as it is; one blank stands where it has none of its own."""
    words = text.rstrip()
    return [Stretch(words, mark), Stretch(text[len(words) :] or " ")] if words else []


def _around(passage: Passage) -> tuple[str, str]:
    text = passage.text
    before, behind = text[: passage.start], text[passage.end :]
    if len(before) > AROUND:
        before = "… " + before[-AROUND:].partition(" ")[2]
    if len(behind) > AROUND:
        behind = behind[:AROUND].rpartition(" ")[0] + " …"
    return before, behind


def _merged(stretches: list[Stretch]) -> list[Stretch]:
    out: list[Stretch] = []
    for mark, group in itertools.groupby(stretches, key=lambda stretch: stretch.mark):
        if text := "".join(stretch.text for stretch in group):
            out.append(Stretch(text, mark))
    return out


def _one_line(text: str, longest: int = 300) -> str:
    words = " ".join(text.split())
    return words if len(words) <= longest else words[:longest].rpartition(" ")[0] + " …"
