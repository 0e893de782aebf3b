"""Who the text says said what: rules that tie quoted stretches and clauses to a cue and a source.

One sentence (of the text around quotations) at a time, its cues from left to right; then what is quoted and still
nobody's.
"""

from index.extract import phrases
from index.extract.cued import by_cue
from index.extract.cues import Cue, find_cues
from index.extract.draft import Attribution, Draft, Sentence
from index.extract.marks import inner_words
from index.extract.phrases import Range
from index.extract.titles import is_markup, named_in_passing
from index.extract.tokens import Page
from index.extract.uncued import is_interview, leftovers, read_label
from index.extract.verbs import is_verb
from index.records import Kind

MOST_IN_SENTENCE = 60
"""Cues, and stretches, that one sentence may have: more is no sentence, and every rule looks at all of them."""


def find_attributions(page: Page) -> list[Attribution]:
    """The attributions of a page in the order of the text."""
    draft = draft_of(page)
    labelled = 0
    for sentence in sentences(draft):
        labelled = max(labelled, read_label(draft, sentence))
        if sentence.first < labelled:
            continue
        for at, cue in enumerate(sentence.cues):
            made = by_cue(draft, sentence, at, cue)
            if made:
                draft.add(sentence, made)
        leftovers(draft, sentence)
    for made in draft.out:
        made.content = merged(made.content)
        made.kind = kind_of(page, made)
    return _once(draft.out)


def draft_of(page: Page) -> Draft:
    """A page before anything on it is attributed."""
    text = page.article_text
    draft = Draft(page, [0 if is_markup(page, s) else sum(1 for _ in inner_words(text, s)) for s in page.stretches])
    draft.interview = is_interview(page)
    return draft


def sentences(draft: Draft) -> list[Sentence]:
    """The sentences of the text around quotations with their cues and stretches; titles in passing are set aside."""
    page = draft.page
    cues, at, number = find_cues(page), 0, 0
    out: list[Sentence] = []
    for first, stop in page.sentence_bounds:
        mine: list[Cue] = []
        while at < len(cues) and cues[at].first < stop:
            if cues[at].first >= first and is_verb(page, cues[at], first):
                mine.append(cues[at])
            at += 1
        quoted: list[int] = []
        while number < len(page.inside) and page.inside[number][0] < stop:
            if named_in_passing(draft, number):
                draft.passing.add(number)
            else:
                quoted.append(number)
            number += 1
        if stop <= first:
            continue
        if out and _belongs_to_quote(page, out[-1], first, stop, mine):
            last = out[-1]
            first, mine, quoted = last.first, last.cues + mine, last.stretches + quoted
            out.pop()
        out.append(Sentence(first, stop, mine[:MOST_IN_SENTENCE], quoted[:MOST_IN_SENTENCE]))
    return out


def _belongs_to_quote(page: Page, last: Sentence, first: int, stop: int, cues: list[Cue]) -> bool:
    """Whether "Smith said." begins after a quotation that asks or exclaims: “Why?” Smith said."""
    if not cues or last.stop != first or page.stretch[first - 1] < 0 or page.stretch[first] >= 0:
        return False
    cue = cues[0]
    if page.paragraph[first - 1] != page.paragraph[first] or cue.manner not in ("say", "tell") or cue.form == "ing":
        return False
    subject = phrases.subject_before(page, phrases.skip_back(page, cue.first, first)[0], first)
    if subject is None or subject[0] != first:
        return False
    after = page.low[cue.stop] if cue.stop < stop else "."
    if page.article_text[page.end[first - 1] - 2] == ".":
        return after in {".", ","}
    direct = after in {".", ",", "—"} or after in phrases.PREPOSITIONS | {"when", "while", "where", "the"}
    return (
        direct or cue.manner == "tell" or (cue.stop < stop and phrases.is_day(page, cue.stop)) or after.endswith("ly")
    )


def kind_of(page: Page, made: Attribution) -> Kind:
    """Whether all, some or none of the words reported stand in quotation marks."""
    tokens = [t for first, stop in made.content for t in range(first, stop)]
    inside = sum(page.stretch[t] >= 0 for t in tokens if page.is_word(t))
    if not inside:
        return "indirect"
    return (
        "direct"
        if inside == sum(page.is_word(t) for t in tokens) and made.pattern not in ("fragment", "named", "clause")
        else "mixed"
    )


def _once(found: list[Attribution]) -> list[Attribution]:
    """Each content once, in the order of the text: of several cues the first has it."""
    kept: dict[tuple[Range, ...], Attribution] = {}
    for made in found:
        kept.setdefault(tuple(made.content), made)
    for made in kept.values():
        if made.follows is not None:
            leader = kept.get(tuple(made.follows.content))
            made.follows = leader if leader is not made else None
    return sorted(kept.values(), key=lambda made: made.content)


def merged(content: list[Range]) -> list[Range]:
    """Pieces in order; those that touch are one."""
    out: list[Range] = []
    for first, stop in sorted(content):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(stop, out[-1][1]))
        else:
            out.append((first, stop))
    return out
