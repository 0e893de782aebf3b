"""A text as the words that were said: with places, and with what counts for nothing when words are compared.

Case, punctuation and accents are folded by `index.analysis`. `[T]his` is one word. Words in [brackets] are an editor's;
an ellipsis says that words are left out. Neither is a difference.
"""

import dataclasses
import re

from index.analysis import words

_ELLIPSIS = re.compile(r"[\[(]\s*(?:…|\.\s?\.\s?\.(?:\s?\.)?)\s*[\])]|…|\.\s?\.\s?\.(?:\s?\.)?")
_BRACKETS = re.compile(r"\[([^\[\]]{0,300})\]")
_ENDS = re.compile(r"[.!?]")


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """A text's words in order; `starts[n]`, `ends[n]` are word n's half-open code points in `text`."""

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    aside: tuple[bool, ...]
    """Whether the word stands in [brackets]."""
    gaps: frozenset[int]
    """Before which words (or, as the number of words, at the end) an ellipsis stands."""

    def __len__(self) -> int:
        return len(self.words)

    def between(self, number: int) -> str:
        """What stands between word `number` - 1 and word `number`, or in front of the first or behind the last."""
        start = self.ends[number - 1] if number else 0
        return self.text[start : self.starts[number] if number < len(self.words) else len(self.text)]

    def sentence_ends(self, number: int) -> bool:
        """Whether a sentence ends between word `number` - 1 and word `number`: a mark ends it that is no ellipsis."""
        return bool(_ENDS.search(_ELLIPSIS.sub("", self.between(number))))

    def capital(self, number: int) -> bool:
        """Whether word `number` is written with a capital."""
        return self.text[self.starts[number]].isupper()


def said(text: str, *, joins: bool = False) -> Said:
    """The words of a text. `joins`: an ellipsis with blanks around stands between pieces of an interrupted quotation,
    as in `Quotation.text`, and leaves nothing out; ellipses are then not looked for."""
    tokens = [(token.exact, token.start, token.end) for token in words(text)]
    inside = [match.span() for match in _BRACKETS.finditer(text)] if "[" in text else []
    tokens = _letters_joined(text, tokens) if inside else tokens
    ellipses = [] if joins else [match.start() for match in _ELLIPSIS.finditer(text)]
    gaps = {sum(start < at for _, start, _ in tokens) for at in ellipses} if len(ellipses) < 50 else set()
    return Said(
        text=text,
        words=tuple(word for word, _, _ in tokens),
        starts=tuple(start for _, start, _ in tokens),
        ends=tuple(end for _, _, end in tokens),
        aside=_asides(tokens, inside),
        gaps=frozenset(gaps),
    )


def _letters_joined(text: str, tokens: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """`[T]his` and `thank[s]`: a bracket within a word is no bracket."""
    out: list[tuple[str, int, int]] = []
    for word, start, end in tokens:
        if out and text[out[-1][2] : start] in ("]", "["):
            before, first, stop = out[-1]
            opened = text[first - 1 : first] == "["
            if (text[stop] == "]" and opened and stop - first <= 2) or (text[stop] == "[" and end - start <= 3):
                out[-1] = before + word, first, end
                continue
        out.append((word, start, end))
    return out


def _asides(tokens: list[tuple[str, int, int]], inside: list[tuple[int, int]]) -> tuple[bool, ...]:
    flags = [False] * len(tokens)
    at = 0
    for opened, closed in inside:
        while at < len(tokens) and tokens[at][1] < opened:
            at += 1
        while at < len(tokens) and tokens[at][2] <= closed:
            flags[at] = True
            at += 1
    return tuple(flags)
