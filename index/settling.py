"""What only a collection can tell, settled after articles were read and before a build is made of them.

Who is who, which articles are copies, which quotations are the same words, and what their witnesses make of one
another. All of it is kept in the archive, and only what new, changed or corrected articles touch is settled anew.
Nothing is done by halves: a run that is killed leaves the archive as it was, with the same articles waiting.
"""

import dataclasses
import itertools
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from index import copies, identity, variants
from index.adrift import adrift
from index.archive import Archive
from index.identity import PeopleFile
from index.ledger import Correction, in_force
from index.records import Article, Quotation
from index.settlement import Settlement
from index.spreading import Spread, here
from index.testimony import Testimony
from index.variants import Prepared
from index.variants.asking import groups_in, tellings
from index.witnesses import Finding, weigh

VERSION = "3"
"""Counted up when the same articles would be settled otherwise: everything is then settled anew."""

Progress = Callable[[int], None]
_AROUND = 200
"""Letters before and after a quotation by which copies of one text are known."""
_FEWEST = 2
"""Quotations of the same words that can witness for one another."""
_PIECE = 32
"""Articles that are looked at at once."""


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
    spread: Spread = here,
) -> Settled:
    """Settles what waits, or, with `whole`, everything; the caller holds the write lock. Commits at the end.

    `made_with` is kept, for `waits`: it tells one people file from another. `progress` is told how many more articles
    were looked at. What is made of one article, one block or a few pairs alone is done where `spread` has it done.
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
    told = _taken_in(archive, there, settlement, lost, progress, spread)
    changed = variants.take_in(connection, told, waiting, spread=spread)
    for article_id in gone:
        identity.store(connection, article_id, ())
        lost += settlement.corrections_of(article_id)
    moved = identity.settle(connection, people=people, rulings=settlement.rulings, spread=spread)
    groups = changed | groups_in(connection, {*there, *moved})
    copied = copies.update(connection, _alone(archive, there), waiting, find=archive.article)
    affected = set(there) | moved | copied | _weigh(archive, Settlement(archive), groups, changed)
    connection.execute("DELETE FROM unsettled")
    state = (("version", VERSION), ("people", made_with))
    connection.executemany("INSERT OR REPLACE INTO settled_by VALUES (?, ?)", state)
    archive.touch(sorted(affected))
    archive.commit()
    return Settled(len(there), len(affected), tuple(lost))


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
    adrift: int
    """Of these, what finds its words no longer."""
    waiting: int
    """Articles that are to be settled."""


def across(archive: Archive) -> Across:
    """What is settled of an archive, in numbers."""

    def count(query: str) -> int:
        return int(archive.connection.execute(query).fetchone()[0])

    held = in_force(archive.corrections())

    return Across(
        people=count("SELECT count(DISTINCT person_id) FROM local_speakers WHERE person_id IS NOT NULL"),
        undecided=identity.undecided(archive.connection),
        corroborated=count("SELECT count(*) FROM findings WHERE person IS NOT NULL"),
        disputed=count("SELECT count(*) FROM findings WHERE rivals <> '[]'"),
        versions=count("SELECT count(*) FROM variant_groups WHERE sayings > 1"),
        copies=copies.how_many(archive.connection),
        corrections=len(held),
        adrift=len(adrift(archive, held)),
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


@dataclasses.dataclass(frozen=True, slots=True)
class _Told:
    """What one article tells, whatever the others say."""

    article_id: str
    speakers: Sequence[identity.LocalSpeaker]
    sayings: Sequence[Prepared]


def _taken_in(
    archive: Archive,
    ids: Sequence[str],
    settlement: Settlement,
    lost: list[Correction],
    progress: Progress | None,
    spread: Spread,
) -> Iterator[Prepared]:
    """The quotations of some articles, as `variants` keeps them; their speakers are kept for `identity` on the way."""

    def pieces() -> Iterator[list[tuple[Article, list[Quotation]]]]:
        for start in range(0, len(ids), _PIECE):
            piece = []
            for article, quotations in archive.articles(ids[start : start + _PIECE]):
                done = settlement.corrected(article.id, quotations, lambda text=article.text: text)  # type: ignore[misc]
                lost.extend(done.lost)
                piece.append((article, done.quotations))
            yield piece

    for found in spread(_tell, pieces()):
        for one in found:
            identity.store(archive.connection, one.article_id, one.speakers)
            yield from one.sayings
            if progress:
                progress(1)


def _tell(articles: Sequence[tuple[Article, Sequence[Quotation]]]) -> list[_Told]:
    """What each of some articles tells. Pure: any process can do it."""
    sayings = (variants.saying(article, one, around=_AROUND) for article, quotations in articles for one in quotations)
    prepared = iter(variants.prepare(list(sayings)))
    return [
        _Told(
            article.id,
            identity.local_speakers(article, quotations),
            list(itertools.islice(prepared, len(quotations))),
        )
        for article, quotations in articles
    ]


def _weigh(archive: Archive, settlement: Settlement, groups: Collection[str], changed: Collection[str]) -> set[str]:
    """Weighs the witnesses of some groups anew; the articles for which that, or the group itself, changed something."""
    asked = Testimony(archive, settlement)
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
