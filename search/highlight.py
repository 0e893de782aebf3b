"""Which stretches of a text a query matched: half-open code points, ascending, merged."""

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from index.analysis import Token, words
from index.records import Span
from search import phrases
from search.forms import Form

_ACROSS_BLANKS = re.compile(r"\n\s*\n|\r\s*\r|\f|\u2029|\d[ \xa0]%")
"""What the analyser reads across a blank: an empty line, and a percent sign behind a number's."""
_MOST_RUNS = 30_000
"""Runs of letters whose words are remembered: news repeat most of theirs."""


def highlights(text: str, forms: Sequence[Form]) -> tuple[Span, ...]:
    """The words, whole phrases and words by their prefix that stand in `text`."""
    tokens = _tokens(text, forms)
    found = [span for form in forms for span in _spans(tokens, form)]
    if len(found) < 2:
        return tuple(found)
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


class _Run(NamedTuple):
    """The words of a run of letters between blanks, and all their forms, exact ones behind a blank."""

    tokens: list[Token]
    forms: frozenset[str]


@functools.lru_cache(maxsize=_MOST_RUNS)
def _run(letters: str) -> _Run:
    tokens = words(letters)
    return _Run(tokens, frozenset(form for token in tokens for form in (token.stem, f" {token.exact}")))


def _tokens(text: str, forms: Iterable[Form]) -> list[Token]:
    """The words of `text`, in order; those of a run of letters that has none of the forms may be left out."""
    if _ACROSS_BLANKS.search(text) or any(form.prefix for form in forms):
        return words(text)
    wanted = {f" {word}" if form.exact else word for form in forms for word in form.words}
    runs = text.split(" ")
    known = list(map(_run, runs))
    tokens: list[Token] = []
    at = position = done = 0
    for place in [place for place, run in enumerate(known) if not wanted.isdisjoint(run.forms)]:
        at += sum(map(len, runs[done:place])) + place - done
        position += sum([len(run.tokens) for run in known[done:place]])
        done = place
        tokens += [
            Token(token.exact, token.stem, at + token.start, at + token.end, position + token.position)
            for token in known[place].tokens
        ]
    return tokens


def _spans(tokens: list[Token], form: Form) -> Iterable[Span]:
    if form.prefix:
        return [(t.start, t.end) for t in tokens if t.exact.startswith(form.words[0])]
    if len(form.words) == 1:
        (wanted_word,) = form.words
        return [(t.start, t.end) for t in tokens if (t.exact if form.exact else t.stem) == wanted_word]
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
