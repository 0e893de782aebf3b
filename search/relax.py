"""Nothing found: which one change to the question would find something."""

import dataclasses
from collections.abc import Iterator
from typing import Any, NamedTuple

from index.analysis import exact_words
from search.engine import Engine
from search.errors import RequestError, TimeLimitError
from search.filters import REPEATABLE
from search.language import parse
from search.request import MAX_LENGTH, SearchRequest
from search.suggest import NAMES, Kind, SuggestRequest
from search.tree import And, Node, Phrase, show

_MOST_PARTS = 8
"""Parts of a query that are left out one by one; each costs a search."""
_MOST_NAMES = 3
"""Names that are tried instead of one that nobody has."""


class Relaxation(NamedTuple):
    """Set `parameter` to `value` (None: drop it), and `total` quotations are found.

    `date` stands for date_from and date_to, `filters` for all filters together.
    """

    parameter: str
    value: str | None
    total: int


def suggest_relaxation(engine: Engine, request: SearchRequest) -> tuple[Relaxation, ...]:
    """The changes that would find something, the most fruitful first; none where nothing would."""
    bare = dataclasses.replace(request, limit=0, facets=(), cursor=None)
    drops: list[tuple[str, dict[str, Any]]] = [(name, {name: ()}) for name in REPEATABLE if getattr(request, name)]
    if request.date_from or request.date_to:
        drops.append(("date", {"date_from": None, "date_to": None}))
    if request.min_confidence:
        drops.append(("min_confidence", {"min_confidence": 0.0}))
    tries: list[tuple[str, str | None, dict[str, Any]]] = [(name, None, change) for name, change in drops]
    if request.within != "all":
        tries.append(("in", "all", {"within": "all"}))
    tries += [(name, meant, {name: (meant,)}) for name in NAMES for meant in _near_names(engine, request, name)]
    tries += [("q", shorter, {"q": shorter}) for shorter in _wider(parse(request.q).tree)]
    found = [Relaxation(name, value, total) for name, value, change in tries if (total := _total(engine, bare, change))]
    if not found and len(drops) > 1:
        everything = {name: value for _, change in drops for name, value in change.items()}
        if total := _total(engine, bare, everything):
            found.append(Relaxation("filters", None, total))
    return tuple(sorted(found, key=lambda relaxation: -relaxation.total))


def _near_names(engine: Engine, request: SearchRequest, kind: Kind) -> Iterator[str]:
    """Names that may be meant by the only one that was chosen, where nobody has it."""
    chosen = getattr(request, kind)
    if len(chosen) != 1:
        return
    asked = SuggestRequest(q=chosen[0][:MAX_LENGTH], kind=(kind,), limit=_MOST_NAMES)
    near = [item.label for item in engine.suggest(asked).items]
    if not any(set(exact_words(chosen[0])) <= set(exact_words(label)) for label in near):
        yield from near


def _wider(tree: Node) -> Iterator[str]:
    """The query with its phrases as single words, and without each of its parts."""
    loose = _loosened(tree)
    if loose != tree:
        yield show(loose)
    if isinstance(tree, And) and len(tree.parts) <= _MOST_PARTS:
        for left_out in tree.parts:
            rest = tuple(part for part in tree.parts if part is not left_out)
            yield show(And(rest) if len(rest) > 1 else rest[0])


def _loosened(tree: Node) -> Node:
    parts = tree.parts if isinstance(tree, And) else (tree,)
    typed = [part.text if isinstance(part, Phrase) else show(And((part,))) for part in parts]
    text = " ".join(typed)
    return parse(text).tree if len(text) <= MAX_LENGTH else tree


def _total(engine: Engine, request: SearchRequest, change: dict[str, Any]) -> int:
    try:
        return engine.search(dataclasses.replace(request, **change)).total
    except (RequestError, TimeLimitError):  # the query as understood can be longer than what may be typed
        return 0
