"""Quotations without a cue: transcripts, signed lines, shouts, and what goes on from before."""

import re

from index.extract import phrases, words
from index.extract.draft import Attribution, Draft, Sentence
from index.extract.phrases import Range
from index.extract.titles import SHOUTS, is_heading, is_title
from index.extract.tokens import Page
from index.extract.words import word_set

_TURNS = ("Q.", "A.")
_NOBODY = word_set(
    "there here then now yes no further likewise however moreover instead meanwhile indeed perhaps maybe"
)
"""Capitals that open a sentence and name nobody."""
_LOOSE_MARKS = frozenset({'"', "”", "“", "''"})
_TELLS_OF = words.ISSUED | {"statements", "messages", "posts", "letters"}


def read_label(draft: Draft, sentence: Sentence) -> int:
    """Where the words after a transcript's "NAME:", "Q:" or "Q." end, when one opens this sentence; else 0."""
    page, first = draft.page, sentence.first
    if first and page.paragraph[first - 1] == page.paragraph[first]:
        return 0
    if draft.interview and page.words[first] in _TURNS:
        stop = _paragraph_end(page, first)
        draft.add(sentence, Attribution([(first + 1, stop)], None, (first, first + 1), "label"))
        return stop
    colon = next(
        (k for k in range(first, min(first + 6, sentence.stop)) if page.words[k] == ":" and page.stretch[k] < 0),
        None,
    )
    if colon is None or colon == first:
        return 0
    names = [page.words[k] for k in range(first, colon) if page.is_word(k)]
    if not names or not all(re.sub(r"[.'’]", "", name).isupper() for name in names):
        return 0
    if len(names) == 1 and len(names[0]) < 2 and names[0] not in ("Q", "A"):
        return 0
    stop = _paragraph_end(page, first)
    if stop - colon < 3:
        return 0
    draft.add(sentence, Attribution([(colon + 1, stop)], (colon, colon + 1), (first, colon), "label"))
    return stop


def is_interview(page: Page) -> bool:
    """Whether paragraphs begin with "Q." more than once, so that "A." is an answer and no initial."""
    begins = (t for t in range(len(page)) if t == 0 or page.paragraph[t] != page.paragraph[t - 1])
    return sum(page.words[t] == "Q." for t in begins) > 1


def _paragraph_end(page: Page, first: int) -> int:
    stop = first + 1
    while stop < len(page) and page.paragraph[stop] == page.paragraph[first]:
        stop += 1
    return stop


def leftovers(draft: Draft, sentence: Sentence) -> None:
    """The quoted stretches of a sentence that no cue has claimed."""
    page = draft.page
    alone = not any(page.is_word(t) and page.stretch[t] < 0 for t in range(sentence.first, sentence.stop))
    for number in sentence.stretches:
        if number not in draft.claimed:
            made = _without_cue(draft, sentence, number, alone)
            if made:
                draft.add(sentence, made)


def _without_cue(draft: Draft, sentence: Sentence, number: int, alone: bool) -> Attribution | None:
    page = draft.page
    first, stop = page.inside[number]
    previous = draft.out[-1] if draft.out else None
    shouts = _shouts(draft, first, sentence.first)
    if shouts:
        return Attribution([(first, stop)], shouts, None, "shouts", nobody=True)
    if draft.word_counts[number] < 2 or (draft.word_counts[number] < 15 and is_title(draft, number)):
        return None
    if alone and draft.word_counts[number] < 5 and is_heading(draft, number):
        return None
    if alone or first == sentence.first:
        signed = signature(page, stop)
        if signed:
            return Attribution([(first, stop)], None, signed, "signed")
        if not alone and page.article_text[page.stretches[number].end - 2] == ",":
            source = phrases.subject_after(page, stop, sentence.stop)
            return Attribution([(first, stop)], None, source, "opened")
        if previous and _goes_on(draft, previous, first):
            return _continued(draft, previous, number)
    opening = (first > sentence.first and page.words[first - 1] in {":", ","}) or first == sentence.first
    if draft.word_counts[number] < 4 and not opening and not any(made.cue for made in sentence.made):
        return None
    source = _inherited_for(draft, sentence, first)
    if alone:
        source = _announced(draft, first)
        return Attribution([(first, stop)], None, source, "alone", follows=None if source else previous)
    return Attribution(
        [(first, stop)], None, source, "opened" if opening else "fragment", follows=None if source else previous
    )


def _inherited_for(draft: Draft, sentence: Sentence, first: int) -> Range | None:
    for made in reversed(sentence.made):
        if made.source and made.source[0] < first:
            return made.source
    return _speaking(draft, phrases.main_subject(draft.page, sentence.first, first))


def _speaking(draft: Draft, found: Range | None) -> Range | None:
    """A phrase that was only guessed, when its last word may be somebody who speaks."""
    if found is None:
        return None
    page, word = draft.page, draft.page.low[found[1] - 1]
    speaks = word in {"he", "she", "they"} | words.ROLES | words.PEOPLE | words.BODIES | words.SPOKES
    capital = phrases.is_capital(page, found[1] - 1) and word not in phrases.DETERMINERS | phrases.AUXILIARY | _NOBODY
    return found if speaks or capital or page.words[found[1] - 1] in ")]" else None


def _announced(draft: Draft, first: int) -> Range | None:
    """The subject of the sentence right before, when that one ends in a colon, tells of a tweet or a statement, or
    stands in the same paragraph."""
    page = draft.page
    if not first or page.stretch[first - 1] >= 0:
        return None
    begin = page.sentence_bounds[page.sentence[first - 1]][0]
    same = page.paragraph[first - 1] == page.paragraph[first]
    tells = any(page.low[t] in _TELLS_OF and page.stretch[t] < 0 for t in range(begin, first))
    if same or tells or page.words[first - 1] == ":":
        return _speaking(draft, phrases.main_subject(page, begin, first - 1))
    return None


def _goes_on(draft: Draft, previous: Attribution, first: int) -> bool:
    """Whether a stretch at token `first` may be the rest of what `previous` reports: nothing but that one's own
    sentence lies between, in this paragraph or the one before."""
    page = draft.page
    if page.paragraph[first] - page.paragraph[previous.last] > 1:
        return False
    ends = max(previous.last, previous.cue[1] - 1 if previous.cue else 0)
    return first == 0 or page.sentence[first - 1] == page.sentence[ends]


def _continued(draft: Draft, previous: Attribution, number: int) -> Attribution | None:
    page = draft.page
    piece = page.inside[number]
    same = page.paragraph[piece[0]] == page.paragraph[previous.last]
    quoted = page.stretch[previous.last] >= 0
    if same and quoted and previous.pattern in ("quote-cue", "cue-quote", "alone", "opened", "continued", "network"):
        previous.content.append(piece)
        draft.claimed[number] = previous
        return None
    return Attribution([piece], previous.cue, previous.source, "continued", follows=previous, nobody=previous.nobody)


def signature(page: Page, stop: int) -> Range | None:
    """The name in “…” — [Ann Lee], 25, of Leeds: behind a dash at token `stop`, a loose mark aside."""
    while stop < len(page) and page.words[stop] in _LOOSE_MARKS:
        stop += 1
    if stop + 1 >= len(page) or page.words[stop] not in {"—", "–", "―", "-", "--", "~"}:
        return None
    if not phrases.is_capital(page, stop + 1) or page.stretch[stop + 1] >= 0:
        return None
    end = stop + 1
    while (
        end < len(page)
        and page.paragraph[end] == page.paragraph[stop + 1]
        and phrases.is_capital(page, end)
        and page.stretch[end] < 0
    ):
        end += 1
    return stop + 1, end


def _shouts(draft: Draft, first: int, low: int) -> Range | None:
    """The cue in "amid shouts of “…” and “…”"."""
    page = draft.page
    if first - low < 2:
        return None
    if page.low[first - 1] == "of" and page.low[first - 2] in SHOUTS:
        return first - 2, first
    before = draft.claimed.get(page.stretch[first - 2]) if page.low[first - 1] in ("and", ",") else None
    return before.cue if before is not None and before.pattern == "shouts" else None
