"""Where articles were found: what lets a run pass over files that have not changed, and tells which articles vanished.

A file is passed over when its size, times and inode are what they were when it was read as a whole, it had been at rest
by then, it would be read in the same way again, and the archive still holds what was found in it. The time of the inode
cannot be set back, so a file that was altered under its old size and date is read again. Where any of this is in doubt,
it is read, and the articles' contents are compared.

A server is asked for what is new since its last answer, which it tells by the ETag or date that it gave then; the pages
of a feed's entries are fetched again after a week, or when the feed says anything else of them.
"""

import collections
import contextlib
import functools
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from index import readers
from index.errors import ArchiveError
from index.readers import Covered

_AT_REST = 2_000_000_000
"""Nanoseconds since a file last changed, from which on a later change shows in its times: two seconds is the coarsest
tick of any file system in use."""
_ENTRY_KEPT = 7 * 86400
"""Seconds after which a page is fetched again though its feed says nothing new of it."""
_LIBRARIES = ("lxml", "trafilatura", "py3langid", "pyarrow", "PyYAML")
"""Whose version decides what a file is read as."""

_SAW = """
    INSERT INTO found_in VALUES (?, ?, ?, 0) ON CONFLICT (place, article_id) DO UPDATE
    SET content_hash = excluded.content_hash, gone = 0 WHERE gone OR content_hash <> excluded.content_hash
"""
_HELD = """
    SELECT count(*), count(a.id) FROM found_in f LEFT JOIN articles a
    ON a.id = f.article_id AND a.content_hash = f.content_hash WHERE f.place = ? AND NOT f.gone
"""
_SAME_ENTRY = """
    SELECT 1 FROM feed_entries e JOIN found_in f ON f.place = e.place AND f.article_id = e.article_id
    JOIN articles a ON a.id = f.article_id AND a.content_hash = f.content_hash
    WHERE e.place = ? AND link = ? AND digest = ? AND fetched > ?
"""
_VANISHED = """
    SELECT DISTINCT article_id FROM found_in f WHERE place = ? AND gone AND NOT EXISTS (
        SELECT 1 FROM found_in other WHERE other.article_id = f.article_id AND NOT other.gone)
    AND EXISTS (SELECT 1 FROM articles WHERE id = f.article_id)
"""


class Places:
    """The files of one run, as `readers.Memory` wants it. It writes to the archive, and its caller commits.

    `how` is all that decides what comes out of a file besides its bytes; with `all_files` none is passed over.
    `ready` says of a path whether it may be read now.
    """

    def __init__(
        self, how: Mapping[str, object], *, all_files: bool = False, ready: Callable[[Path], bool] | None = None
    ) -> None:
        self._how = hashlib.sha256(json.dumps([how, _reading_version()], sort_keys=True).encode()).hexdigest()[:16]
        self._all_files = all_files
        self._ready = ready
        self._archive: sqlite3.Connection | None = None
        self._covered = Covered((), ())
        self._reading: _Reading | None = None
        self._clean: set[int] = set()
        self._visited: set[int] = set()
        self.unchanged = 0
        """Articles of files that were passed over."""
        self.left_out: collections.Counter[str] = collections.Counter()
        """Articles in languages that were not asked for, of files that were passed over."""
        self.passed_over = 0
        """Files and addresses."""
        self.waiting = 0
        """Files that were not ready."""
        self.not_before: dict[str, float] = {}
        """Addresses that want to be left alone, and for how many seconds."""

    def open(self, connection: sqlite3.Connection, covered: Covered) -> None:
        """Takes the archive to write to, and what the run is to read; nothing is read before."""
        self._archive, self._covered = connection, covered

    def begins(self, path: Path | None, url: str | None, name: str) -> bool:
        """Whether a file, or an address, is to be read; called before it is opened."""
        if path is None:
            self._begins_address(str(url))
            return True
        if self._ready is not None and not self._ready(path):
            self.waiting += 1
            return False
        whole = os.fsencode(os.path.realpath(path))
        number, kept = self._known(whole, name.encode("utf-8", "surrogatepass"))
        self._visited.add(number)
        state = None
        with contextlib.suppress(OSError):  # opening it says what is wrong
            state = _state(path)
        if (
            state is not None
            and kept
            and not self._all_files
            and self._pass_over(number, json.loads(kept), [*state, str(path)])
        ):
            self._clean.add(number)
            return False
        if kept:
            self._execute("UPDATE places SET state = NULL WHERE number = ?", (number,))
        self._reading = _Reading(number, path=path, state=state)
        return True

    def passes(self, path: Path, name: str) -> bool:
        """Whether a file need not be read, as far as can be told before its turn."""
        if self._ready is not None and not self._ready(path):
            return True
        whole = os.fsencode(os.path.realpath(path))
        query = "SELECT number, state FROM places WHERE path = ? AND name = ? AND state IS NOT NULL"
        for number, kept in self._execute(query, (whole, name.encode("utf-8", "surrogatepass"))):
            with contextlib.suppress(OSError):
                return not self._all_files and self._is_held(number, json.loads(kept), [*_state(path), str(path)])
        return False

    def ends(self) -> None:
        """The file that began has been read to its end."""
        reading, self._reading = self._reading, None
        if reading is None or not reading.clean:
            return
        if reading.url is not None:
            self._ends_address(reading)
            return
        self._clean.add(reading.number)
        before = self._execute("SELECT article_id FROM found_in WHERE place = ? AND NOT gone", (reading.number,))
        self._mark_gone(reading.number, [row[0] for row in before if row[0] not in reading.seen])
        if reading.state is not None and reading.rested():
            kept = json.dumps(
                {"file": [*reading.state, str(reading.path)], "how": self._how, "left_out": reading.left_out}
            )
            self._execute("UPDATE places SET state = ? WHERE number = ?", (kept, reading.number))

    def conditions(self) -> dict[str, str]:
        """Headers that ask for the address that began only if it has changed."""
        if self._reading is None:
            return {}
        named = (("If-None-Match", self._reading.etag), ("If-Modified-Since", self._reading.modified))
        return {name: value for name, value in named if value}

    def answered(self, etag: str | None, modified: str | None) -> None:
        """The server gave the address that began, as this version."""
        if self._reading is not None:
            self._reading.etag, self._reading.modified = _header(etag), _header(modified)
            # Until all of it is kept: what could not be read must come again.
            self._execute("UPDATE places SET state = NULL WHERE number = ?", (self._reading.number,))

    def unmodified(self) -> None:
        """The server said that the address that began has not changed."""
        if self._reading is not None:
            self.unchanged += self._execute(_HELD, (self._reading.number,))[0][0]
            self.passed_over += 1

    def later(self, seconds: float) -> None:
        """The address that began wants to be left alone for so long."""
        if self._reading is not None and self._reading.url is not None and seconds > 0:
            self.not_before[self._reading.url] = max(seconds, self.not_before.get(self._reading.url, 0.0))

    def same_entry(self, link: str, digest: str) -> bool:
        """Whether a feed's entry is as it was when its page was fetched, not long ago, and the archive has that."""
        if self._reading is None or self._all_files:
            return False
        since = time.time() - _ENTRY_KEPT
        if not self._execute(_SAME_ENTRY, (self._reading.number, link, f"{digest} {self._how}", since)):
            return False
        self.unchanged += 1
        return True

    def entry(self, link: str, digest: str, article_id: str) -> None:
        """The page of a feed's entry was fetched, and holds that article."""
        if self._reading is not None:
            row = (self._reading.number, link, f"{digest} {self._how}", article_id, int(time.time()))
            self._execute("INSERT OR REPLACE INTO feed_entries VALUES (?, ?, ?, ?, ?)", row)

    def saw(self, article_id: str, content_hash: str) -> None:
        """The file that is being read has this article."""
        if self._reading is not None:
            self._reading.seen.add(article_id)
            self._execute(_SAW, (self._reading.number, article_id, content_hash))

    def saw_left_out(self, article_id: str | None, language: str) -> None:
        """The file that is being read has this article in a language that was not asked for."""
        if self._reading is not None:
            self._reading.left_out[language] += 1
            if article_id is not None:
                self._reading.seen.add(article_id)

    def broke(self) -> None:
        """Something of the file that is being read could not be: it is read again, and nothing in it counts as gone."""
        if self._reading is not None:
            self._reading.clean = False

    def held_elsewhere(self, article_id: str, content_hash: str) -> bool:
        """Whether another file that this run reads has an article with that content."""
        here = self._reading.number if self._reading else None
        query = (
            "SELECT number, path FROM found_in JOIN places ON number = place "
            "WHERE article_id = ? AND content_hash = ? AND NOT gone AND number IS NOT ?"
        )
        return any(
            number in self._visited or (self._covered.has(path) and _exists(path))
            for number, path in self._execute(query, (article_id, content_hash, here))
        )

    def lost(self, article_id: str, content_hash: str) -> None:
        """What was seen under that id gave way to another article: its file is read again, and not counted."""
        query = "SELECT place FROM found_in WHERE article_id = ? AND content_hash = ?"
        for (number,) in self._execute(query, (article_id, content_hash)):
            self._execute("UPDATE places SET state = NULL WHERE number = ?", (number,))
            self._execute("DELETE FROM found_in WHERE place = ? AND article_id = ?", (number, article_id))
            self._clean.discard(number)
            if self._reading is not None and self._reading.number == number:
                self._reading.clean = False

    def vanished(self) -> list[str]:
        """The ids of archived articles that the sources had once, and that no file has any longer, sorted.

        A file that was not visited has gone only where there is none of its name; one that could not be read wholly
        has lost nothing.
        """
        found: set[str] = set()
        for number, path in self._places():
            if number not in self._visited and not _exists(path):
                rows = self._execute("SELECT article_id FROM found_in WHERE place = ? AND NOT gone", (number,))
                self._mark_gone(number, [row[0] for row in rows])
            elif number not in self._clean:
                continue
            found.update(row[0] for row in self._execute(_VANISHED, (number,)))
        return sorted(found)

    def forget(self, article_ids: Iterable[str]) -> None:
        """Drops where articles were found; they have been removed from the archive."""
        for article_id in article_ids:
            self._execute("DELETE FROM found_in WHERE article_id = ?", (article_id,))
        self._execute("DELETE FROM places WHERE state IS NULL AND number NOT IN (SELECT place FROM found_in)")
        self._execute("DELETE FROM feed_entries WHERE place NOT IN (SELECT number FROM places)")

    def _begins_address(self, url: str) -> None:
        number, kept = self._known(url.encode("utf-8", "surrogatepass"), b"")
        self._reading = _Reading(number, url=url)
        row = json.loads(kept) if kept and not self._all_files else {}
        if row.get("how") == self._how:
            found, held = self._execute(_HELD, (number,))[0]
            if found == held:
                self._reading.etag, self._reading.modified = row.get("etag"), row.get("modified")

    def _ends_address(self, reading: "_Reading") -> None:
        if reading.etag or reading.modified:
            kept = json.dumps({"etag": reading.etag, "modified": reading.modified, "how": self._how})
            self._execute("UPDATE places SET state = ? WHERE number = ?", (kept, reading.number))

    def _is_held(self, number: int, kept: Mapping[str, object], state: list[object]) -> bool:
        # The path as it was named is a part of it: the folders in it may date an article.
        if kept.get("file") != state or kept.get("how") != self._how:
            return False
        found, held = self._execute(_HELD, (number,))[0]
        return bool(found == held)

    def _pass_over(self, number: int, kept: Mapping[str, object], state: list[object]) -> bool:
        if not self._is_held(number, kept, state):
            return False
        self.unchanged += self._execute(_HELD, (number,))[0][0]
        self.passed_over += 1
        left_out = kept.get("left_out")
        self.left_out.update(left_out if isinstance(left_out, dict) else {})
        return True

    def _known(self, path: bytes, name: bytes) -> tuple[int, str | None]:
        rows = self._execute("SELECT number, state FROM places WHERE path = ? AND name = ?", (path, name))
        if rows:
            return rows[0]
        self._execute("INSERT INTO places (path, name) VALUES (?, ?)", (path, name))
        return int(self._execute("SELECT last_insert_rowid()")[0][0]), None

    def _places(self) -> list[tuple[int, bytes]]:
        covered, found = self._covered, dict[int, bytes]()
        for below in (*covered.folders, *covered.roots):
            start = below.rstrip(b"/") + b"/"
            end = start[:-1] + b"0"  # what follows "/"
            found.update(self._execute("SELECT number, path FROM places WHERE path >= ? AND path < ?", (start, end)))
        for file in covered.files:
            found.update(self._execute("SELECT number, path FROM places WHERE path = ?", (file,)))
        return [(number, path) for number, path in sorted(found.items()) if covered.has(path)]

    def _mark_gone(self, number: int, article_ids: Iterable[str]) -> None:
        for article_id in article_ids:
            self._execute("UPDATE found_in SET gone = 1 WHERE place = ? AND article_id = ?", (number, article_id))

    def _execute(self, query: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        if self._archive is None:
            raise RuntimeError("reading began before the archive was open")
        try:
            return self._archive.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise ArchiveError(
                f"the archive cannot be written ({error}); is there room on the disk, and are there rights to write? "
                "What was kept before still stands"
            ) from error


class _Reading:
    """A file, or an address, that is being read."""

    def __init__(
        self, number: int, *, path: Path | None = None, url: str | None = None, state: Sequence[int] | None = None
    ) -> None:
        self.number, self.path, self.url, self.state = number, path, url, state
        self.began = time.time_ns()
        self.clean = True
        self.etag: str | None = None
        self.modified: str | None = None
        self.seen: set[str] = set()
        self.left_out: collections.Counter[str] = collections.Counter()

    def rested(self) -> bool:
        """Whether the file was left alone while it was read, and so long before that a change would show."""
        if self.path is None or self.state is None:
            return False
        with contextlib.suppress(OSError):
            return self.state == _state(self.path) and self.began - max(self.state[1:3]) > _AT_REST
        return False


def _state(path: Path) -> list[int]:
    """What changes with a file: its size, the times of its content and of its inode (nanoseconds), the inode."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def _header(value: str | None) -> str | None:
    """What a server said, where it can be said back to it."""
    return value if value and len(value) < 1000 and value.isascii() and value.isprintable() else None


def _exists(path: bytes) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # who may not look cannot say that it is gone
        return True
    return True


@functools.cache
def _reading_version() -> str:
    """Another one where the same bytes may be read as something else: the readers' own code and their libraries'."""
    digest = hashlib.sha256()
    for path in sorted(Path(readers.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    for name in _LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            digest.update(f"{name} {version(name)}\n".encode())
    return digest.hexdigest()[:16]
