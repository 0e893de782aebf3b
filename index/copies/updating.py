"""Articles in, copies kept up to date: what a run adds or takes away touches only what is like it."""

import functools
import hashlib
import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from index.copies.likeness import FEWEST_WORDS, Hashes, Traits, alike, comparable, traits
from index.records import Article
from index.variants import prints, store

_BATCH = 1000
_EVERY, _EVERY_OF_SHORT, _SHORT = 8, 2, 250
"""Of a text's stretches every eighth, by its hash, is looked up to find what may be like it; of short ones half."""
_SHARED = 0.2
"""Of the looked up stretches of the text with fewer, so many must be shared for the texts to be compared: half of what
copies share."""
_REMEMBERED = 2000
"""Texts whose traits are kept in memory meanwhile."""


def update(
    connection: sqlite3.Connection,
    fresh: Iterable[Article],
    gone: Sequence[str],
    *,
    find: Callable[[str], Article | None],
) -> set[str]:
    """Takes out the articles `gone` (ids), adds `fresh`, and gives the ids of articles that are now copies of another
    one than before. An article that was read again is both; `find` gives an article that was added earlier.

    Nothing is committed. Of the same collection it makes the same, whatever came first.
    """
    touched = _forget(connection, gone)
    asked = _Asked(connection, find)
    articles = iter(fresh)
    while batch := list(itertools.islice(articles, _BATCH)):
        touched |= _take_in(connection, batch, asked)
    return _settle(connection, touched, gone)


class _Asked:
    """The traits of forms, by their numbers, read from an article that has them."""

    def __init__(self, connection: sqlite3.Connection, find: Callable[[str], Article | None]) -> None:
        self._connection, self._find = connection, find
        self.of = functools.lru_cache(maxsize=_REMEMBERED)(self._read)

    def _read(self, form: int) -> Traits | None:
        row = self._connection.execute("SELECT min(id) FROM copy_articles WHERE form = ?", (form,)).fetchone()
        article = self._find(row[0]) if row and row[0] is not None else None
        return traits(_words_of(article)) if article else None


def _words_of(article: Article) -> str:
    return article.text[article.body :]


def _forget(connection: sqlite3.Connection, gone: Sequence[str]) -> set[int]:
    """Takes articles out; the forms that lost some, and what was like forms that are no more."""
    lost = {row[0] for row in store.chosen(connection, "SELECT form FROM copy_articles WHERE id IN (?)", gone)}
    store.each(connection, "DELETE FROM copy_articles WHERE id IN (?)", gone)
    still = {row[0] for row in store.chosen(connection, "SELECT form FROM copy_articles WHERE form IN (?)", lost)}
    dead = lost - still
    touched = still | _neighbours(connection, dead)
    for side in ("low", "high"):
        store.each(connection, f"DELETE FROM copy_edges WHERE {side} IN (?)", dead)  # noqa: S608
    store.each(connection, "DELETE FROM copy_forms WHERE number IN (?)", dead)
    return (touched | _neighbours(connection, still)) - dead


def _neighbours(connection: sqlite3.Connection, forms: Iterable[int]) -> set[int]:
    wanted = list(forms)
    high = store.chosen(connection, "SELECT high FROM copy_edges WHERE low IN (?)", wanted)
    low = store.chosen(connection, "SELECT low FROM copy_edges WHERE high IN (?)", wanted)
    return {row[0] for row in itertools.chain(high, low)}


def _take_in(connection: sqlite3.Connection, batch: Sequence[Article], asked: _Asked) -> set[int]:
    """Keeps articles; the forms that got another article, or that something new is like."""
    new: dict[int, Traits] = {}
    touched: set[int] = set()
    for article in batch:
        made = traits(_words_of(article))
        if made.words < FEWEST_WORDS:
            continue
        key = hashlib.sha256(" ".join(_words_of(article).split()).encode("utf-8", "surrogatepass")).digest()[:16]
        row = connection.execute("SELECT number FROM copy_forms WHERE key = ?", (key,)).fetchone()
        if row is None:
            row = made.words, len(_looked_up(made)), key
            query = "INSERT INTO copy_forms (words, prints, key) VALUES (?, ?, ?)"
            form = int(connection.execute(query, row).lastrowid or 0)
            new[form] = made
        else:
            form = int(row[0])
            touched.add(form)
        connection.execute("INSERT OR REPLACE INTO copy_articles VALUES (?, ?, ?)", (article.id, form, article.date))
    touched |= _neighbours(connection, touched)
    return touched | _compare(connection, new, asked)


def _compare(connection: sqlite3.Connection, new: dict[int, Traits], asked: _Asked) -> set[int]:
    """Finds what new forms are like and keeps it; the forms of all pairs, and those that they are tied to."""
    if not new:
        return set()
    found = {form: _looked_up(made) for form, made in new.items()}
    hashes = np.concatenate(list(found.values()))
    numbers = np.repeat(np.array(list(found), np.int64), [len(one) for one in found.values()])
    prints.add(connection, hashes, numbers, table="copy")
    touched: set[int] = set()
    sizes = _sizes(connection)
    for own, other, shared in prints.sharing(connection, hashes, numbers, table="copy"):
        if shared < _SHARED * min(len(found[own]), sizes(other)[1]):
            continue
        if not comparable(new[own].words, sizes(other)[0]):
            continue
        theirs = new.get(other) or asked.of(other)
        if theirs is not None and alike(new[own], theirs):
            connection.execute("INSERT OR IGNORE INTO copy_edges VALUES (?, ?)", (min(own, other), max(own, other)))
            touched |= {own, other}
    return touched | _neighbours(connection, touched)


def _sizes(connection: sqlite3.Connection) -> Callable[[int], tuple[int, int]]:
    """What gives of a form how many words and how many looked up stretches it has; none of one that is gone."""

    @functools.cache
    def sizes(form: int) -> tuple[int, int]:
        row = connection.execute("SELECT words, prints FROM copy_forms WHERE number = ?", (form,)).fetchone()
        return row or (0, 0)

    return sizes


def _looked_up(made: Traits) -> Hashes:
    every = _EVERY_OF_SHORT if made.words < _SHORT else _EVERY
    found: Hashes = made.stretches[made.stretches % every == 0]
    return found


def _settle(connection: sqlite3.Connection, touched: set[int], gone: Sequence[str]) -> set[str]:
    """Says anew of the articles of some forms what they are copies of; those for which that changed."""
    changed: set[str] = set()
    now: dict[str, str | None] = dict.fromkeys(gone)
    for form in sorted(touched):
        now.update(_originals(connection, form))
    for article_id, original in now.items():
        row = connection.execute("SELECT original FROM copy_of WHERE article_id = ?", (article_id,)).fetchone()
        if (row[0] if row else None) == original:
            continue
        changed.add(article_id)
        if original is None:
            connection.execute("DELETE FROM copy_of WHERE article_id = ?", (article_id,))
        else:
            connection.execute("INSERT OR REPLACE INTO copy_of VALUES (?, ?)", (article_id, original))
    return changed


def _originals(connection: sqlite3.Connection, form: int) -> Iterator[tuple[str, str | None]]:
    """Each article of a form, and the earliest one that is like it, where that is earlier."""
    own = _articles(connection, [form])
    first = min(own + _articles(connection, sorted(_neighbours(connection, [form]))), default=None)
    for when in own:
        yield when[-1], first[-1] if first is not None and first < when else None


def _articles(connection: sqlite3.Connection, forms: Sequence[int]) -> list[tuple[bool, str, str]]:
    """The articles of forms as they sort by age, undated ones last."""
    rows = store.chosen(connection, "SELECT date, id FROM copy_articles WHERE form IN (?)", forms)
    return [(date is None, date or "", article_id) for date, article_id in rows]
