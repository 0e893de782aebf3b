"""The words that the corpus is made of: running text of real articles, and invented words, speakers and outlets.

Real text gives the words, pairs and phrases their real frequencies; a long tail of invented words gives the lexicon
the size that names and numbers give it in a large collection. Everything follows from the seed.
"""

import dataclasses
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.identity import slug_of
from index.records import SpeakerType

SPEAKERS = 50_000
SOURCES = 400
TAIL = 350_000
"""Invented words; each stands for a share of the running words that falls with its number."""

_WORD = re.compile(r"[A-Za-z0-9]+(?:['’][a-z]+)?")
_ONSETS = (*"bcdfghjklmnprstvwz", "ch", "sh", "th", "br", "kr", "st")
_VOWELS = (*"aeiou", "ai", "ou", "ie")
_SYLLABLES = np.array([onset + vowel for onset in _ONSETS for vowel in _VOWELS], object)
_ENDINGS = np.array(["", "", "", *"bdfgklmnprstvz"], object)
_OUTLETS = ("Times", "Post", "Herald", "News", "Tribune", "Daily", "Wire", "Journal")


@dataclasses.dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who is quoted; `last` is how an article calls them the second time."""

    id: str
    name: str
    last: str
    type: SpeakerType


@dataclasses.dataclass(frozen=True, slots=True)
class Vocabulary:
    """What texts are spliced from. Cumulative shares are float64, ascending, and end at 1."""

    spelled: npt.NDArray[np.object_]
    """Every word once, in lower case: those of `text`, then the invented ones; then all of them with a comma."""
    real: int
    """How many of them stand in `text`."""
    text: npt.NDArray[np.int32]
    """The running text, as places in `spelled`."""
    tail_shares: npt.NDArray[np.float64]
    """Of the invented words."""
    speakers: Sequence[Speaker]
    speaker_shares: npt.NDArray[np.float64]
    sources: Sequence[str]
    source_shares: npt.NDArray[np.float64]


def read_words(data: Path) -> list[str]:
    """The running words of PolNeAR's training articles, in lower case and without apostrophes.

    Every analyser sees the same words in such a text, so that engines can be held to equal counts.
    """
    paths = sorted((data / "polnear" / "train" / "text").glob("*.txt"))
    if not paths:
        sys.exit(
            f"{data}/polnear/train/text: there are no articles; the corpus is spliced from them. Give the folder that "
            "holds polnear/ with --data (any folder with polnear/train/text/*.txt in English will do)"
        )
    return [
        re.sub("['’]", "", word).lower()
        for path in paths
        for word in _WORD.findall(path.read_text(encoding="utf-8", errors="replace"))
    ]


def make_vocabulary(
    running: Sequence[str], seed: int, *, tail: int = TAIL, speakers: int = SPEAKERS, sources: int = SOURCES
) -> Vocabulary:
    """The vocabulary over a running text of at least a hundred words."""
    rng = np.random.default_rng(seed)
    real = sorted(set(running))
    place = {word: number for number, word in enumerate(real)}
    invented = _invented(rng, taken=set(real))
    tail_words = [next(invented) for _ in range(tail)]
    firsts = [next(invented).capitalize() for _ in range(900)]
    lasts = [next(invented).capitalize() for _ in range(max(sources, speakers * 2 // 5))]
    every = np.array([*real, *tail_words], object)
    return Vocabulary(
        spelled=np.concatenate([every, every + ","]),
        real=len(real),
        text=np.fromiter((place[word] for word in running), np.int32, len(running)),
        tail_shares=_shares(tail, 20.0, 1.02),
        speakers=_speakers(rng, firsts, lasts, speakers),
        speaker_shares=_shares(speakers, 3.0, 1.0),
        sources=[f"{lasts[number]} {_OUTLETS[number % len(_OUTLETS)]}" for number in range(sources)],
        source_shares=_shares(sources, 2.0, 0.9),
    )


def _invented(rng: np.random.Generator, taken: set[str]) -> Iterator[str]:
    """Words of two to four syllables, none of them in `taken` and none twice."""
    while True:
        syllables = _SYLLABLES[rng.integers(0, len(_SYLLABLES), (10_000, 4))]
        lengths = rng.integers(2, 5, len(syllables))
        endings = _ENDINGS[rng.integers(0, len(_ENDINGS), len(syllables))]
        for parts, length, ending in zip(syllables.tolist(), lengths.tolist(), endings.tolist(), strict=True):
            word = "".join(parts[:length]) + ending
            if word not in taken:
                taken.add(word)
                yield word


def _shares(count: int, offset: float, slope: float) -> npt.NDArray[np.float64]:
    """Zipf's law with an offset (Mandelbrot), summed up."""
    weights = 1.0 / (np.arange(count) + offset) ** slope
    sums = np.cumsum(weights)
    return np.asarray(sums / sums[-1])


def _speakers(rng: np.random.Generator, firsts: Sequence[str], lasts: Sequence[str], count: int) -> list[Speaker]:
    pairs = rng.choice(len(firsts) * len(lasts), count, replace=False).tolist()
    people = (rng.random(count) < 0.9).tolist()
    found = []
    for pair, person in zip(pairs, people, strict=True):
        first, last = firsts[pair % len(firsts)], lasts[pair // len(firsts)]
        name = f"{first} {last}"
        found.append(Speaker(slug_of(name), name, last, "person" if person else "organization"))
    return found
