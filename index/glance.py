"""A look at the archive from outside: how much it holds, and why articles were set aside. Never writes to it.

For a server, which shows what is published and may have no archive, or no rights to it.
"""

import contextlib
import dataclasses
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from index.archive import Counts

CAUSES: tuple[tuple[str, str, str], ...] = (
    ("same_id", "another article has the same id", r"has the id "),
    ("program", "a program failed on them", r"failed on it"),
    ("not_fetched", "could not be fetched", r"\bthe server\b|redirects|^its page |robots\.txt|address|is fetched"),
    ("too_large", "larger than was to be read", r"longer than|more than|too long|took longer|--limit-of"),
    ("encoding", "not text in an encoding that is known", r"UTF-8|UTF-16|Windows-1252|is not valid|binary file"),
    (
        "no_text",
        "without a text",
        r"\bno text\b|neither a page's address nor a text|is empty|nothing came in|no article",
    ),
    ("columns", "columns missing, or not what they should be", r"column|\bcells\b|\bdate\b|\bfield\b"),
    (
        "damaged",
        "damaged, cut short or broken",
        r"damaged|cut short|broken|never closed|cannot be (read|taken apart)|JSON",
    ),
    ("unreadable", "files that could not be opened", r"[Pp]ermission|No such file|rights|Is a directory|Input/output"),
    ("other", "for another reason", r""),
)
"""What failures are counted by: a short name, plain words, and what their reasons have in them; the first that fits.

Reasons themselves hold names of files and pieces of texts, which are not everybody's to read.
"""
WORDS = {name: words for name, words, _ in CAUSES}
_PATTERNS = tuple((name, re.compile(pattern)) for name, _, pattern in CAUSES)
_QUOTED = re.compile(r"(?<!\w)'[^']*'|\([^)]*\)")
_PATIENCE = 2.0
"""Seconds that a look waits for somebody who writes."""
KEPT = 30.0
"""Seconds for which a look is used again."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What an archive holds, and how many articles or files were set aside for which of CAUSES, the commonest first."""

    counts: Counts
    set_aside: dict[str, int]


class Looker:
    """Looks at an archive no more often than every KEPT seconds; may be shared between threads."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[float, Glance | None] | None = None

    def look(self) -> Glance | None:
        """What the archive held a short while ago at most; None where there is none that can be read."""
        with self._lock:
            now = self._clock()
            if self._seen is None or now - self._seen[0] >= KEPT:
                self._seen = now, glance(self._path)
            return self._seen[1]


def glance(path: Path) -> Glance | None:
    """What an archive holds now; None where there is none, or none that this version and this user can read."""
    if not path.is_file():
        return None
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        # A folder that cannot be written to has no room for SQLite's notes of who reads; then nobody here writes.
        try:
            with contextlib.closing(_opened(path, mode)) as connection:
                return _counted(connection)
        except sqlite3.Error:
            continue
    return None


def cause_of(reason: str) -> str:
    """The name in CAUSES of a failure's reason."""
    plain = _QUOTED.sub("", reason)
    return next(name for name, pattern in _PATTERNS if pattern.search(plain))


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=_PATIENCE)


def _counted(connection: sqlite3.Connection) -> Glance:
    connection.execute("BEGIN")  # all counts of one moment

    def one(query: str) -> int:
        return int(connection.execute(query).fetchone()[0])

    causes: Counter[str] = Counter()
    for reason, count in connection.execute("SELECT reason, count(*) FROM failures GROUP BY reason"):
        causes[cause_of(reason)] += count
    return Glance(
        counts=Counts(
            articles=one("SELECT count(*) FROM articles"),
            quotations=one("SELECT quotations FROM revision"),
            failures=causes.total(),
            earlier=one("SELECT count(*) FROM earlier_articles"),
            revision=one("SELECT number FROM revision"),
        ),
        set_aside=dict(causes.most_common()),
    )
