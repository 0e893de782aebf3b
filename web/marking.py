"""An article's text as paragraphs of nested marks: quotations, cues and sources, whatever their spans do."""

import bisect
import dataclasses
import heapq
import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from index.records import Span
from search.results import ArticlePage, Hit

Role: TypeAlias = Literal["said", "cue", "source"]


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """A marked stretch of a paragraph: what it is, of which quotation, and what is inside."""

    role: Role
    quotation_id: str
    first: bool
    """The quotation's first mark, which carries its anchor."""
    children: "tuple[Node, ...]"


Node: TypeAlias = str | Mark


@dataclasses.dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph's nodes in order, and the quotations that begin in it."""

    nodes: tuple[Node, ...]
    quotations: tuple[Hit, ...]


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class _Piece:
    """A span within one paragraph. Sorted so that whoever holds another one comes first."""

    start: int
    minus_end: int
    rank: int
    quotation: int
    role: Role

    @property
    def end(self) -> int:
        return -self.minus_end


_RANK: dict[Role, int] = {"said": 0, "source": 1, "cue": 2}
DEEPEST = 12
"""Marks within marks; what lies deeper is shown unmarked. Real articles need three."""


def paragraphs(page: ArticlePage) -> tuple[Paragraph, ...]:
    """The article's paragraphs with their marks. Joined, the strings are its body without empty lines."""
    lines = list(_lines(page.text, page.body))
    ends = [end for _, end in lines]
    inside: list[list[_Piece]] = [[] for _ in lines]
    hits = list({hit.id: hit for hit in page.quotations}.values())  # an anchor stands once on a page
    ids = [hit.id for hit in hits]
    for number, hit in enumerate(hits):
        for piece in _pieces(number, hit):
            line = bisect.bisect_right(ends, piece.start)
            while line < len(lines) and lines[line][0] < piece.end:
                start, end = lines[line]
                inside[line].append(
                    dataclasses.replace(piece, start=max(piece.start, start), minus_end=-min(piece.end, end))
                )
                line += 1
    anchored: set[int] = set()
    found: list[Paragraph] = []
    for span, pieces in zip(lines, inside, strict=True):
        begun = sorted({piece.quotation for piece in pieces if piece.role == "said"} - anchored)
        nodes = _nodes(page.text, span, nested(pieces), ids, anchored)
        found.append(Paragraph(nodes, tuple(hits[number] for number in begun)))
    return tuple(found)


def _pieces(number: int, hit: Hit) -> Iterator[_Piece]:
    target = hit.target
    spans: tuple[tuple[Role, tuple[Span, ...]], ...] = (
        ("said", target.content or ((target.start, target.end),)),
        ("source", target.source),
        ("cue", target.cue),
    )
    for role, places in spans:
        for start, end in places:
            if start < end:
                yield _Piece(start, -end, _RANK[role], number, role)


def _lines(text: str, begin: int) -> Iterator[Span]:
    for match in re.compile(r"[^\r\n\u2028\u2029\x0b\x0c\x85]+").finditer(text, begin):
        if match[0].strip():
            yield match.span()


def nested(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces, sorted, with those that cross another one's end cut in two there, so that all of them nest."""
    waiting = list(pieces)
    heapq.heapify(waiting)
    done: list[_Piece] = []
    around: list[_Piece] = []
    while waiting:
        piece = heapq.heappop(waiting)
        while around and around[-1].end <= piece.start:
            around.pop()
        if around and around[-1].end < piece.end:
            cut = around[-1].end
            heapq.heappush(waiting, dataclasses.replace(piece, start=cut))
            piece = dataclasses.replace(piece, minus_end=-cut)
        if len(around) < DEEPEST:
            around.append(piece)
            done.append(piece)
    return done


def _nodes(text: str, span: Span, pieces: list[_Piece], ids: list[str], anchored: set[int]) -> tuple[Node, ...]:
    """The nodes of `span`; `pieces` are sorted, nest and lie within it."""
    at, end = span
    nodes: list[Node] = []
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        after = index + 1
        while after < len(pieces) and pieces[after].start < piece.end:
            after += 1
        if piece.start > at:
            nodes.append(text[at : piece.start])
        first = piece.role == "said" and piece.quotation not in anchored
        if first:
            anchored.add(piece.quotation)
        children = _nodes(text, (piece.start, piece.end), pieces[index + 1 : after], ids, anchored)
        nodes.append(Mark(piece.role, ids[piece.quotation], first, children))
        at, index = piece.end, after
    if at < end:
        nodes.append(text[at:end])
    return tuple(nodes)
