"""What is worked out beside a cluster: documents, bounds and scores, without one."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.cluster.opensearch_mapping import BETWEEN, STEPS, document, mapping, most_of, spell, step_of, usual_lengths
from index.cluster.opensearch_tables import Counting, Tables
from index.records import Entry
from index.schema import FIELDS
from index.whoosh_codec.bulk import date_number
from index.whoosh_codec.weights import K1
from search.cluster.queries import bounded, in_field
from search.cluster.scoring import Scorer
from search.cluster.tables import Words
from search.core import Core, Question
from search.forms import Form
from search.tree import And, Node, Or, Phrase, Prefix, Word
from tests.entries import an_entry
from tests.histories import a_folder, templates, written

LEAVES = st.one_of(
    st.sampled_from(["tax", "cut", "no", "well-known", "esper", "u.s.", "café", "absent", "no's-tax"]).map(Word),
    st.builds(
        Phrase,
        st.lists(st.sampled_from(["tax", "cuts", "no", "well-known", "'s"]), min_size=1, max_size=3).map(tuple),
        st.sampled_from([0, 0, 1, 5]),
    ),
    st.sampled_from(["t", "cut"]).map(Prefix),
)
TREES = st.recursive(
    LEAVES,
    lambda parts: (
        st.lists(parts, min_size=2, max_size=3).map(tuple).flatmap(lambda p: st.sampled_from([And(p), Or(p)]))
    ),
    max_leaves=5,
)


def _tables(folder: Path, entries: list[Entry]) -> Tables:
    counting = Counting()
    for entry in entries:
        counting.add(spell(entry), date_number(entry))
    (folder / "tables").mkdir()
    counting.write(folder / "tables")
    return Tables(folder / "tables")


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.lists(templates(), min_size=1, max_size=8),
    st.lists(TREES, min_size=1, max_size=6),
    st.sampled_from(["quote", "context", "all"]),
)
def test_scores_are_those_of_the_core_and_no_bound_is_below(drawn: list[Entry], trees: list[Node], within: str) -> None:
    entries = sorted(
        (dataclasses.replace(one, id=f"{n:016x}") for n, one in enumerate(drawn)), key=lambda e: e.date or ""
    )
    with a_folder() as folder:
        core, tables = Core(written(folder, [entries])), _tables(folder, entries)
        words, usual = Words(tables), usual_lengths(map(spell, entries))
        rows = [document(spell(entry), row, usual, opens=True) for row, entry in enumerate(entries)]
        factor = max(1.0, *(pivot / usual[name] for name, pivot in tables.pivots.items()))
        for tree in trees:
            answer = core.answer(Question(tree=tree, within=within, first=100))
            scorer = Scorer(tree, within, words, tables.pivots, lambda node: [])
            mine = scorer([rows[row] for row in answer.rows]).tolist()
            assert mine == pytest.approx(list(answer.scores), rel=1e-5)
            bounds = bounded(tree, within, words, factor)
            for row, score in zip(answer.rows, mine, strict=True):
                assert score <= sum(_given(bound, rows[row]) for bound in bounds) * (1 + 1e-5)
        core.close()


def _given(bound: dict[str, dict], row: dict) -> float:  # type: ignore[type-arg]
    """What a bound adds to a row, as the cluster would."""
    if "term" in bound:
        ((field, asked),) = bound["term"].items()
        return asked["boost"] if asked["value"] in row[field].split() else 0.0
    asked = bound["constant_score"]
    if "terms" in asked["filter"]:
        ((field, terms),) = asked["filter"]["terms"].items()
        return asked["boost"] if set(terms) & set(row[field].split()) else 0.0
    return float(asked["boost"])


@pytest.mark.parametrize("weight", [0.001, 0.05, 0.0501, 0.5, 1.0, 1.7, (K1 + 1) * 0.9999])
def test_a_step_is_above_its_weights_and_not_far(weight: float) -> None:
    most = most_of(step_of(weight))
    assert weight <= most * (1 + 1e-8)
    assert most <= max(0.05, weight * 1.051)
    assert step_of(K1 + 1) < STEPS


def test_a_document_has_the_words_and_nothing_that_is_none() -> None:
    entry = an_entry(1, "Ada's tax\n\nno \ufdfa", source=None, date=None, before="Said \ud800")
    spelt = spell(entry)
    row = document(spelt, 7, usual_lengths([spelt]), opens=True)
    assert row["quote_exact"] == ["ada 's tax", f"no {row['quote_exact'][1].split()[1]}"]
    assert row["quote"][0] == "ada 's tax"
    assert not {"source", "date", "speaker"} & set(row)
    assert (row["row"], row["newest"]) == (7, -8)
    assert {token.split(BETWEEN)[0] for token in row["bounds_quote"].split()} >= {"ada", "tax", "no"}
    json.dumps(row).encode("ascii")
    assert set(row) <= set(mapping({})["properties"])


def test_the_mapping_has_every_field_of_the_table() -> None:
    assert {field.name for field in FIELDS} <= set(mapping({})["properties"])


def test_words_with_a_hole_between_are_asked_for_as_intervals() -> None:
    asked = in_field(Form(("a", "b"), (0, 2), exact=False), "quote")["intervals"]["quote"]["all_of"]
    assert (asked["max_gaps"], asked["filter"]["not_contained_by"]["all_of"]["max_gaps"]) == (1, 0)
    assert in_field(Form(("a", "b"), (0, 1), exact=True), "f") == {"match_phrase": {"f": "a b"}}
