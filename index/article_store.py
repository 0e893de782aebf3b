"""The articles of a build, as they were read: what the article page shows. Read-only once written.

`articles.sqlite` and, where a build goes on from another, a few files beside it, `articles.0001.sqlite` and so on: each
holds what has changed since the files before it, an article without a record having been removed.
"""

import contextlib
import heapq
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from index.manifest import share
from index.records import Article, article_from_json, to_json

FILE_NAME = "articles.sqlite"
_MOST_FILES = 5
"""SQLite itself takes no more than ten at a time."""
_MOST_BESIDE = 0.5
"""As a share of the first file's articles; where the later files would have more, all are written anew."""

_PIECE = "SELECT id, record IS NOT NULL FROM articles WHERE id > ? ORDER BY id LIMIT 1000"


def write_articles(path: Path, articles: Iterable[Article]) -> int:
    """Writes the articles into a new file and returns how many there were."""
    with contextlib.closing(_new(path, ())) as connection:
        return _put(connection, articles)


def go_on(
    path: Path, earlier: Path, *, changed: Sequence[str], removed: Sequence[str], find: Callable[[str], Article | None]
) -> bool:
    """Makes the store at `path` of the one at `earlier`, with the articles `changed` found anew, and without `removed`.

    Shares the earlier one's files as far as they are large. False, and nothing is written, where `write_articles` is
    the better way.
    """
    first, *later = _files(earlier)
    sizes = {file: _rows(file) for file in (first, *later)}
    writing = len(changed) + len(removed)
    joined: list[Path] = []
    # A file joins what is written when it is no larger than twice that, so that no article is written often.
    while later and (sizes[later[-1]] <= 2 * writing or len(later) + 1 >= _MOST_FILES):
        joined.insert(0, later.pop())
        writing += sizes[joined[0]]
    if writing + sum(map(sizes.__getitem__, later)) > _MOST_BESIDE * sizes[first]:
        return False
    share(first, path)
    for number, file in enumerate(later, 1):
        share(file, _numbered(path, number))
    if writing:
        with contextlib.closing(_new(_numbered(path, len(later) + 1), joined)) as connection:
            _put(connection, (article for one in changed if (article := find(one)) is not None), removed)
    return True


def _files(path: Path) -> list[Path]:
    """The files of a store, the oldest first."""
    return [path, *sorted(path.parent.glob(f"{path.stem}.[0-9]*{path.suffix}"))]


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}.{number:04}{path.suffix}")


def _address(path: Path) -> str:
    # `immutable` promises that nobody writes, so no lock is taken and a read-only folder will do.
    return f"{path.absolute().as_uri()}?immutable=1"


def _rows(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(_address(path), uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])


def _new(path: Path, joined: Sequence[Path]) -> sqlite3.Connection:
    """A new file, open, with what these files hold, a later one's before an earlier one's."""
    connection = sqlite3.connect(path, isolation_level=None, uri=True)
    try:
        # A build is renamed into place only when it is whole, so no journal is needed while it is written.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("CREATE TABLE articles (id TEXT PRIMARY KEY, record TEXT)")
        for file in joined:
            connection.execute("ATTACH ? AS earlier", (_address(file),))
            connection.execute("INSERT OR REPLACE INTO articles SELECT id, record FROM earlier.articles")
            connection.execute("DETACH earlier")
    except BaseException:
        connection.close()
        raise
    return connection


def _put(connection: sqlite3.Connection, articles: Iterable[Article], removed: Iterable[str] = ()) -> int:
    count = 0
    connection.execute("BEGIN")
    for article in articles:
        row = (article.id, json.dumps(to_json(article)))
        connection.execute("INSERT OR REPLACE INTO articles VALUES (?, ?)", row)
        count += 1
    connection.executemany("INSERT OR REPLACE INTO articles VALUES (?, NULL)", ((one,) for one in removed))
    connection.execute("COMMIT")
    return count


class ArticleStore:
    """The articles of one build; may be shared between threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._files: list[sqlite3.Connection] = []
        """The newest first."""
        for file in reversed(_files(path)):
            self._files.append(sqlite3.connect(_address(file), uri=True, check_same_thread=False))

    def get(self, article_id: str) -> Article | None:
        """The article of that id, or None."""
        record = None
        with self._lock:
            for connection in self._files:
                row = connection.execute("SELECT record FROM articles WHERE id = ?", (article_id,)).fetchone()
                if row is not None:
                    (record,) = row
                    break
        return article_from_json(json.loads(record)) if record is not None else None

    def __len__(self) -> int:
        """How many articles there are; takes as long as there are changed ones."""
        *later, first = self._files
        count = int(first.execute("SELECT count(*) FROM articles").fetchone()[0])
        seen: set[str] = set()
        for connection in later:
            for article_id, there in connection.execute("SELECT id, record IS NOT NULL FROM articles"):
                if article_id not in seen:
                    seen.add(article_id)
                    known = first.execute("SELECT 1 FROM articles WHERE id = ?", (article_id,)).fetchone()
                    count += there - (known is not None)
        return count

    def in_order(self) -> Iterator[str]:
        """The ids of all articles, sorted; memory holds a piece of them."""
        streams = [
            ((article_id, age, there) for article_id, there in self._pieces(connection))
            for age, connection in enumerate(self._files)
        ]
        last = None
        for article_id, _, there in heapq.merge(*streams):  # of one id the newest file's row comes first, and counts
            if article_id != last:
                last = article_id
                if there:
                    yield article_id

    def _pieces(self, connection: sqlite3.Connection) -> Iterator[tuple[str, int]]:
        last = ""
        while True:
            with self._lock:
                rows = connection.execute(_PIECE, (last,)).fetchall()
            if not rows:
                return
            yield from rows
            last = rows[-1][0]

    def ids(self) -> set[str]:
        """The ids of all articles."""
        found: set[str] = set()
        for connection in reversed(self._files):
            for article_id, there in connection.execute("SELECT id, record IS NOT NULL FROM articles"):
                (found.add if there else found.discard)(article_id)
        return found

    def faults(self) -> Iterator[str]:
        """What SQLite finds wrong with the files."""
        for connection in self._files:
            for (said,) in connection.execute("PRAGMA integrity_check(5)"):
                if said != "ok":
                    yield said

    def close(self) -> None:
        """Lets go of the files."""
        for connection in self._files:
            connection.close()
