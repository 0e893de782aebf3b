"""What settling asks of the groups: which ones some articles have part in, and who is in them."""

import dataclasses
import sqlite3
from collections.abc import Iterable, Iterator

from index.variants import store


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A quotation of a group, and which witness tells it: copies of one text are one witness."""

    quotation_id: str
    article_id: str
    witness: int


_GROUPS_IN = """
    SELECT DISTINCT g.id FROM variant_articles a JOIN variant_sayings s ON s.article = a.number
    JOIN variant_forms f ON f.number = s.form JOIN variant_groups g ON g.number = f.grouped WHERE a.id IN (?)
"""
_TELLINGS = """
    SELECT s.quotation, a.id, s.witness FROM variant_groups g JOIN variant_forms f ON f.grouped = g.number
    JOIN variant_sayings s ON s.form = f.number JOIN variant_articles a ON a.number = s.article
    WHERE g.id = ? ORDER BY a.date IS NULL, a.date, a.id, s.number
"""


def groups_in(connection: sqlite3.Connection, article_ids: Iterable[str]) -> set[str]:
    """The ids of the groups that quotations of these articles are in."""
    return {str(row[0]) for row in store.chosen(connection, _GROUPS_IN, article_ids)}


def tellings(connection: sqlite3.Connection, group_id: str) -> Iterator[Telling]:
    """The quotations of a group in order of date; none where there is no such group."""
    for quotation, article, witness in connection.execute(_TELLINGS, (group_id,)):
        yield Telling(quotation_id=store.shown_id(quotation), article_id=article, witness=witness)
