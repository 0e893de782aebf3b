"""Whether a form that may be a noun or an adjective stands where a verb stands: "claims", "said", "report"."""

from index.extract import phrases
from index.extract.cues import NOUN_LIKE, Cue
from index.extract.phrases import Range
from index.extract.tokens import Page


def is_verb(page: Page, cue: Cue, low: int) -> bool:
    """Whether a form that may be a noun or an adjective stands where a verb stands."""
    at = cue.first
    before = page.low[at - 1] if at > low else ""
    if cue.manner == "according" or cue.text == "'s words":
        return True
    if before == "to" or before in ("let", "let's"):
        return at + 1 < len(page) and page.stretch[at + 1] >= 0 and cue.manner != "act"
    if cue.form == "s" and before in phrases.DETERMINERS:
        return False
    if cue.form == "past" and at == low and cue.manner in ("say", "tell", "act", "name"):
        return False
    if cue.text in NOUN_LIKE and cue.form in ("s", "base") and not _said_by_name(page, cue, low):
        return False
    if cue.text in NOUN_LIKE or cue.form == "base" or (cue.form == "past" and cue.manner in ("act", "name")):
        if before in phrases.DETERMINERS | {"'s", "'", "new", "of"} and cue.form != "past":
            return False
        if at > low and phrases.is_capital(page, at) and cue.form != "past":
            return False
        if cue.form in ("base", "s", "ing") and before in phrases.PREPOSITIONS and cue.form != "ing":
            return False
    if cue.form == "base":
        subject = phrases.subject_before(page, phrases.skip_back(page, at, low)[0], low)
        return subject is not None and _plural(page, subject)
    return True


def _said_by_name(page: Page, cue: Cue, low: int) -> bool:
    """Whether a form that is as often a noun has a subject and an object that only a verb has."""
    at, _ = phrases.skip_back(page, cue.first, low)
    after = page.low[cue.stop] if cue.stop < len(page) else ""
    says = after in {"that", ":"} or (cue.stop < len(page) and page.stretch[cue.stop] >= 0)
    if at <= low:
        return False
    return page.low[at - 1] in phrases.PRONOUNS or (
        (phrases.is_capital(page, at - 1) or says) and page.words[at - 1] != ","
    )


def _plural(page: Page, subject: Range) -> bool:
    last = subject[1] - 1
    if page.low[last] in {"they", "we", "i", "you", "who", "people", "many", "some", "others", "most", "critics"}:
        return True
    between = page.low[subject[1]] if subject[1] < len(page) else ""
    if between in phrases.AUXILIARY and between not in {"also", "now", "still"}:
        return True
    return page.low[last].endswith("s") and not page.low[last].endswith("ss") and not phrases.is_capital(page, last)
