"""Quoted stretches that nobody says: titles of works and programmes, sub-headings, bits of markup."""

from index.extract import phrases
from index.extract.draft import Draft
from index.extract.marks import Stretch
from index.extract.tokens import Page
from index.extract.words import word_set

SHOUTS = frozenset(
    {"shouts", "chants", "cries", "calls", "chant", "cry", "shout", "chanting", "chanted", "yells", "screams"}
)
"""Nouns whose "of" a crowd's words follow."""
_TITLE_BEFORE = word_set(
    """
    book film movie song album novel show series article essay column play titled entitled called named
    headlined memoir documentary poem single bestseller program segment sitcom hit podcast
    """
)


def is_title(draft: Draft, number: int) -> bool:
    """Whether a stretch is a title's: every word of weight has a capital, none of them shouts."""
    page = draft.page
    first, stop = page.inside[number]
    inside = [t for t in range(first, stop) if page.is_word(t)]
    if first and page.low[first - 1] in _TITLE_BEFORE and len(inside) < 12:
        return True
    small = phrases.DETERMINERS | phrases.PREPOSITIONS | phrases.CONJUNCTIONS
    weighty = [t for t in inside if page.low[t] not in small]
    if (
        not inside
        or len(inside) > 15
        or not all(page.words[t][0].isupper() or page.words[t].isdigit() for t in weighty)
    ):
        return False
    if all(page.words[t].isupper() for t in weighty) or (page.words[stop - 2] in {"!", "?"} and len(weighty) < 4):
        return False
    return len(weighty) > 1 or (first > 0 and page.low[first - 1] in {"'s", "on", "in"} and len(inside) > 1)


def is_heading(draft: Draft, number: int) -> bool:
    """Whether a stretch is a paragraph of its own that no punctuation ends."""
    page = draft.page
    first, stop = page.inside[number]
    starts = not first or page.paragraph[first - 1] != page.paragraph[first]
    ends = stop >= len(page) or page.paragraph[stop] != page.paragraph[first]
    return starts and ends and page.is_word(stop - 2)


def named_in_passing(draft: Draft, number: int) -> bool:
    """Whether a stretch is a title inside a sentence: ABC's “This Week.”"""
    page = draft.page
    first = page.inside[number][0]
    before = page.low[first - 1] if first else ""
    if before == "of" and page.low[first - 2] in SHOUTS:
        return False
    if before in ("and", ","):
        return number - 1 in draft.passing and page.inside[number - 1][1] == first - 1 and is_title(draft, number)
    return before in phrases.PREPOSITIONS | phrases.DETERMINERS | {"'s"} | _TITLE_BEFORE and is_title(draft, number)


def is_markup(page: Page, stretch: Stretch) -> bool:
    """Whether a stretch is an attribute of a tag, or an address."""
    text = page.article_text
    return text[stretch.start - 1 : stretch.start] == "=" or "://" in text[stretch.start : stretch.start + 10]
