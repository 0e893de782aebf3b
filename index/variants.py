"""The same words in several places: which quotations are versions of one another.

For now versions are the same letter for letter, case, marks and punctuation aside.
"""

import collections
import dataclasses
import hashlib
import re
from collections.abc import Iterable

from index.records import Quotation

_MIN_WORDS = 4
"""Shorter quotations ("no comment") are said anew by many, so equal words prove nothing."""

_WORD = re.compile(r"[^\W_]+")


@dataclasses.dataclass(slots=True)
class VariantGroup:
    """Quotations of the same words: how many, and the earliest date of one (None where none has a date)."""

    count: int = 0
    first: str | None = None


class Variants:
    """The groups of a collection; add every quotation first, then ask."""

    def __init__(self) -> None:
        self._groups: dict[str, VariantGroup] = collections.defaultdict(VariantGroup)

    def add(self, quotations: Iterable[Quotation], date: str | None) -> None:
        """Counts an article's quotations."""
        for quotation in quotations:
            group = self._groups[variant_id(quotation)]
            group.count += 1
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
