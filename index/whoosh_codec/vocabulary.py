"""Texts -> numbers of words, fast: the analyser is asked once for each run of letters between blanks."""

import array
import re
from collections.abc import Iterable

import numpy as np

from index.analysis import words
from index.whoosh_codec.arrays import U32, Array, spread

BREAK = 0xFFFFFFFF
"""Stands in a text where a phrase cannot run on: at an empty line and at the text's end."""
NO_STEM = 0xFFFFFFFF

_GAP = re.compile(r"\n\s*\n|\r\s*\r|\f|\u2029")
_LOOKS_BACK = re.compile(r"\d[ \xa0]%")
"""The one thing that the analyser reads across a blank."""
_MOST_RUNS = 1_000_000
_STOP = "\n"
"""Stands among runs for a break; no run is blank."""


class Vocabulary:
    """Every word of a build, numbered as it comes, and its stem's number."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {}
        self.stems: dict[str, int] = {}
        self.stem_of = array.array("I")
        """By word."""
        self._runs = _Runs(self)

    def add(self, texts: Iterable[str], into: "array.array[int]", lengths: "array.array[int]") -> None:
        """Appends the numbers of the texts' runs, which `expanded` makes words of, and how many each text has."""
        runs: list[str] = []
        for text in texts:
            before = len(runs)
            if "%" in text and _LOOKS_BACK.search(text):
                for piece in _GAP.split(text):
                    runs += [self._runs.key_of(token.exact, token.stem) for token in words(piece)]
                    runs.append(_STOP)
            # Asking for one letter after the other is several times faster than a regular expression for all.
            elif "\r" in text or "\f" in text or "\u2029" in text:
                for piece in _GAP.split(text):
                    runs += piece.split()
                    runs.append(_STOP)
            elif "\n" not in text:
                runs += text.split()
                runs.append(_STOP)
            elif text.count("\n") == 2 and "\n\n" in text:
                before_gap, _, behind = text.partition("\n\n")
                runs += before_gap.split()
                runs.append(_STOP)
                runs += behind.split()
                runs.append(_STOP)
            else:
                for piece in _GAP.split(text):
                    runs += piece.split()
                    runs.append(_STOP)
            lengths.append(len(runs) - before)
        into.frombytes(np.fromiter(map(self._runs.__getitem__, runs), np.uint32, len(runs)).tobytes())

    def number(self, exact: str, stem: str) -> int:
        """The number of a word; a new one where it is new."""
        known = self.words.get(exact)
        if known is None:
            known = self.words[exact] = len(self.words)
            self.stem_of.append(self.stems.setdefault(stem, len(self.stems)) if stem else NO_STEM)
        return known

    def expanded(self, runs: "array.array[int]") -> tuple[U32, U32]:
        """The words of all these runs, BREAK among them, and how many each run has."""
        at = np.frombuffer(self._runs.at, np.uint32)
        taken = np.frombuffer(runs, np.uint32)
        starts = at[taken]
        lengths = at[taken + np.uint32(1)] - starts
        said = np.frombuffer(self._runs.words, np.uint32)
        found: Array = said[spread(starts, lengths)]
        return found, lengths

    def forget_runs(self) -> None:
        """Frees what only speed needs, where it has grown large; runs numbered before mean nothing afterwards."""
        if len(self._runs) > _MOST_RUNS:
            self._runs = _Runs(self)


class _Runs(dict[str, int]):
    """Run of letters -> its number; run 0 is a break. Words of run n: words[at[n]:at[n + 1]]."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__({_STOP: 0})
        self.words = array.array("I", [BREAK])
        self.at = array.array("I", [0, 1])
        self._vocabulary = vocabulary

    def __missing__(self, run: str) -> int:
        number = self[run] = len(self.at) - 1
        self.words.extend(self._vocabulary.number(token.exact, token.stem) for token in words(run))
        self.at.append(len(self.words))
        return number

    def key_of(self, exact: str, stem: str) -> str:
        """A run that is exactly this word, however it is written."""
        key = f"\n{exact}"  # no run has a line break
        if key not in self:
            self[key] = len(self.at) - 1
            self.words.append(self._vocabulary.number(exact, stem))
            self.at.append(len(self.words))
        return key
