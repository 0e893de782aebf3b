"""Archived articles and quotations -> the entries that are published."""

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator

from index.archive import Archive
from index.identity import Identity, Person, status_of
from index.records import CONTEXT, Article, Entry, Quotation
from index.variants import VariantGroup, Variants, variant_id


@dataclasses.dataclass(frozen=True, slots=True)
class Settled:
    """Who is who in a collection, and which quotations are versions of one another."""

    identity: Identity
    variants: Variants

    def person(self, quotation: Quotation) -> Person | None:
        """Who said it; None for the unnamed and for nobody."""
        return self.identity.person(quotation)

    def group(self, quotation: Quotation) -> VariantGroup:
        """The versions of a quotation."""
        return self.variants.group(quotation)


def settle(archive: Archive) -> Settled:
    """Who is who, from all quotations of the archive.

    Articles whose entries change by that, though they have not changed themselves, are touched in the archive. Call its
    `commit` afterwards.
    """
    identity, variants = Identity(), Variants()
    for _, date, quotations in archive.all_quotations():
        identity.add(quotations)
        variants.add(quotations, date)
    identity.settle()
    settled = Settled(identity, variants)
    earlier = archive.settled()
    changed: list[tuple[str, bytes]] = []
    for article_id, _, quotations in archive.all_quotations():
        digest = _digest(quotations, settled)
        if digest != earlier.get(article_id):
            changed.append((article_id, digest))
    archive.touch(article_id for article_id, _ in changed if article_id in earlier)
    archive.settle(changed)
    return settled


def _digest(quotations: Iterable[Quotation], settled: Settled) -> bytes:
    """What the entries of an article take from other articles, as a digest."""
    digest = hashlib.blake2b(digest_size=16)
    for quotation in quotations:
        person, group = settled.person(quotation), settled.group(quotation)
        rivals = group.rivals(quotation) if person else ()
        known = (person.id, person.name, person.type) if person else None
        digest.update(repr((known, group.count, group.first, rivals)).encode("utf-8", "surrogatepass"))
    return digest.digest()


def make_entries(archive: Archive, settled: Settled, article_ids: Iterable[str] | None = None) -> Iterator[Entry]:
    """Every quotation of the archive as an entry, undated ones first, then by date, article and place.

    Given `article_ids`, only of those articles, in the order in which they are given.
    """
    for article, quotations in archive.articles(article_ids):
        for quotation in quotations:
            yield make_entry(article, quotation, settled)


def make_entry(article: Article, quotation: Quotation, settled: Settled) -> Entry:
    """One quotation with everything that search and display need."""
    person = settled.person(quotation)
    group = settled.group(quotation)
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
