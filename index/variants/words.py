"""A quotation's words in a form that tense, person, spelling and brackets leave alike.

A signature is a str with one code point a word, so that what compares letters compares words: stems among the
commonest have their place in `common_stems.txt` as code point (which also says how rare they are), all others a hash.
"""

import dataclasses
import functools
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import Stemmer

from index.analysis import exact_words
from index.records import Kind

Codes = npt.NDArray[np.uint32]
Bits = npt.NDArray[np.float32]

_FIRST = 0x20
"""Code point of the commonest stem."""
_NAME = "*"
"""Marks the common stems that are names: they tell what is spoken of, so they prove half as much."""
_HASHED, _END = 0x10000, 0x110000
MOST_WORDS = 30_000
"""Words of a quotation that are compared."""
_RAREST = 15.0
"""Bits of a word that is not among the common ones."""
FUNCTION_BITS = 1.0
"""Of a word that stands in every sentence: it counts where others are equal, and is no fingerprint."""
_MOST_RUNS = 500_000

_SAME = {
    "be": "am is are was were been being ain't",
    "have": "has had having",
    "do": "does did done doing",
    "will": "would shall should",
    "can": "could",
    "may": "might must",
    "i": "me you he him she her it we us they them one myself yourself himself herself itself ourselves themselves",
    "my": "mine your yours his hers its our ours their theirs",
    "this": "that these those there here",
    "a": "an the",
    "not": "no n't never",
    "who": "which whom whose what",
    # Irregular verbs, since what was said in the present is reported in the past.
    "say": "said",
    "go": "went gone gonna",
    "get": "got gotten",
    "make": "made",
    "know": "knew known",
    "think": "thought",
    "take": "took taken",
    "see": "saw seen",
    "come": "came",
    "give": "gave given",
    "tell": "told",
    "find": "found",
    "become": "became",
    "leave": "left",
    "feel": "felt",
    "bring": "brought",
    "begin": "began begun",
    "keep": "kept",
    "hold": "held",
    "write": "wrote written",
    "stand": "stood",
    "hear": "heard",
    "mean": "meant",
    "meet": "met",
    "run": "ran",
    "pay": "paid",
    "sit": "sat",
    "speak": "spoke spoken",
    "lie": "lied lying",
    "lead": "led",
    "grow": "grew grown",
    "lose": "lost",
    "fall": "fell fallen",
    "send": "sent",
    "build": "built",
    "understand": "understood",
    "draw": "drew drawn",
    "break": "broke broken",
    "spend": "spent",
    "rise": "rose risen",
    "drive": "drove driven",
    "buy": "bought",
    "wear": "wore worn",
    "choose": "chose chosen",
    "win": "won",
    "fight": "fought",
    "teach": "taught",
    "catch": "caught",
    "seek": "sought",
    "sell": "sold",
    "shoot": "shot",
    "steal": "stole stolen",
    "throw": "threw thrown",
    "show": "shown",
    "eat": "ate eaten",
    "forget": "forgot forgotten",
    "deal": "dealt",
    "do not": "don't doesn't didn't",
    "percent": "pct",
}
_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_PLAIN = {form: base for base, forms in _SAME.items() for form in forms.split()} | {
    word: str(number) for number, word in enumerate(_NUMBERS) if number > 1
}
_CONTRACTED = {"n't": "not", "'ll": "will", "'ve": "have", "'re": "be", "'m": "be", "'d": "will"}
_CONTRACTION = re.compile("(n't|'ll|'ve|'re|'m|'d)$")
_IRREGULAR = {"can't": ("can", "not"), "won't": ("will", "not"), "cannot": ("can", "not"), "let's": ("let",)}

_FUNCTION = """
a i my be have do will can may not this who to of in on at by for with from into about as and or but if so than then
when where why how all any some more most very just also only too out up down over off because while through after
before between under again against during both each few other such own same now yet let even s per
"""
"""Words that carry no evidence: they stand in every sentence, and reporting changes them."""

_BRACKETED = re.compile(r"\[[^\[\]]{0,80}\]")
_MARKED = re.compile(
    r"“[^“”]*(?:”|$)|\"[^\"]*(?:\"|$)|‘(?:[^‘’]|’(?=\w))*(?:’|$)|(?<![\w.,])'(?=\w)(?:[^'\n]|'(?=\w))*'(?!\w)"
)
_JOINS = re.compile(r"\s*(?:…|\.\s?\.\s?\.(?:\s?\.)?)\s*")
_stemmer = Stemmer.Stemmer("english", 0)


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """What a quotation's words come to when they are compared; equal forms are the same words."""

    signature: str
    joins: tuple[int, ...] = ()
    """Places, in words, where pieces were joined: interruptions and ellipses."""
    quoted: tuple[tuple[int, int], ...] | None = None
    """Which words stand within marks, where only part of them do; None where all or none do."""
    reported: bool = False
    """No words within marks: a reporter's own."""


def form(text: str, kind: Kind) -> Form:
    """The form of a quotation; what stands in [brackets] is left out, and what goes on behind MOST_WORDS."""
    if "[" in text:
        text = _BRACKETED.sub(" ", text)
    joined = "…" in text or ".." in text or ". ." in text
    parts: list[str] = []
    joins: list[int] = []
    quoted: list[tuple[int, int]] = []
    place = 0
    for piece in _JOINS.split(text) if joined else (text,):
        if place and (not joins or joins[-1] != place):
            joins.append(place)
        for words, marked in _marked(piece) if kind == "mixed" else ((piece, False),):
            part = "".join(map(_run_codes, words.split()))
            if marked and part:
                quoted.append((place, place + len(part)))
            parts.append(part)
            place += len(part)
    if joins and joins[-1] == place:
        joins.pop()
    signature = "".join(parts)
    if place > MOST_WORDS:
        signature = signature[:MOST_WORDS]
        joins = [join for join in joins if join < MOST_WORDS]
        quoted = [(start, min(end, MOST_WORDS)) for start, end in quoted if start < MOST_WORDS]
    if not quoted or quoted == [(0, place)]:
        # A mixed quotation whose marks cannot be told apart is taken at its word.
        return Form(signature, tuple(joins), None, kind == "indirect")
    return Form(signature, tuple(joins), tuple(quoted))


def _marked(piece: str) -> Iterator[tuple[str, bool]]:
    """The stretches of a piece in order, and whether each stands within quotation marks."""
    end = 0
    for found in _MARKED.finditer(piece):
        yield piece[end : found.start()], False
        yield found[0], True
        end = found.end()
    yield piece[end:], False


def plain(text: str) -> str:
    """The words as they stand, capitals, punctuation, brackets' marks and interruptions aside."""
    return " ".join(filter(None, map(_run_plain, text.split())))


def codes(signature: str) -> Codes:
    """A signature as numbers."""
    return np.frombuffer(signature.encode("utf-32-le"), np.uint32)


def bits_of(codes: Codes) -> Bits:
    """How much evidence each word is, in bits: 0 for function words, more the rarer it is."""
    known: Bits = _bits()[codes]
    return known


def stems_of(word: str) -> tuple[str, ...]:
    """The plain stems that an exact word is compared by; several for contractions."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if "'" in word and (found := _CONTRACTION.search(word)):
        return (*stems_of(word[: found.start()]), _CONTRACTED[found[1]])
    word = word.replace("'", "")
    base = _PLAIN.get(word)
    if base is not None:
        return (base,)
    if len(word) > 4:
        # British spellings, as far as the endings tell: labour, organisation, programme.
        word = re.sub(r"our(?=$|s$|ed$|ing$|able$|ite$)", "or", word)
        word = re.sub(r"is(?=(?:e|es|ed|ing|ation|ations)$)", "iz", word) if len(word) > 6 else word
    stem: str = _stemmer.stemWord(word)
    return (_PLAIN.get(stem, stem),)


FUNCTION_STEMS = frozenset(stem for word in _FUNCTION.split() for stem in stems_of(word))


class _Runs(dict[str, str]):
    """What each run of letters between blanks comes to, worked out once."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, run: str) -> str:
        if len(self) >= _MOST_RUNS:
            self.clear()
        made = self[run] = self._make(run)
        return made


_run_codes = _Runs(
    lambda run: "".join(_code(stem) for word in exact_words(run) if word != "'s" for stem in stems_of(word))
).__getitem__
_run_plain = _Runs(lambda run: " ".join(exact_words(run))).__getitem__


def _code(stem: str) -> str:
    place = _places().get(stem)
    if place is not None:
        return chr(_FIRST + place)
    return chr(_HASHED + zlib.crc32(stem.encode("utf-8", "surrogatepass")) % (_END - _HASHED))


@functools.cache
def negation() -> str:
    """The code point of `not`, `no` and `never`."""
    return _code("not")


@functools.cache
def _places() -> dict[str, int]:
    return {stem.rstrip(_NAME): place for place, stem in enumerate(_listed())}


@functools.cache
def _listed() -> list[str]:
    return (Path(__file__).parent / "common_stems.txt").read_text(encoding="utf-8").split()


@functools.cache
def _bits() -> Bits:
    bits = np.full(_END, _RAREST, np.float32)
    bits[:_FIRST] = 0
    listed = _listed()
    # Zipf's law: the word of rank r makes about 0.1/r of a text.
    common = np.minimum(np.log2(np.arange(1, len(listed) + 1)) + 3.3, _RAREST)
    common[[stem.endswith(_NAME) for stem in listed]] /= 2
    common[[stem in FUNCTION_STEMS for stem in listed]] = FUNCTION_BITS
    bits[_FIRST : _FIRST + len(listed)] = common
    return bits
