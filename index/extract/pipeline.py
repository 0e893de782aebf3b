"""An article to its quotations: marks, attributions, names, speakers. The one way in for the rest of the house."""

from index.extract.attributions import find_attributions
from index.extract.cues import cue_matcher
from index.extract.draft import Attribution
from index.extract.entities import Names
from index.extract.history import Speaker
from index.extract.speakers import find_speakers
from index.extract.tokens import Page, pipeline, read_page
from index.records import Article, Quotation, joined_text

EXTRACTOR = "rules 1"
"""Name and version; a change here makes every article be worked on anew."""

# How often a rule's span and source were right on a quarter of PolNeAR's training part.
_RIGHT = {
    "quote-cue": 0.97,
    "cue-quote": 0.85,
    "clause": 0.82,
    "that": 0.63,
    "bare": 0.56,
    "trailing": 0.64,
    "according": 0.82,
    "named": 0.76,
    "label": 0.7,
    "signed": 0.8,
    "shouts": 0.7,
    "continued": 0.84,
    "opened": 0.6,
    "alone": 0.4,
    "fragment": 0.4,
}


def extract(article: Article) -> list[Quotation]:
    """The article's quotations in the order of its text."""
    cue_matcher()  # made before the zone, or its words would be forgotten with the article's
    with pipeline().memory_zone():
        # What stands in front of the article's own words is blanked in this copy, so that every place stays its own.
        page = read_page(" " * article.body + article.text[article.body :])
        found = find_attributions(page)
        speakers = find_speakers(page, Names(page), found)
        return [_quotation(article, page, made, who) for made, who in zip(found, speakers, strict=True)]


def _quotation(article: Article, page: Page, made: Attribution, who: Speaker) -> Quotation:
    content = tuple(page.span(first, stop) for first, stop in made.content)
    confidence = round(_RIGHT[made.pattern] * who.certainty, 3)
    candidates = who.candidates
    if not candidates and who.name is not None:
        candidates = ((who.name, confidence),)
    return Quotation(
        article_id=article.id,
        kind=made.kind,
        content=content,
        cue=(page.span(*made.cue),) if made.cue else (),
        source=(page.span(*made.source),) if made.source else (),
        text=joined_text(article.text, content),
        speaker=who.name,
        speaker_type=who.type,
        confidence=confidence,
        basis=who.basis,
        candidates=candidates,
    )
