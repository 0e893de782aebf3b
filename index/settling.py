"""What only a collection can tell, settled after articles were read and before a build is made of them.

Who is who, which articles are copies, which quotations are the same words, and what their witnesses make of one
another. All of it is kept in the archive, and only what new, changed or corrected articles touch is settled anew.
Nothing is done by halves: a run that is killed leaves the archive as it was, with the same articles waiting.
"""

import dataclasses
import datetime
import functools
import json
import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from index import copies, identity, variants
from index.archive import Archive
from index.identity import People, PeopleFile, Resolution, Rulings
from index.identity.directory import Directory
from index.ledger import Corrected, Correction, corrected, in_force
from index.records import Article, Quotation, Rival, SpeakerType
from index.variants.asking import Telling, groups_in, tellings
from index.witnesses import Finding, Report, weigh

VERSION = "2"
"""Counted up when the same articles would be settled otherwise: everything is then settled anew."""

Progress = Callable[[int], None]
Resolutions: TypeAlias = Mapping[tuple[str, SpeakerType], Resolution]
"""Who the named speakers of one article are, by name and type there."""
_WORD = re.compile(r"[^\W_]+")
_AROUND = 200
"""Letters before and after a quotation by which copies of one text are known."""
_FEWEST = 2
"""Quotations of the same words that can witness for one another."""
_MOST_FORMS = 6
_HONORIFICS = frozenset("mr mrs ms miss dr sen rep gov president senator secretary the".split())  # noqa: SIM905
_PRONOUNS = {
    **dict.fromkeys(("he", "him", "his"), "m"),
    **dict.fromkeys(("she", "her", "hers"), "f"),
    **dict.fromkeys("i me my we us our you your they them their it its who which that this".split(), ""),  # noqa: SIM905
}
"""Whose gender a pronoun tells."""
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
    made_with: str = "",
    whole: bool = False,
    progress: Progress | None = None,
) -> Settled:
    """Settles what waits, or, with `whole`, everything; the caller holds the write lock. Commits at the end.

    `made_with` is kept, for `waits`: it tells one people file from another. `progress` is told how many more articles
    were looked at.
    """
    connection = archive.connection
    if whole or _kept(connection, "version") != VERSION:
        connection.execute("INSERT OR IGNORE INTO unsettled SELECT id FROM articles")
        variants.clear(connection)
        copies.clear(connection)
    waiting = [row[0] for row in connection.execute("SELECT article_id FROM unsettled ORDER BY 1")]
    there, gone = _parted(archive, waiting)
    lost: list[Correction] = []
    settlement = Settlement(archive)
    changed = variants.update(connection, _taken_in(archive, there, settlement, lost, progress), waiting)
    for article_id in gone:
        identity.store(connection, article_id, ())
    moved = identity.settle(connection, people=people, rulings=settlement.rulings)
    groups = changed | groups_in(connection, {*there, *moved})
    copied = copies.update(connection, _alone(archive, there), waiting, find=archive.article)
    affected = set(there) | moved | copied | _weigh(archive, Settlement(archive), groups, changed)
    connection.execute("DELETE FROM unsettled")
    state = (("version", VERSION), ("people", made_with))
    connection.executemany("INSERT OR REPLACE INTO settled_by VALUES (?, ?)", state)
    archive.touch(sorted(affected))
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


@dataclasses.dataclass(frozen=True, slots=True)
class SettledArticle:
    """What a collection tells of one article; by the quotations' ids where nothing else is said."""

    quotations: Sequence[Quotation]
    """As corrected."""
    corrections: Mapping[str, Correction]
    speakers: Resolutions
    findings: Mapping[str, Finding]
    places: Mapping[str, variants.Place]


class Settlement:
    """What is settled of an archive, article by article."""

    def __init__(self, archive: Archive) -> None:
        self._connection = archive.connection
        held = in_force(archive.corrections())
        self.rulings = rulings_of(held)
        self.people = People(self._connection, rulings=self.rulings)
        self.directory = Directory(self._connection, self.people, self.rulings)
        self._corrections = by_article(held)

    def of(self, article: Article, quotations: Sequence[Quotation]) -> SettledArticle:
        """What is settled of an article and its quotations as they were extracted."""
        done = self.corrected(article.id, quotations, lambda: article.text)
        ids = [one.id for one in done.quotations]
        return SettledArticle(
            quotations=done.quotations,
            corrections=done.by,
            speakers=self.people.of_article(article.id),
            findings=findings(self._connection, article.id),
            places={place.quotation_id: place for place in variants.places(self._connection, ids)},
        )

    def corrected(self, article_id: str, quotations: Sequence[Quotation], text: Callable[[], str]) -> Corrected:
        """An article's quotations as editors corrected them; `text` is asked for where one was corrected."""
        mine = self._corrections.get(article_id)
        return corrected(quotations, mine, text()) if mine else Corrected(list(quotations), {}, [])


def findings(connection: sqlite3.Connection, article_id: str) -> dict[str, Finding]:
    """What the witnesses make of an article's quotations, by id; those that stand in no other article are left out."""
    rows = connection.execute(
        "SELECT quotation_id, person, confidence, witnesses, rivals, phrase FROM findings WHERE article_id = ?",
        (article_id,),
    )
    return {
        quotation_id: Finding(
            person=person,
            confidence=confidence,
            witnesses=witnesses,
            rivals=tuple(Rival(id=key, name=name, articles=count) for key, name, count in json.loads(rivals)),
            phrase=phrase,
        )
        for quotation_id, person, confidence, witnesses, rivals, phrase in rows
    }


def waits(archive: Archive, made_with: str) -> bool:
    """Whether there is something to settle: articles, another version of this code, another people file."""
    connection = archive.connection
    some = connection.execute("SELECT 1 FROM unsettled LIMIT 1").fetchone()
    return some is not None or (_kept(connection, "version"), _kept(connection, "people")) != (VERSION, made_with)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Across:
    """How much a settling found across articles."""

    people: int
    """People, bodies and groups of whom something is archived."""
    undecided: int
    """Speakers of articles whose name several people share."""
    corroborated: int
    """Quotations that took their speaker from independent articles."""
    disputed: int
    """Quotations that independent articles give to somebody else."""
    versions: int
    """Groups of quotations of the same words, in two places at least."""
    copies: int
    """Articles that are copies, or near copies, of an earlier one."""
    corrections: int
    """Editors' corrections that hold."""
    waiting: int
    """Articles that are to be settled."""


def across(archive: Archive) -> Across:
    """What is settled of an archive, in numbers."""

    def count(query: str) -> int:
        return int(archive.connection.execute(query).fetchone()[0])

    return Across(
        people=count("SELECT count(DISTINCT person_id) FROM local_speakers WHERE person_id IS NOT NULL"),
        undecided=identity.undecided(archive.connection),
        corroborated=count("SELECT count(*) FROM findings WHERE person IS NOT NULL"),
        disputed=count("SELECT count(*) FROM findings WHERE rivals <> '[]'"),
        versions=count("SELECT count(*) FROM variant_groups WHERE sayings > 1"),
        copies=copies.how_many(archive.connection),
        corrections=len(in_force(archive.corrections())),
        waiting=how_many_wait(archive),
    )


def how_many_wait(archive: Archive) -> int:
    """How many articles are to be settled."""
    return int(archive.connection.execute("SELECT count(*) FROM unsettled").fetchone()[0])


def _kept(connection: sqlite3.Connection, what: str) -> str:
    row = connection.execute("SELECT value FROM settled_by WHERE what = ?", (what,)).fetchone()
    return str(row[0]) if row else ""


def _parted(archive: Archive, waiting: Iterable[str]) -> tuple[list[str], list[str]]:
    """Of articles' ids those that are in the archive, and those that are not any more."""
    there: list[str] = []
    gone: list[str] = []
    for article_id in waiting:
        (there if archive.known(article_id) else gone).append(article_id)
    return there, gone


def _alone(archive: Archive, ids: Iterable[str]) -> Iterator[Article]:
    return (article for article_id in ids if (article := archive.article(article_id)) is not None)


def _taken_in(
    archive: Archive,
    ids: Iterable[str],
    settlement: Settlement,
    lost: list[Correction],
    progress: Progress | None,
) -> Iterator[variants.Saying]:
    """The quotations of some articles, as `variants` wants them; their speakers are kept for `identity` on the way."""
    for article, quotations in archive.articles(ids):
        done = settlement.corrected(article.id, quotations, lambda text=article.text: text)  # type: ignore[misc]
        lost += done.lost
        identity.store(archive.connection, article.id, identity.local_speakers(article, done.quotations))
        for quotation in done.quotations:
            yield variants.saying(article, quotation, around=_AROUND)
        if progress:
            progress(1)


def _weigh(archive: Archive, settlement: Settlement, groups: Collection[str], changed: Collection[str]) -> set[str]:
    """Weighs the witnesses of some groups anew; the articles for which that, or the group itself, changed something."""
    asked = _Asked(archive, settlement)
    affected: set[str] = set()
    for group_id in sorted(groups):
        members = list(tellings(archive.connection, group_id))
        found: dict[str, Finding] = {}
        if len(members) >= _FEWEST:
            reports = [report for one in members if (report := asked.report(one))]
            found = weigh(reports, named=asked.named, fits=asked.fits)
        affected |= _keep(archive.connection, group_id, {one.quotation_id: one.article_id for one in members}, found)
        if group_id in changed:
            affected.update(one.article_id for one in members)
    return affected


def _keep(
    connection: sqlite3.Connection, group_id: str, articles: Mapping[str, str], found: Mapping[str, Finding]
) -> set[str]:
    """Keeps what was found of a group's quotations (by id: their articles); gives the articles where that is new."""
    before = {
        quotation_id: (article_id, row)
        for quotation_id, article_id, *row in connection.execute(
            "SELECT quotation_id, article_id, person, confidence, witnesses, rivals, phrase FROM findings "
            "WHERE group_id = ?",
            (group_id,),
        )
    }
    now = {quotation_id: (articles[quotation_id], _row(one)) for quotation_id, one in found.items()}
    gone = [quotation_id for quotation_id in before if quotation_id not in now]
    fresh = {quotation_id: row for quotation_id, row in now.items() if before.get(quotation_id) != row}
    # Somebody who left may have come to another group already.
    connection.executemany(
        "DELETE FROM findings WHERE quotation_id = ? AND group_id = ?", [(one, group_id) for one in gone]
    )
    connection.executemany(
        "INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(quotation_id, article_id, group_id, *row) for quotation_id, (article_id, row) in fresh.items()],
    )
    return {before[one][0] for one in gone} | {article_id for article_id, _ in fresh.values()}


def _row(one: Finding) -> list[object]:
    rivals = json.dumps([(rival.id, rival.name, rival.articles) for rival in one.rivals])
    return [one.person, one.confidence, one.witnesses, rivals, one.phrase]


class _Asked:
    """What is known of quotations and articles, a few articles at a time."""

    def __init__(self, archive: Archive, settlement: Settlement) -> None:
        self._archive = archive
        self._settlement = settlement
        self._quotations = functools.lru_cache(maxsize=_REMEMBERED)(self._read)
        self._text = functools.lru_cache(maxsize=_REMEMBERED // 10)(self._words_of)
        self._page = functools.lru_cache(maxsize=_REMEMBERED)(self._read_page)
        self._forms = functools.lru_cache(maxsize=_REMEMBERED)(self._forms_of)
        self._gender = functools.lru_cache(maxsize=_REMEMBERED)(self._gender_of)
        self._words = functools.lru_cache(maxsize=_REMEMBERED)(self._words_of_names)

    def report(self, member: Telling) -> Report | None:
        """What an article says of who said it; None where the quotation is not there."""
        quotations, resolutions = self._quotations(member.article_id)
        quotation = quotations.get(member.quotation_id)
        if quotation is None:
            return None
        who = resolved(quotation, resolutions)
        written, day = self._page(member.article_id)
        return Report(
            quotation=quotation.id,
            article=member.article_id,
            witness=member.witness,
            words=len(_WORD.findall(quotation.text)),
            kind=quotation.kind,
            person=who.person_id if who else None,
            name=who.name if who else quotation.speaker,
            type=who.type if who else unnamed(quotation),
            basis=quotation.basis,
            confidence=quotation.confidence,
            may_be=frozenset(key for key, _ in who.candidates) if who else frozenset(),
            text=_spaced(quotation.text).strip(),
            day=day,
            mention=" ".join(written[start:end] for start, end in quotation.source),
        )

    def fits(self, mention: str, person_id: str) -> bool:
        """Whether an article's words for somebody may name a person.

        They do where the person's whole name is among them, or where all of their capitalised words stand in the names.
        A pronoun fits everybody of its gender.
        """
        pronoun = _PRONOUNS.get(mention.casefold())
        if pronoun is not None:
            return not pronoun or self._gender(person_id) in ("", pronoun)
        said = _spaced(mention)
        if any(f" {form} " in said for form in self._forms(person_id) if " " in form):
            return True
        words = {word.casefold() for word in _WORD.findall(mention) if word[:1].isupper()} - _HONORIFICS
        return bool(words) and words <= self._words(person_id)

    def named(self, article_id: str, person_id: str) -> bool:
        """Whether an article names a person by any usual form."""
        words = self._text(article_id)
        return any(f" {form} " in words for form in self._forms(person_id))

    def _read(self, article_id: str) -> tuple[dict[str, Quotation], Resolutions]:
        quotations = self._archive.quotations(article_id)
        done = self._settlement.corrected(article_id, quotations, lambda: self._page(article_id)[0])
        return {one.id: one for one in done.quotations}, self._settlement.people.of_article(article_id)

    def _read_page(self, article_id: str) -> tuple[str, int | None]:
        """An article's text, and its day; what is not there has neither."""
        article = self._archive.article(article_id)
        if article is None:
            return "", None
        try:
            return article.text, datetime.date.fromisoformat(article.date or "").toordinal()
        except ValueError:
            return article.text, None

    def _words_of(self, article_id: str) -> str:
        return _spaced(self._page(article_id)[0])

    def _gender_of(self, person_id: str) -> str:
        return self._settlement.directory.gender(person_id)

    def _words_of_names(self, person_id: str) -> frozenset[str]:
        names = self._settlement.directory.names_of(person_id, _MOST_FORMS)
        return frozenset(word for name in names for word in _spaced(name).split())

    def _forms_of(self, person_id: str) -> frozenset[str]:
        names = self._settlement.directory.names_of(person_id, _MOST_FORMS)
        forms = {_spaced(name).strip() for name in names}
        if names and self._settlement.people.type(person_id) == "person":
            forms |= {form.rpartition(" ")[2] for form in forms}
        return frozenset(form for form in forms if len(form) > 1)


def resolved(quotation: Quotation, resolutions: Resolutions) -> Resolution | None:
    """Who the speaker of a quotation is in the collection; None for the unnamed and for nobody."""
    if quotation.speaker is None:
        return None
    found = resolutions.get((quotation.speaker, quotation.speaker_type))
    return None if found is None or found.status == "unnamed" else found


def unnamed(quotation: Quotation) -> SpeakerType:
    """What somebody is who has no name in the collection."""
    return "unnamed" if quotation.speaker_type in ("person", "organization") else quotation.speaker_type


def _spaced(text: str) -> str:
    """A text's words in small letters, each between blanks."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "
