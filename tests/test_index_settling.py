"""Who is who, versions and witnesses in the archive: settled where something changed, and as a whole the same."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index import settling
from index.archive import Archive
from index.archive_tables import MIGRATIONS
from index.build import build, up_to_date
from index.correcting import Editor, give_speaker, merge, rename, split, undo
from index.entries import make_entries
from index.errors import UsageError
from index.records import Article, Entry, Quotation
from index.settings import Settings
from index.settlement import Settlement
from index.settling import across, settle
from tests.making import EXTRACTOR, a_quotation, an_article

WORDS = "“The harbour wall will stand for another forty winters at least,”"
OTHER = "“Nobody has asked the herring what they make of the new ferry,”"
EDITOR = Editor(who="Noor", why="it says so")

Row = tuple[Article, list[Quotation]]


_SIGHTS = (
    "anchors barrels cranes dories engines flags gulls hawsers ice jetties keels lamps masts nets oars pilots quays "
    "ropes sails tides urchins vats winches yawls barges clams docks eels fog gales hulls inlets jigs kelp locks mud"
)


def around(id: str) -> str:
    """Words that stand around a quotation in that article alone."""
    return " ".join(random.Random(id).sample(_SIGHTS.split(), 24))


def said(
    id: str, outlet: str, speaker: str | None, words: str = WORDS, *, date: str = "2020-03-04", **values: object
) -> Row:
    """An article in which somebody says some words, in sentences of its own."""
    name = speaker or "It was heard on the quay:"
    text = f"Seen by the {outlet}: {around(id)}. {name} {words} it was said. Later: {around(id[::-1] + outlet)}."
    article = an_article(id, text, source=outlet, date=date)
    basis = {"basis": "name"} if speaker else {"basis": "implicit", "confidence": 0.3}
    return article, [a_quotation(article, words, speaker, **{**basis, "source": (span(article, name),), **values})]


def span(article: Article, words: str) -> tuple[int, int]:
    start = article.text.index(words)
    return start, start + len(words)


def put(archive: Archive, *rows: Row) -> None:
    for article, quotations in rows:
        archive.put(article, quotations, extractor=EXTRACTOR)
    archive.commit()


@pytest.fixture
def archive(tmp_path: Path) -> "object":
    with Archive(tmp_path / "archive.sqlite", create=True) as made:
        yield made


def entries(archive: Archive) -> dict[str, Entry]:
    """By article, what would be published."""
    return {entry.article_id: entry for entry in make_entries(archive, Settlement(archive))}


def test_an_article_that_names_nobody_takes_the_name_from_others(archive: Archive) -> None:
    put(archive, said("a", "Gull", None), said("b", "Tern", "Ada Brook"), said("c", "Skua", "Ada Brook"))
    settle(archive)
    found = entries(archive)["a"]
    assert (found.speaker, found.speaker_id, found.basis, found.status) == (
        "Ada Brook",
        "ada-brook",
        "corroborated",
        "resolved",
    )
    assert found.witnesses == 3
    assert found.candidates == ()


def test_different_names_are_disputed_and_both_stand(archive: Archive) -> None:
    put(archive, said("a", "Gull", "Tom Reed"), said("b", "Tern", "Ada Brook"))
    settle(archive)
    found = entries(archive)
    assert {one.status for one in found.values()} == {"disputed"}
    assert [(r.name, r.articles) for r in found["a"].rivals] == [("Ada Brook", 1)]


def test_a_surname_is_whom_the_collection_knows_by_it(archive: Archive) -> None:
    full = [said(f"f{n}", "Tern", "Ada Quillfeather", OTHER, date=f"2020-03-0{n}") for n in range(1, 5)]
    put(archive, said("a", "Gull", "Quillfeather"), *full)
    settle(archive)
    assert entries(archive)["a"].speaker_id == "ada-quillfeather"


def test_only_what_changed_is_settled(archive: Archive) -> None:
    put(archive, said("a", "Gull", "Tom Reed"), said("b", "Tern", "Cy Dow", OTHER))
    assert settle(archive).articles == 2
    assert (settle(archive).articles, settle(archive).affected) == (0, 0)
    put(archive, said("c", "Skua", None))
    done = settle(archive)
    assert (done.articles, done.affected) == (1, 2)  # its words are Tom Reed's, in a


def test_an_article_that_went_takes_its_testimony_along(archive: Archive) -> None:
    put(archive, said("a", "Gull", None), said("b", "Tern", "Ada Brook"))
    settle(archive)
    assert entries(archive)["a"].basis == "corroborated"
    archive.remove("b")
    archive.commit()
    settle(archive)
    found = entries(archive)["a"]
    assert (found.status, found.basis, found.variant_count, found.witnesses) == ("unknown", "implicit", 1, 0)


ROWS = [
    said("a", "Gull", None),
    said("b", "Tern", "Ada Brook"),
    said("c", "Skua", "Ada Brook", OTHER),
    said("d", "Gull", "Ada Brook", OTHER),
    said("e", "Tern", "Tom Reed", OTHER, date="2020-03-05"),
]


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
def test_the_order_of_reading_changes_nothing(tmp_path: Path, order: tuple[int, ...]) -> None:
    with Archive(tmp_path / "one.sqlite", create=True) as one, Archive(tmp_path / "all.sqlite", create=True) as other:
        for place in order:
            put(one, ROWS[place])
            settle(one)
        put(other, *ROWS)
        settle(other)
        assert entries(one) == entries(other)
        settle(one, whole=True)
        assert entries(one) == entries(other)


def test_a_run_that_breaks_off_leaves_the_same_articles_waiting(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(archive, *ROWS)

    def broken(*_: object, **__: object) -> set[str]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(settling.identity, "settle", broken)
        with pytest.raises(KeyboardInterrupt):
            settle(archive)
    archive.connection.rollback()
    assert settle(archive).articles == len(ROWS)


def test_what_is_settled_is_counted(archive: Archive) -> None:
    put(archive, *ROWS)
    assert across(archive).waiting == 5
    settle(archive)
    found = across(archive)
    assert (found.people, found.undecided, found.versions, found.waiting) == (2, 0, 2, 0)
    assert (found.corroborated, found.disputed, found.corrections) == (1, 3, 0)


# Corrections


def quotation(archive: Archive, article_id: str) -> str:
    return archive.quotations(article_id)[0].id


def test_a_corrected_speaker_stands_over_all_witnesses(archive: Archive) -> None:
    put(archive, said("a", "Gull", None), said("b", "Tern", "Ada Brook"), said("c", "Skua", "Cy Dow", OTHER))
    settle(archive)
    line = give_speaker(archive, quotation(archive, "a"), "Cy Dow", editor=EDITOR)
    assert (line.number, line.person, line.who, line.why) == (1, "cy-dow", "Noor", "it says so")
    settle(archive)
    found = entries(archive)["a"]
    assert (found.speaker_id, found.basis, found.confidence, found.correction) == ("cy-dow", "corrected", 1.0, 1)
    undo(archive, quotation(archive, "a"), editor=EDITOR)
    settle(archive)
    assert entries(archive)["a"].speaker_id == "ada-brook"


def test_a_new_name_is_a_new_person(archive: Archive) -> None:
    put(archive, said("a", "Gull", None))
    settle(archive)
    give_speaker(archive, quotation(archive, "a"), "Eve Dunn", editor=EDITOR)
    settle(archive)
    assert entries(archive)["a"].speaker_id == "eve-dunn"


def test_corrections_hold_through_a_whole_settling_and_re_extraction(archive: Archive) -> None:
    put(archive, said("a", "Gull", "Tom Reed"))
    settle(archive)
    give_speaker(archive, quotation(archive, "a"), "Eve Dunn", editor=EDITOR)
    article, [old] = said("a", "Gull", "Tom Reed")
    start, end = old.content[0]
    shorter = ((start + 1, end - 2),)
    again = a_quotation(article, article.text[start + 1 : end - 2], "Tom Reed", content=shorter)
    put(archive, (article, [again]))
    done = settle(archive, whole=True)
    assert (entries(archive)["a"].speaker_id, done.lost) == ("eve-dunn", ())


def test_a_correction_whose_words_are_gone_is_told(archive: Archive) -> None:
    put(archive, said("a", "Gull", "Tom Reed"))
    settle(archive)
    give_speaker(archive, quotation(archive, "a"), None, editor=EDITOR)
    put(archive, said("a", "Gull", "Tom Reed", OTHER))
    assert [one.number for one in settle(archive).lost] == [1]
    assert entries(archive)["a"].speaker_id == "tom-reed"


def test_merged_people_are_one_and_the_old_id_leads_on(archive: Archive) -> None:
    put(archive, said("a", "Gull", "Ada Brook"), said("b", "Tern", "Cy Dow", OTHER))
    settle(archive)
    merge(archive, "cy-dow", "ada-brook", editor=EDITOR)
    settle(archive)
    assert {one.speaker_id for one in entries(archive).values()} == {"ada-brook"}
    assert Settlement(archive).directory.choices("cy-dow") == ("ada-brook",)
    undo(archive, "1", editor=EDITOR)
    settle(archive)
    assert entries(archive)["b"].speaker_id == "cy-dow"


def test_people_are_renamed_and_keep_their_id(archive: Archive) -> None:
    put(archive, said("a", "Gull", "Ada Brook"))
    settle(archive)
    rename(archive, "ada-brook", "Ada Brook-Hill", editor=EDITOR)
    settle(archive)
    found = entries(archive)["a"]
    assert (found.speaker_id, found.speaker) == ("ada-brook", "Ada Brook-Hill")


def test_what_an_article_gives_somebody_is_split_off(archive: Archive) -> None:
    put(archive, said("a", "Gull", "Ada Brook"), said("b", "Tern", "Ada Brook", OTHER))
    settle(archive)
    line = split(archive, "ada-brook", ["b"], "Ada Brook", editor=EDITOR)
    assert line.person == "ada-brook-2"
    settle(archive)
    found = entries(archive)
    assert (found["a"].speaker_id, found["b"].speaker_id) == ("ada-brook", "ada-brook-2")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (lambda archive: give_speaker(archive, "0" * 16, "Ada", editor=EDITOR), "there is no quotation '0000"),
        (lambda archive: merge(archive, "nobody", "ada-brook", editor=EDITOR), "nobody in the collection has the id"),
        (lambda archive: merge(archive, "ada-brook", "ada-brook", editor=EDITOR), "in a circle: ada-brook → ada-brook"),
        (lambda archive: rename(archive, "ada-brook", " – ", editor=EDITOR), "is no name"),
        (lambda archive: split(archive, "ada-brook", ["b"], "X", editor=EDITOR), "gives nothing to 'ada-brook'"),
        (lambda archive: undo(archive, "7", editor=EDITOR), "there is no correction number 7"),
        (lambda archive: undo(archive, "ada-brook", editor=EDITOR), "no correction of 'ada-brook' holds"),
    ],
)
def test_what_cannot_be_corrected_is_said_and_not_written(
    archive: Archive, asked: Callable[[Archive], object], told: str
) -> None:
    put(archive, said("a", "Gull", "Ada Brook"), said("b", "Tern", "Cy Dow", OTHER))
    settle(archive)
    with pytest.raises(UsageError, match=told):
        asked(archive)
    assert archive.corrections() == []


def test_a_correction_makes_a_build_out_of_date(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with Archive(settings.archive, create=True) as archive:
        put(archive, said("a", "Gull", "Ada Brook"))
        build(settings, archive)
        assert up_to_date(settings, archive)
        rename(archive, "ada-brook", "Ada B. Brook", editor=EDITOR)
        assert not up_to_date(settings, archive)


def test_an_archive_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    article, [quotation] = said("a", "Gull", "Ada Brook")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"BEGIN; {MIGRATIONS[0]} PRAGMA user_version=1; COMMIT;")
    with Archive(path) as archive:
        put(archive, (article, [quotation]))
        settle(archive)
        assert entries(archive)["a"].speaker_id == "ada-brook"


def test_an_archive_opens_without_the_extractors_libraries() -> None:
    code = "import index.archive, index.correct_command, index.status, sys; print({'spacy', 'nltk'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
