"""What is known of quotations and articles while their witnesses are weighed, a few articles at a time."""

import datetime
import functools
import re

from index.archive import Archive
from index.records import Quotation
from index.settlement import Resolutions, Settlement, resolved, unnamed
from index.variants.asking import Telling
from index.witnesses import Report

_WORD = re.compile(r"[^\W_]+")
_MOST_FORMS = 6
_HONORIFICS = frozenset("mr mrs ms miss dr sen rep gov president senator secretary the".split())  # noqa: SIM905
_PRONOUNS = {
    **dict.fromkeys(("he", "him", "his"), "m"),
    **dict.fromkeys(("she", "her", "hers"), "f"),
    **dict.fromkeys("i me my we us our you your they them their it its who which that this".split(), ""),  # noqa: SIM905
}
"""Whose gender a pronoun tells."""
_REMEMBERED = 2000
"""Articles whose quotations are kept in memory meanwhile."""


class Testimony:
    """What is known of quotations and articles, a few articles at a time."""

    def __init__(self, archive: Archive, settlement: Settlement) -> None:
        self._archive = archive
        self._settlement = settlement
        self._quotations = functools.lru_cache(maxsize=_REMEMBERED)(self._read)
        self._text = functools.lru_cache(maxsize=_REMEMBERED // 10)(self._words_of)
        self._page = functools.lru_cache(maxsize=_REMEMBERED)(self._read_page)
        self._forms = functools.lru_cache(maxsize=_REMEMBERED)(self._forms_of)
        self._gender = functools.lru_cache(maxsize=_REMEMBERED)(self._gender_of)
        self._words = functools.lru_cache(maxsize=_REMEMBERED)(self._words_of_names)

    def report(self, member: Telling) -> Report | None:
        """What an article says of who said it; None where the quotation is not there."""
        quotations, resolutions = self._quotations(member.article_id)
        quotation = quotations.get(member.quotation_id)
        if quotation is None:
            return None
        who = resolved(quotation, resolutions)
        written, day = self._page(member.article_id)
        return Report(
            quotation=quotation.id,
            article=member.article_id,
            witness=member.witness,
            words=len(_WORD.findall(quotation.text)),
            kind=quotation.kind,
            person=who.person_id if who else None,
            name=who.name if who else quotation.speaker,
            type=who.type if who else unnamed(quotation),
            basis=quotation.basis,
            confidence=quotation.confidence,
            may_be=frozenset(key for key, _ in who.candidates) if who else frozenset(),
            text=_spaced(quotation.text).strip(),
            day=day,
            mention=" ".join(written[start:end] for start, end in quotation.source),
        )

    def fits(self, mention: str, person_id: str) -> bool:
        """Whether an article's words for somebody may name a person.

        They do where the person's whole name is among them, or where all of their capitalised words stand in the names.
        A pronoun fits everybody of its gender.
        """
        pronoun = _PRONOUNS.get(mention.casefold())
        if pronoun is not None:
            return not pronoun or self._gender(person_id) in ("", pronoun)
        said = _spaced(mention)
        if any(f" {form} " in said for form in self._forms(person_id) if " " in form):
            return True
        words = {word.casefold() for word in _WORD.findall(mention) if word[:1].isupper()} - _HONORIFICS
        return bool(words) and words <= self._words(person_id)

    def named(self, article_id: str, person_id: str) -> bool:
        """Whether an article names a person by any usual form."""
        words = self._text(article_id)
        return any(f" {form} " in words for form in self._forms(person_id))

    def _read(self, article_id: str) -> tuple[dict[str, Quotation], Resolutions]:
        quotations = self._archive.quotations(article_id)
        done = self._settlement.corrected(article_id, quotations, lambda: self._page(article_id)[0])
        return {one.id: one for one in done.quotations}, self._settlement.people.of_article(article_id)

    def _read_page(self, article_id: str) -> tuple[str, int | None]:
        """An article's text, and its day; what is not there has neither."""
        article = self._archive.article(article_id)
        if article is None:
            return "", None
        try:
            return article.text, datetime.date.fromisoformat(article.date or "").toordinal()
        except ValueError:
            return article.text, None

    def _words_of(self, article_id: str) -> str:
        return _spaced(self._page(article_id)[0])

    def _gender_of(self, person_id: str) -> str:
        return self._settlement.directory.gender(person_id)

    def _words_of_names(self, person_id: str) -> frozenset[str]:
        names = self._settlement.directory.names_of(person_id, _MOST_FORMS)
        return frozenset(word for name in names for word in _spaced(name).split())

    def _forms_of(self, person_id: str) -> frozenset[str]:
        names = self._settlement.directory.names_of(person_id, _MOST_FORMS)
        forms = {_spaced(name).strip() for name in names}
        if names and self._settlement.people.type(person_id) == "person":
            forms |= {form.rpartition(" ")[2] for form in forms}
        return frozenset(form for form in forms if len(form) > 1)


def _spaced(text: str) -> str:
    """A text's words in small letters, each between blanks."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "
