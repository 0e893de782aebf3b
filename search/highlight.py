"""Which stretches of a text a query matched: half-open code points, ascending, merged."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from index.analysis import Token, words
from index.records import Span
from search import phrases
from search.forms import Form

_ACROSS_BLANKS = re.compile(r"\n\s*\n|\r\s*\r|\f|\u2029|\d[ \xa0]%")
"""What the analyser reads across a blank: an empty line, and a percent sign behind a number's."""
_MOST_RUNS = 30_000
"""Runs of letters between blanks that are remembered: news repeat most of theirs."""


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


class _Words(dict[str, list[Token]]):
    """A run -> its words."""

    def __missing__(self, run: str) -> list[Token]:
        if len(self) >= _MOST_RUNS:
            self.clear()
        found = self[run] = words(run)
        return found


class _Forms(dict[str, frozenset[str]]):
    """A run -> the stems of its words, and their exact forms behind a blank."""

    def __missing__(self, run: str) -> frozenset[str]:
        if len(self) >= _MOST_RUNS:
            self.clear()
        found = self[run] = frozenset(form for token in _words_of(run) for form in (token.stem, f" {token.exact}"))
        return found


_words_of = _Words().__getitem__
_forms_of = _Forms().__getitem__


def _tokens(text: str, forms: Iterable[Form]) -> list[Token]:
    """The words of `text`, in order; those of a run of letters that has none of the forms may be left out."""
    if _ACROSS_BLANKS.search(text):
        return words(text)
    runs = text.split(" ")
    places: Iterable[int] = range(len(runs))
    if not any(form.prefix for form in forms):
        wanted = {f" {word}" if form.exact else word for form in forms for word in form.words}
        without = map(wanted.isdisjoint, map(_forms_of, runs))
        places = [place for place, left_out in enumerate(without) if not left_out]
    tokens: list[Token] = []
    at = position = done = 0
    for place in places:
        at += sum(map(len, runs[done:place])) + place - done
        position += sum(map(len, map(_words_of, runs[done:place])))
        done = place
        tokens += [
            Token(token.exact, token.stem, at + token.start, at + token.end, position + token.position)
            for token in _words_of(runs[place])
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
