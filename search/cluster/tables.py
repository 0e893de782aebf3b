"""A build's own files, fetched once: which words there are, how rare they are, what values are called."""

import math
import tempfile
import weakref
from pathlib import Path

from index.cluster.opensearch import Connection
from index.cluster.opensearch_builds import ClusterBuild, fetch_files
from index.cluster.opensearch_mapping import POSSESSIVE, plain, stem_of
from index.cluster.opensearch_tables import Tables
from index.people_store import FILE_NAME as PEOPLE_FILE
from index.people_store import PeopleStore
from index.whoosh_codec.lexicon import encoded
from index.whoosh_codec.weights import SCOPES, fields_of
from search.forms import Form

_MOST_RARITIES = 50_000


class Opened:
    """The tables and people of a build, in a folder that goes with the last use of them."""

    def __init__(self, connection: Connection, build: ClusterBuild) -> None:
        folder = tempfile.TemporaryDirectory(prefix="saywho-")
        try:
            fetch_files(connection, build, Path(folder.name))
            self.tables = Tables(Path(folder.name))
            self.people = PeopleStore(Path(folder.name) / PEOPLE_FILE)
            self.people.get("")  # SQLite opens its file at the first question
        except BaseException:
            folder.cleanup()
            raise
        self._finalizer = weakref.finalize(self, _close, folder, self.people)

    def close(self) -> None:
        """Lets go of the files."""
        self._finalizer()


def _close(folder: "tempfile.TemporaryDirectory[str]", people: PeopleStore) -> None:
    people.close()
    folder.cleanup()


class Words:
    """How many rows have a word, and how rare that makes it; safe to share between threads."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._known: dict[tuple[Form, str], float] = {}

    def rows_with(self, form: Form, scope: str) -> tuple[int, ...]:
        """How many rows have a single word: one number where that is known of the scope, else one a field."""
        word = encoded(plain(form.words[0]))
        tables = self._tables
        if form.exact:
            place = tables.words.find(word)
            places = [place] if place >= 0 else []
        else:
            stem = tables.stems.find(word)
            if scope in SCOPES:
                at = tables.weighted[scope].post_at
                return (int(at[stem + 1] - at[stem]) if stem >= 0 else 0,)
            places = tables.words_of(stem) if stem >= 0 else []
        fields = (tables.fields[name].post_at for name in fields_of(scope))
        return tuple(sum(int(at[place + 1] - at[place]) for place in places) for at in fields)

    def rarity(self, form: Form, scope: str) -> float:
        """log(1 + (N - n + 1/2) / (n + 1/2)), n of N rows having it; of a phrase that of all its words."""
        known = self._known.get((form, scope))
        if known is None:
            if len(self._known) >= _MOST_RARITIES:
                self._known.clear()
            rows = self._tables.rows
            known = 0.0
            for word in form.words:
                having = min(max(self.rows_with(Form((word,), (0,), form.exact), scope)), rows)
                known += math.log(1 + (rows - having + 0.5) / (having + 0.5))
            self._known[form, scope] = known
        return known

    def rarest_stem(self, form: Form, scope: str) -> str | None:
        """The plain stem of a form's rarest word, which no row has less often than the form; None: none has one."""
        stems = {stem_of(plain(word)) if form.exact else plain(word) for word in form.words} - {POSSESSIVE}
        if not stems:
            return None
        return min(stems, key=lambda stem: (max(self.rows_with(Form((stem,), (0,), False), scope)), stem))
