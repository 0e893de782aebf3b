"""An article as tokens: a spaCy Doc from a blank English pipeline, with the paragraph, sentence and quoted stretch of
every token beside it.

Everything after this module counts in tokens; `Page.span` turns them back into code points. White space is kept in
the Doc (it reproduces the text) and left out of the page.
"""

import functools
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from index.extract.marks import Stretch, paragraphs, quoted_stretches
from index.extract.sentences import behind_dateline, sentence_starts
from index.records import Span

_TITLE = "Mrs?|Ms|Dr|Sens?|Reps?|Govs?|Gen|Lt|Col|Maj|Capt|Sgt|Cpl|Adm|Rev|Prof|Jr|Sr|St|Hon|Atty|Inc|Corp|Co|Ltd"
_TOKEN = re.compile(
    rf"""\s+
    | (?:https?://|www\.)[^\s“”"<>]{{1,300}}
    | [@\#]\w+
    | (?:[^\W\d_]\.){{2,}}(?:-[^\W_]+)?      # U.S., a.m., U.S.-backed
    | (?:{_TITLE})\.(?!\.)
    | [A-Z]\.(?=\s?[A-Z“"‘'])                # an initial
    | ['’](?:s|d|ll|m|re|ve)\b               # he's, he'd, they're
    | \d+(?:[.,:/]\d+)*[^\W\d_]*
    | [^\W_]+(?:(?:['’](?!(?:s|d|ll|m|re|ve)\b)|[-‑&])[^\W_]+)*   # don't, Al-Abadi, AT&T
    | ``|''|\.\.\.+|--+
    | .
    """,
    re.X | re.S,
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD_START = re.compile(r"[^\W_]|[@#]")


class _Tokenizer:
    """Linear in the text's length whatever it holds; spaCy's own looks at a run of marks once for every mark."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        for match in _TOKEN.finditer(text):
            piece = match[0]
            if piece[0] == " " and words and not spaces[-1] and not words[-1].isspace():
                spaces[-1] = True
                piece = piece[1:]
            if piece:
                words.append(piece)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)


@functools.cache
def pipeline() -> Language:
    """The blank English pipeline: its vocabulary, and a tokenizer that stays linear."""
    nlp = spacy.blank("en")
    nlp.tokenizer = _Tokenizer(nlp.vocab)
    # spaCy's limit is for parsers, which this pipeline has none of.
    nlp.max_length = sys.maxsize
    return nlp


@dataclass(frozen=True, slots=True)
class Page:
    """One article, word by word. Lists run parallel, one entry a token; stretches are counted from 0, -1 is none."""

    article_text: str
    doc: Doc
    """With white space tokens: `place[i]` is where token i stands in it."""
    place: list[int]
    words: list[str]
    low: list[str]
    """Lower case, curly apostrophes straightened."""
    start: list[int]
    end: list[int]
    paragraph: list[int]
    sentence: list[int]
    """Sentences of the text around quotations: a stretch never holds a sentence end but at its own end."""
    stretch: list[int]
    stretches: list[Stretch]
    inside: list[tuple[int, int]]
    """For each stretch its first token and the one after its last, marks included."""
    sentence_bounds: list[tuple[int, int]]

    def __len__(self) -> int:
        return len(self.words)

    def span(self, first: int, stop: int) -> Span:
        """Code points of the tokens from `first` up to but not including `stop`."""
        return self.start[first], self.end[stop - 1]

    def phrase(self, first: int, stop: int) -> str:
        """The words of some tokens as one line."""
        return " ".join(self.article_text[self.start[first] : self.end[stop - 1]].split())

    def stretches_in(self, pieces: Iterable[tuple[int, int]]) -> set[int]:
        """The numbers of the stretches that some of these tokens stand in."""
        return {self.stretch[t] for first, stop in pieces for t in range(first, stop)} - {-1}

    def is_word(self, at: int) -> bool:
        """Whether a token begins with a letter, a digit, @ or #."""
        return _WORD_START.match(self.words[at]) is not None


def read_page(text: str) -> Page:
    """A text as a page."""
    places = paragraphs(text)
    stretches = quoted_stretches(text, places)
    # One code point for one: half a surrogate pair, as broken JSON may hold it, is nothing that spaCy can keep.
    doc = pipeline()(_SURROGATE.sub("\ufffd", text))
    place, words, start, end = [], [], [], []
    for token in doc:
        if not token.text.isspace():
            place.append(token.i)
            words.append(token.text)
            start.append(token.idx)
            end.append(token.idx + len(token.text))
    paragraph = _numbered(start, [s for s, _ in places])
    stretch = [-1] * len(words)
    inside = []
    at = 0
    for number, s in enumerate(stretches):
        while at < len(words) and start[at] < s.start:
            at += 1
        first = at
        while at < len(words) and start[at] < s.end:
            stretch[at] = number
            at += 1
        inside.append((first, at))
    begins = sorted(_outer_starts(text, places, stretches))
    sentence = _numbered(start, begins)
    return Page(
        article_text=text,
        doc=doc,
        place=place,
        words=words,
        low=[w.lower().replace("’", "'") for w in words],
        start=start,
        end=end,
        paragraph=paragraph,
        sentence=sentence,
        stretch=stretch,
        stretches=stretches,
        inside=inside,
        sentence_bounds=list(_bounds(sentence)),
    )


def _numbered(starts: list[int], begins: list[int]) -> list[int]:
    """For each start the number of the last of `begins` that is not after it."""
    out, at = [], 0
    for place in starts:
        while at + 1 < len(begins) and begins[at + 1] <= place:
            at += 1
        out.append(at)
    return out


def _bounds(sentence: list[int]) -> Iterator[tuple[int, int]]:
    """(first, stop) for every sentence number up to the last, those without a token too."""
    at = 0
    for number in range(sentence[-1] + 1 if sentence else 0):
        first = at
        while at < len(sentence) and sentence[at] == number:
            at += 1
        yield first, at


DATELINES = 4
"""Paragraphs, from the top, that may begin with one: a headline and a picture's words may stand in front."""
_OPENS_SENTENCE = frozenset('“”"‘«„[(')
_FULL_STOP = re.compile(r"[.?!…][)\]'’”\"]*$")


def _outer_starts(text: str, places: list[Span], stretches: list[Stretch]) -> set[int]:
    """Sentence starts outside of stretches; after a stretch that ends a sentence one begins, wherever Punkt saw it."""
    out: set[int] = set()
    number = 0
    for paragraph, (first, stop) in enumerate(places):
        begins = [first, *(first + at for at in sentence_starts(text[first:stop]) if at)]
        if paragraph < DATELINES and (words := first + behind_dateline(text[first:stop])) > first:
            begins = sorted({first, words, *(begin for begin in begins if begin > words)})
        while number < len(stretches) and stretches[number].end <= first:
            number += 1
        kept = 0
        at = number
        while at < len(stretches) and stretches[at].start < stop:
            s = stretches[at]
            at += 1
            while kept < len(begins) and begins[kept] <= s.start:
                out.add(begins[kept])
                kept += 1
            while kept < len(begins) and begins[kept] < s.end:
                kept += 1
            following = _next_start(text, s.end, stop)
            if following is not None and _FULL_STOP.search(text, max(s.start, s.end - 4), s.end):
                nxt = text[following]
                if nxt.isupper() or nxt.isdigit() or nxt in _OPENS_SENTENCE:
                    out.add(following)
        out.update(begins[kept:])
    return out


def _next_start(text: str, place: int, stop: int) -> int | None:
    while place < stop and text[place].isspace():
        place += 1
    return place if place < stop else None
