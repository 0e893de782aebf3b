"""Archived articles and quotations -> the entries that are published."""

from collections.abc import Iterable, Iterator
from typing import Any

from index.archive import Archive
from index.identity import People, Resolution
from index.records import CONTEXT, Article, Entry, Quotation, Rival, Status
from index.settlement import SettledArticle, Settlement, resolved, unnamed
from index.witnesses import Finding


def make_entries(archive: Archive, settlement: Settlement, article_ids: Iterable[str] | None = None) -> Iterator[Entry]:
    """Every quotation of the archive as an entry, undated ones first, then by date, article and place.

    Given `article_ids`, only of those articles, in the order in which they are given. What waits is settled first.
    """
    for article, quotations in archive.articles(article_ids):
        settled = settlement.of(article, quotations)
        for quotation in settled.quotations:
            yield make_entry(article, quotation, settled, settlement.people)


def make_entry(article: Article, quotation: Quotation, settled: SettledArticle, people: People) -> Entry:
    """One quotation with everything that search and display need."""
    speaker = resolved(quotation, settled.speakers)
    finding = settled.findings.get(quotation.id)
    place = settled.places.get(quotation.id)
    correction = settled.corrections.get(quotation.id)
    taken = finding.person if finding else None
    rivals = finding.rivals if finding else ()
    start, end = quotation.content[0][0], quotation.content[-1][1]
    return Entry(
        id=quotation.id,
        text=quotation.text,
        kind=quotation.kind,
        content=quotation.content,
        exact=article.text[start:end],
        before=_before(article.text, start),
        after=_after(article.text, end),
        cue=_words(article.text, quotation.cue),
        mention=_words(article.text, quotation.source),
        source_spans=quotation.source,
        cue_spans=quotation.cue,
        **_who(quotation, speaker, finding, people),
        status=_status(quotation, speaker, taken=taken, rivals=rivals),
        candidates=_candidates(quotation, taken),
        article_id=article.id,
        title=article.title,
        url=article.url,
        source=article.source,
        date=article.date,
        date_basis=article.date_basis,
        variant_id=place.group_id if place else quotation.id,
        variant_count=place.count if place else 1,
        variant_first=place.first if place else article.date,
        variant_witnesses=place.witnesses if place else 1,
        witnesses=finding.witnesses if finding else int(speaker is not None and speaker.person_id is not None),
        rivals=rivals,
        correction=correction.number if correction else None,
    )


def _who(quotation: Quotation, speaker: Resolution | None, finding: Finding | None, people: People) -> dict[str, Any]:
    """The fields of an entry that say who said it, how sure that is, and why."""
    if finding is not None and finding.person is not None:
        person = people.now(finding.person)
        return {
            "speaker_id": person,
            "speaker": people.name(person),
            "speaker_type": people.type(person),
            "confidence": finding.confidence,
            "basis": "corroborated",
        }
    return {
        "speaker_id": speaker.person_id if speaker else None,
        "speaker": speaker.name if speaker else (finding.phrase if finding else None) or quotation.speaker,
        "speaker_type": speaker.type if speaker else unnamed(quotation),
        "confidence": quotation.confidence,
        "basis": quotation.basis,
    }


def _status(
    quotation: Quotation, speaker: Resolution | None, *, taken: str | None, rivals: tuple[Rival, ...]
) -> Status:
    if rivals:
        return "disputed"
    if taken is not None:
        return "resolved"
    if speaker is not None:
        return "resolved" if speaker.person_id is not None else "undecided"
    return "unknown" if quotation.speaker is None or quotation.speaker_type == "unknown" else "unnamed"


def _candidates(quotation: Quotation, taken: str | None) -> tuple[tuple[str, float], ...]:
    """Whom the article alone gives it to, and whom else it may mean; each name once, the likeliest first."""
    own = [(quotation.speaker, quotation.confidence)] if taken and quotation.speaker else []
    found: dict[str, float] = {}
    for name, share in (*own, *quotation.candidates):
        found.setdefault(name, share)
    return tuple(found.items())


def _words(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    return " … ".join(text[start:end] for start, end in spans)


def _before(text: str, start: int) -> str:
    reach = max(0, start - CONTEXT)
    words = text[reach:start]
    if reach and not text[reach - 1].isspace():
        # Cut between words; a run of letters longer than the reach is cut where it is.
        head, space, rest = words.partition(" ")
        words = rest if space else head
    return words.lstrip()


def _after(text: str, end: int) -> str:
    words = text[end : end + CONTEXT]
    if end + CONTEXT < len(text) and not text[end + CONTEXT].isspace():
        head, space, rest = words.rpartition(" ")
        words = head if space else rest
    return words.rstrip()
