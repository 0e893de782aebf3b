"""A quotation as runs of text: what was said, what interrupts it, what was searched for, and the words around."""

import dataclasses
import itertools
import re
from typing import Literal, TypeAlias

from index.records import PIECE_JOIN, Span
from search.forms import Form, form_of
from search.highlight import highlights
from search.language import parse
from search.request import SearchRequest
from search.results import Hit
from search.tree import leaves

Part: TypeAlias = Literal["said", "aside", "cut", "around"]


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text to show.

    `said` is the speaker's, `aside` interrupts it, `around` stands in front of it or behind it, `cut` is left out.
    """

    text: str
    part: Part = "said"
    marked: bool = False


AROUND = 150
"""How many code points of the words around a result shows on each side."""
LONGEST = 700
"""How many code points of a quotation a result shows; its own page shows all of it."""
_SENTENCE_END = re.compile(r"[.!?][”\"'’)]*\s+(?=\S)")


def quoted(hit: Hit) -> tuple[Run, ...]:
    """The whole quotation in order, with its interruptions and highlights."""
    pieces = _pieces(hit)
    runs: list[Run] = []
    at = 0
    for number, (said, aside) in enumerate(pieces):
        if number:
            at += len(PIECE_JOIN)
        runs += _marked(said, at, hit.highlights)
        at += len(said)
        if aside:
            runs.append(Run(aside, "aside"))
    return tuple(runs)


def _pieces(hit: Hit) -> list[tuple[str, str]]:
    """Each piece with the interruption behind it."""
    target = hit.target
    spans = target.content or ((target.start, target.end),)
    cut = [target.exact[start - target.start : end - target.start] for start, end in spans]
    if PIECE_JOIN.join(cut) != hit.text:  # highlights would land elsewhere: show the text as it is
        return [(hit.text, "")]
    gaps = [
        target.exact[end - target.start : start - target.start] for (_, end), (start, _) in itertools.pairwise(spans)
    ]
    return list(zip(cut, [*gaps, ""], strict=True))


def _marked(text: str, offset: int, highlights: tuple[Span, ...]) -> list[Run]:
    runs: list[Run] = []
    at = 0
    for start, end in sorted(highlights):
        first, last = max(start - offset, at), min(end - offset, len(text))
        if first >= last:
            continue
        if first > at:
            runs.append(Run(text[at:first]))
        runs.append(Run(text[first:last], marked=True))
        at = last
    if at < len(text):
        runs.append(Run(text[at:]))
    return runs


def clipped(runs: tuple[Run, ...], longest: int = LONGEST) -> tuple[Run, ...]:
    """About `longest` code points of the runs, around the first highlight, cut between words."""
    total = sum(len(run.text) for run in runs)
    if total <= longest + 100:  # no use to hide a few words
        return runs
    before = 0
    for run in runs:
        if run.marked:
            break
        before += len(run.text)
    else:
        before = 0
    begin = 0 if before < longest * 2 // 3 else before - longest // 3
    end = min(begin + longest, total)
    kept: list[Run] = []
    at = 0
    for run in runs:
        first, last = max(begin - at, 0), min(end - at, len(run.text))
        if first < last:
            text = run.text[first:last]
            if first and " " in text:
                text = text[text.index(" ") + 1 :]
            if last < len(run.text) and " " in text:
                text = text[: text.rindex(" ")]
            kept.append(dataclasses.replace(run, text=text))
        at += len(run.text)
    front = (Run("… ", "cut"),) if begin else ()
    back = (Run(" …", "cut"),) if end < total else ()
    return (*front, *kept, *back)


def sought(request: SearchRequest) -> tuple[Form, ...]:
    """What to mark in the words around: what was searched for, where those words were looked at."""
    if request.within == "quote":
        return ()
    return tuple(form_of(leaf) for leaf in leaves(parse(request.q).tree))


def around(text: str, forms: tuple[Form, ...]) -> tuple[Run, ...]:
    """The words around a quotation, with what was searched for marked."""
    runs = _marked(text, 0, highlights(text, forms) if forms else ())
    return tuple(dataclasses.replace(run, part="around") for run in runs)


def lead(hit: Hit, longest: int = AROUND) -> str:
    """The words in front of a quotation, in one line: its paragraph's, or else the sentence before."""
    text = hit.before
    paragraph = text.rsplit("\n", 1)[-1]
    space = " " if text[-1:].isspace() else ""
    text = _one_line(paragraph if paragraph.strip() else text)
    if len(text) > longest:
        tail = text[-longest:]
        begins = [match.end() for match in _SENTENCE_END.finditer(tail)]
        near = begins and longest - begins[0] > 20
        text = tail[begins[0] :] if near else "… " + tail.partition(" ")[2]
    return text + space if text else ""


def trail(hit: Hit, longest: int = AROUND) -> str:
    """The words behind a quotation in its paragraph, in one line, to the end of a sentence where one ends near."""
    space = " " if hit.after[:1].isspace() else ""
    text = _one_line(hit.after.lstrip(" \t").split("\n", 1)[0])
    if len(text) > longest:
        head = text[:longest]
        ends = [match.end() for match in _SENTENCE_END.finditer(head)]
        text = head[: ends[-1]].rstrip() if ends and ends[-1] > 20 else head.rpartition(" ")[0] + " …"
    return space + text if text else ""


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
