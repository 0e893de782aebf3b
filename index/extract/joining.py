"""What the network found, joined with what the marks and the page's form say.

The network ties words to cues. Left over are quoted stretches without a cue of their own (signed lines, what goes on
from the paragraph before) and transcripts, whose form says enough: for these the rules stand.
"""

import bisect

import numpy as np

from index.extract import phrases
from index.extract.attributions import draft_of, kind_of, merged, sentences
from index.extract.cued import by_cue
from index.extract.decoding import REPORTED
from index.extract.draft import Attribution, Draft, Sentence
from index.extract.network import Floats
from index.extract.phrases import Range
from index.extract.sentences import behind_dateline
from index.extract.titles import SHOUTS
from index.extract.tokens import DATELINES, Page
from index.extract.uncued import leftovers, read_label, signature

LEAST_TURNS = 3
"""So many paragraphs with "NAME:" in front make a transcript; fewer may be "UPDATE:" and the like."""
_MEANT = frozenset("$€£#[…") | {"..."}
"""Marks in front of words that belong to them."""
SURE = 0.9
"""From this probability of its anchor on what looks like a title is somebody's words after all."""
_BE = frozenset(["is", "are", "was", "were", "be", "been", "being"])
_EXPLETIVE = "there"
_JOINS = frozenset(["and", "or", ",", "but", "then", ";"])
_BY_FORM = frozenset(["signed", "shouts", "label"])


def join(page: Page, found: list[Attribution], reported: Floats) -> list[Attribution]:
    """All attributions of a page in the order of the text.

    found: the network's; reported: [tokens] its probability of each token being reported words.
    """
    draft = draft_of(page)
    parts = sentences(draft)
    transcript = draft.interview or _is_transcript(page, parts)
    found = sorted(found, key=lambda made: made.content)
    found = [_spoken_within(draft, parts, made) or made for made in found]
    for made in found:
        draft.claim(made)
    _ask_the_rules(draft, parts, found)
    at = turn_ends = 0
    for sentence in parts:
        if transcript:
            turn_ends = max(turn_ends, read_label(draft, sentence))
        while at < len(found) and found[at].content[0][0] < sentence.stop:
            if found[at].content[0][0] >= turn_ends:
                draft.out.append(found[at])
                sentence.made.append(found[at])
            at += 1
        if sentence.first >= turn_ends:
            _said_beside(draft, sentence)
            leftovers(draft, sentence)
    out = [made for made in draft.out if _stands(draft, made, reported)]
    datelines = _datelines(page)
    for made in out:
        made.content = _only_quoted(page, _trimmed(page, merged(made.content), datelines))
        if made.source is not None and [page.low[t] for t in range(*made.source)] == [_EXPLETIVE]:
            made.source, made.nobody = None, True
        made.source = made.source or _heard(page, made)
        _sign(page, made)
        made.nobody |= _tells_of_nobody(page, made)
        made.kind = kind_of(page, made)
        if made.kind == "mixed" and _names_a_title(draft, made):
            made.kind = "indirect"
    return sorted(out, key=lambda made: made.content)


def _ask_the_rules(draft: Draft, parts: list[Sentence], found: list[Attribution]) -> None:
    """A source for what the network left without one, and none where the cue says that it is not given.

    "Lee was asked whether …": Lee is asked, who asked is not said. A participle's source is in its own sentence:
    "Lee left, promising that … Roe came.".
    """
    of_cue = {t: made for made in found if made.cue is not None for t in range(*made.cue)}
    for sentence in parts:
        for at, cue in enumerate(sentence.cues):
            made = next((of_cue[t] for t in range(cue.first, cue.stop) if t in of_cue), None)
            if made is None or (made.source is not None and sentence.first > made.source[0]):
                continue
            beyond = made.source is not None and made.source[0] >= sentence.stop and cue.form == "ing"
            if made.source is not None and cue.first < made.source[0] < sentence.stop:
                continue
            rule = by_cue(draft, sentence, at, cue)
            if rule is None:
                continue
            if rule.nobody and not beyond:
                made.source, made.more_source, made.nobody, made.addressed = None, [], True, rule.addressed
            elif (made.source is None or beyond) and rule.source and not _overlap(rule.source, made.content):
                made.source, made.more_source = rule.source, []


def _spoken_within(draft: Draft, parts: list[Sentence], made: Attribution) -> Attribution | None:
    """“…,” Lee said on Monday, as the Echo reported: the marks are Lee's, where the network gave all of it to the Echo.

    Only what a content holds outside of marks, right behind them, can be such a source and cue.
    """
    page = draft.page
    for first, stop in made.content:
        if made.cue is None or not any(page.stretch[t] >= 0 for t in range(first, stop)):
            continue
        for sentence in parts:
            if sentence.stop <= first or sentence.first >= stop:
                continue
            for at, cue in enumerate(sentence.cues):
                rule = _of_quotation(draft, sentence, at) if first < cue.first < stop else None
                if rule is not None and all(_overlap(piece, made.content) for piece in [*rule.sources, *rule.content]):
                    return rule
    return None


def _said_beside(draft: Draft, sentence: Sentence) -> None:
    """What stands in marks and has "Lee said" right behind it is Lee's, also where the network saw nothing."""
    for at in range(len(sentence.cues)):
        rule = _of_quotation(draft, sentence, at)
        if rule is not None and not any(_overlap(rule.sources[0], made.content) for made in sentence.made):
            draft.claim(rule)
            draft.out.append(rule)
            sentence.made.append(rule)


def _of_quotation(draft: Draft, sentence: Sentence, at: int) -> Attribution | None:
    """“…,” Lee said: the rule's attribution by a cue outside of marks, where it is of this form and has a source."""
    cue = sentence.cues[at]
    if draft.page.stretch[cue.first] >= 0:
        return None
    rule = by_cue(draft, sentence, at, cue)
    return rule if rule is not None and rule.pattern == "quote-cue" and rule.source is not None else None


def _sign(page: Page, made: Attribution) -> None:
    """In a list of signed lines each one's name stands behind it, also where the network took the one before it."""
    number = page.stretch[made.content[-1][1] - 1]
    if made.pattern != "network" or number < 0 or made.content[-1][0] > page.inside[number][0]:
        return
    first, stop = page.inside[number]
    before = made.source is not None and made.source[0] < first
    if (first and page.paragraph[first - 1] == page.paragraph[first]) or not (before or made.source is None):
        return
    signed = signature(page, stop)
    if signed is not None and (signed[1] == len(page) or page.paragraph[signed[1]] != page.paragraph[first]):
        made.source, made.more_source, made.nobody = signed, [], False


def _tells_of_nobody(page: Page, made: Attribution) -> bool:
    """Whether the cue of an attribution without a source says itself that none is given: shouts, a passive, "asked".

    "Lee is expected to win", "asked about the bridge, Lee laughed": Lee expects and asks nothing.
    """
    if made.cue is None or made.source is not None:
        return False
    cue = page.low[slice(*made.cue)]
    return (
        (not _BE.isdisjoint(cue) and not page.stretches_in(made.content))
        or cue[0] == "asked"
        or not SHOUTS.isdisjoint(cue)
    )


def _heard(page: Page, made: Attribution) -> Range | None:
    """The source in "[Lee] can be heard asking …", where the network has all of the verb as the cue and no source."""
    if made.cue is None or made.source is not None:
        return None
    cue = page.low[slice(*made.cue)]
    if _BE.isdisjoint(cue) or not cue[-1].endswith("ing"):
        return None
    first = made.cue[0]
    subject = phrases.subject_before(page, first, page.sentence_bounds[page.sentence[first]][0])
    return subject if subject is not None and not _overlap(subject, made.content) else None


def _overlap(piece: Range, among: list[Range]) -> bool:
    return any(first < piece[1] and piece[0] < stop for first, stop in among)


def _datelines(page: Page) -> dict[int, int]:
    """By paragraph the first token behind its dateline."""
    out = {}
    for number in range(DATELINES):
        first, stop = bisect.bisect_left(page.paragraph, number), bisect.bisect_right(page.paragraph, number)
        if first < stop:
            start, end = page.span(first, stop)
            words = behind_dateline(page.article_text[start:end])
            if words:
                out[number] = bisect.bisect_left(page.start, start + words)
    return out


def _trimmed(page: Page, content: list[Range], datelines: dict[int, int]) -> list[Range]:
    """Each piece without a dateline or loose marks in front of it."""
    out = []
    for first, stop in content:
        words = datelines.get(page.paragraph[first], 0)
        if stop <= words and len(content) > 1:
            continue
        first = max(first, min(stop - 1, words))
        while (
            first < stop - 1 and page.stretch[first] < 0 and not page.is_word(first) and page.words[first] not in _MEANT
        ):
            first += 1
        out.append((first, stop))
    return out


def _only_quoted(page: Page, content: list[Range]) -> list[Range]:
    """“One” and “two” in two pieces: what joins quoted stretches is nobody's words."""
    out = []
    for first, stop in content:
        outside = [t for t in range(first, stop) if page.stretch[t] < 0]
        numbers = sorted(page.stretches_in([(first, stop)]))
        if len(numbers) > 1 and all(page.low[t] in _JOINS for t in outside):
            out += [page.inside[n] for n in numbers]
        else:
            out.append((first, stop))
    return out


def _names_a_title(draft: Draft, made: Attribution) -> bool:
    """Whether all that stands in marks is titles in passing, so that nothing is quoted."""
    return draft.page.stretches_in(made.content) <= draft.passing


def _is_transcript(page: Page, parts: list[Sentence]) -> bool:
    probe = Draft(page, [])
    for sentence in parts:
        read_label(probe, Sentence(sentence.first, sentence.stop, [], []))
        if len(probe.out) >= LEAST_TURNS:
            return True
    return False


def _stands(draft: Draft, made: Attribution, reported: Floats) -> bool:
    page = draft.page
    if made.pattern == "network":
        in_marks = all(page.stretch[t] >= 0 for first, stop in made.content for t in range(first, stop))
        return made.probability >= SURE or not in_marks or not _names_a_title(draft, made)
    if made.pattern in _BY_FORM:
        return True
    tokens = [t for first, stop in made.content for t in range(first, stop) if page.is_word(t)]
    made.probability = float(np.mean(reported[tokens]))
    return made.probability >= REPORTED
