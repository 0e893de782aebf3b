"""Archived articles and quotations -> the entries that are published."""

from collections.abc import Iterator

from index.archive import Archive
from index.identity import Identity, status_of
from index.records import CONTEXT, Article, Entry, Quotation
from index.variants import Variants, variant_id


def make_entries(archive: Archive) -> Iterator[Entry]:
    """Every quotation of the archive as an entry, undated ones first, then by date, article and place.

    Reads the archive twice: who is who and what was said elsewhere are known only after all has been seen.
    """
    identity, variants = Identity(), Variants()
    for article, quotations in archive.articles():
        identity.add(quotations)
        variants.add(quotations, article.date)
    identity.settle()
    for article, quotations in archive.articles():
        for quotation in quotations:
            yield make_entry(article, quotation, identity=identity, variants=variants)


def make_entry(article: Article, quotation: Quotation, *, identity: Identity, variants: Variants) -> Entry:
    """One quotation with everything that search and display need."""
    person = identity.person(quotation)
    group = variants.group(quotation)
    rivals = group.rivals(quotation) if person else ()
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
        speaker_id=person.id if person else None,
        speaker=person.name if person else quotation.speaker,
        speaker_type=person.type if person else quotation.speaker_type,
        status="disputed" if rivals else status_of(quotation),
        confidence=quotation.confidence,
        basis=quotation.basis,
        candidates=_candidates(quotation, rivals),
        article_id=article.id,
        title=article.title,
        url=article.url,
        source=article.source,
        date=article.date,
        date_basis=article.date_basis,
        variant_id=variant_id(quotation),
        variant_count=group.count,
        variant_first=group.first,
    )


def _candidates(quotation: Quotation, rivals: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    """The speaker, then whom other articles name, then whom else this one may mean; each name once."""
    names = {quotation.speaker, *(name for name, _ in rivals)} if rivals else set()
    own = [one for one in quotation.candidates if one[0] == quotation.speaker] if rivals else []
    return (*own, *rivals, *(one for one in quotation.candidates if one[0] not in names))


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
