"""Entries -> what an answer shows of them."""

from collections.abc import Sequence

from index.records import Article, Entry
from search.forms import Form
from search.highlight import highlights
from search.results import ArticleShown, Attribution, Hit, SpeakerShown, Target, Variants


def make_hit(entry: Entry, forms: Sequence[Form] = ()) -> Hit:
    """One quotation of an answer, with the stretches that `forms` find in its words."""
    return Hit(
        id=entry.id,
        url=f"/quotes/{entry.id}",
        text=entry.text,
        kind=entry.kind,
        highlights=highlights(entry.text, forms) if forms else (),
        before=entry.before,
        after=entry.after,
        speaker=SpeakerShown(
            id=entry.speaker_id,
            name=entry.speaker,
            type=entry.speaker_type,
            mention=entry.mention,
            status=entry.status,
        ),
        attribution=Attribution(
            confidence=entry.confidence,
            basis=entry.basis,
            cue=entry.cue,
            candidates=entry.candidates,
            witnesses=entry.witnesses,
            rivals=entry.rivals,
            correction=entry.correction,
        ),
        article=article_shown(entry),
        target=Target(
            exact=entry.exact,
            prefix=entry.before,
            suffix=entry.after,
            start=entry.content[0][0],
            end=entry.content[-1][1],
            content=entry.content,
            cue=entry.cue_spans,
            source=entry.source_spans,
        ),
        variants=Variants(
            id=entry.variant_id,
            count=entry.variant_count,
            first=entry.variant_first,
            witnesses=entry.variant_witnesses,
        ),
    )


def article_shown(record: Entry | Article) -> ArticleShown:
    """Where a quotation stands."""
    return ArticleShown(
        id=record.article_id if isinstance(record, Entry) else record.id,
        title=record.title,
        url=record.url,
        source=record.source,
        date=record.date,
        date_basis=record.date_basis,
    )
