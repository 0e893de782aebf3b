"""Whom a pasted text gives a quotation to: "X said", "said X", "according to X", `X: “…”`, `“…” — X`.

A light rule for a few typed lines, not the extractor: verifying must start at once, and its user can name the speaker.
"""

import re
from collections.abc import Iterator

from index.extract.words import NOT_NAMES, PARTICLES, TITLES, word_set
from index.records import Span

VERBS = word_set(
    """
    said says say saying told tells tell asked asks wrote writes writing tweeted tweets posted added adds argued argues
    noted notes claimed claims insisted insists warned warns declared declares stated states observed observes recalled
    concluded concludes admitted admits acknowledged acknowledges conceded suggested suggests maintained maintains
    asserted asserts stressed emphasized emphasised joked quipped complained predicted predicts pledged pledges promised
    promises vowed vows remarked commented testified shouted yelled exclaimed alleged alleges boasted confessed
    confirmed confirms repeated denied denies explained explains replied replies responded responds announced announces
    continued called calls described dismissed dubbed answered proclaimed believes believed thinks thought quoted
    reportedly demanded demands urged urges assured reminded thundered
    """
)
"""Forms that tie words to whoever said them."""
_PRONOUNS = frozenset({"he", "she", "they"})
_HELPERS = word_set(
    "has had have is was also then later once again already still famously reportedly recently apparently never "
    "allegedly often would did to on of"
)
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_](?:[\w’'&-]*[^\W_])?\.?")
_OPENERS = word_set(
    "the a an in on at as but and when while after before last this that it if there then so yes no yesterday today "
    "according meanwhile earlier later we i you they he she what who how why for with from"
)
_MOST = 7
_DASH = re.compile(r"\s*(?:—|–|--|―|-\s)\s*|\s*\(\s*")
_SIGNED = re.compile(r"[^,;:()\n—–“”\"]+")
_ACCORDING = re.compile(r"\b(?:according to|in the words of|as told by|attributed to)\s+", re.I)
_STOP = re.compile(r"[.!?][”\"'’)]*\s+(?=[^\W\d_a-z]|[“\"])|\n\s*\n")

SAME = "\0"
"""In place of a name: whoever was named last (`he said`)."""
NAMELESS = ""
"""In place of a name: somebody who has none there (`the engineer said`)."""


def names_in(text: str, start: int, end: int) -> Iterator[Span]:
    """The runs of capitalised words that may be names, in order."""
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text, start, end):
        near = bool(run) and text[run[-1].end() : match.start()] in (" ", "\u00a0")
        if near and run[-1][0].endswith(".") and len(run[-1][0]) > 5:
            near = False
        bare = match[0].rstrip(".").casefold()
        capital = match[0][0].isupper() and bare not in NOT_NAMES
        if run and not (near and (capital or bare in PARTICLES) and len(run) < _MOST):
            yield from _name(run)
            run = []
        if (capital and bare not in _OPENERS) or run:
            run.append(match)
    yield from _name(run)


def _name(run: list[re.Match[str]]) -> Iterator[Span]:
    while run and not run[-1][0][0].isupper():
        run = run[:-1]
    if run:
        end = run[-1].end()
        last = run[-1][0]
        cut = 1 if last.endswith(".") and len(last) > 3 and last.casefold() not in ("jr.", "sr.") else 0
        cut = 2 if last.casefold().endswith(("'s", "’s")) else cut
        yield run[0].start(), end - cut


def speaker_before(text: str, start: int, end: int) -> str | None:
    """The speaker that the words in front of a quotation give, or SAME for a pronoun; None where they give nobody."""
    start = _sentence_start(text, start, end)
    if match := _last(_ACCORDING, text, start, end):
        return next((text[a:b] for a, b in names_in(text, match.end(), end)), None)
    tail = text[start:end].rstrip()
    spans = list(names_in(text, start, end))
    if tail.endswith(":") and spans and not text[spans[-1][1] : start + len(tail) - 1].strip():
        return text[slice(*spans[-1])]
    verb = _last_verb(text, start, end)
    if verb is None:
        return None
    if before := [span for span in spans if span[1] <= verb[0]]:
        return text[slice(*before[-1])]
    if after := [span for span in spans if span[0] >= verb[1] and not text[verb[1] : span[0]].strip()]:
        return text[slice(*after[0])]
    pronouns = {match[0].casefold() for match in _WORD.finditer(text, start, verb[0])} & _PRONOUNS
    return SAME if pronouns else None


def speaker_behind(text: str, start: int, end: int) -> str | None:
    """The same of the words behind a quotation, to the end of their sentence; NAMELESS where they give no name."""
    end = next((stop.start() + 1 for stop in _stops(text, start, end)), end)
    spans = list(names_in(text, start, end))
    if (dash := _DASH.match(text, start, end)) and spans and spans[0][0] == dash.end():
        signed = _SIGNED.match(text, dash.end(), end)
        whole = signed[0].rstrip() if signed else ""
        return (
            whole if 0 < len(whole.split()) <= _MOST and not has_verb(whole, 0, len(whole)) else text[slice(*spans[0])]
        )
    if match := _ACCORDING.search(text, start, min(end, start + 80)):
        return next((text[a:b] for a, b in names_in(text, match.end(), end)), None)
    words = list(_WORD.finditer(text, start, end))[:16]
    verb = next((match for match in words if match[0].casefold().rstrip(".") in VERBS), None)
    if verb is None:
        return None
    if words[0] is verb:
        direct = [span for span in spans if not text[verb.end() : span[0]].strip(" ,") or _titled(text, verb, span)]
        return text[slice(*direct[0])] if direct else SAME if _pronoun(words[1:2]) else NAMELESS
    if before := [span for span in spans if span[1] <= verb.start()]:
        return text[slice(*before[0])]
    return SAME if _pronoun(words[:1]) else NAMELESS


def _titled(text: str, verb: re.Match[str], span: Span) -> bool:
    """`said the mayor, Marta Oyelaran`, `said defense secretary Mark Esper`: at most five small words between."""
    return len(text[verb.end() : span[0]].split()) <= 5


def _pronoun(words: list[re.Match[str]]) -> bool:
    return bool(words) and words[0][0].casefold() in _PRONOUNS


def _sentence_start(text: str, start: int, end: int) -> int:
    found = start
    for stop in _stops(text, start, end):
        found = stop.end()
    return found


def _stops(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """The ends of sentences; the points of initials and titles are none."""
    for match in _STOP.finditer(text, start, end):
        before = re.search(r"[\w.]{0,12}$", text[max(start, match.start() - 12) : match.start()])
        word = before[0].casefold() if before else ""
        if text[match.start()] != "." or not (0 < len(word) < 2 or "." in word or f"{word}." in TITLES):
            yield match


def _last(pattern: re.Pattern[str], text: str, start: int, end: int) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text, start, end):  # noqa: B007 - the last one is wanted
        pass
    return found


def _last_verb(text: str, start: int, end: int) -> Span | None:
    found = None
    for match in _WORD.finditer(text, start, end):
        if match[0].casefold().rstrip(".") in VERBS or match[0].casefold() == "put":
            found = match.span()
    return found


def has_verb(text: str, start: int, end: int) -> bool:
    """Whether the words hold one that ties a quotation to a speaker."""
    return _last_verb(text, start, end) is not None


_LEAD = re.compile(r"\s+(?:that\s+|:\s*|,\s*)?")
_TAIL = re.compile(r",\s+(?=(?:[^\W\d_a-z]|said\b|says\b|wrote\b|according\b))|\s+(?:—|–|--|―)\s+")


def bare_claim(text: str) -> tuple[Span, str | None]:
    """Of a text without quotation marks: where the words stand that somebody is said to have said, and who said them.

    `X said that …`, `According to X, …`, `X: …`, `…, X said` and `… — X`; the whole text and None otherwise.
    """
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    whole = (start, end)
    if match := _ACCORDING.match(text, start, end):
        for _, stop in names_in(text, match.end(), end):
            if text[stop : stop + 1] == ",":
                return _kept((stop + 1, end), text), text[match.end() : stop]
            break
    first = next(names_in(text, start, min(end, start + 120)), None)
    if first and first[0] - start <= 12 and (found := _behind_verb(text, first, end)):
        return _kept((found, end), text), text[slice(*first)]
    tails = list(_TAIL.finditer(text, max(start, end - 120), end))
    for tail in reversed(tails):
        rest = (tail.end(), end)
        names = list(names_in(text, *rest))
        dashed = "," not in tail[0]
        words = _WORD.findall(text, *rest)
        if not names or len(words) > 10:
            continue
        if (dashed and names[0][0] == rest[0] and len(words) <= 6) or (not dashed and _said_so(text, rest, names[0])):
            return (start, tail.start()), text[slice(*names[0])]
    return whole, None


def _said_so(text: str, rest: Span, name: Span) -> bool:
    words = list(_WORD.finditer(text, *rest))
    verbs = [match for match in words if match[0].casefold().rstrip(".") in VERBS]
    if _ACCORDING.match(text, *rest):
        return True
    return bool(verbs) and (verbs[0] is words[0] or (name[0] == rest[0] and verbs[-1] is words[-1]))


def _behind_verb(text: str, name: Span, end: int) -> int | None:
    """Where the words begin that a `NAME said (that)` or `NAME:` introduces."""
    at = name[1]
    if text[at : at + 1] == ":":
        return at + 1
    for match in _WORD.finditer(text, at, min(end, at + 60)):
        word = match[0].casefold()
        if text[at : match.start()].strip(" \u00a0"):
            return None
        at = match.end()
        if word in VERBS:
            lead = _LEAD.match(text, match.end(), end)
            return lead.end() if lead else None
        if word not in _HELPERS:
            return None
    return None


def _kept(span: Span, text: str) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    return start, end
