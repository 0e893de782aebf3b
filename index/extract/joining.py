"""What the network found, joined with what the marks and the page's form say.

The network ties words to cues. Left over are quoted stretches without a cue of their own (signed lines, what goes on
from the paragraph before) and transcripts, whose form says enough: for these the rules stand.
"""

import numpy as np

from index.extract.attributions import draft_of, kind_of, merged, sentences
from index.extract.decoding import REPORTED
from index.extract.draft import Attribution, Draft, Sentence
from index.extract.network import Floats
from index.extract.titles import SHOUTS
from index.extract.tokens import Page
from index.extract.uncued import leftovers, read_label

LEAST_TURNS = 3
"""So many paragraphs with "NAME:" in front make a transcript; fewer may be "UPDATE:" and the like."""
_BY_FORM = frozenset(["signed", "shouts", "label"])


def join(page: Page, found: list[Attribution], reported: Floats) -> list[Attribution]:
    """All attributions of a page in the order of the text.

    found: the network's; reported: [tokens] its probability of each token being reported words.
    """
    draft = draft_of(page)
    parts = sentences(draft)
    transcript = draft.interview or _is_transcript(page, parts)
    found = sorted(found, key=lambda made: made.content)
    for made in found:
        for number in {page.stretch[t] for first, stop in made.content for t in range(first, stop)} - {-1}:
            draft.claimed.setdefault(number, made)
    at = turn_ends = 0
    for sentence in parts:
        if transcript:
            turn_ends = max(turn_ends, read_label(draft, sentence))
        while at < len(found) and found[at].content[0][0] < sentence.stop:
            if found[at].content[0][0] >= turn_ends:
                draft.out.append(found[at])
                sentence.made.append(found[at])
            at += 1
        if sentence.first >= turn_ends:
            leftovers(draft, sentence)
    out = [made for made in draft.out if _stands(page, made, reported)]
    for made in out:
        made.content = merged(made.content)
        if made.cue is not None and made.source is None and SHOUTS & set(page.low[slice(*made.cue)]):
            made.nobody = True
        made.kind = kind_of(page, made)
    return sorted(out, key=lambda made: made.content)


def _is_transcript(page: Page, parts: list[Sentence]) -> bool:
    probe = Draft(page, [])
    for sentence in parts:
        read_label(probe, Sentence(sentence.first, sentence.stop, [], []))
        if len(probe.out) >= LEAST_TURNS:
            return True
    return False


def _stands(page: Page, made: Attribution, reported: Floats) -> bool:
    if made.pattern == "network" or made.pattern in _BY_FORM:
        return True
    tokens = [t for first, stop in made.content for t in range(first, stop) if page.is_word(t)]
    made.probability = float(np.mean(reported[tokens]))
    return made.probability >= REPORTED
