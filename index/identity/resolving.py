"""Who a speaker of an article is, and who is in the collection: reading what `settle` left."""

import collections
import json
import sqlite3
from collections.abc import Iterator

from index.identity.records import LocalKey, PersonOfCollection, Resolution, Rulings
from index.records import SpeakerType


class People:
    """Everybody of a collection, for bulk reading: names and ids stay in memory, articles are asked one by one.

    `rulings` must be those that were settled with: merges and names of an editor are applied here.
    """

    def __init__(self, connection: sqlite3.Connection, *, rulings: Rulings | None = None) -> None:
        self._connection = connection
        self._rulings = rulings or Rulings()
        self._people: dict[str, tuple[str, SpeakerType, str]] = {
            row[0]: (row[1], row[2], row[3])
            for row in connection.execute("SELECT id, name, type, wikidata FROM people")
        }
        self._aliases = _gone(connection)
        self._into = _followed(self._rulings.merges, self._aliases, self._people)

    def now(self, person_id: str) -> str:
        """The id that stands for an id today, after all merges."""
        seen = set()
        while person_id not in seen:
            seen.add(person_id)
            person_id = self._into.get(person_id, person_id)
            if person_id not in self._people:
                person_id = self._aliases.get(person_id, person_id)
        return person_id

    def name(self, person_id: str) -> str:
        """The name to show for somebody; KeyError for an unknown id."""
        return self._rulings.names.get(person_id) or self._people[person_id][0]

    def type(self, person_id: str) -> SpeakerType:
        """Person, organization or group; KeyError for an unknown id."""
        return self._people[person_id][1]

    def of_article(self, article_id: str) -> dict[tuple[str, SpeakerType], Resolution]:
        """Who the named speakers of an article are, by name and type; whoever is missing has no name."""
        rows = self._connection.execute(
            "SELECT name, type, person_id, candidates, why FROM local_speakers WHERE article_id = ?", (article_id,)
        )
        return {(name, kind): self._resolution(name, kind, *rest) for name, kind, *rest in rows}

    def person_of(self, key: LocalKey) -> Resolution:
        """Who a speaker of an article is; `unnamed` for one whose name is none."""
        row = self._connection.execute(
            "SELECT person_id, candidates, why FROM local_speakers WHERE article_id = ? AND name = ? AND type = ?", key
        ).fetchone()
        if row is None:
            return Resolution(person_id=None, name=key[1], type=key[2], status="unnamed")
        return self._resolution(key[1], key[2], *row)

    def _resolution(
        self, name: str, kind: SpeakerType, person_id: str | None, candidates: str | None, why: str | None
    ) -> Resolution:
        reasons = tuple(json.loads(why or "[]"))
        if person_id is not None:
            now = self.now(person_id)
            if now in self._people:
                return Resolution(
                    person_id=now, name=self.name(now), type=self.type(now), status="resolved", why=reasons
                )
        shares: dict[str, float] = collections.defaultdict(float)
        for candidate, share in json.loads(candidates or "[]"):
            shares[self.now(candidate)] += share
        shown = sorted(((i, round(s, 3)) for i, s in shares.items() if i in self._people), key=lambda c: (-c[1], c[0]))
        return Resolution(
            person_id=None, name=name, type=kind, status="undecided", candidates=tuple(shown), why=reasons
        )


def people(connection: sqlite3.Connection, *, rulings: Rulings | None = None) -> Iterator[PersonOfCollection]:
    """Everybody of whom the collection holds something, those in most quotations first."""
    everybody = People(connection, rulings=rulings)
    quotations: collections.Counter[str] = collections.Counter()
    articles: collections.Counter[str] = collections.Counter()
    forms: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    wikidata = dict(connection.execute("SELECT id, wikidata FROM people WHERE wikidata <> ''"))
    for person_id, name, found, count in connection.execute(
        "SELECT person_id, name, count(DISTINCT article_id), sum(count) FROM local_speakers "
        "WHERE person_id IS NOT NULL GROUP BY person_id, name"
    ):
        now = everybody.now(person_id)
        quotations[now] += count
        articles[now] += found
        forms[now][name] += found
    for person_id in sorted(quotations, key=lambda i: (-quotations[i], i)):
        yield PersonOfCollection(
            id=person_id,
            name=everybody.name(person_id),
            type=everybody.type(person_id),
            articles=articles[person_id],
            quotations=quotations[person_id],
            forms=tuple(sorted(forms[person_id].items(), key=lambda f: (-f[1], f[0]))),
            wikidata=wikidata.get(person_id, ""),
        )


def aliases(connection: sqlite3.Connection, *, rulings: Rulings | None = None) -> dict[str, tuple[str, ...]]:
    """Former ids with where they lead: one id is a redirect, several are a choice (the id itself may be among them)."""
    everybody = People(connection, rulings=rulings)
    out: dict[str, dict[str, None]] = {}
    for alias, person_id, kind in connection.execute(
        "SELECT alias, person_id, kind FROM person_aliases ORDER BY alias, kind, person_id"
    ):
        leads = out.setdefault(alias, {})
        if kind == "split":
            leads[everybody.now(alias)] = None
        leads[everybody.now(person_id)] = None
    for old, _ in (rulings or Rulings()).merges:
        out.setdefault(old, {})[everybody.now(old)] = None
    return {alias: tuple(leads) for alias, leads in out.items() if tuple(leads) != (alias,)}


def undecided(connection: sqlite3.Connection) -> int:
    """How many speakers of articles stay open."""
    return int(connection.execute("SELECT count(*) FROM local_speakers WHERE person_id IS NULL").fetchone()[0])


def _gone(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT alias, person_id FROM person_aliases WHERE kind = 'merged' ORDER BY alias"))


def _followed(
    merges: tuple[tuple[str, str], ...], gone: dict[str, str], known: dict[str, tuple[str, SpeakerType, str]]
) -> dict[str, str]:
    """Each merged id with the one it goes into; of a cycle the merge that would close it is left out."""
    into: dict[str, str] = {}
    for old, new in merges:
        at, seen = new, {old}
        while at in into and at not in seen:
            seen.add(at)
            at = into[at]
        if at not in seen and old not in into:
            into[old] = new
    return into
