"""How strictly the words of a query were taken, and how many quotations the other ways of taking them would find.

"clean water"      exact   these words, side by side, as written
"clean" "water"    all     each of them as written, anywhere
clean water        any     each of them in any form, anywhere
"""

import dataclasses
from typing import Literal, TypeAlias, get_args

from search.engine import Engine
from search.errors import RequestError, TimeLimitError
from search.language import parse
from search.request import MAX_LENGTH, SearchRequest
from search.tree import And, FieldFilter, Node, Phrase, Word, show

Mode: TypeAlias = Literal["exact", "all", "any"]


@dataclasses.dataclass(frozen=True, slots=True)
class Way:
    """The same words taken in one way: the query that says so, and how many quotations it finds."""

    mode: Mode
    q: str
    current: bool
    total: int | None
    """None of the way that was taken, whose total is in its answer, on later pages, where it has been seen, and where
    it took too long to tell."""


def ways(engine: Engine, request: SearchRequest) -> tuple[Way, ...]:
    """The ways of taking the request's words, the strictest first.

    None where there are no words, or where the query says more than words can: OR, -word, prefix*, "words"~5.
    """
    tree = parse(request.q).tree
    parts = tree.parts if isinstance(tree, And) else (tree,)
    words = [part for part in parts if isinstance(part, Word | Phrase)]
    filters = [part for part in parts if isinstance(part, FieldFilter)]
    if (
        not words
        or len(words) + len(filters) < len(parts)
        or any(isinstance(one, Phrase) and one.slop for one in words)
    ):
        return ()
    texts = [text for part in words for text in (part.words if isinstance(part, Phrase) else (part.text,))]
    forms: dict[Mode, list[Node]] = {
        "exact": [Phrase(tuple(texts))],
        "all": [Phrase((text,)) for text in texts],
        "any": [Word(text) for text in texts],
    }
    asked = {
        mode: " ".join(map(show, [*forms[mode], *filters]))
        for mode in get_args(Mode)
        if mode != "all" or len(texts) > 1
    }
    # A way that cannot be typed, since a word of it would be read otherwise, is no way.
    wanted = {mode: {*forms[mode], *filters} for mode in asked}
    typed = {mode: q for mode, q in asked.items() if len(q) <= MAX_LENGTH and _parts(parse(q).tree) == wanted[mode]}
    now = next((mode for mode in typed if wanted[mode] == set(parts)), None)
    untold = {now} if request.cursor is None else set(typed)
    return tuple(
        Way(mode, q, mode == now, None if mode in untold else _total(engine, request, q)) for mode, q in typed.items()
    )


def _parts(tree: Node) -> set[Node]:
    return set(tree.parts) if isinstance(tree, And) else {tree}


def _total(engine: Engine, request: SearchRequest, q: str) -> int | None:
    asked = dataclasses.replace(request, q=q, limit=0, facets=(), cursor=None)
    try:
        return engine.search(asked).total
    except (RequestError, TimeLimitError):
        return None
