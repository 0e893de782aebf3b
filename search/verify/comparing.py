"""A claim beside one quotation: what is the same, what differs, and what that makes of the claim's wording."""

import dataclasses
import itertools
import re
from collections.abc import Sequence

from index.analysis import words
from index.extract.words import word_set
from index.records import PIECE_JOIN, Kind, Span
from search.verify.aligning import Alignment, align
from search.verify.results import Difference, Note, Operation, Wording
from search.verify.spoken import Said

_BRACKETED = 6
"""Words that a pair of brackets may stand for."""
_REPLACED = 4
"""Words at a claim's end, at most, that may stand for as many of the other text."""
_NEGATED = 4
"""Words left out, at most, that a "not" among them makes an alteration of."""
_SENTENCE = 4
"""Words of a claim that counts as a sentence of its own."""
_NEGATIONS = word_set("not no never none nobody nothing neither nor nowhere without cannot cant dont wont hardly")
_NUMBERS = word_set(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion
    half twice double percent"""
)
_FILLERS = word_set("and but so well look now uh um oh ok okay")
"""Words that a sentence may begin with and lose without losing anything."""
_LONG_FORMS = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "i'm": "i am",
    "let's": "let us",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "got to",
}
_SHORT_ENDS = (("n't", "not"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"), ("'d", "would"))
_FINAL = re.compile(r"[.!?]")


@dataclasses.dataclass(frozen=True, slots=True)
class Differ:
    """One stretch of the comparison, in words of both texts (half-open, brackets' words not counted)."""

    kind: Difference
    claim: Span
    found: Span
    note: Note = ""

    @property
    def counts(self) -> bool:
        """Whether it makes the claim another text."""
        return self.kind in ("changed", "put_in", "left_out") and self.note != "spacing"


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """The words that are compared: without those in brackets, which may be replaced."""

    said: Said
    places: tuple[int, ...]
    words: tuple[str, ...]
    cuts: frozenset[int]
    """Before which of them an ellipsis stands."""
    brackets: frozenset[int]
    """Before which of them brackets stand."""

    @property
    def pieces(self) -> tuple[Span, ...]:
        """The stretches that no ellipsis or bracket interrupts."""
        edges = sorted({0, len(self.words), *self.cuts, *self.brackets})
        return tuple((a, b) for a, b in itertools.pairwise(edges) if a < b)

    def place(self, word: int) -> int:
        """Where word `word` of those that are compared stands among all, also behind the last."""
        return self.places[word] if word < len(self.places) else len(self.said)


def kept(said: Said) -> Kept:
    """The words of a text that are compared with others; all of them where all stand in brackets."""
    places = tuple(n for n in range(len(said)) if not said.aside[n]) or tuple(range(len(said)))
    number = {place: n for n, place in enumerate(places)}
    brackets = set()
    for place in range(len(said)):
        if said.aside[place] and place not in number:
            brackets.add(sum(one < place for one in places))
    cuts = {sum(one < gap for one in places) for gap in said.gaps}
    return Kept(said, places, tuple(said.words[n] for n in places), frozenset(cuts), frozenset(brackets))


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """A claim, or words [start, stop) of it, beside one text."""

    claim: Kept
    found: Kept
    alignment: Alignment
    differs: tuple[Differ, ...]
    wording: Wording
    """Of these words, were they all of the claim."""
    left_before: Span
    left_behind: Span
    """Words of the found text's sentence that are left out where the claim begins or ends as a whole one."""

    @property
    def window(self) -> Span:
        """The found text's words that answer."""
        return self.differs[0].found[0], self.differs[-1].found[1]

    @property
    def matched(self) -> int:
        """How many words are the same."""
        return self.alignment.matched

    @property
    def changed(self) -> int:
        """How many words of the claim are not the found text's, or stand for others of it."""
        return sum(
            max(d.claim[1] - d.claim[0], min(d.found[1] - d.found[0], 3) if d.kind != "left_out" else 0)
            for d in self.differs
            if d.counts
        )

    @property
    def left_out(self) -> int:
        """How many of the found text's words are missing inside."""
        return sum(d.found[1] - d.found[0] for d in self.differs if d.kind == "left_out")

    @property
    def alike(self) -> float:
        """0 to 1: twice the words that both have, by all words of both; what counts for nothing is left aside."""
        every = sum(
            d.claim[1] - d.claim[0] + d.found[1] - d.found[0] for d in self.differs if d.kind == "same" or d.counts
        )
        return round(2 * self.matched / every, 3) if every else 0.0

    def operations(self, *, whole: bool = True) -> tuple[Operation, ...]:
        """The differences in code points of both texts; `whole`: they reach over all of the claim's."""
        claim_at = _tiles(self.claim, [d.claim for d in self.differs], whole=whole)
        found_at = _tiles(self.found, [d.found for d in self.differs], whole=False)
        return tuple(
            Operation(kind=d.kind, claim=ours, found=theirs, note=d.note)
            for d, ours, theirs in zip(self.differs, claim_at, found_at, strict=True)
        )


def compare(claim: Kept, found: Kept, weights: Sequence[float], *, kind: Kind = "direct") -> Comparison | None:
    """A claim beside the words of a quotation of this kind; `weights` are its words' rarities. None: nothing shared."""
    alignment = align(claim.words, found.words, weights)
    if alignment is None:
        return None
    differs = _differs(claim, found, alignment)
    before, behind = ((0, 0), (0, 0)) if kind == "indirect" else _broken_off(claim, found, alignment)
    return Comparison(claim, found, alignment, differs, _wording(claim, found, differs, before, behind), before, behind)


def _wording(claim: Kept, found: Kept, differs: tuple[Differ, ...], before: Span, behind: Span) -> Wording:
    hard = [d for d in differs if d.counts]
    if not hard:
        broken = before[1] > before[0] or behind[1] > behind[0]
        return "cut_short" if broken else "verbatim"
    negated = any(d.kind == "left_out" and d.note == "negation" and d.found[1] - d.found[0] <= _NEGATED for d in hard)
    return "cut_short" if all(d.kind == "left_out" for d in hard) and not negated else "altered"


def _differs(claim: Kept, found: Kept, alignment: Alignment) -> tuple[Differ, ...]:
    runs = alignment.runs
    out: list[Differ] = []
    head = runs[0].claim
    if head:
        start = runs[0].found
        while head <= _REPLACED and start > 0 and runs[0].found - start < head and not _sentence_between(found, start):
            start -= 1
        out.append(_differ(claim, found, (0, head), (start, runs[0].found)))
    for number, run in enumerate(runs):
        out.append(Differ("same", (run.claim, run.claim + run.length), (run.found, run.found + run.length)))
        if number + 1 < len(runs):
            following = runs[number + 1]
            ours, theirs = (run.claim + run.length, following.claim), (run.found + run.length, following.found)
            out.append(_differ(claim, found, ours, theirs))
    tail = runs[-1].claim + runs[-1].length
    if tail < len(claim.words):
        first = stop = runs[-1].found + runs[-1].length
        while (
            len(claim.words) - tail <= _REPLACED and stop < len(found.words) and stop - first < len(claim.words) - tail
        ):
            if _sentence_between(found, stop) and stop > first:
                break
            stop += 1
        out.append(_differ(claim, found, (tail, len(claim.words)), (first, stop)))
    return tuple(out)


def _sentence_between(found: Kept, word: int) -> bool:
    return found.said.sentence_ends(found.place(word))


def _differ(claim: Kept, found: Kept, ours: Span, theirs: Span) -> Differ:
    mine, other = claim.words[slice(*ours)], found.words[slice(*theirs)]
    places = range(ours[0], ours[1] + 1)
    if not mine and other:
        if any(place in claim.cuts for place in places):
            return Differ("shortened", ours, theirs)
        if any(place in claim.brackets for place in places) and len(other) <= _BRACKETED:
            return Differ("bracketed", ours, theirs)
        return Differ("left_out", ours, theirs, _note(mine, other))
    if mine and not other:
        brackets = any(place in found.brackets for place in (theirs[0],))
        if brackets and len(mine) <= _BRACKETED:
            return Differ("bracketed", ours, theirs)
        return Differ("put_in", ours, theirs, _note(mine, other))
    return Differ("changed", ours, theirs, _note(mine, other))


def _note(mine: Sequence[str], other: Sequence[str]) -> Note:
    if mine and other and _letters(mine) == _letters(other):
        return "spacing"
    long_mine, long_other = _long(mine), _long(other)
    if mine and other and long_mine == long_other:
        return "contraction"
    if _negations(long_mine) != _negations(long_other):
        return "negation"
    if _numbers(mine) != _numbers(other):
        return "number"
    if len(mine) == len(other) == 1 and _stem(mine[0]) == _stem(other[0]):
        return "form"
    return ""


def _letters(words: Sequence[str]) -> str:
    return "".join(words).replace("'", "")


def _long(words: Sequence[str]) -> list[str]:
    out: list[str] = []
    for word in words:
        if word in _LONG_FORMS:
            out += _LONG_FORMS[word].split()
            continue
        if word == "'s":
            out.append("is")
            continue
        for ending, full in _SHORT_ENDS:
            if word.endswith(ending) and len(word) > len(ending):
                out += [word[: -len(ending)], full]
                break
        else:
            out.append(word)
    return out


def _negations(words: Sequence[str]) -> int:
    return sum(word in _NEGATIONS for word in words)


def _numbers(words: Sequence[str]) -> list[str]:
    return [word for word in words if word in _NUMBERS or word[0].isdigit()]


def _stem(word: str) -> str:
    return next((token.stem for token in words(word)), word)


def _broken_off(claim: Kept, found: Kept, alignment: Alignment) -> tuple[Span, Span]:
    """What the sentence of the found text has in front of and behind a claim that stands as a whole sentence."""
    nothing = (0, 0)
    words = len(claim.words)
    if words < _SENTENCE or not _ends_sentence(claim):
        return nothing, nothing
    before = behind = nothing
    stop = alignment.stop
    if alignment.runs[-1].claim + alignment.runs[-1].length == words and words not in claim.cuts | claim.brackets:
        end = stop
        while end < len(found.words) and not _ended(found, end):
            end += 1
        behind = (stop, end) if end > stop else nothing
    first = alignment.first
    place = claim.place(0)
    if not alignment.runs[0].claim and 0 not in claim.cuts | claim.brackets and claim.said.capital(place):
        start = first
        while start > 0 and not _ended(found, start):
            start -= 1
        whole = found.said.capital(found.place(first)) and found.words[first] not in ("i", "i'm", "i've", "i'll", "i'd")
        filler = all(word in _FILLERS for word in found.words[start:first])
        before = (start, first) if start < first and not whole and not filler else nothing
    return before, behind


def _ends_sentence(claim: Kept) -> bool:
    return claim.said.sentence_ends(len(claim.said))


def _ended(found: Kept, word: int) -> bool:
    """Whether a sentence ends in front of a word; a new piece with a capital begins a new one as far as one sees."""
    place = found.place(word)
    between = found.said.between(place)
    if PIECE_JOIN in between:
        return bool(_FINAL.search(between)) or found.said.capital(place)
    return found.said.sentence_ends(place)


_CLOSING = re.compile(r"[^\w\s(\[“‘«]*")


def _tiles(text: Kept, spans: Sequence[Span], *, whole: bool) -> list[Span]:
    """Stretches of words as code points that follow one another: each reaches to where the next begins."""
    said = text.said

    def begins(word: int) -> int:
        if word >= len(text.words):
            return _behind_last()
        place = text.place(word)
        while place and place - 1 not in _placed and said.aside[place - 1]:
            place -= 1
        return said.starts[place]

    def _behind_last() -> int:
        if whole or not text.places:
            return len(said.text)
        return _closed(said, text.places[-1])

    _placed = set(text.places)
    edges = [begins(start) for start, _ in spans]
    last = spans[-1][1]
    end = begins(last)
    if last and last < len(text.words):
        end = _closed(said, text.places[last - 1])
    if whole and edges:
        edges[0] = 0
        end = len(said.text)
    if not whole and spans[-1][0] == spans[-1][1] and edges:
        end = max(end, edges[-1]) if last >= len(text.words) else edges[-1]
    edges.append(max(end, edges[-1]))
    return list(itertools.pairwise(edges))


def _closed(said: Said, word: int) -> int:
    """Behind a word and the punctuation that follows it closely."""
    match = _CLOSING.match(said.text, said.ends[word])
    return match.end() if match else said.ends[word]
