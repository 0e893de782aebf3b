"""Whom a pronoun or a description may mean: the candidates with their probabilities, the network's among the signs."""

import numpy
from numpy.typing import NDArray

from index.extract.choosing import Task, chooser
from index.extract.entities import Entity, Names
from index.extract.evidence import Evidence, Form, Memory, Question, Wanted
from index.extract.reading import Reading
from index.extract.tokens import Page

PRONOUNS: dict[str, tuple[Wanted, Form]] = {
    "he": ("m", "subject"),
    "him": ("m", "object"),
    "his": ("m", "possessive"),
    "himself": ("m", "object"),
    "she": ("f", "subject"),
    "her": ("f", "possessive"),
    "hers": ("f", "possessive"),
    "herself": ("f", "object"),
    "it": ("body", "subject"),
    "its": ("body", "possessive"),
    "they": ("many", "subject"),
    "them": ("many", "object"),
    "their": ("many", "possessive"),
}


def pronoun_entity(page: Page, names: Names, at: int, reading: Reading | None = None) -> Entity | None:
    """Whom the personal or possessive pronoun at token `at` means; None for nobody named or no such pronoun.

    Looks at that pronoun alone: nothing is known of who says what.
    """
    known = PRONOUNS.get(page.low[at])
    if known is None:
        return None
    question = Question(at, *known)
    entities, rows = Evidence(page, names).rows(question, Memory())
    found = ranked("alone", entities, rows, antecedents(names, entities, question, reading))
    return found[0][1] if found else None


def antecedents(
    names: Names, entities: list[Entity], question: Question, reading: Reading | None
) -> list[float] | None:
    """The network's probability of each candidate, for a description of nobody too; None where it says nothing."""
    if reading is None or question.at not in reading.antecedents:
        return None
    weights: dict[int, float] = {}
    for token, probability in reading.antecedents[question.at]:
        meant = names.entity_at(token)
        if meant is not None:
            weights[id(meant)] = weights.get(id(meant), 0.0) + probability
    out = [weights.get(id(entity), 0.0) for entity in entities]
    return [*out, max(0.0, 1 - sum(weights.values()))] if question.noun else out


def ranked(
    task: Task, entities: list[Entity], rows: NDArray[numpy.float32], network: list[float] | None
) -> list[tuple[float, Entity | None]]:
    """The candidates with their probabilities, likeliest first; None is nobody named."""
    who: list[Entity | None] = [*entities, None] if len(rows) > len(entities) else [*entities]
    return sorted(zip(chooser().shares(task, rows, network), who, strict=True), key=lambda pair: -pair[0])
