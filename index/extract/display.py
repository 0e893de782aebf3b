"""Articles as a web page that shows what the extractor sees: sources, cues and contents marked, speakers coloured.

displaCy draws the marks; this module gives it the words and the places, and puts a page around it that stands alone:
nothing is fetched, no script runs, every word of an article or a name is text.
"""

import bisect
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from spacy import displacy

from index.extract.marks import paragraphs
from index.records import Article, Quotation, Span

SPEAKER_COLOURS = ("#c75c12", "#00875f", "#2f7fc1", "#b9589a", "#8b7500", "#7a6fd0", "#00858c", "#c8554f", "#5f8a1f")
SOURCE_COLOUR, CUE_COLOUR, NOBODY_COLOUR = "#7d7d7d", "#97794f", "#8c8277"
"""All of them dark enough for a line on white and light enough under black letters (3:1 and 4.5:1)."""
MOST_WORDS = 300
"""displaCy looks at every mark for every word it is given, so a long paragraph goes to it in pieces."""
LONGEST_WORD = 12
"""A longer run without white space is cut, so that it may break over lines."""

_BLANK = ""
"""displaCy writes a space behind every word that has no mark; behind this one, only the space."""
_PLAIN = ""
"""The label of words that need no space behind them and have no mark: displaCy writes marked words as they are."""
_SPACE = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_TEMPLATE = {
    "span": '<span class="w">{text}{span_slices}{span_starts}</span>',
    "slice": '<i style="background:{bg};top:{top_offset}px"></i>',
    "start": '<b style="--bar:{top_offset}px;background:{bg}">{label}{kb_link}</b>',
}
_TOP, _STEP = 21, 6
"""Pixels from the top of a word to its first line, and from line to line."""

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Who said what</title>
<style>
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 46rem; color: #1a1a1a; background: #fff;
  font: 17px/1.6 Georgia, "Times New Roman", serif; overflow-wrap: anywhere; }
h1, h2, .note, .facts, .key, .w b, summary, li small { font-family: system-ui, sans-serif; }
article { overflow-x: clip; }
h1 { font-size: 1.3rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 3rem 0 0; padding-top: 1rem; border-top: 1px solid #ccc; }
.note, .facts, .key { font-size: .85rem; color: #555; margin: .3rem 0 1rem; }
.key span, .key i { margin-inline-end: .9rem; }
.key i, li i { display: inline-block; width: .9rem; height: .9rem; border-radius: 3px; vertical-align: -.1rem; }
.key i { margin-inline-end: .3rem; }
li i { margin-inline-end: .4rem; }
.p { margin: 0 0 .7rem; }
.p .spans { line-height: 1.6 !important; }
.p.marked { padding-inline-end: 2.5rem; margin-bottom: 1.3rem; }
.p.marked .spans { line-height: var(--line) !important; }
.w { position: relative; }
.w i { position: absolute; inset-inline: 0; height: 4px; }
.w b { position: absolute; inset-inline-start: 0; z-index: 1; padding: 1px 3px; border-radius: 3px; color: #000;
  font-size: 10px; line-height: 11px; white-space: nowrap; max-width: min(14rem, 45vw);
  overflow: hidden; text-overflow: ellipsis; top: calc(var(--bar) + 2px); }
.w b:has(.cue) { top: calc(var(--bar) + 15px); }
.w b:has(.who) { top: calc(-13px - 2.2 * (var(--bar) - 21px)); }
.w b:empty { display: none; }
summary { cursor: pointer; font-size: .9rem; }
li { margin: .6rem 0; }
li small { color: #555; }
</style>
</head>
<body>
<h1>Who said what</h1>
"""
_FOOT = "</body>\n</html>\n"


@dataclass(frozen=True, slots=True)
class _Mark:
    """Words of an article that get a line under them, and the label at its start (markup)."""

    start: int
    end: int
    label: str
    colour: str


def page_of(read: Iterable[tuple[Article, Sequence[Quotation]]]) -> Iterator[str]:
    """The page over some articles, piece by piece, as text that UTF-8 can hold."""
    yield _HEAD
    yield (
        f'<p class="key"><i style="background:{SOURCE_COLOUR}"></i><span>source: who is given</span>'
        f'<i style="background:{CUE_COLOUR}"></i><span>cue: the words that say so</span> '
        f'<i style="background:{SPEAKER_COLOURS[0]}"></i><i style="background:{SPEAKER_COLOURS[1]}"></i>'
        "<span>content, in its speaker’s colour, with how sure the extractor is</span></p>\n"
    )
    for article, quotations in read:
        yield from _article(article, quotations)
    yield _FOOT


def _article(article: Article, quotations: Sequence[Quotation]) -> Iterator[str]:
    colours = _colours(quotations)
    yield f'<article>\n<h2 dir="auto">{_text(article.title or article.id)}</h2>\n'
    facts = [_text(fact) for fact in (article.source, article.date, article.authors, article.url) if fact]
    yield f'<p class="facts">{" · ".join(f"<bdi>{fact}</bdi>" for fact in facts)}</p>\n'
    marks = sorted(_marks(quotations, colours), key=lambda mark: (mark.start, mark.end))
    starts = [mark.start for mark in marks]
    done = 0
    for start, end in paragraphs(article.text):
        while done < len(marks) and marks[done].end <= start:
            done += 1
        inside = [m for m in marks[done : bisect.bisect_left(starts, end)] if m.end > start]
        yield from _paragraph(article.text, (start, end), inside)
    yield _list(quotations, colours)
    yield "</article>\n"


def _colours(quotations: Sequence[Quotation]) -> dict[str | None, str]:
    speakers = dict.fromkeys(q.speaker for q in quotations if q.speaker is not None)
    return {None: NOBODY_COLOUR, **dict(zip(speakers, itertools.cycle(SPEAKER_COLOURS), strict=False))}


def _marks(quotations: Sequence[Quotation], colours: dict[str | None, str]) -> Iterator[_Mark]:
    for q in quotations:
        for number, (start, end) in enumerate(q.content):
            who = f"{'… ' if number else ''}<bdi>{_who(q)}</bdi> {_percent(q)}"
            label = f'<span class="who" title="{_text(_facts(q))}">{who}</span>'
            yield _Mark(start, end, label, colours[q.speaker])
    # Several quotations may share one cue or source ("she said and added"): one line serves them.
    for name, colour in (("source", SOURCE_COLOUR), ("cue", CUE_COLOUR)):
        for start, end in sorted({place for q in quotations for place in getattr(q, name)}):
            yield _Mark(start, end, f'<span class="{name}">{name}</span>', colour)


def _who(q: Quotation) -> str:
    return _text(q.speaker) if q.speaker is not None else "nobody given"


def _percent(q: Quotation) -> str:
    return f"{100 * q.confidence:.0f} %"


def _facts(q: Quotation) -> str:
    others = ", ".join(f"{name} {100 * share:.0f} %" for name, share in q.candidates[1:])
    return f"{q.kind}, {q.speaker_type}, by {q.basis}" + (f"; or: {others}" if others else "")


def _paragraph(text: str, place: Span, marks: list[_Mark]) -> Iterator[str]:
    """A paragraph as displaCy draws it; a long one as several blocks."""
    direction = _direction(text, place)
    chunks = _chunks(text, place, marks)
    while piece := list(itertools.islice(chunks, MOST_WORDS)):
        here = [m for m in marks if m.start < piece[-1][1] and m.end > piece[0][0]]
        data = _manual(text, piece, here)
        drawn = displacy.render(
            {**data, "settings": {"direction": direction, "lang": "en"}},
            style="span",
            manual=True,
            jupyter=False,
            options={
                "colors": {_PLAIN: "transparent", **{m.label: m.colour for m in here}},
                "template": _TEMPLATE,
                "top_offset": _TOP,
                "top_offset_step": _STEP,
            },
        )
        depth = _depth(here)
        style = f' style="--line:{54 + 13 * max(0, depth - 1)}px"' if here else ""
        yield f'<div class="p{" marked" if here else ""}" dir="{direction}"{style}>{drawn}</div>\n'


def _chunks(text: str, place: Span, marks: list[_Mark]) -> Iterator[Span]:
    """A paragraph cut at white space and where a mark begins or ends; white space stays with the word before it."""
    start, end = place
    cuts = sorted({at for m in marks for at in (m.start, m.end) if start < at < end})
    following = iter([*cuts, end])
    stop = next(following)
    for match in re.finditer(r"\s*\S+\s*", text[start:end]):
        at, last = start + match.start(), start + match.end()
        while at < last:
            while stop <= at:
                stop = next(following)
            upto = min(last, stop, at + LONGEST_WORD)
            if upto < last and text[upto:last].isspace():
                upto = last
            yield at, upto
            at = upto


def _manual(text: str, chunks: list[Span], marks: list[_Mark]) -> dict[str, Any]:
    """displaCy's own form of words and marked spans."""
    tokens: list[str] = []
    spans: list[dict[str, Any]] = []
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    covering = [frozenset(k for k, m in enumerate(marks) if m.start < end and m.end > start) for start, end in chunks]
    at = 0
    while at < len(chunks):
        mine, (start, end) = covering[at], chunks[at]
        at += 1
        while not mine and at < len(chunks) and not covering[at]:
            end = chunks[at][1]
            at += 1
        words = _clean(text[start:end])
        bare = words.rstrip()
        for k in mine:
            first.setdefault(k, len(tokens))
            last[k] = len(tokens)
        if mine and at < len(chunks) and mine & covering[at]:
            tokens.append(words)
        elif mine:
            tokens += [bare, _BLANK] if bare != words else [bare]
        else:
            if at < len(chunks) and bare == words:
                spans.append(_span(len(tokens), len(tokens), _PLAIN))
            tokens.append(bare)
    spans += [_span(first[k], last[k], marks[k].label) for k in first]
    return {"text": "", "tokens": tokens, "spans": spans}


def _span(first: int, last: int, label: str) -> dict[str, Any]:
    return {"start_token": first, "end_token": last + 1, "label": label}


def _depth(marks: list[_Mark]) -> int:
    """How many marks lie over one word at most."""
    deep = most = 0
    for _, step in sorted([(m.start, 1) for m in marks] + [(m.end, -1) for m in marks]):
        deep += step
        most = max(most, deep)
    return most


def _list(quotations: Sequence[Quotation], colours: dict[str | None, str]) -> str:
    """The quotations one by one, folded away."""
    if not quotations:
        return '<p class="note">No quotation was found here.</p>\n'
    rows = "".join(
        f'<li><i style="background:{colours[q.speaker]}"></i><bdi>{_who(q)}</bdi>: '
        f'<span dir="auto">{_text(q.text)}</span> <small>{_text(_facts(q))}; {_percent(q)}</small></li>\n'
        for q in quotations
    )
    many = f"{len(quotations)} quotation{'' if len(quotations) == 1 else 's'}"
    return f"<details><summary>{many}, one by one</summary>\n<ol>\n{rows}</ol></details>\n"


def _direction(text: str, place: Span) -> str:
    """The direction of the first letter that has one, as browsers take it for `dir="auto"`."""
    for character in itertools.islice(text, place[0], min(place[1], place[0] + 1000)):
        match unicodedata.bidirectional(character):
            case "L":
                return "ltr"
            case "R" | "AL":
                return "rtl"
    return "ltr"


def _clean(text: str) -> str:
    """A text that HTML and UTF-8 can hold."""
    return _CONTROL.sub("\ufffd", _SPACE.sub(" ", text))


def _text(text: str) -> str:
    return escape(_clean(text))
