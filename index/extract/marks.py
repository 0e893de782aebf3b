"""Quotation marks to quoted stretches: paired deterministically, paragraph by paragraph, in linear time.

A mark's glyph says what it should be and the characters beside it what it is: most texts hold a mark turned the wrong
way, an apostrophe that looks like one, or one that somebody forgot. So a glyph gives the default, its side decides
where the glyph cannot be right, and the paragraph bounds the harm of a missing mark.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from index.records import Span

Style = Literal["double", "single", "angle"]
Side = Literal["open", "close", "both"]

MAX_DEPTH = 4
"""Quotations nested deeper are read as part of the one around them."""
MAX_PARAGRAPHS_WITHOUT_MARK = 3
"""How many paragraph ends a quotation may cross when nothing reopens it and a later closing mark ends it."""
MAX_UNOPENED = 1000
"""How far back, in code points, a closing mark without an opening one may reach: never beyond its paragraph."""
WRAPPED_SHARE = 0.3
"""From this share of line breaks before a small letter, single line breaks are wrapping and not paragraphs."""

_MARK = re.compile("``|''|‘‘|’’|[\"＂“”„‟«»‹›‘’‚‛']")
_BREAK = re.compile(r"(?:\r\n|[\n\r\u2028\u2029\x0b\x0c])[^\S\n\r]*(?:(?:\r\n|[\n\r\u2028\u2029])\s*)?")
_WORD = re.compile(r"[^\W_]")
_STYLE: dict[str, Style] = {
    **dict.fromkeys(["“", "”", "„", "‟", '"', "＂", "``", "''", "‘‘", "’’"], "double"),
    **dict.fromkeys("‘’‚‛'", "single"),
    **dict.fromkeys("«»‹›", "angle"),
}
_OPENING = frozenset(["“", "„", "‟", "``", "‘‘", "‘", "‚", "‛", "«", "‹"])
_STRAIGHT = frozenset(['"', "＂", "''", "'"])
_BEFORE_OPENING = frozenset("([{—–―-/:=>*_…")
_AFTER_CLOSING = frozenset(")]}.,;:?!—–―-/…*_<")
_ENDS_SPEECH = frozenset(",.?!…—–")
_ELISION = re.compile(
    r"(?:\d0s?|\d\d|em|tis|twas|twere|til|till|cause|cuz|cos|n|bout|round|neath|nuff|kay|murica)\b", re.I
)
_MEASURE = re.compile(r"\d\s?['’′]\s?\d{1,2}(?:\.\d+)?\s?(?:\"|”|″|''|’’)")
_FEET = re.compile(r"\d(?:['’])(?=\s(?:\d|tall|high|long|wide|deep|by|x)\b|\s?\d)")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words inside one outermost pair of quotation marks; the marks stand inside [start, end)."""

    start: int
    end: int
    style: Style
    opened: bool = True
    """False where the opening mark is missing and the paragraph's start stands for it."""
    closed: bool = True
    """False where the closing mark is missing and the paragraph's end stands for it."""


@dataclass(slots=True)
class _Mark:
    start: int
    end: int
    glyph: str
    style: Style
    side: Side
    left: str
    right: str


@dataclass(slots=True)
class _Open:
    start: int
    style: Style
    curly: bool
    inner: list[Span]


def paragraphs(text: str) -> list[Span]:
    """The paragraphs of a text, in order, without white space around them; empty ones are left out.

    Every line is a paragraph, except in a text whose lines are wrapped: there a blank line stands between them.
    """
    breaks = list(_BREAK.finditer(text))
    single = [m for m in breaks if not re.search(r"[\n\r\u2028\u2029][^\S\n\r]*\r?[\n\r\u2028\u2029]", m[0])]
    wraps = sum(
        1 for m in single if m.end() < len(text) and text[m.end()].islower() and text[m.start() - 1 : m.start()] != ""
    )
    wrapped = len(single) >= 3 and wraps >= WRAPPED_SHARE * len(single)
    skip = {m.start() for m in single} if wrapped else set()
    out, at = [], 0
    for stop, following in [(m.start(), m.end()) for m in breaks if m.start() not in skip] + [(len(text), len(text))]:
        piece = text[at:stop]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            out.append((at + lead, at + len(piece.rstrip())))
        at = following
    return out


def quoted_stretches(text: str, among: Sequence[Span] | None = None) -> list[Stretch]:
    """The outermost quoted stretches of a text, in order and disjoint; those without a letter or digit are left out.

    `among`: the text's paragraphs, where the caller has them. A quotation ends with its paragraph unless the next
    one reopens it with a mark, or the next mark within MAX_PARAGRAPHS_WITHOUT_MARK paragraphs closes it.
    """
    places = paragraphs(text) if among is None else among
    marks = [_marks_of(text, place) for place in places]
    pairing = _Pairing(text)
    for number, place in enumerate(places):
        pairing.read(place, marks[number])
        pairing.end_paragraph(place, _goes_on(text, pairing, places, marks, number))
    return [s for s in sorted(pairing.out, key=lambda s: s.start) if _WORD.search(text, s.start, s.end)]


def _marks_of(text: str, place: Span) -> list[_Mark]:
    """The marks of one paragraph, measures and elisions left out, each with the side it seems to stand on."""
    start, end = place
    measures = {m.end() - 1 for m in _MEASURE.finditer(text, start, end)}
    measures |= {m.end() - 1 for m in _FEET.finditer(text, start, end)}
    measures |= {m.start() + k for m in _MEASURE.finditer(text, start, end) for k, c in enumerate(m[0]) if c in "'’"}
    found = list(_MARK.finditer(text, start, end))
    out: list[_Mark] = []
    at = 0
    while at < len(found):
        last = at
        while last + 1 < len(found) and found[last + 1].start() == found[last].end():
            last += 1
        left = text[found[at].start() - 1] if found[at].start() > start else ""
        right = text[found[last].end()] if found[last].end() < end else ""
        side = _side(left, right)
        for m in found[at : last + 1]:
            if m.end() - 1 in measures or m.start() in measures:
                continue
            style = _STYLE[m[0]]
            if style == "single" and _is_apostrophe(text, m, left, right):
                continue
            out.append(_Mark(m.start(), m.end(), m[0], style, side, left, right))
        at = last + 1
    return _without_dubious_singles(text, out)


def _side(left: str, right: str) -> Side:
    opens = (not left or left.isspace() or left in _BEFORE_OPENING) and bool(right) and not right.isspace()
    closes = bool(left) and not left.isspace() and (not right or right.isspace() or right in _AFTER_CLOSING)
    if opens and closes:
        return "open" if right not in _AFTER_CLOSING else "close" if left not in _BEFORE_OPENING else "both"
    return "open" if opens else "close" if closes else "both"


def _is_apostrophe(text: str, mark: re.Match[str], left: str, right: str) -> bool:
    if left.isalnum() and right.isalnum():
        return True
    if left in ("n", "N") and text[mark.start() - 2 : mark.start() - 1] in ("'", "’", "‘"):
        return True
    return mark[0] not in "‚" and right.isalnum() and _ELISION.match(text, mark.end()) is not None


def _without_dubious_singles(text: str, marks: list[_Mark]) -> list[_Mark]:
    """Leaves out the single marks that end a plural's possessive while a surer closing mark is to come, and
    opening ones that nothing closes."""
    keep, sure, any_close = [True] * len(marks), False, False
    for at in range(len(marks) - 1, -1, -1):
        mark = marks[at]
        if mark.style != "single":
            continue
        if mark.side == "open":
            keep[at] = any_close or mark.glyph == "‘"
            sure = any_close = False if keep[at] else any_close
        elif mark.side == "close":
            if (mark.left in "sSzZxX" and mark.right == " " and sure) or (mark.left.isdigit() and mark.glyph == "'"):
                keep[at] = False
            else:
                sure = sure or mark.left in _ENDS_SPEECH
                any_close = True
        else:
            keep[at] = False
    return [mark for mark, kept in zip(marks, keep, strict=True) if kept]


class _Pairing:
    """Reads marks in order and keeps what is open; `out` holds the outermost stretches found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.out: list[Stretch] = []
        self.open: list[_Open] = []
        self.carried = False

    def read(self, place: Span, marks: list[_Mark]) -> None:
        first = {"double": True, "single": False, "angle": True}
        for at, mark in enumerate(marks):
            if at == 0 and self.carried and _reopens(self.text, place, mark, self.open[0].style):
                continue
            if self._role(mark) == "open":
                self._opening(mark)
            elif not self._closing(mark) and first[mark.style] and not self.open:
                self._unopened(place, mark)
            first[mark.style] = False

    def _is_open(self, style: Style) -> bool:
        return any(entry.style == style for entry in self.open)

    def _role(self, mark: _Mark) -> Side:
        open_now = self._is_open(mark.style)
        if mark.glyph in _STRAIGHT:
            return mark.side if mark.side != "both" else "close" if open_now else "open"
        if mark.glyph in _OPENING:
            return "close" if mark.side == "close" and (open_now or mark.style == "double") else "open"
        turned = not open_now and mark.side != "close" and bool(mark.right) and not mark.right.isspace()
        return "open" if turned and mark.style != "single" else "close"

    def _opening(self, mark: _Mark) -> None:
        curly = mark.glyph not in _STRAIGHT
        same = [k for k, entry in enumerate(self.open) if entry.style == mark.style]
        if same and (not curly or not self.open[same[-1]].curly or len(same) > 1 or mark.style == "single"):
            # The earlier one was never closed: it is given up, since nothing says where it ends.
            del self.open[same[-1] :]
        if len(self.open) < MAX_DEPTH:
            self.open.append(_Open(mark.start, mark.style, curly, []))

    def _closing(self, mark: _Mark) -> bool:
        for k in range(len(self.open) - 1, -1, -1):
            if self.open[k].style == mark.style:
                entry = self.open[k]
                del self.open[k:]
                if self.open:
                    self.open[-1].inner.append((entry.start, mark.end))
                else:
                    self.out.append(Stretch(entry.start, mark.end, mark.style))
                return True
        return False

    def _unopened(self, place: Span, mark: _Mark) -> None:
        free = max(place[0], self.out[-1].end if self.out else 0)
        if free == place[0] and mark.side == "close" and mark.left in _ENDS_SPEECH and mark.end - free <= MAX_UNOPENED:
            self.out.append(Stretch(free, mark.end, mark.style, opened=False))

    def end_paragraph(self, place: Span, goes_on: bool) -> None:
        """Carries what is open into the next paragraph, or ends it here."""
        self.carried = goes_on
        if goes_on:
            del self.open[1:]
            return
        if self.open:
            entry = self.open[0]
            nested = [span for inner in self.open for span in inner.inner if span[0] >= place[0]]
            if entry.style == "single" or nested:
                self.out += [Stretch(start, end, "double") for start, end in sorted(nested)]
            else:
                self.out.append(Stretch(entry.start, place[1], entry.style, closed=False))
        self.open = []


def _reopens(text: str, place: Span, mark: _Mark, style: Style) -> bool:
    return mark.style == style and mark.side != "close" and not _WORD.search(text, place[0], mark.start)


def _goes_on(text: str, pairing: _Pairing, places: Sequence[Span], marks: Sequence[list[_Mark]], number: int) -> bool:
    """Whether the quotation that is open at the end of a paragraph reaches into the next one."""
    if not pairing.open:
        return False
    style = pairing.open[0].style
    for step, following in enumerate(range(number + 1, min(number + 1 + MAX_PARAGRAPHS_WITHOUT_MARK, len(places)))):
        mark = next((m for m in marks[following] if m.style == style), None)
        if mark is None:
            continue
        if _reopens(text, places[following], mark, style):
            return step == 0
        return style != "single" and mark.side == "close" and mark.glyph not in _OPENING
    return False


def inner_words(text: str, stretch: Stretch) -> Iterator[str]:
    """The words of a stretch without its marks."""
    return (m[0] for m in re.finditer(r"\w+(?:['’]\w+)*", text[stretch.start : stretch.end]))
