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

# How often the rule's span and source were right on PolNeAR's training part; scripts/evaluate.py prints them.
_RIGHT = {
    "quote-cue": 0.95,
    "cue-quote": 0.9,
    "clause": 0.8,
    "that": 0.75,
    "bare": 0.6,
    "trailing": 0.75,
    "according": 0.8,
    "named": 0.7,
    "label": 0.9,
    "signed": 0.8,
    "shouts": 0.8,
    "continued": 0.85,
    "opened": 0.6,
    "alone": 0.6,
    "fragment": 0.5,
}


def extract(article: Article) -> list[Quotation]:
    """The article's quotations in the order of its text."""
    cue_matcher()  # made before the zone, or its words would be forgotten with the article's
    with pipeline().memory_zone():
        page = read_page(article.text)
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
