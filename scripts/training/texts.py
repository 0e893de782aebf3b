"""A text with its names and who is who, as every reader of a corpus gives it, and what the readers share."""

import gzip
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import ReadError, UsageError
from index.extract import words

Span = tuple[int, int]
Name = tuple[int, int, str]

PERSONAL = {
    **dict.fromkeys(("he", "him", "his", "himself"), "m"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "f"),
}
"""Pronouns that stand for one person, with the person's gender."""
PRONOUNS = frozenset(PERSONAL) | {"they", "them", "their", "it", "its", "who"}


@dataclass(frozen=True, slots=True)
class Link:
    """A pronoun or a description and the names that it may stand for."""

    start: int
    end: int
    """With `start` the pronoun, or the description's whole span ("the Pentagon chief")."""
    head: int
    """Where its head word ends."""
    right: list[Span]
    """Name mentions of the same chain, anywhere in the text. Empty: none of the names is it."""
    wrong: list[Span]
    """Names known not to be it, where only those are known (GAP). Elsewhere empty: every other name is wrong."""
    pronoun: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its names and who is who; offsets are code points of `text`, half-open."""

    id: str
    """corpus:document"""
    text: str
    names: list[Name] | None
    """(start, end, kind), in order, none inside another; kind is person, organization, place or other. A title
    ("Mr.", "Sen.") is no part of a name. None where the corpus says nothing of names."""
    links: list[Link] = field(default_factory=list)
    """Empty where the corpus has none."""


def lines(path: Path) -> Iterator[str]:
    """The lines of a file, gzipped or not, without their ends. A file that is not there is a UsageError."""
    if not path.is_file():
        raise UsageError(f"{path}: not there; give the folder that holds the corpora (polnear, gum, gap and so on)")
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as handle:
            for line in handle:
                yield line.rstrip("\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ReadError(f"{path}: damaged ({error}); fetch the corpus again") from error


def files(folder: Path, pattern: str) -> list[Path]:
    """The files of a corpus in the order of their names. None at all is a UsageError."""
    found = sorted(folder.glob(pattern))
    if not found:
        raise UsageError(
            f"{folder}: no {pattern} there; give the folder that holds the corpora (polnear, gum, gap and so on)"
        )
    return found


_LEFT = re.compile(r"""[.,;:!?%)\]}/]|\.\.+|['’].*|n['’]t""")
_RIGHT = frozenset("([{$£€#/")


def join(tokens: Iterable[str], before: str = "") -> tuple[str, list[Span]]:
    """`before` with the tokens after it as one would write them, and where each token stands."""
    text = before
    spans = []
    glued = not before or before[-1].isspace()
    quoted = False
    last = ""
    for form in tokens:
        closing = form == '"' and quoted
        if not (glued or closing or _LEFT.fullmatch(form) or (last in ("'", "’") and form == "s")):
            text += " "
        spans.append((len(text), len(text) + len(form)))
        text += form
        quoted ^= form == '"'
        glued = form in _RIGHT or (form == '"' and quoted)
        last = form
    return text, spans


def untitled(tokens: Sequence[str]) -> int:
    """How many words at the start of a person's name are titles: 1 for "Mr. Khan"; all of them for "President"."""
    low = [token.lower().rstrip(".") for token in tokens]
    count = 0
    while count < len(low) and (low[count] in words.TITLES or low[count] in _BEFORE_TITLES):
        count += 1
    if count < len(low):
        return count
    return count - 1 if low[-1] in words.NAMELIKE_TITLES else count


_BEFORE_TITLES = words.word_set("former prime ex then vice acting messrs hon")


def merged(names: Iterable[Name]) -> list[Name]:
    """The names in order; where two overlap, the longer one."""
    kept: list[Name] = []
    for name in sorted(names, key=lambda n: (n[0] - n[1], n[0])):
        if all(name[1] <= other[0] or other[1] <= name[0] for other in kept):
            kept.append(name)
    return sorted(kept)
