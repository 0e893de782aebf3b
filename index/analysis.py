"""A text -> its words, exact and stemmed: the one analyser of index, queries and cluster.

What counts as a word, and how it is written down:

- Letters and digits of any script, an apostrophe between letters included: `don't`, `O'Brien`. Every apostrophe is `'`.
- `'s` is a word of its own (`Esper's` is `esper` + `'s`), so that Esper finds Esper's and an exact phrase stays exact.
- The parts of hyphenated, slashed and underscored words are words: `well-known` is `well` + `known`.
- Capitals and accents are folded (casefold, NFKD without combining marks): `Café` is `cafe`. No word is left out.
- Dotted capitals are joined (`U.S.` is `us`), and so are thousands (`1,000` is `1000`); `3.5` stays whole.
- A currency sign before a number is a word; `%` after one is `percent`. Of `#MeToo` and `@someone` the word counts.
- After an empty line positions jump by GAP, so that no phrase runs across; a single line break is a blank, since many
  texts are broken into lines of a fixed width.
"""

import re
import threading
import unicodedata
from typing import NamedTuple

import Stemmer

GAP = 256
"""Positions that an empty line adds; more than any phrase's slop."""
MAX_WORD = 100
"""Code points of a word that count; longer ones (data, not language) are cut there, in index and query alike."""


class Token(NamedTuple):
    """One word. A plain tuple, not a dataclass: an index run makes hundreds of millions."""

    exact: str
    stem: str
    """Empty for `'s`, which only exact fields keep."""
    start: int
    """Half-open code points of the text."""
    end: int
    position: int
    """Counted in words from 0; see GAP."""


# Combining marks of Latin script, and the invisible characters that layout leaves within words (soft hyphen, joiners).
_JOINED = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u00ad\u200c\u200d\u2060"
_LETTER = rf"(?:[^\W_][{_JOINED}]*)"
_APOSTROPHES = "'’‘ʼ＇´`"
_END = rf"(?![^\W_]|[{_JOINED}])"
_TOKEN = re.compile(
    rf"""
    (?P<gap>\n\s*\n|\r\s*\r|\f|\u2029)
    |(?P<acronym>(?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?:\.|{_END}))
    |(?P<number>(?<!\d[.,])(?<!\d)(?:\d{{1,3}}(?:,\d{{3}})+(?!,?\d)(?:\.\d+(?!\.?\d))?|\d+\.\d+(?![.,]?\d)))
    |(?P<possessive>[{_APOSTROPHES}][sS]{_END})
    |(?P<sign>[$€£¥](?=\.?\d)|(?:(?<=\d)|(?<=\d[\ \xa0]))%)
    |(?P<word>{_LETTER}+(?:[{_APOSTROPHES}](?![sS]{_END}){_LETTER}+)*)
    """,
    re.VERBOSE,
)
_INVISIBLE = re.compile(rf"[{_JOINED}]")
_APOSTROPHE = re.compile(f"[{_APOSTROPHES}]")

_MAX_FORMS = 500_000
_forms: dict[str, tuple[str, str]] = {}
"""A word as written -> exact and stemmed; emptied when it is full."""
_stemmer = Stemmer.Stemmer("english", 0)
_stemmer_lock = threading.Lock()  # a Stemmer must not be used by two threads at once


def words(text: str) -> list[Token]:
    """The words of `text` in order."""
    tokens: list[Token] = []
    position = 0
    known = _forms.get
    for match in _TOKEN.finditer(text):
        surface = match[0]
        forms = known(surface)
        if forms is None:
            if match.lastgroup == "gap":
                position += GAP
                continue
            forms = _new_forms(surface, str(match.lastgroup))
        start, end = match.span()
        tokens.append(Token(forms[0], forms[1], start, end, position))
        position += 1
    return tokens


def exact_words(text: str) -> list[str]:
    """The exact forms of `text`'s words, for comparing names and short texts."""
    return [token.exact for token in words(text)]


def _new_forms(surface: str, group: str) -> tuple[str, str]:
    if group == "possessive":
        forms = "'s", ""
    elif group == "sign":
        word = "percent" if surface == "%" else surface
        forms = word, word
    else:
        exact = _folded(surface)
        if group == "acronym":
            exact = exact.replace(".", "")
        elif group == "number":
            exact = exact.replace(",", "")
        exact = exact[:MAX_WORD]
        with _stemmer_lock:
            forms = exact, _stemmer.stemWord(exact)
    # The gap is not kept, so a surface is always of the same group: the groups' first characters differ or, for
    # acronym, number and word, the surface itself decides.
    if len(_forms) >= _MAX_FORMS:
        _forms.clear()
    _forms[surface] = forms
    return forms


def _folded(surface: str) -> str:
    if surface.isascii():
        return _APOSTROPHE.sub("'", surface.lower())
    visible = _APOSTROPHE.sub("'", _INVISIBLE.sub("", surface)).casefold()
    folded = "".join(c for c in unicodedata.normalize("NFKD", visible) if not unicodedata.combining(c))
    return folded or visible
