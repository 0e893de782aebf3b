"""A query tree -> what the cluster takes. What somebody typed becomes values of terms, never a query of its own."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from index.cluster.opensearch_mapping import BETWEEN, STEPS, bounds_of, most_of, plain
from index.schema import SEARCHED
from index.whoosh_codec.weights import K1, SCOPES, fields_of
from search.cluster.tables import Words
from search.forms import Form, form_of
from search.language import date_range
from search.tree import And, Everything, FieldFilter, Leaf, Node, Not, Or, Phrase, Prefix, Word

Body = dict[str, Any]
Values = Callable[[FieldFilter], list[str]]
"""The values, as the index has them, that a filter stands for."""

NOTHING: Body = {"match_none": {}}
EVERYTHING: Body = {"match_all": {}}
_MOST_CLAUSES = 700
"""Clauses that bounds may take; the cluster allows 1,024 in all."""
_LATEST = 99991231


def matching(node: Node, scope: str, values: Values) -> Body:
    """Who matches a tree."""
    match node:
        case Word() | Phrase() | Prefix():
            return has_form(form_of(node), scope)
        case And(parts):
            return {"bool": {"filter": [matching(part, scope, values) for part in parts]}}
        case Or(parts):
            return any_of([matching(part, scope, values) for part in parts])
        case Not(part):
            return {"bool": {"must_not": [matching(part, scope, values)]}}
        case FieldFilter("date", given):
            return any_of([dated(*date_range(value)) for value in given])
        case FieldFilter(field):
            return has_value(field, values(node))
        case Everything():
            return EVERYTHING


def any_of(parts: Sequence[Body]) -> Body:
    """At least one of some."""
    return parts[0] if len(parts) == 1 else {"bool": {"should": list(parts), "minimum_should_match": 1}}


def all_of(parts: Sequence[Body]) -> Body:
    """All of some, or everything."""
    if not parts:
        return EVERYTHING
    return parts[0] if len(parts) == 1 else {"bool": {"filter": list(parts)}}


def has_value(field: str, values: Sequence[str]) -> Body:
    """Rows with any of these values of a key."""
    if not values:
        return NOTHING
    return {"term": {field: values[0]}} if len(values) == 1 else {"terms": {field: list(values)}}


def dated(first: str | None, last: str | None) -> Body:
    """Rows dated from a day to another, both ISO 8601 and inclusive; None for either end of time."""
    return {"range": {"date": {"gte": _number(first) if first else 1, "lte": _number(last) if last else _LATEST}}}


def _number(date: str) -> int:
    return int(date.replace("-", ""))


def has_form(form: Form, scope: str) -> Body:
    """Rows with a word, with words that stand together, or with any word that begins so."""
    fields = fields_of(scope) if form.exact else SEARCHED[scope]
    return any_of([in_field(form, field) for field in fields])


def in_field(form: Form, field: str) -> Body:
    """The same in one field."""
    said = [plain(word) for word in form.words]
    if form.prefix:
        return {"prefix": {field: said[0]}}
    if len(said) == 1:
        return {"term": {field: said[0]}}
    if form.slop:
        near = {"mode": "unordered", "max_gaps": form.slop, "intervals": [_interval(word) for word in said]}
        return {"intervals": {field: {"all_of": near}}}
    if form.offsets == tuple(range(len(said))):
        return {"match_phrase": {field: " ".join(said)}}
    return {"intervals": {field: _with_holes(said, form.offsets)}}


def _interval(word: str) -> Body:
    return {"match": {"query": word, "analyzer": "whitespace"}}


def _with_holes(said: Sequence[str], offsets: Sequence[int]) -> Body:
    """Words in order, at these places from the first one on; any word may stand in between."""
    found = _interval(said[0])
    for number in range(1, len(said)):
        # The words so far have their places, so what is between them and the next one is the hole.
        hole = offsets[number] - offsets[number - 1] - 1
        both = [found, _interval(said[number])]
        wider: Body = {"mode": "ordered", "max_gaps": hole + _holes(offsets[:number]), "intervals": both}
        if wider["max_gaps"]:
            narrower = {"mode": "ordered", "max_gaps": wider["max_gaps"] - 1, "intervals": both}
            wider["filter"] = {"not_contained_by": {"all_of": narrower}}
        found = {"all_of": wider}
    return found


def _holes(offsets: Sequence[int]) -> int:
    return offsets[-1] - (len(offsets) - 1)


# How much a row may score at most.


def bounded(node: Node, scope: str, words: Words, factor: float) -> list[Body]:
    """What adds up to a score that no row's is above. `factor`: how much higher weights may be than the index says."""
    scoring = list(_scoring(node))
    if not scoring:
        return []
    steps = max(1, min(STEPS, _MOST_CLAUSES // len(scoring)))
    return [clause for leaf in scoring for clause in _bounds(form_of(leaf), scope, words, factor, steps)]


def _scoring(node: Node) -> Iterator[Leaf]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _scoring(part)
        case Word() | Phrase():
            yield node


def _bounds(form: Form, scope: str, words: Words, factor: float, steps: int) -> Iterable[Body]:
    kept = scope if scope in SCOPES else "all"
    rarity = words.rarity(form, scope)
    highest = (K1 + 1) * rarity
    stem = words.rarest_stem(form, kept)
    if stem is None:  # one of `'s`
        yield {"constant_score": {"filter": has_form(form, scope), "boost": _boost(highest)}}
        return
    field = bounds_of(kept)
    # Of words near one another in any order, each place of the rarest may belong to as many stretches as fit around it.
    times = factor * (len(form.words) + form.slop if form.slop else 1)
    group = -(-STEPS // steps)
    for first in range(0, STEPS, group):
        places = range(first, min(first + group, STEPS))
        most = _boost(min(most_of(places[-1]) * times * rarity, highest))
        terms = [f"{stem}{BETWEEN}{place}" for place in places]
        if len(terms) == 1:
            yield {"term": {field: {"value": terms[0], "boost": most}}}
        else:
            yield {"constant_score": {"filter": {"terms": {field: terms}}, "boost": most}}


def _boost(value: float) -> float:
    return float(f"{max(value, 1e-6):.7g}")
