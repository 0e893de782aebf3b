"""Where sentences begin and end: NLTK's Punkt (Kiss and Strunk 2006) with parameters trained on news.

The parameters stand in punkt.json; scripts/train_punkt.py makes them from raw text. Nothing is downloaded.
"""

import functools
import json
import re
from pathlib import Path

from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

from index.extract.words import word_set
from index.records import Span

PARAMETERS = Path(__file__).with_name("punkt.json")
LONGEST_WORD = 500
"""A text with a longer run without white space is no prose: it is taken as one sentence, since Punkt would look back
over the whole run at every full stop."""
LONGEST_PIECE = 20_000
"""Punkt gets a longer paragraph in pieces: it gives up after five seconds."""

# Abbreviations that news is full of and that a sample of it may miss, in Punkt's form.
_KNOWN = word_set(
    """
    mr mrs ms dr prof rev sen sens rep reps gov govs gen lt col maj capt sgt cpl adm cmdr brig supt insp det st
    mt ft jr sr inc co corp ltd llc vs no jan feb mar apr jun jul aug sept oct nov dec a.m p.m u.s u.k u.n e.u
    d.c ph.d e.g i.e hon messrs pres atty asst dept dist ariz calif colo conn del fla ga ill ind kan ky la mass
    md mich minn miss mo mont neb nev okla ore pa penn tenn tex va vt wash wis wyo
    """
)
_AFTER_TITLE = re.compile(
    r"(?<!\w)(?:Mrs?|Ms|Dr|Prof|Rev|Sens?|Reps?|Govs?|Gen|Lt|Col|Maj|Capt|Sgt|Cpl|Adm|Cmdr|Hon|Messrs|Atty|St|[A-Z])\.\s+$"
)
# PORT ELLERY, Ohio, March 3 (Agency) — · London (Agency) - · HAMBURG (Agency - 1st March, 2020)
_DATELINE = re.compile(
    r"""
    (?: (?P<capitals> [A-Z][A-Z.'’-]{2,20} (?:\s[A-Z][A-Z.'’-]{1,20}){0,3} )
      | [A-Z][\w.'’-]{1,20} (?:\s[A-Z][\w.'’-]{1,20}){0,3} )
    (?: ,\s[A-Z][\w.]{1,20} (?:\s[A-Z][\w.]{1,20})? )?                                      # a state
    (?: ,\s(?: [A-Z][a-z]{2,8}\.?\s\d{1,2} | \d{1,2}\s[A-Z][a-z]{2,8} ) (?:,\s\d{4})? )?    # a day
    (?: (?P<agency> \s\([^()\n]{2,60}\) ) (?P<after> \s?(?:--|—|–) | \s-(?=\s) )?
      | (?P<dash> \s?(?:--|—|–) | \s-(?=\s) ) )
    \s*
    """,
    re.X,
)
_LONG_RUN = re.compile(rf"\S{{{LONGEST_WORD}}}")


@functools.cache
def _punkt() -> PunktSentenceTokenizer:
    facts = json.loads(PARAMETERS.read_text(encoding="utf-8"))
    parameters = PunktParameters()
    parameters.abbrev_types = set(facts["abbreviations"]) | _KNOWN
    parameters.collocations = {tuple(pair) for pair in facts["collocations"]}
    parameters.sent_starters = set(facts["sentence_starters"])
    parameters.ortho_context.update(facts["capitalisation"])
    return PunktSentenceTokenizer(parameters)


def behind_dateline(text: str) -> int:
    """Where an article's own words begin behind the place and agency in front of them; 0 where there are none."""
    match = _DATELINE.match(text)
    if match is None:
        return 0
    if match["agency"] is None:
        return match.end() if match["capitals"] else 0
    # Without a dash behind it, words in brackets explain a name, unless they end in a year and a sentence follows.
    dated = re.search(r"\d{4}\)$", match["agency"]) and not text[match.end() : match.end() + 1].islower()
    return match.end() if match["after"] or dated else 0


def sentence_starts(text: str) -> list[int]:
    """Where the sentences of one paragraph begin, in code points of `text`; the first is 0."""
    if _LONG_RUN.search(text):
        return [0]
    # One code point for one: the trained words know the straight apostrophe only.
    straight = text.replace("’", "'")
    starts = [0]
    for first, stop in _pieces(straight):
        found = [first + at for at, _ in _spans(straight[first:stop])]
        starts += found[1:] if first == 0 or straight[first - 2] not in ".?!" else found
    return [0, *(at for at in starts[1:] if not _AFTER_TITLE.search(straight, max(0, at - 12), at))]


def _spans(text: str) -> list[Span]:
    try:
        return list(_punkt().span_tokenize(text))
    except TimeoutError:
        # NLTK stops its own expressions after five seconds, as on a machine that was asleep meanwhile.
        return [(0, len(text))]


def _pieces(text: str) -> list[Span]:
    """A text cut after a space every LONGEST_PIECE code points or so."""
    cuts = [0]
    while len(text) - cuts[-1] > LONGEST_PIECE:
        space = text.rfind(" ", cuts[-1] + LONGEST_PIECE // 2, cuts[-1] + LONGEST_PIECE)
        cuts.append(space + 1 if space > 0 else cuts[-1] + LONGEST_PIECE)
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True))
