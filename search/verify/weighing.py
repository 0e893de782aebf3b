"""How much likeness is enough to say that words were found: what chance and common phrases give is not.

Weights are rarities in nats: ln(words of the collection / places of this word), about 3 for "the", 7 for an everyday
word, over 10 for a rare one.
"""

from collections.abc import Sequence

from search.verify.comparing import Comparison

_SHARE = 0.6
_CHAIN = 0.55
_WEIGHT = 30.0
_LONGEST = 3
_ALONE_WORDS = 5
_ALONE_WEIGHT = 28.0


def holds(comparison: Comparison, weights: Sequence[float]) -> bool:
    """Whether a claim's words come from this text, altered or cut, beyond what chance would give."""
    total = sum(weights)
    words = len(comparison.claim.words)
    longest = max(run.length for run in comparison.alignment.runs)
    return (
        comparison.matched >= 4
        and comparison.matched >= _SHARE * words
        and comparison.alignment.score >= _CHAIN * total
        and comparison.alignment.score >= _WEIGHT
        and longest >= _LONGEST
    )


def stands_alone(weights: Sequence[float]) -> bool:
    """Whether a run of words tells by itself where it comes from."""
    return len(weights) >= _ALONE_WORDS and sum(weights) >= _ALONE_WEIGHT
