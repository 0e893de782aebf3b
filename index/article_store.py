"""The articles of a build, as they were read: what the article page shows. Read-only once written."""

import json
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path

from index.records import Article, article_from_json, to_json

FILE_NAME = "articles.sqlite"


def write_articles(path: Path, articles: Iterable[Article]) -> int:
    """Writes the articles into a new file and returns how many there were."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        # A build is renamed into place only when it is whole, so no journal is needed while it is written.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("CREATE TABLE articles (id TEXT PRIMARY KEY, record TEXT NOT NULL)")
        connection.execute("BEGIN")
        count = 0
        for article in articles:
            connection.execute("INSERT INTO articles VALUES (?, ?)", (article.id, json.dumps(to_json(article))))
            count += 1
        connection.execute("COMMIT")
        return count
    finally:
        connection.close()


class ArticleStore:
    """The articles of one build; may be shared between threads."""

    def __init__(self, path: Path) -> None:
        # `immutable` promises that nobody writes, so no lock is taken and a read-only folder will do.
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, check_same_thread=False)
        self._lock = threading.Lock()

    def get(self, article_id: str) -> Article | None:
        """The article of that id, or None."""
        with self._lock:
            row = self._connection.execute("SELECT record FROM articles WHERE id = ?", (article_id,)).fetchone()
        return article_from_json(json.loads(row[0])) if row else None

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()
