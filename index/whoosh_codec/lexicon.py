"""Many strings in two arrays; where they are in order, found by bisection."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from index.whoosh_codec.arrays import U64, Array, ArrayFolder, offsets, plain, save


def encoded(word: str) -> bytes:
    """A word as a lexicon keeps it; half of a surrogate pair, which broken JSON can hold, has no UTF-8."""
    return word.encode("utf-8", "backslashreplace")


class Strings:
    """Strings as UTF-8, each known by its place.

    `NAME.letters` uint8: all their bytes one after the other; `NAME.ends` uint64 [strings + 1]: where each begins.
    """

    def __init__(self, folder: ArrayFolder, name: str) -> None:
        self._letters = folder.load(f"{name}.letters")
        self._ends: U64 = folder.load(f"{name}.ends")
        # Bisection asks for single values, which plain memory gives much faster than numpy does.
        self._bytes = plain(self._letters)
        self._at = plain(self._ends)

    @property
    def letters(self) -> Array:
        """All the strings' bytes."""
        return self._letters

    @property
    def ends(self) -> U64:
        """[strings + 1] where each begins in `letters`."""
        return self._ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, place: int) -> bytes:
        return self._bytes[self._at[place] : self._at[place + 1]].tobytes()

    def text(self, place: int) -> str:
        """The string at a place."""
        return self[place].decode()


class Lexicon(Strings):
    """Strings in order of their bytes."""

    def first_from(self, word: bytes) -> int:
        """The place of the first word that is not before `word`."""
        low, high = 0, len(self)
        letters, at = self._bytes, self._at
        while low < high:
            middle = (low + high) // 2
            if letters[at[middle] : at[middle + 1]].tobytes() < word:
                low = middle + 1
            else:
                high = middle
        return low

    def find(self, word: bytes) -> int:
        """The place of a word; -1 where it is not among them."""
        place = self.first_from(word)
        return place if place < len(self) and self[place] == word else -1

    def beginning(self, prefix: bytes) -> tuple[int, int]:
        """The places [first, stop) of the words that begin so."""
        first = self.first_from(prefix)
        return first, max(first, self.first_from(prefix + b"\xff"))  # no UTF-8 has this byte


def save_strings(folder: Path, name: str, words: Iterable[bytes]) -> None:
    """Writes strings in the order given, which for a Lexicon is that of their bytes."""
    kept = list(words)
    save(folder, f"{name}.letters", np.frombuffer(b"".join(kept), np.uint8))
    lengths: Array = np.fromiter(map(len, kept), np.int64, len(kept))
    save(folder, f"{name}.ends", offsets(lengths))
