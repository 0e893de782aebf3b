"""An article to its quotations: marks, attributions, names, speakers. The one way in for the rest of the house."""

import functools
import logging

from index.errors import MissingWeightsError
from index.extract.attributions import find_attributions
from index.extract.confidence import confidence
from index.extract.cues import cue_matcher
from index.extract.decoding import read
from index.extract.draft import Attribution
from index.extract.entities import Names
from index.extract.history import Speaker
from index.extract.joining import join
from index.extract.network import Network, network
from index.extract.reading import Reading
from index.extract.speakers import find_speakers
from index.extract.tokens import Page, pipeline, read_page
from index.records import Article, Quotation, joined_text

VERSION = 3
"""A change here makes every article be worked on anew; so do other weights."""


@functools.cache
def load() -> Network | None:
    """The network; None, said aloud, where its weights are missing. WeightsError where they are damaged."""
    try:
        return network()
    except MissingWeightsError as missing:
        logging.getLogger("saywho").warning("%s. Until then the rules work alone, which find less.", missing)
        return None


def extractor() -> str:
    """The extractor's name and version, for the archive."""
    net = load()
    return f"rules {VERSION}" if net is None else f"network {VERSION}.{net.version}"


def extract(article: Article) -> list[Quotation]:
    """The article's quotations in the order of its text. WeightsError where the weights are damaged."""
    net = load()
    cue_matcher()  # made before the zone, or its words would be forgotten with the article's
    with pipeline().memory_zone():
        # What stands in front of the article's own words is blanked in this copy, so that every place stays its own.
        page = read_page(" " * article.body + article.text[article.body :])
        found, reading = attributions(page, net)
        speakers = find_speakers(page, Names(page, reading), found, reading, author=article.authors)
        weights = net.calibration.get("confidence", {}) if net is not None else None
        return [
            _quotation(article, page, made, who, confidence(made, who, weights))
            for made, who in zip(found, speakers, strict=True)
        ]


def attributions(page: Page, net: Network | None) -> tuple[list[Attribution], Reading | None]:
    """Who says what by the page's words, and the network's reading of it, where there is a network."""
    if net is None:
        return find_attributions(page), None
    reading, scores = read(page, net)
    return join(page, reading.attributions, scores.reported), reading


def reading_of(page: Page) -> Reading | None:
    """What the network makes of a page; None where there is no network."""
    net = load()
    return read(page, net)[0] if net is not None else None


def _quotation(article: Article, page: Page, made: Attribution, who: Speaker, sure: float) -> Quotation:
    content = tuple(page.span(*piece) for piece in made.content)
    candidates = who.candidates
    if not candidates and who.name is not None:
        candidates = ((who.name, sure),)
    return Quotation(
        article_id=article.id,
        kind=made.kind,
        content=content,
        cue=(page.span(*made.cue),) if made.cue else (),
        source=tuple(page.span(*piece) for piece in made.sources),
        text=joined_text(article.text, content),
        speaker=who.name,
        speaker_type=who.type,
        confidence=sure,
        basis=who.basis,
        candidates=candidates,
    )
