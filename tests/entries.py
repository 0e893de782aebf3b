"""Published entries and opened builds for tests, made by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from index import whoosh_codec
from index.article_store import FILE_NAME, write_articles
from index.manifest import Manifest, publish, write_manifest
from index.people_store import FILE_NAME as PEOPLE_FILE
from index.people_store import write_people
from index.records import Article, Entry, PersonOfCollection
from index.settings import Settings
from search.whoosh_engine import WhooshEngine, open_engine

BUILD = "20260101T000000000000Z-{:08x}"
PUBLISHED = "2026-01-01T00:00:00+00:00"


def an_entry(number: int = 1, text: str = "Rain is news", **values: object) -> Entry:
    """Quotation `number`; `speaker` alone makes a resolved one with an id of its own."""
    speaker = values.get("speaker")
    usual: dict[str, object] = {
        "id": f"{number:016x}",
        "text": text,
        "kind": "direct",
        "content": ((100, 100 + len(text)),),
        "exact": text,
        "before": "",
        "after": "",
        "cue": "said",
        "mention": "she",
        "source_spans": (),
        "cue_spans": (),
        "speaker_id": str(speaker).lower().replace(" ", "-") if speaker else None,
        "speaker": None,
        "speaker_type": "person" if speaker else "unknown",
        "status": "resolved" if speaker else "unknown",
        "confidence": 0.9,
        "basis": "name",
        "candidates": (),
        "article_id": f"a{number}",
        "title": None,
        "url": None,
        "source": "Gull",
        "date": "2020-03-04",
        "date_basis": "metadata",
        "variant_id": f"v{number}",
        "variant_count": 1,
        "variant_first": None,
    }
    return Entry(**{**usual, **values})  # type: ignore[arg-type]


def a_build(
    data: Path,
    entries: Sequence[Entry],
    articles: Sequence[Article] = (),
    *,
    number: int = 1,
    people: Sequence[PersonOfCollection] = (),
    aliases: Mapping[str, tuple[str, ...]] | None = None,
) -> Manifest:
    """Writes and publishes a build of the entries, in order of date, into a data folder."""
    build_id = BUILD.format(number)
    folder = Settings(data=data).builds / build_id
    folder.mkdir(parents=True)
    whoosh_codec.write(folder, sorted(entries, key=lambda entry: entry.date or ""))
    write_articles(folder / FILE_NAME, articles)
    write_people(folder / PEOPLE_FILE, people, aliases or {})
    manifest = write_manifest(
        folder,
        id=build_id,
        published=PUBLISHED,
        extractor="by hand",
        articles=len(articles),
        quotations=len(entries),
        revision=number,
    )
    publish(folder.parent, build_id)
    return manifest


def an_engine(data: Path, entries: Sequence[Entry], articles: Sequence[Article] = ()) -> WhooshEngine:
    """An engine over a new build; close it."""
    manifest = a_build(data, entries, articles)
    return open_engine(Settings(data=data).builds / manifest.id, manifest)
