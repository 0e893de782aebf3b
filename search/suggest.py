"""What somebody may be about to type, and what they may have meant: words and names of a build.

Everything that is offered has been looked up: its count is what a search for it finds.
"""

import dataclasses
import itertools
import math
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from index.analysis import exact_words, words
from index.whoosh_codec import Part, Values
from index.whoosh_codec.lexicon import encoded
from index.whoosh_codec.vocabulary import NO_STEM
from index.whoosh_codec.weights import fields_of
from search.core import Core, Counted, Question
from search.errors import NotFoundError, RequestError, TimeLimitError
from search.filters import filters_of
from search.forms import Form
from search.language import parse
from search.request import MAX_LENGTH, MAX_LIMIT, SearchRequest
from search.results import DidYouMean, Facet, FacetItem, Suggestion, Suggestions
from search.spelling import Near, Vocabulary, near_words
from search.tree import Node, Phrase, Prefix, Word, filters_in, leaves

Kind: TypeAlias = Literal["speaker", "source", "word"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NAMES: tuple[Kind, ...] = ("speaker", "source")
"""The columns whose values are names."""

LITTLE = 10
"""Where fewer quotations are found, a query may hold a mistake."""
_TIMES_MORE = 100
"""A word that the index has is taken for a mistake where one a step away is in so many times as many rows."""
_MOST_SLIPS = 4
"""Of a query with more unknown words nothing can be guessed."""
_MOST_WORDS = 8
"""Words of a query that are looked at, the rarest first; a name with more is not guessed."""
_OPTIONS = 5
"""Ways in which one word or name may have been meant."""
_TRIES = 8
"""Changed queries that are looked up."""
_MARKS = '"“”„‟«»'
OPERATORS = ("AND", "OR", "NOT")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SuggestRequest:
    """What has been typed so far; RequestError names what is wrong with it."""

    q: str = ""
    kind: tuple[Kind, ...] = ()
    """Which kinds of things are wanted; all where none is given."""
    limit: int = 10
    """Of each kind."""

    def __post_init__(self) -> None:
        if len(self.q) > MAX_LENGTH:
            raise RequestError("q", f"has {len(self.q)} characters; at most {MAX_LENGTH} are allowed")
        for kind in self.kind:
            if kind not in KINDS:
                raise RequestError("kind", f"'{kind}' is not known; it takes {', '.join(KINDS)}")
        if not 0 <= self.limit <= MAX_LIMIT:
            raise RequestError("limit", f"is {self.limit}; it takes 0 to {MAX_LIMIT}")
        object.__setattr__(self, "kind", tuple(kind for kind in KINDS if kind in self.kind))


def suggestions(core: Core, request: SuggestRequest) -> Suggestions:
    """Speakers, sources and words that begin as typed, of each kind the commonest first.

    Of names every word may be the beginning; where none begins so, those that come near are given.
    """
    found: list[Suggestion] = []
    for kind in request.kind or KINDS:
        if kind == "word":
            found += _completions(core, request.q, request.limit)
        else:
            found += _names(core.columns.values[kind], kind, request.q, request.limit)
    return Suggestions(q=request.q, items=tuple(found))


def facet_values(core: Core, request: SearchRequest, name: str, beginning: str) -> Facet:
    """The values of a facet with a word that begins so, counted under every filter of a search but the facet's own.

    At most `facet_limit`, the commonest first. NotFoundError: there is no such facet of values.
    """
    values = core.columns.values.get(name)
    if values is None:
        raise NotFoundError(f"there is no facet '{name}' of values; there are {', '.join(core.columns.values)}")
    counts = core.answer(_question(request, parse(request.q).tree, facets=(name,))).facets[name].counts
    assert counts is not None  # noqa: S101 - only dates have none
    limit = request.facet_limit
    top = (
        _top(counts, values.beginning(beginning, len(values)), limit + 1) if words(beginning) else counts.top(limit + 1)
    )
    chosen = {code for value in getattr(request, name) for code in core.codes(name, value)}
    items = [
        FacetItem(value=values[code].value, label=values[code].label, count=number, selected=code in chosen)
        for code, number in top[:limit]
    ]
    return Facet(items=tuple(items), more=len(top) > limit, missing=counts.of([0]))


def _top(counts: Counted, codes: Sequence[int], limit: int) -> list[tuple[int, int]]:
    """The commonest (code, count) of these codes, which ascend."""
    found = zip(codes, counts.of_each(codes), strict=True)
    return sorted((pair for pair in found if pair[1]), key=lambda pair: -pair[1])[:limit]


def did_you_mean(core: Core, request: SearchRequest, tree: Node, total: int) -> DidYouMean | None:
    """Where little is found: the same query with words and names that the index has, if that finds more."""
    if total >= LITTLE or request.cursor or not request.limit:
        return None
    slips = list(itertools.islice(_slips(core, tree, request.within), _MOST_SLIPS + 1))
    if not 0 < len(slips) <= _MOST_SLIPS:
        return None
    ways = sorted(itertools.product(*(slip.options for slip in slips)), key=_worth, reverse=True)
    best: tuple[float, DidYouMean] | None = None
    for way in ways[:_TRIES]:
        changed = _rewritten(request.q, slips, way)
        if changed == request.q:
            continue
        try:
            found = _total(core, dataclasses.replace(request, q=changed))
        except TimeLimitError:
            break
        likely = math.log1p(found) - sum(near.cost for near in way)
        if found > total and (best is None or likely > best[0]):
            best = likely, DidYouMean(q=changed, total=found)
    return best[1] if best else None


# What is being typed.


def _completions(core: Core, typed: str, limit: int) -> list[Suggestion]:
    """The query with its last word finished: by the words that most rows have, or have right after the word before."""
    tokens = words(typed)
    if not limit or not tokens or tokens[-1].end != len(typed) or re.search(r"\w:\S*$", typed):
        return []
    last = tokens[-1]
    before, surface = typed[: last.start], typed[last.start :]
    alone = not before.strip()
    likely = _commonest(core, last.exact, limit if alone else 3 * limit)
    if not alone:
        likely = _going_on(core, before, likely)[:limit]
    found = []
    for word, count in likely:
        text = before + (surface + word[len(surface) :] if len(surface) == len(last.exact) else word)
        if sum(map(text.count, _MARKS)) % 2:
            text += '"'
        if not alone:
            count = _total(core, SearchRequest(q=text)) if len(text) <= MAX_LENGTH else 0
        if count:
            found.append(Suggestion(kind="word", value=text, label=text, count=count))
    return found


def _going_on(core: Core, before: str, likely: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The words that stand right after the last one of `before` somewhere, most often first; all where none does."""
    *_, previous = ("", *before.split())
    if not words(previous) or previous in OPERATORS:
        return likely
    pairs = [(word, _all(core, Word(f"{words(previous)[-1].exact}-{word}"))) for word, _ in likely]
    pairs.sort(key=lambda pair: -pair[1])
    return [pair for pair in pairs if pair[1]] or likely


def _commonest(core: Core, beginning: str, limit: int) -> list[tuple[str, int]]:
    """(word, rows with it in any form) of the words that begin so, one a stem, in the most rows first."""
    looked = 2 * limit
    while True:
        forms: dict[str, tuple[int, str]] = {}
        unseen = 0
        for lists in core._lists:
            found, least = _beginning_in(lists.part, encoded(beginning), looked)
            unseen += least
            for stem, own, word in found:
                forms[stem] = max(forms.get(stem, (0, "")), (own, word))
        counted = [(word, _rows(core, Form((stem,), (0,), False), "all")) for stem, (_, word) in forms.items()]
        counted.sort(key=lambda one: (-one[1], one[0]))
        # What no segment's first ones hold is in `unseen` rows at most.
        if not unseen or (len(counted) >= limit and counted[limit - 1][1] >= unseen):
            return [(word, rows) for word, rows in counted[:limit] if rows]
        looked *= 4


def _beginning_in(part: Part, beginning: bytes, most: int) -> tuple[list[tuple[str, int, str]], int]:
    """(stem, rows with this form, commonest form) of a segment's words that begin so, `most` stems with the most rows,
    and how many rows the others have at most."""
    segment = part.segment
    first, stop = segment.words.beginning(beginning)
    stems = segment.stem_of[first:stop].astype(np.int64)
    places = np.flatnonzero(stems != NO_STEM)
    stems = stems[places]
    at = segment.weighted["all"].post_at
    rows = (at[stems + 1] - at[stems]).astype(np.int64)
    share = 16
    while True:
        some = np.flatnonzero(rows * share >= rows.max(initial=0))
        own = _vocabulary(part, "all").rows(places[some] + first)
        order = np.lexsort((-own, -rows[some]))
        some, own = some[order], own[order]
        firsts = np.sort(np.unique(stems[some], return_index=True)[1])
        if len(firsts) > most or len(some) == len(rows):
            break
        share *= 16
    least = int(rows[some[firsts[most]]]) if len(firsts) > most else 0
    firsts = firsts[:most]
    named = zip(
        stems[some[firsts]].tolist(), own[firsts].tolist(), (places[some[firsts]] + first).tolist(), strict=True
    )
    return [(segment.stems.text(stem), count, segment.words.text(place)) for stem, count, place in named], least


def _names(values: Values, kind: Kind, typed: str, limit: int) -> list[Suggestion]:
    codes = values.beginning(typed, limit)
    if not codes:
        codes = [code for name in _near_names(values, typed) for code in name.codes][:limit]
    return [
        Suggestion(kind=kind, value=values[code].value, label=values[code].label, count=int(values.counts[code]))
        for code in codes
        if values.counts[code]
    ]


# What was meant.


@dataclasses.dataclass(frozen=True, slots=True)
class _Slip:
    """A word of a query, or the name that a field was given, that may have been typed wrong."""

    typed: str
    options: Sequence[Near]
    field: str = ""


class _Name(NamedTuple):
    """A name as it can be asked for, whom it stands for, and how unlikely it was meant."""

    text: str
    codes: list[int]
    near: Near


def _slips(core: Core, tree: Node, scope: str) -> Iterator[_Slip]:
    counted: dict[str, int] = {}
    for leaf in leaves(tree):
        if isinstance(leaf, Prefix):
            continue
        exact = isinstance(leaf, Phrase)
        for token in words(leaf.text):
            if exact or token.stem:
                rows = _rows(core, Form((token.exact if exact else token.stem,), (0,), exact), scope)
                counted[token.exact] = min(rows, counted.get(token.exact, rows))
    vocabularies = [_vocabulary(lists.part, scope) for lists in core._lists]
    for word, rows in sorted(counted.items(), key=lambda one: one[1])[:_MOST_WORDS]:
        if rows * _TIMES_MORE > core.rows:
            continue
        options = near_words(vocabularies, word, _OPTIONS, steps=1 if rows else 2)
        if rows:
            near = [one for one in options if one.rows >= rows * _TIMES_MORE]
            options = [*near, Near(word, 0.0, rows, 0)] if near else []
        if options:
            yield _Slip(word, options)
    for node in filters_in(tree):
        for value in node.values if node.field in NAMES else ():
            if not core.codes(node.field, value, typed=True):
                names = [name.near for name in _near_names(core.columns.values[node.field], value)]
                if names:
                    yield _Slip(value, names, node.field)


def _near_names(values: Values, typed: str) -> list[_Name]:
    """The names near one that nobody has: with its unknown words changed, or any one of its words."""
    spelled = exact_words(typed)
    vocabulary = Vocabulary(values._words, values._word_at)
    unknown = [place for place, word in enumerate(spelled) if vocabulary.lexicon.find(encoded(word)) < 0]
    if len(spelled) > _MOST_WORDS or len(unknown) > _MOST_SLIPS:
        return []
    found = []
    for places in [unknown] if unknown else [[place] for place in range(len(spelled))]:
        options = [near_words([vocabulary], spelled[place], _OPTIONS) for place in places]
        for way in itertools.islice(itertools.product(*options), _OPTIONS**2):
            changed = dict(zip(places, way, strict=True))
            text = " ".join(changed[n].word if n in changed else word for n, word in enumerate(spelled))
            codes = values.called(text)
            if codes:
                label = values[codes[0]].label if len(codes) == 1 else text.title()
                rows = int(values.counts[codes].sum())
                near = Near(label, sum(one.cost for one in way), rows, sum(one.steps for one in way))
                found.append(_Name(label, codes, near))
    found.sort(key=lambda name: (-name.near.worth, name.text))
    return found[:_OPTIONS]


def _worth(way: Sequence[Near]) -> float:
    return sum(near.worth for near in way)


def _rewritten(typed: str, slips: Sequence[_Slip], way: Sequence[Near]) -> str:
    """The query as it was typed but for what is changed."""
    changed = {slip.typed: near.word for slip, near in zip(slips, way, strict=True) if not slip.field}
    for slip, near in zip(slips, way, strict=True):
        if slip.field and '"' not in near.word:
            typed = _with_name(typed, slip, near.word)
    pieces, done = [], 0
    for token in words(typed):
        word = changed.get(token.exact)
        if word is not None and word != token.exact:
            pieces += [typed[done : token.start], _cased(typed[token.start : token.end], word)]
            done = token.end
    return "".join([*pieces, typed[done:]])


def _with_name(typed: str, slip: _Slip, name: str) -> str:
    value = r"\s+".join(map(re.escape, slip.typed.split())).replace("'", "['’‘]")
    pattern = rf"\b({slip.field}:)(?:[{_MARKS}]\s*{value}\s*(?:[{_MARKS}]|$)|{value}(?=[\s()]|$))"
    return re.sub(pattern, lambda match: f'{match[1]}"{name}"', typed, flags=re.IGNORECASE)


def _cased(surface: str, word: str) -> str:
    """A word with capitals as in what it replaces; never an operator."""
    if len(surface) > 1 and surface.isupper():
        return word if word.upper() in OPERATORS else word.upper()
    same = next(
        (n for n, (one, other) in enumerate(zip(surface.lower(), word, strict=False)) if one != other), len(word)
    )
    return surface[:same] + word[same:] if same or not surface[0].isupper() else word[0].upper() + word[1:]


# Looking up.


def _vocabulary(part: Part, scope: str) -> Vocabulary:
    fields = (part.segment.fields[name] for name in fields_of(scope))
    return Vocabulary(part.segment.words, *(field.post_at for field in fields))


def _rows(core: Core, form: Form, scope: str) -> int:
    """How many rows have a single word: in any of the scope's fields where that is known, else in the commonest."""
    by_field = zip(*(lists.rows_with(form, scope) for lists in core._lists), strict=True)
    return max((sum(counts) for counts in by_field), default=0)


def _all(core: Core, tree: Node) -> int:
    """How many rows of the whole build match."""
    return core.answer(Question(tree=tree, first=0)).total


def _total(core: Core, request: SearchRequest) -> int:
    """How many quotations a request finds."""
    try:
        tree = parse(request.q).tree
    except RequestError:  # changed, it may have too many terms
        return 0
    return core.answer(_question(request, tree)).total


def _question(request: SearchRequest, tree: Node, *, facets: tuple[str, ...] = ()) -> Question:
    """What a request asks, without any of the quotations."""
    return Question(
        tree=tree,
        within=request.within,
        filters=filters_of(request),
        min_confidence=request.min_confidence,
        facets=facets,
        facet_limit=0,
        group=request.group,
        first=0,
    )
