"""How often a pronoun's entity is the right one of two, on GAP (Webster et al., "Mind the GAP", TACL 2018).

Every item has a pronoun and two names, A and B, each marked true or false. An entity is chosen for the pronoun, in
sight of the text alone; a name is taken for coreferent when a mention of that entity overlaps it.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.errors import ReadError, UsageError
from index.extract.antecedents import pronoun_entity
from index.extract.entities import Names
from index.extract.reading import Reading
from index.extract.tokens import Page, pipeline, read_page

FEMININE = frozenset({"she", "her", "hers", "herself"})


@dataclass(slots=True)
class _Counts:
    right: int = 0
    chosen: int = 0
    true: int = 0

    def add(self, chosen: bool, true: bool) -> None:
        self.right += chosen and true
        self.chosen += chosen
        self.true += true

    def figures(self) -> dict[str, float]:
        """Precision, recall and F1 in percent."""
        precision = self.right / self.chosen if self.chosen else 0.0
        recall = self.right / self.true if self.true else 0.0
        both = precision + recall
        f1 = 2 * precision * recall / both if both else 0.0
        return {"precision": round(100 * precision, 2), "recall": round(100 * recall, 2), "f1": round(100 * f1, 2)}


def gap_figures(
    data: Path, reading_of: Callable[[Page], Reading] | None, *, part: str = "development"
) -> dict[str, dict[str, float]]:
    """Precision, recall and F1, all and by gender, and the bias (feminine by masculine F1); in percent.

    `part` is "development", for the figure, or "validation", for developing.
    """
    path = data / "gap" / f"gap-{part}.tsv"
    if not path.is_file():
        raise UsageError(f"{path}: not there; --data must hold gap/gap-{part}.tsv")
    counts = {name: _Counts() for name in ("all", "masculine", "feminine")}
    with path.open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE), 2):
            try:
                verdicts = _verdicts(row, reading_of)
                gender = "feminine" if row["Pronoun"].lower() in FEMININE else "masculine"
                for key, chosen in verdicts.items():
                    true = row[f"{key}-coref"].upper() == "TRUE"
                    counts["all"].add(chosen, true)
                    counts[gender].add(chosen, true)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise ReadError(
                    f"{path}, line {number}: not a row of GAP ({error!r}); fetch the corpus again"
                ) from error
    figures = {name: count.figures() for name, count in counts.items()}
    masculine = figures["masculine"]["f1"]
    figures["bias"] = {"f1": round(figures["feminine"]["f1"] / masculine, 3) if masculine else 0.0}
    return figures


def _verdicts(row: dict[str, str], reading_of: Callable[[Page], Reading] | None) -> dict[str, bool]:
    """Whether A and whether B are taken for whom the pronoun means."""
    with pipeline().memory_zone():
        page = read_page(row["Text"])
        reading = reading_of(page) if reading_of is not None else None
        names = Names(page, reading)
        place = int(row["Pronoun-offset"])
        at = next((t for t in range(len(page)) if page.start[t] <= place < page.end[t]), None)
        if at is None:
            raise ValueError(f"no word at {place}")
        entity = pronoun_entity(page, names, at, reading)
        spans = [page.span(m.first, m.stop) for m in entity.mentions] if entity is not None else []
    out = {}
    for key in ("A", "B"):
        start = int(row[f"{key}-offset"])
        end = start + len(row[key])
        out[key] = any(s < end and start < e for s, e in spans)
    return out
