"""Two signatures -> what they share: the stretch in each that holds the same words in the same order.

Shared words count by their evidence (`words.bits_of`), so that tense, person and small words cost nothing and prove
nothing. The alignment is the longest common subsequence (rapidfuzz), of which the stretch is kept where matches
outweigh gaps: an opening and a closing phrase in common with all between unlike is no version.
"""

import dataclasses
import itertools
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq

from index.variants.words import Bits, Codes, Form, bits_of, codes, negation

_SINGLE = 0.5
"""What a word in common counts that has no neighbour in common: any two texts share some in the same order."""
_GAP = 0.6
"""What a bit of evidence costs that stands in a gap, where a shared one gains one."""
_DENSE = 0.5
"""Share of both stretches' evidence that must be in common."""
_OVERLAP = 75.0
_ENOUGH = ((30.0, 0.8, 4), (38.0, 0.62, 6), (48.0, 0.52, 7), (_OVERLAP, 0.0, 10))
"""What proves a version: so many bits in common, being so large a share of the shorter one's, in so many words. 30 of
100 words changed leave about 70; where three common words are all there is, nearly all of them must be there; and ten
words in a row are enough where either has more to say besides."""
_RARE_ONLY = 2
"""How many of these do not count where the phrases in common are in everybody's mouth."""
_REPORTED, _REPORTED_PART, _REPORTED_LESS = 50.0, 0.75, 0.5
"""The same where one has no marks: a reporter's words must follow closely and have little else to say."""
_BOTH_REPORTED, _BOTH_REPORTED_LESS = 100.0, 0.85
"""The same where neither has marks: what is spoken of is named in the same words by everybody, so only copies count."""
_BOTH = 2
_DENIED = 50.0
"""Bits in common below which a `not` more or less makes it another statement."""
_UNQUOTED = 0.2
"""What the words of a mixed quotation count that stand outside the marks."""
_PIECE_ENOUGH = ((38.0, 0.8, 6), (48.0, 0.6, 7), (_OVERLAP, 0.0, 10))
"""The same for a piece of an interrupted quotation on its own."""
_PIECE_PART = 0.25
"""Share of either side that a piece must make up where it has not enough to count as an overlap."""
_PIECES = 8
"""Pieces of an interrupted quotation that are tried on their own."""
_WINDOW = 2.0
"""A text this many times as long as the other is cut to the likeliest place before the two are aligned."""


class Side(NamedTuple):
    """One of two quotations that are compared; made once, compared often."""

    signature: str
    joins: tuple[int, ...]
    """Places (words) where pieces were joined."""
    reported: bool
    """No quotation marks: a reporter's words."""
    letters: Codes
    bits: Bits
    """Evidence of each word; of words outside the marks that others have, only part."""
    sums: list[float]
    """Evidence of the words before each place; the last is that of all."""


@dataclasses.dataclass(frozen=True, slots=True)
class Match:
    """What two quotations share; places are in words, half-open."""

    shared: float
    """Evidence in common, in bits."""
    left: tuple[int, int]
    right: tuple[int, int]
    left_part: float
    """Share of all the left one's evidence, 0 to 1."""
    right_part: float
    words: int
    """Words in common that have a neighbour in common, small ones too."""


def side(form: Form) -> Side:
    """A quotation made ready to be compared."""
    letters = codes(form.signature)
    bits = bits_of(letters)
    if form.quoted is not None:
        outside = np.ones(len(bits), np.bool_)
        for start, end in form.quoted:
            outside[start:end] = False
        bits[outside] *= _UNQUOTED
    return Side(form.signature, form.joins, form.reported, letters, bits, [0.0, *np.cumsum(bits, dtype=float).tolist()])


def match(left: Side, right: Side, *, common: bool = False) -> Match | None:
    """What makes the two versions of one another; None where they are not.

    `common` says that others share the same phrases with them too, so that more must be in common.
    """
    if (left.sums[-1], left.signature) > (right.sums[-1], right.signature):
        return _turned(match(right, left, common=common))
    reported = left.reported + right.reported
    if reported:
        # What they would have to share at least is more than the smaller one has, most of the time.
        least, less = (_BOTH_REPORTED, _BOTH_REPORTED_LESS) if reported == _BOTH else (_REPORTED, _REPORTED_LESS)
        if left.sums[-1] < max(least, less * right.sums[-1]):
            return None
    found = _best(left, right)
    if found is not None and _proves(found, reported=reported, common=common):
        return found
    if reported:
        return None
    return _by_pieces(left, right) or _turned(_by_pieces(right, left))


def _by_pieces(whole: Side, other: Side) -> Match | None:
    """What a piece of an interrupted quotation shares with another one, where the whole of it does not."""
    best: Match | None = None
    for piece, start in _pieces(whole):
        found = _best(piece, other) if piece.sums[-1] <= other.sums[-1] else None
        if found is None or not _follows(found):
            continue
        share = found.shared / whole.sums[-1]
        if max(share, found.right_part) < _PIECE_PART and found.shared < _OVERLAP:
            continue
        if best is None or found.shared > best.shared:
            at = found.left[0] + start, found.left[1] + start
            best = Match(found.shared, at, found.right, share, found.right_part, found.words)
    return best


def _turned(found: Match | None) -> Match | None:
    if found is None:
        return None
    return Match(found.shared, found.right, found.left, found.right_part, found.left_part, found.words)


def _proves(found: Match, *, reported: int, common: bool) -> bool:
    if reported == _BOTH:
        return found.shared >= _BOTH_REPORTED and min(found.left_part, found.right_part) >= _BOTH_REPORTED_LESS
    if reported:
        parts = found.left_part, found.right_part
        return found.shared >= _REPORTED and max(parts) >= _REPORTED_PART and min(parts) >= _REPORTED_LESS
    enough = _ENOUGH[_RARE_ONLY:] if common else _ENOUGH
    return any(
        found.shared >= least and found.left_part >= part and found.words >= words for least, part, words in enough
    )


def _follows(found: Match) -> bool:
    """Whether nearly all of a piece is in the other."""
    return any(
        found.shared >= least and found.left_part >= share and found.words >= words
        for least, share, words in _PIECE_ENOUGH
    )


def _pieces(whole: Side) -> list[tuple[Side, int]]:
    ends = [0, *whole.joins, len(whole.signature)]
    spans = [(s, e) for s, e in itertools.pairwise(ends) if whole.sums[e] - whole.sums[s] >= _ENOUGH[0][0]]
    spans.sort(key=lambda one: whole.sums[one[0]] - whole.sums[one[1]])
    return [(part(whole, s, e), s) for s, e in spans[:_PIECES]] if len(ends) > 2 else []


def part(whole: Side, start: int, end: int) -> Side:
    """The words of a quotation from one place to another, as one on their own."""
    bits = whole.bits[start:end]
    sums = [0.0, *np.cumsum(bits, dtype=float).tolist()]
    return Side(whole.signature[start:end], (), False, whole.letters[start:end], bits, sums)


def _best(left: Side, right: Side) -> Match | None:
    """The heaviest stretch in common; `left` is the one with less evidence."""
    if left.sums[-1] <= 0:
        return None
    start, window = 0, right.signature
    if len(window) > _WINDOW * len(left.signature) + 16:
        start, end = _likeliest(left, right)
        window = window[start:end]
    best = now = 0.0
    shared = kept = 0.0
    words = 0
    first: tuple[int, int] = (0, 0)
    stretch: tuple[int, int, int, int, int] | None = None
    last_a = last_b = -1
    a_sums, b_sums = left.sums, right.sums
    for a, b, size in LCSseq.editops(left.signature, window).as_matching_blocks():
        if not size:
            continue
        b += start
        gain = min(a_sums[a + size] - a_sums[a], b_sums[b + size] - b_sums[b])
        if size == 1:
            gain *= _SINGLE
        if last_a >= 0:
            now -= _GAP * max(a_sums[a] - a_sums[last_a], b_sums[b] - b_sums[last_b])
        if now <= 0 or last_a < 0:
            now, shared, words, first = 0.0, 0.0, 0, (a, b)
        now += gain
        shared += gain
        words += size if size > 1 else 0
        last_a, last_b = a + size, b + size
        if now > best:
            best, kept, stretch = now, shared, (*first, last_a, last_b, words)
    if stretch is None:
        return None
    a0, b0, a1, b1, words = stretch
    denied = left.signature.count(negation(), a0, a1) != right.signature.count(negation(), b0, b1)
    if denied and kept < _DENIED:
        return None
    if kept < _DENSE * max(a_sums[a1] - a_sums[a0], b_sums[b1] - b_sums[b0]):
        return None
    return Match(kept, (a0, a1), (b0, b1), kept / a_sums[-1], kept / b_sums[-1], words)


def _likeliest(left: Side, right: Side) -> tuple[int, int]:
    """Where in the longer one most of the shorter one's evidence stands."""
    width = int(len(left.signature) * 1.5) + 8
    found = np.isin(right.letters, left.letters, kind="sort") * right.bits
    sums = np.concatenate(([0.0], np.cumsum(found, dtype=np.float64)))
    start = int(np.argmax(sums[width:] - sums[:-width]))
    return max(0, start - width // 2), min(len(right.signature), start + width + width // 2)
