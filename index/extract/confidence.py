"""How likely a quotation is right: its words, its source, and who that is, as one probability.

Logistic regressions on what the network and the resolver say of themselves (Platt, "Probabilistic outputs for support
vector machines", 1999), fitted by scripts/train_extractor.py on articles that training never saw. Without the network:
the share in which each rule was right.
"""

import math
from typing import Any

from index.extract.draft import Attribution
from index.extract.history import Speaker

# How often a rule's span and source were right on a quarter of PolNeAR's training part.
RULES_RIGHT = {
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
_EDGE = 1e-4


def log_odds(probability: float) -> float:
    """The log-odds of a probability, kept finite."""
    p = min(max(probability, _EDGE), 1 - _EDGE)
    return math.log(p / (1 - p))


def probability(odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + math.exp(-odds))


def features(made: Attribution, certainty: float) -> list[float]:
    """What a quotation's probability is computed from; the first one is always 1.

    certainty: of the step from the source's words to the speaker, 0 to 1.
    """
    content, source = made.clear
    sure = log_odds(source) if made.source is not None else 0.0
    return [1.0, log_odds(made.probability), log_odds(content), sure, float(made.source is None), log_odds(certainty)]


def group_of(made: Attribution) -> str:
    """Which regression a quotation belongs to: by how it was found, and whether it has marks."""
    how = "found" if made.pattern == "network" else "left"
    return f"{how} {'plain' if made.kind == 'indirect' else 'marks'}"


def confidence(made: Attribution, who: Speaker, calibration: dict[str, Any] | None) -> float:
    """The probability that a quotation and its speaker are right, 0 to 1.

    calibration: by group the weights of the features and a weight for each basis; None where the rules stand alone.
    """
    if calibration is None:
        return round(RULES_RIGHT[made.pattern] * who.certainty, 3)
    fitted = calibration.get(group_of(made))
    if fitted is None:
        return round(made.probability * who.certainty, 3)
    odds = sum(w * x for w, x in zip(fitted["features"], features(made, who.certainty), strict=True))
    return round(probability(odds + fitted["basis"].get(who.basis, 0.0)), 3)
