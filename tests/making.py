"""Articles, quotations and data folders for tests, made by hand."""

from pathlib import Path

from index.archive import Archive
from index.build import build
from index.manifest import Manifest
from index.records import Article, Quotation, SpeakerType, joined_text
from index.settings import Settings

EXTRACTOR = "by hand"


def an_article(id: str = "a1", text: str = "“Rain is news,” Ada Brook said.", **values: object) -> Article:
    usual = {"date": "2020-03-04", "date_basis": "metadata", "source": "Gull"}
    return Article(id=id, text=text, **{**usual, **values})  # type: ignore[arg-type]


def a_quotation(
    article: Article, words: str, speaker: str | None = None, speaker_type: SpeakerType = "person", **values: object
) -> Quotation:
    start = article.text.index(words)
    content = ((start, start + len(words)),)
    return Quotation(
        **{
            "article_id": article.id,
            "kind": "direct",
            "content": content,
            "text": joined_text(article.text, content),
            "speaker": speaker,
            "speaker_type": speaker_type if speaker else "unknown",
            "confidence": 0.9,
            "basis": "name",
            **values,
        }  # type: ignore[arg-type]
    )


def a_collection(folder: Path, rows: list[tuple[Article, list[Quotation]]]) -> tuple[Settings, Manifest]:
    """A data folder whose published build holds these articles."""
    settings = Settings(data=folder)
    with Archive(settings.archive, create=True) as archive:
        for article, quotations in rows:
            archive.put(article, quotations, extractor=EXTRACTOR)
        archive.commit()
        return settings, build(settings, archive)
