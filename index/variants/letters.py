"""The same words in several places: which quotations are versions of one another.

For now versions are the same letter for letter, case, marks and punctuation aside.
"""

import collections
import dataclasses
import hashlib
import re
from collections.abc import Iterable

from index.records import Quotation

# As `index.identity` has it, which loads a language model's library: what only reads versions does without.
_NAMED = frozenset({"person", "organization", "group"})

_MIN_WORDS = 4
"""Shorter quotations ("no comment") are said anew by many, so equal words prove nothing."""

_WORD = re.compile(r"[^\W_]+")


@dataclasses.dataclass(slots=True)
class VariantGroup:
    """Quotations of the same words: how many, and the earliest date of one (None where none has a date)."""

    count: int = 0
    first: str | None = None
    speakers: dict[str, set[str]] = dataclasses.field(default_factory=dict)
    """Whom they are given to, by name, in which articles (ids); only of quotations with marks, since others are a
    reporter's words."""

    def rivals(self, quotation: Quotation) -> tuple[tuple[str, float], ...]:
        """Whom other articles give the same words to, each with its share of the group, the commonest first.

        A name that shares a word with this quotation's speaker may be the same person in short and is no rival.
        """
        if quotation.speaker is None or quotation.kind == "indirect":
            return ()
        own = set(_WORD.findall(quotation.speaker.casefold()))
        found = [
            (len(articles), name)
            for name, articles in self.speakers.items()
            if articles - {quotation.article_id} and own.isdisjoint(_WORD.findall(name.casefold()))
        ]
        return tuple((name, round(count / self.count, 3)) for count, name in sorted(found, key=lambda f: (-f[0], f[1])))


class Variants:
    """The groups of a collection; add every quotation first, then ask."""

    def __init__(self) -> None:
        self._groups: dict[str, VariantGroup] = collections.defaultdict(VariantGroup)

    def add(self, quotations: Iterable[Quotation], date: str | None) -> None:
        """Counts an article's quotations."""
        for quotation in quotations:
            group = self._groups[variant_id(quotation)]
            group.count += 1
            if quotation.speaker is not None and quotation.speaker_type in _NAMED and quotation.kind != "indirect":
                group.speakers.setdefault(quotation.speaker, set()).add(quotation.article_id)
            if date is not None and (group.first is None or date < group.first):
                group.first = date

    def group(self, quotation: Quotation) -> VariantGroup:
        """The group that a quotation belongs to; KeyError where it was never added."""
        return self._groups[variant_id(quotation)]


def variant_id(quotation: Quotation) -> str:
    """16 hex digits that quotations of the same words share; one's own where it is too short to compare."""
    words = _WORD.findall(quotation.text.casefold().replace("’", "").replace("'", ""))
    if len(words) < _MIN_WORDS:
        return quotation.id
    return hashlib.sha256(" ".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:16]
