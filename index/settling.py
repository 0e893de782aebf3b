"""What only a collection can tell, settled after articles were read and before a build is made of them.

Who is who, which quotations are the same words, and what their witnesses make of one another. All of it is kept in the
archive, and only what new, changed or corrected articles touch is settled anew. Nothing is done by halves: a run that
is killed leaves the archive as it was, with the same articles waiting.
"""

import dataclasses
import functools
import json
import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from index import identity, variants
from index.archive import Archive
from index.identity import People, PeopleFile, Resolution, Rulings
from index.ledger import Correction, corrected, in_force
from index.records import Article, Quotation, Rival, SpeakerType
from index.witnesses import Finding, Report, weigh

VERSION = "1"
"""Counted up when the same articles would be settled otherwise: everything is then settled anew."""

SCHEMA = """
    CREATE TABLE unsettled (            -- articles put or removed since they were last settled
        article_id TEXT PRIMARY KEY
    ) WITHOUT ROWID;
    INSERT INTO unsettled SELECT id FROM articles;
    CREATE TABLE settled_by (what TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE findings (
        quotation_id TEXT PRIMARY KEY,
        article_id TEXT NOT NULL,
        person TEXT,                    -- taken over from other articles
        confidence REAL NOT NULL,
        witnesses INTEGER NOT NULL,
        rivals TEXT NOT NULL            -- JSON: [id, name, articles] each
    ) WITHOUT ROWID;
    CREATE INDEX findings_by_article ON findings (article_id);
"""

Progress = Callable[[int], None]
Resolutions: TypeAlias = Mapping[tuple[str, SpeakerType], Resolution]
"""Who the named speakers of one article are, by name and type there."""
_WORD = re.compile(r"[^\W_]+")
_AROUND = 200
"""Letters before and after a quotation by which copies of one text are known."""
_FEWEST = 2
"""Quotations of the same words that can witness for one another."""
_MOST_FORMS = 6
_REMEMBERED = 2000
"""Articles whose quotations are kept in memory meanwhile."""


@dataclasses.dataclass(frozen=True, slots=True)
class Settled:
    """What a settling did."""

    articles: int
    """That were new or changed."""
    affected: int
    """Articles whose entries are to be made anew, these among them."""
    lost: tuple[Correction, ...]
    """Corrections whose quotation is no longer there."""


def settle(
    archive: Archive,
    *,
    people: PeopleFile | None = None,
    whole: bool = False,
    progress: Progress | None = None,
) -> Settled:
    """Settles what waits, or, with `whole`, everything; the caller holds the write lock. Commits at the end."""
    connection = archive.connection
    held = in_force(archive.corrections())
    if whole or _made_by(connection) != _maker():
        connection.execute("INSERT OR IGNORE INTO unsettled SELECT id FROM articles")
    waiting = [row[0] for row in connection.execute("SELECT article_id FROM unsettled ORDER BY 1")]
    there, gone = _parted(archive, waiting)
    lost: list[Correction] = []
    changed = variants.update(connection, _taken_in(archive, there, held, lost, progress), waiting)
    for article_id in gone:
        identity.store(connection, article_id, ())
    rulings = rulings_of(held)
    moved = identity.settle(connection, people=people, rulings=rulings)
    weighed = _weigh(archive, held, rulings, changed | variants.groups_in(connection, moved))
    affected = set(there) | moved | weighed
    archive.touch(affected)
    connection.execute("DELETE FROM unsettled")
    connection.execute("INSERT OR REPLACE INTO settled_by VALUES ('maker', ?)", (_maker(),))
    archive.commit()
    return Settled(len(there), len(affected), tuple(lost))


def rulings_of(held: Iterable[Correction]) -> Rulings:
    """An editor's decisions on people, as identity takes them."""
    merges, names = [], {}
    assigned: dict[tuple[str, str], str] = {}
    for one in held:
        if one.action == "merge":
            merges.append((one.subject, str(one.value)))
        elif one.action == "rename":
            names[one.subject] = str(one.value)
        elif one.action == "split":
            assigned |= dict.fromkeys(one.parts, str(one.person))
            names.setdefault(str(one.person), str(one.value))
        elif one.action == "speaker" and one.person is not None:
            assigned[str(one.article), str(one.value)] = one.person
    return Rulings(merges=tuple(merges), assignments=assigned, names=names)


def by_article(held: Iterable[Correction]) -> dict[str, list[Correction]]:
    """The corrections of quotations, by the article that they stand in."""
    found: dict[str, list[Correction]] = {}
    for one in held:
        if one.action == "speaker":
            found.setdefault(str(one.article), []).append(one)
    return found


def findings(connection: sqlite3.Connection, article_id: str) -> dict[str, Finding]:
    """What the witnesses make of an article's quotations, by id; those that stand in no other article are left out."""
    rows = connection.execute(
        "SELECT quotation_id, person, confidence, witnesses, rivals FROM findings WHERE article_id = ?", (article_id,)
    )
    return {
        quotation_id: Finding(
            person=person,
            confidence=confidence,
            witnesses=witnesses,
            rivals=tuple(Rival(id=key, name=name, articles=count) for key, name, count in json.loads(rivals)),
        )
        for quotation_id, person, confidence, witnesses, rivals in rows
    }


def _maker() -> str:
    return VERSION


def _made_by(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT value FROM settled_by WHERE what = 'maker'").fetchone()
    return str(row[0]) if row else ""


def _parted(archive: Archive, waiting: Iterable[str]) -> tuple[list[str], list[str]]:
    """Of articles' ids those that are in the archive, and those that are not any more."""
    there, gone = [], []
    for article_id in waiting:
        (there if archive.known(article_id) else gone).append(article_id)
    return there, gone


def _taken_in(
    archive: Archive,
    ids: Iterable[str],
    held: Iterable[Correction],
    lost: list[Correction],
    progress: Progress | None,
) -> Iterator[variants.Saying]:
    """The quotations of some articles, as `variants` wants them; their speakers are kept for `identity` on the way."""
    corrections = by_article(held)
    for article, quotations in archive.articles(ids):
        done = corrected(quotations, corrections.get(article.id, ()), article.text)
        lost += done.lost
        identity.store(archive.connection, article.id, identity.local_speakers(article, done.quotations))
        for quotation in done.quotations:
            yield _saying(article, quotation)
        if progress:
            progress(1)


def _saying(article: Article, quotation: Quotation) -> variants.Saying:
    start, end = quotation.content[0][0], quotation.content[-1][1]
    return variants.Saying(
        quotation_id=quotation.id,
        article_id=article.id,
        text=quotation.text,
        kind=quotation.kind,
        date=article.date,
        source=article.source,
        before=article.text[max(0, start - _AROUND) : start],
        after=article.text[end : end + _AROUND],
    )


def _weigh(archive: Archive, held: Sequence[Correction], rulings: Rulings, groups: Collection[str]) -> set[str]:
    """Weighs the witnesses of some groups anew; the articles for which that changed something."""
    connection = archive.connection
    asked = _Asked(archive, by_article(held), People(connection, rulings=rulings))
    affected: set[str] = set()
    for group_id in sorted(groups):
        members = variants.members(connection, group_id)
        if len(members) < _FEWEST:
            affected |= _keep(connection, {m.quotation_id: m.article_id for m in members}, {})
            continue
        reports = [report for member in members if (report := asked.report(member)) is not None]
        affected |= _keep(connection, {m.quotation_id: m.article_id for m in members}, weigh(reports, asked.present))
    return affected


def _keep(connection: sqlite3.Connection, articles: Mapping[str, str], found: Mapping[str, Finding]) -> set[str]:
    """Keeps what was found of some quotations (by id: their articles), and gives the articles where that is new."""
    affected = set()
    for quotation_id, article_id in articles.items():
        one = found.get(quotation_id)
        row = None if one is None else _row(one)
        before = connection.execute(
            "SELECT person, confidence, witnesses, rivals FROM findings WHERE quotation_id = ?", (quotation_id,)
        ).fetchone()
        if before == row:
            continue
        affected.add(article_id)
        if row is None:
            connection.execute("DELETE FROM findings WHERE quotation_id = ?", (quotation_id,))
        else:
            connection.execute(
                "INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?, ?)", (quotation_id, article_id, *row)
            )
    return affected


def _row(one: Finding) -> tuple[str | None, float, int, str]:
    rivals = json.dumps([(rival.id, rival.name, rival.articles) for rival in one.rivals])
    return one.person, one.confidence, one.witnesses, rivals


class _Asked:
    """What is known of quotations and articles, a few articles at a time."""

    def __init__(self, archive: Archive, corrections: Mapping[str, Sequence[Correction]], people: People) -> None:
        self._archive = archive
        self._people = people
        self._corrections = corrections
        self._quotations = functools.lru_cache(maxsize=_REMEMBERED)(self._read)
        self._text = functools.lru_cache(maxsize=_REMEMBERED // 10)(self._words_of)
        self._forms = functools.lru_cache(maxsize=_REMEMBERED)(self._forms_of)

    def report(self, member: variants.Member) -> Report | None:
        """What an article says of who said it; None where the quotation is not there."""
        quotations, resolutions = self._quotations(member.article_id)
        quotation = quotations.get(member.quotation_id)
        if quotation is None:
            return None
        who = resolved(quotation, resolutions)
        return Report(
            quotation=quotation.id,
            article=member.article_id,
            witness=member.witness,
            words=len(_WORD.findall(quotation.text)),
            kind=quotation.kind,
            person=who.person_id if who else None,
            name=who.name if who else quotation.speaker,
            type=who.type if who else quotation.speaker_type,
            basis=quotation.basis,
            confidence=quotation.confidence,
            may_be=frozenset(key for key, _ in who.candidates) if who else frozenset(),
        )

    def present(self, article_id: str, person_id: str) -> bool:
        """Whether an article names a person by any usual form."""
        words = self._text(article_id)
        return any(f" {form} " in words for form in self._forms(person_id))

    def _read(self, article_id: str) -> tuple[dict[str, Quotation], Resolutions]:
        quotations = self._archive.quotations(article_id)
        if corrections := self._corrections.get(article_id):
            article = self._archive.article(article_id)
            quotations = corrected(quotations, corrections, article.text if article else "").quotations
        return {one.id: one for one in quotations}, self._people.of_article(article_id)

    def _words_of(self, article_id: str) -> str:
        article = self._archive.article(article_id)
        return _spaced(article.text) if article else ""

    def _forms_of(self, person_id: str) -> frozenset[str]:
        names = self._people.names_of(person_id, _MOST_FORMS)
        forms = {_spaced(name).strip() for name in names}
        if names and self._people.type(person_id) == "person":
            forms |= {form.rpartition(" ")[2] for form in forms}
        return frozenset(form for form in forms if len(form) > 1)


def resolved(quotation: Quotation, resolutions: Resolutions) -> Resolution | None:
    """Who the speaker of a quotation is in the collection; None for the unnamed and for nobody."""
    if quotation.speaker is None:
        return None
    found = resolutions.get((quotation.speaker, quotation.speaker_type))
    return None if found is None or found.status == "unnamed" else found


def _spaced(text: str) -> str:
    """A text's words in small letters, each between blanks."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "
