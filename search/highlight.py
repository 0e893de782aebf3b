"""Which stretches of a text a query matched: half-open code points, ascending, merged."""

import functools
from collections import Counter, defaultdict
from collections.abc import Iterable

from index.analysis import Token, words
from index.records import Span
from search import phrases
from search.forms import Form


def highlights(text: str, forms: Iterable[Form]) -> tuple[Span, ...]:
    """The words, whole phrases and words by their prefix that stand in `text`."""
    tokens = _words(text)
    found = [span for form in forms for span in _spans(tokens, form)]
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


@functools.lru_cache(maxsize=2000)
def _words(text: str) -> list[Token]:
    """The words of a text; the same quotations are shown again and again."""
    return words(text)


def _spans(tokens: list[Token], form: Form) -> Iterable[Span]:
    if form.prefix:
        return [(t.start, t.end) for t in tokens if t.exact.startswith(form.words[0])]
    wanted = set(form.words)
    places: dict[str, list[int]] = defaultdict(list)
    at: dict[int, Token] = {}
    for token in tokens:
        word = token.exact if form.exact else token.stem
        if word in wanted:
            places[word].append(token.position)
            at[token.position] = token
    if form.slop:
        needed = Counter(form.words)
        stretches = phrases.near([places[word] for word in needed], list(needed.values()), form.slop)
        inside = {place for first, last in stretches for place in at if first <= place <= last}
        return [(at[place].start, at[place].end) for place in inside]
    starts = phrases.runs([places[word] for word in form.words], form.offsets)
    return [(at[start].start, at[start + form.offsets[-1]].end) for start in starts]
