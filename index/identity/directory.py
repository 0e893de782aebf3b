"""The people of a collection, looked up by id and by name: what an editor's corrections ask."""

import sqlite3

from index.identity.records import Person, Rulings
from index.identity.resolving import People, aliases


class Directory:
    """Looks people up one by one."""

    def __init__(self, connection: sqlite3.Connection, people: People, rulings: Rulings) -> None:
        self._connection = connection
        self._people = people
        self._rulings = rulings

    def get(self, person_id: str) -> Person | None:
        """Whoever has that id now, or had it and was merged into somebody; None where nobody has or had."""
        now = self._people.now(person_id)
        try:
            return Person(now, self._people.name(now), self._people.type(now))
        except KeyError:
            return None

    def choices(self, person_id: str) -> tuple[str, ...]:
        """Whose ids an earlier id leads to; () where it is nobody's earlier id."""
        return aliases(self._connection, rulings=self._rulings).get(person_id, ())

    def called(self, name: str) -> list[Person]:
        """Everybody who is shown by that name, or whom articles call so and nobody else, in order of ids."""
        shown = {row[0] for row in self._connection.execute("SELECT id FROM people WHERE name = ?", (name,))}
        shown |= {person_id for person_id, ruled in self._rulings.names.items() if ruled == name}
        if not shown:
            query = "SELECT DISTINCT person_id FROM local_speakers WHERE name = ? AND person_id IS NOT NULL"
            shown = {row[0] for row in self._connection.execute(query, (name,))}
        found = {person.id: person for one in shown if (person := self.get(one)) is not None}
        return [found[one] for one in sorted(found)]

    def names_of(self, person_id: str, most: int) -> list[str]:
        """What articles call somebody, the commonest first."""
        query = "SELECT name FROM local_speakers WHERE person_id = ? GROUP BY name ORDER BY count(*) DESC, name LIMIT ?"
        return [row[0] for row in self._connection.execute(query, (person_id, most))]

    def gender(self, person_id: str) -> str:
        """What most articles give somebody for: "m", "f", or empty where nothing tells or they disagree."""
        query = (
            "SELECT json_extract(evidence, '$.gender') AS gender, count(*) FROM local_speakers "
            "WHERE person_id = ? AND gender IS NOT NULL GROUP BY gender"
        )
        counts = dict(self._connection.execute(query, (person_id,)))
        male, female = counts.get("m", 0), counts.get("f", 0)
        return "m" if male > 2 * female else "f" if female > 2 * male else ""
