"""How much likeness is enough to say that words were found: what chance and common phrases give is not.

Weights are rarities in nats: ln(words of the collection / places of this word), about 3 for "the", 7 for an everyday
word, over 10 for a rare one. In a collection of N words, words that weigh ln N together stand in this order about once
by chance, were they independent; those of common phrases are not, so more is asked for.
"""

from collections.abc import Sequence

from search.verify.comparing import Comparison

_FEWEST = 5
"""Words of a claim that must be the same, at least."""
_CHANGED = 3
_SHARE_CHANGED = 0.25
"""So many words, or this share of a longer claim, may be others."""
_MUCH_CHANGED = 0.45
"""This share of them may be others where the rest is long and rare."""
_BEYOND_CHANCE = 14.0
"""Nats beyond ln N that the shared words must weigh, less what they lack in order;"""
_PER_CHANGE = 3.0
"""more for each word that is another one;"""
_LONG_AND_RARE = 45.0
"""and this many where much is changed."""
_SHORTENED = 0.7
"""Of that weight is enough where nothing differs but what an ellipsis stands for."""
_ALONE_WORDS = 5
_ALONE = 12.0


def holds(comparison: Comparison, size: float) -> bool:
    """Whether a claim's words come from this text, altered or cut, beyond what chance would give.

    `size`: ln N of the collection.
    """
    words, changed = len(comparison.claim.words), comparison.changed
    if comparison.matched < min(_FEWEST, words):
        return False
    if changed > max(_CHANGED, _SHARE_CHANGED * words):
        much = changed > _MUCH_CHANGED * words
        return not much and comparison.alignment.score >= size + _LONG_AND_RARE
    enough = size + _BEYOND_CHANCE + _PER_CHANGE * changed
    return comparison.alignment.score >= enough * (_SHORTENED if comparison.wording == "verbatim" else 1.0)


def stands_alone(weights: Sequence[float], size: float) -> bool:
    """Whether a run of words tells by itself where it comes from."""
    return len(weights) >= _ALONE_WORDS and sum(weights) >= size + _ALONE
