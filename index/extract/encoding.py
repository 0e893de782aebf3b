"""A page as the network reads it: wordpieces with their case and their place in quotation marks, cut into windows.

The encoder's wordpieces are uncased, so case is told apart: it goes in as a feature of its own, and so does what the
marks say. Both training and reading use this module, so that they cannot drift apart.
"""

import functools
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.extract.tokens import Page

Ints = NDArray[np.int64]

CLS, SEP, UNKNOWN, MASK = 101, 102, 100, 103
"""Numbers of the special wordpieces in BERT's uncased vocabulary."""
MOST_PIECES = 8
"""Wordpieces of one token that are read."""
CASES = 9
QUOTES = 4
DISTANCES = 40
PARAGRAPH_STEPS = 5

_SENTENCE_ENDS = frozenset(".?!:")
_OPENING = frozenset('“"«„‘(')


@dataclass(frozen=True, slots=True)
class Encoded:
    """A page's wordpieces, and where each token begins among them; arrays run parallel."""

    pieces: Ints
    """[pieces] numbers in the vocabulary; SEP stands between paragraphs."""
    case: Ints
    """[pieces] case class of the token, 0 for SEP."""
    quote: Ints
    """[pieces] 0 outside of marks, 1 inside, 2 the opening mark, 3 the closing one."""
    first: Ints
    """[tokens] the token's first piece."""
    paragraph: Ints
    """[tokens] number of the token's paragraph."""


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces [start, stop) that are read together; what is read of tokens in [core_start, core_stop) is kept."""

    start: int
    stop: int
    core_start: int
    core_stop: int


@functools.cache
def tokenizer(vocabulary: Path) -> Tokenizer:
    """The wordpiece tokenizer of a file in the `tokenizers` library's JSON format."""
    made = Tokenizer.from_file(str(vocabulary))
    made.no_truncation()
    made.no_padding()
    return made


def encode(page: Page, vocabulary: Path) -> Encoded:
    """A page in the network's terms."""
    case, quote = _case(page), _quote(page)
    pieces_of = _pieces(page.words, vocabulary)
    pieces: list[int] = []
    cases: list[int] = []
    quotes: list[int] = []
    first: list[int] = []
    before = page.paragraph[0] if len(page) else 0
    for at, own in enumerate(pieces_of):
        if page.paragraph[at] != before:
            before = page.paragraph[at]
            pieces.append(SEP)
            cases.append(0)
            quotes.append(0)
        first.append(len(pieces))
        pieces += own
        cases += [case[at]] * len(own)
        quotes += [quote[at]] * len(own)
    as_array = functools.partial(np.array, dtype=np.int64)
    return Encoded(as_array(pieces), as_array(cases), as_array(quotes), as_array(first), as_array(page.paragraph))


def _pieces(words: list[str], vocabulary: Path) -> list[list[int]]:
    out: list[list[int]] = [[] for _ in words]
    if words:
        read = tokenizer(vocabulary).encode(words, is_pretokenized=True, add_special_tokens=False)
        for piece, word in zip(read.ids, read.word_ids, strict=True):
            if word is not None and len(out[word]) < MOST_PIECES:
                out[word].append(piece)
    return [own or [UNKNOWN] for own in out]


def _case(page: Page) -> list[int]:
    """1 small, 2 Capital, 3 CAPITALS, 4 one capital, 5 mIxed, 6 digits, 7 other, 8 Capital where any word has one."""
    out = []
    opens = True
    before = -1
    for at, word in enumerate(page.words):
        opens = opens or page.paragraph[at] != before
        before = page.paragraph[at]
        kind = _case_of(word, opens)
        out.append(kind)
        opens = word in _SENTENCE_ENDS or (opens and kind == 7) or word in _OPENING
    return out


def _case_of(word: str, opens: bool) -> int:
    if word[0].isdigit():
        return 6
    if not word[0].isalpha():
        return 7
    if word.islower():
        return 1
    if word.isupper():
        return 3 if len(word) > 1 else 4
    if word[0].isupper() and word[1:].lower() == word[1:]:
        return 8 if opens else 2
    return 5


def _quote(page: Page) -> list[int]:
    out = [0] * len(page)
    for number, (first, stop) in enumerate(page.inside):
        if stop <= first:
            continue
        out[first:stop] = [1] * (stop - first)
        stretch = page.stretches[number]
        if stretch.opened and not page.is_word(first):
            out[first] = 2
        if stretch.closed and stop - first > 1 and not page.is_word(stop - 1):
            out[stop - 1] = 3
    return out


def windows(pieces: int, size: int, margin: int, shift: int = 0) -> list[Window]:
    """Overlapping windows of at most `size` - 1 pieces (CLS comes on top) that cover an article.

    Each piece is in the core of exactly one; a core keeps `margin` pieces away from a cut edge. `shift` moves the first
    window to the left, so that training sees other cuts every time.
    """
    room = size - 1
    if pieces <= room and not shift:
        return [Window(0, pieces, 0, pieces)]
    out = []
    start = -shift
    while True:
        first, stop = max(0, start), min(pieces, start + room)
        if stop > first:
            left = first if first == 0 else first + margin
            out.append(Window(first, stop, left, stop if stop == pieces else stop - margin))
        if stop >= pieces:
            return out
        start += room - 2 * margin


def even_windows(pieces: int, size: int, margin: int) -> list[Window]:
    """Windows as above, as few as may be and all of one length, so that a batch of them needs no padding."""
    room = size - 1
    if pieces <= room:
        return [Window(0, pieces, 0, pieces)]
    count = -(-(pieces - 2 * margin) // (room - 2 * margin))
    length = -(-(pieces + (count - 1) * 2 * margin) // count)
    starts = [k * (pieces - length) // (count - 1) for k in range(count)]
    cuts = [0, *((a + length + b) // 2 for a, b in itertools.pairwise(starts)), pieces]
    return [Window(start, start + length, a, b) for start, (a, b) in zip(starts, itertools.pairwise(cuts), strict=True)]


def distance_buckets(steps: Ints) -> Ints:
    """Signed distances in tokens to one of DISTANCES classes: exact below 8, then by logarithm, left ones at 20 up."""
    far = np.abs(steps)
    scale = (np.log2(np.maximum(far, 8) / 8) * 2.4).astype(np.int64)
    bucket = np.where(far < 8, far, np.minimum(19, 8 + scale))
    return np.where(steps < 0, bucket + 20, bucket)


def paragraph_steps(steps: Ints) -> Ints:
    """Signed distances in paragraphs to one of PARAGRAPH_STEPS classes."""
    return np.clip(steps, -2, 2) + 2
