"""The people of a build: the names they go by, and where ids that are no longer used lead. Read-only once written."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from index.records import PersonOfCollection

FILE_NAME = "people.sqlite"

_SCHEMA = """
    CREATE TABLE people (id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE aliases (id TEXT PRIMARY KEY, people TEXT NOT NULL) WITHOUT ROWID;
"""


def write_people(path: Path, people: Iterable[PersonOfCollection], aliases: Mapping[str, tuple[str, ...]]) -> int:
    """Writes people into a new file, and ids that are no longer used, each with whom it stands for now, one or several.

    Returns how many people there were.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        # A build is renamed into place only when it is whole, so no journal is needed while it is written.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN")
        count = 0
        for person in people:
            record = {name: getattr(person, name) for name in PersonOfCollection.__slots__ if name != "id"}
            connection.execute("INSERT INTO people VALUES (?, ?)", (person.id, json.dumps(record)))
            count += 1
        rows = ((old, json.dumps(now)) for old, now in aliases.items())
        connection.executemany("INSERT INTO aliases VALUES (?, ?)", rows)
        connection.execute("COMMIT")
        return count
    finally:
        connection.close()


class PeopleStore:
    """The people of one build; may be shared between threads."""

    def __init__(self, path: Path) -> None:
        # `immutable` promises that nobody writes, so no lock is taken and a read-only folder will do.
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, check_same_thread=False)
        self._lock = threading.Lock()

    def get(self, person_id: str) -> PersonOfCollection | None:
        """The person of that id, or None."""
        record = self._one("SELECT record FROM people WHERE id = ?", person_id)
        if record is None:
            return None
        row = json.loads(record)
        forms = tuple((name, count) for name, count in row.pop("forms"))
        return PersonOfCollection(id=person_id, forms=forms, **row)

    def now(self, person_id: str) -> tuple[str, ...]:
        """Whom an id that is no longer used stands for now, one person or several; () where there is no such id."""
        people = self._one("SELECT people FROM aliases WHERE id = ?", person_id)
        return () if people is None else tuple(json.loads(people))

    def kinds(self) -> dict[str, int]:
        """How many people of each type there are, the commonest first."""
        query = "SELECT json_extract(record, '$.type') AS kind, count(*) FROM people GROUP BY kind ORDER BY 2 DESC, 1"
        with self._lock:
            return {str(kind): int(count) for kind, count in self._connection.execute(query)}

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def _one(self, query: str, value: str) -> str | None:
        with self._lock:
            row = self._connection.execute(query, (value,)).fetchone()
        return None if row is None else str(row[0])
