"""Noun phrases beside a cue, found without a parser: who may be its source.

Ranges are tokens of a page, [first, stop). A phrase is bounded by punctuation, quotations and the closed classes of
words below; inside, nothing is analysed.
"""

import re
from typing import TypeAlias

from index.extract.tokens import Page
from index.extract.words import DETERMINERS as DETERMINERS
from index.extract.words import PRONOUNS as PRONOUNS
from index.extract.words import word_set

Range: TypeAlias = tuple[int, int]

LONGEST = 40
"""Tokens that one source may take up, with its apposition."""

RELATIVE = word_set("who which that whom whose")
DAYS = word_set(
    """
    monday tuesday wednesday thursday friday saturday sunday today yesterday tonight january february march
    april may june july august september october november december jan feb aug sept oct nov dec jan. feb. aug.
    sept. oct. nov. dec. week month year morning afternoon evening night
    """
)
AUXILIARY = word_set(
    """
    has have had is was were are been be being will would could should can may might must did does do not n't
    also then later earlier once previously soon again still now just never ever even often always since 's 'd
    've 're 'll 'm hasn't haven't hadn't didn't doesn't don't wouldn't won't isn't wasn't weren't aren't couldn't
    famously instead too twice first already both all himself herself themselves thus simply
    """
)
PREPOSITIONS = word_set(
    """
    in on at by of for from with to about after before during over under into through against among amid as
    between via across within without despite since until upon toward towards outside inside following near
    around per like because throughout beyond than
    """
)
CONJUNCTIONS = word_set("and but or nor yet so plus")
SUBORDINATORS = word_set(
    """
    that because when while if although though whether where which who whom whose what how why than unless once
    whereas whenever whatever after before since until as
    """
)
PLURAL_PEOPLE = word_set(
    """
    officials lawmakers voters critics aides supporters experts analysts residents leaders members sources
    allies protesters senators workers authorities politicians strategists activists advisers fans reporters
    police
    """
)
_VERBS = word_set(
    """
    took made gave went came saw got left won lost met sat ran began held kept sent spent stood led brought
    built bought caught fought sought taught thought heard put set cut hit let shut quit paid laid struck spoke
    broke chose drove rose wrote rode threw grew knew drew flew wore swore tore told sold felt dealt meant said
    found fell understood stuck shook woke sang rang says thinks believes wants
    """
)
_STOP = frozenset(",;:()[]{}.?!…—–|/*•") | {"--", "-", "...", "``", "''"}
_FORMS_OF_BE = word_set("is was were are been be being 's 're get got getting")
_CAPITAL = re.compile(r"[^\W\d_]")


def is_capital(page: Page, at: int) -> bool:
    """Whether a token begins with a capital letter (or is a handle)."""
    word = page.words[at]
    return word[0].isupper() or (word[0] == "@" and len(word) > 1)


def is_day(page: Page, at: int) -> bool:
    """Whether a token is a day, a month or a stretch of a day."""
    return page.low[at] in DAYS


def bounded(page: Page, at: int) -> bool:
    """Whether a token cannot stand inside a noun phrase: punctuation or part of a quotation."""
    return page.stretch[at] >= 0 or page.words[at] in _STOP


def skip_back(page: Page, at: int, low: int) -> tuple[int, bool]:
    """Over the auxiliaries, adverbs and days in front of a verb at `at`; True where a form of "be" was among them."""
    passive = False
    while at > low and page.stretch[at - 1] < 0:
        word = page.low[at - 1]
        if word in AUXILIARY or (word.endswith("ly") and word not in ("family", "ally", "kelly", "italy", "reilly")):
            passive = word in _FORMS_OF_BE if not passive and word in AUXILIARY else passive
            at -= 1
        elif is_day(page, at - 1) and at - 1 > low:
            at -= 1
            if at > low and page.low[at - 1] in ("on", "late", "early", "last", "this", "in"):
                at -= 1
        elif word.isdigit() and at - 2 > low and is_day(page, at - 2):
            at -= 1
        else:
            break
    return at, passive


def subject_before(page: Page, at: int, low: int) -> Range | None:
    """The phrase that ends where a verb's auxiliaries begin (token `at`) and does not reach below `low`."""
    if at <= low:
        return None
    last = at - 1
    if page.low[last] in PRONOUNS | {"which"}:
        return last, at
    if page.words[last] == ",":
        return _with_apposition(page, last, low)
    if page.words[last] in ")]" and page.stretch[last] < 0:
        opening = _opening_bracket(page, last, low)
        if opening is None:
            return None
        before = _phrase_back(page, opening, low)
        return (before[0], at) if before else None
    return _phrase_back(page, at, low)


def _opening_bracket(page: Page, last: int, low: int) -> int | None:
    for k in range(last - 1, max(low, last - 15) - 1, -1):
        if page.words[k] in "([":
            return k
    return None


def _with_apposition(page: Page, comma: int, low: int) -> Range | None:
    """ "Ann Lee, a lawyer for the town," -> all of it; the comma at `comma` comes just before the verb."""
    for k in range(comma - 1, max(low, comma - LONGEST) - 1, -1):
        if page.stretch[k] >= 0:
            break
        if page.words[k] == "," and k > low:
            name = subject_before(page, k, low) if page.words[k - 1] != "," else None
            if name and (name[0] > low or page.low[name[0]] not in PREPOSITIONS) and _looks_like_phrase(page, name):
                return name[0], comma
            break
    return _phrase_back(page, comma, low)


def _looks_like_phrase(page: Page, found: Range) -> bool:
    return is_capital(page, found[1] - 1) or page.low[found[0]] in DETERMINERS or page.words[found[1] - 1] in ")]"


def _phrase_back(page: Page, stop: int, low: int) -> Range | None:
    first = stop
    while first > low and stop - first < LONGEST // 2:
        k = first - 1
        if bounded(page, k) or page.low[k] in SUBORDINATORS:
            break
        if page.low[k] in CONJUNCTIONS and not (
            k > low
            and first < stop
            and not bounded(page, k - 1)
            and is_capital(page, k - 1) == is_capital(page, first)
            and page.low[k] in ("and", "or", "&")
        ):
            break
        if page.low[k] in AUXILIARY and page.low[k] not in ("'s", "first", "all", "both", "once"):
            break
        first = k
    return _trimmed(page, first, stop)


def _trimmed(page: Page, first: int, stop: int) -> Range | None:
    """Without the adverbs, conjunctions and prepositional phrase in front."""
    while first < stop and (
        page.low[first] in CONJUNCTIONS
        or (page.low[first] in AUXILIARY and not is_capital(page, first))
        or (page.low[first].endswith("ly") and stop - first > 1)
    ):
        first += 1
    if first < stop and page.low[first] in PREPOSITIONS:
        starts = [
            k
            for k in range(first + 1, stop)
            if (page.low[k] in DETERMINERS or page.low[k] in PRONOUNS or is_capital(page, k))
            and page.low[k - 1] not in PREPOSITIONS | DETERMINERS
            and not (is_capital(page, k) and (is_capital(page, k - 1) or page.words[k - 1] == "."))
            and not is_day(page, k)
        ]
        if not starts:
            return None
        first = starts[-1]
    while stop > first and (is_day(page, stop - 1) or page.low[stop - 1] in ("on", "late", "early", "last")):
        stop -= 1
    if first >= stop or not any(page.is_word(k) for k in range(first, stop)):
        return None
    return first, stop


def subject_after(page: Page, at: int, high: int, *, with_apposition: bool = True) -> Range | None:
    """The phrase that begins at token `at`, with an apposition, and stops before `high`: "said [the mayor, a …]"."""
    if at >= high or bounded(page, at) or page.low[at] in SUBORDINATORS | PREPOSITIONS | CONJUNCTIONS:
        return None
    if page.low[at] in PRONOUNS:
        return at, at + 1
    stop = at
    while stop < high and stop - at < LONGEST // 2 and not _ends_phrase(page, stop, at):
        stop += 1
    if stop == at:
        return None
    if stop < high and page.words[stop] == "(" and is_capital(page, stop - 1):
        closing = next((k for k in range(stop, min(high, stop + 12)) if page.words[k] == ")"), None)
        stop = closing + 1 if closing is not None else stop
    apposition = _apposition_after(page, stop, high) if with_apposition else None
    return at, apposition or stop


def _ends_phrase(page: Page, k: int, first: int) -> bool:
    word = page.low[k]
    if bounded(page, k) or word in SUBORDINATORS or word in ("in", "on", "during", "after", "before", "by", "told"):
        return True
    if (word in AUXILIARY and word not in ("'s", "first")) or (is_day(page, k) and k > first):
        return True
    return word in CONJUNCTIONS and not (k + 1 < len(page) and is_capital(page, k - 1) and is_capital(page, k + 1))


def _apposition_after(page: Page, stop: int, high: int) -> int | None:
    """Where ", a lawyer for the town" ends, when it stands at `stop`."""
    if stop + 1 >= high or page.words[stop] != "," or not is_capital(page, stop - 1):
        return None
    if page.low[stop + 1] not in {
        "a",
        "an",
        "the",
        "who",
        "his",
        "her",
        "whose",
        "one",
        "chief",
        "president",
        "director",
    }:
        return None
    end = stop + 1
    while (
        end < high
        and end - stop < LONGEST
        and page.stretch[end] < 0
        and page.words[end] not in {",", ".", ";", ":", "—", "--"}
    ):
        end += 1
    return end


def main_subject(page: Page, first: int, stop: int) -> Range | None:
    """The subject of a sentence's main clause as far as its surface tells, before token `stop`: the first phrase that a
    verb follows and no preposition or subordinator opens."""
    fallback = None
    at: int | None = first
    while at is not None and at < stop:
        found = _subject_at(page, at, stop)
        if found is not None:
            if found[1] < stop and page.stretch[found[1]] < 0 and _verb_like(page, found[1]):
                return found
            fallback = fallback or found
        at = next(
            (k + 1 for k in range(at, stop) if page.words[k] in {",", "—", "--", ")"} and page.stretch[k] < 0), None
        )
    return fallback


def _subject_at(page: Page, at: int, stop: int) -> Range | None:
    while at < stop and (bounded(page, at) or page.low[at] in CONJUNCTIONS or page.low[at].endswith("ly")):
        at += 1
    if at >= stop or page.low[at] in PREPOSITIONS | SUBORDINATORS or is_day(page, at) or page.low[at].endswith("ing"):
        return None
    if page.low[at] in PRONOUNS:
        return at, at + 1
    end = at
    while (
        end < stop and end - at < LONGEST // 2 and not bounded(page, end) and not (end > at and _verb_like(page, end))
    ):
        if end > at and page.low[end] in SUBORDINATORS | PREPOSITIONS - {"of", "for"}:
            break
        end += 1
    if page.low[end - 1] in {"and", "of", "for"}:
        end -= 1
    if end <= at:
        return None
    return at, _closing_apposition(page, end, stop) or end


def _verb_like(page: Page, at: int) -> bool:
    """Whether a word looks like the verb that ends a subject."""
    word = page.low[at]
    if not page.words[at].islower() or word == "'s":
        return False
    if word.endswith("ly") and at + 1 < len(page) and _verb_like(page, at + 1):
        return True
    if word in _VERBS or word in AUXILIARY - {"'s", "first", "all", "both"} or (word.endswith("ed") and len(word) > 4):
        return True
    return is_capital(page, at - 1) and word.endswith("s") and not word.endswith("ss") and word not in PLURAL_PEOPLE


def _closing_apposition(page: Page, comma: int, stop: int) -> int | None:
    """Where an apposition between two commas ends, when its first comma stands at `comma`."""
    if comma >= stop or page.words[comma] != ",":
        return None
    for k in range(comma + 1, min(stop, comma + 15)):
        if page.stretch[k] >= 0:
            return None
        if page.words[k] == ",":
            return k + 1 if k + 1 < stop and _verb_like(page, k + 1) else None
    return None


def skip_adverbials(page: Page, at: int, limit: int) -> int:
    """Past the day, the place and the manner that may stand between a cue and its clause."""
    start = at
    while at < limit and page.stretch[at] < 0:
        word = page.low[at]
        if is_day(page, at) or (word.endswith("ly") and at + 1 < limit):
            at += 1
        elif word in ("on", "in", "at", "during", "to", "late", "early", "last") and at + 1 < limit:
            end = _short_phrase(page, at, limit)
            if end is None:
                break
            at = end
        elif word in ("reporters", "supporters", "voters") or (word.isdigit() and at > start):
            at += 1
        else:
            break
    return at


def _short_phrase(page: Page, at: int, limit: int) -> int | None:
    """Where "on Tuesday", "in a statement", "at a rally in Ohio" ends; None when it runs on."""
    k = at + 1
    while k < limit and k - at < 9 and page.stretch[k] < 0:
        word = page.low[k]
        if word == "that" or page.words[k] in {",", ":", "."}:
            return k
        if is_day(page, k):
            return k + 1
        if word in ("statement", "interview", "speech", "news conference", "tweet", "email", "letter", "reporters"):
            return k + 1
        if word in PRONOUNS and k > at + 1:
            return k
        k += 1
    return k if k >= limit else None
