"""Gold and corpora as what the network learns, and the fit of its confidence. No training is run here."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from index.extract.confidence import probability
from index.extract.encoding import encode
from index.extract.network import FOLDER
from index.extract.tokens import read_page
from scripts.training.calibrate import BASES, SPEAKERS, Case, fit
from scripts.training.corpora import Link, Text
from scripts.training.examples import Example, Places, held_out, with_attributions, with_names

VOCABULARY = FOLDER / "vocabulary.json"
TEXT = "Mayor Ann Lee said it would rain.\n“Take coats,” she added."


def place(words: str) -> tuple[int, int]:
    at = TEXT.index(words)
    return at, at + len(words)


def example() -> Example:
    return Example("made", encode(read_page(TEXT), VOCABULARY))


def test_places_are_the_tokens_that_share_a_letter() -> None:
    page = read_page(TEXT)
    places = Places(page)
    assert [page.words[t] for t in places.tokens(*place("Ann Lee"))] == ["Ann", "Lee"]
    start, end = place("coats")
    assert [page.words[t] for t in places.tokens(start + 1, end - 1)] == ["coats"]
    assert list(places.tokens(start, start)) == []


def test_an_attribution_has_its_anchor_and_its_labels() -> None:
    page, made = read_page(TEXT), example()
    marked = {"content": [place("it would rain")], "source": [place("Mayor Ann Lee")], "cue": [place("said")]}
    with_attributions(made, page, [marked])
    assert made.links is not None
    ((anchor, labels),) = made.links
    assert page.words[anchor] == "said"
    assert [labels[t] for t in sorted(labels)] == [3, 4, 4, 5, 1, 2, 2]
    assert made.roles is not None
    assert made.roles[: anchor + 4].tolist() == [
        [0, 1, 0],
        [0, 2, 0],
        [0, 2, 0],
        [0, 0, 1],
        [1, 0, 0],
        [2, 0, 0],
        [2, 0, 0],
    ]


def test_a_piece_after_a_gap_begins_anew() -> None:
    page, made = read_page(TEXT), example()
    with_attributions(made, page, [{"content": [place("it"), place("rain")], "source": [], "cue": [place("said")]}])
    assert made.links is not None
    labels = made.links[0][1]
    assert [labels[t] for t in sorted(labels)] == [5, 1, 1]


def test_what_has_no_cue_is_no_anchor() -> None:
    made = example()
    with_attributions(made, read_page(TEXT), [{"content": [place("rain")], "source": [], "cue": []}])
    assert made.links == []


def test_names_and_what_points_to_them() -> None:
    page, made = read_page(TEXT), example()
    name, she = place("Ann Lee"), place("she")
    link = Link(*she, head=she[1], right=[name], wrong=[], pronoun=True)
    with_names(made, page, Text("x:1", TEXT, [(*name, "person")], [link]))
    assert made.names is not None
    assert [page.words[t] for t in np.flatnonzero(made.names)] == ["Ann", "Lee"]
    assert made.names[np.flatnonzero(made.names)].tolist() == [1, 2]
    (pointer,) = made.pointers
    assert page.words[pointer.head] == "she"
    assert [page.words[t] for t in pointer.right] == ["Lee"]
    assert pointer.wrong is None


def test_where_only_some_wrong_names_are_known_they_alone_are_candidates() -> None:
    page, made = read_page(TEXT), example()
    she, wrong = place("she"), place("Mayor")
    link = Link(*she, head=she[1], right=[], wrong=[wrong], pronoun=True)
    with_names(made, page, Text("gap:1", TEXT, None, [link]))
    assert made.names is None
    assert made.pointers[0].wrong == frozenset(made.ends.tolist()) == {0}


def test_a_corpus_without_other_names_says_nothing_of_capital_words() -> None:
    page, made = read_page(TEXT), example()
    with_names(made, page, Text("uner:1", TEXT, [(*place("Lee"), "person")]))
    assert made.names is not None
    assert made.names[page.words.index("Ann")] == -100
    assert made.names[page.words.index("rain")] == 0


def test_the_held_out_articles_are_always_the_same() -> None:
    names = [f"a{k}" for k in range(840)]
    assert held_out(names) == held_out(names[::-1])
    assert len(held_out(names)) == 42


def test_who_spoke_in_the_held_out_articles_holds_no_words_of_theirs() -> None:
    rows = [json.loads(line) for line in SPEAKERS.read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 1000
    assert {key for row in rows for key in row} == {
        "article_id",
        "content",
        "class",
        "speaker",
        "speaker_type",
        "basis",
    }
    assert len({row["article_id"] for row in rows}) == 42


def test_the_fit_finds_what_made_the_data() -> None:
    rng = np.random.default_rng(5)
    cases = []
    for _ in range(4000):
        found, who = rng.normal(1.5, 1.5), rng.normal(1, 1)
        basis = BASES[int(rng.integers(2))]
        odds = 0.7 * found + 0.9 * who - (basis == "pronoun")
        features = [1.0, found, 0.0, 0.0, 0.0, who]
        cases.append(Case("found marks", basis, features, bool(rng.random() < probability(odds))))
    fitted = fit(cases)
    assert fitted["features"][1] == pytest.approx(0.7, abs=0.1)
    assert fitted["features"][5] == pytest.approx(0.9, abs=0.1)
    assert fitted["basis"]["name"] - fitted["basis"]["pronoun"] == pytest.approx(1, abs=0.2)


def test_few_cases_stay_near_the_simple_weights() -> None:
    cases = [Case("g", "name", [1.0, 2.0, 2.0, 2.0, 0.0, 2.0], k % 10 > 0) for k in range(30)]
    fitted = fit(cases)
    assert all(abs(w - (0.5 if k in (1, 5) else 0)) < 0.5 for k, w in enumerate(fitted["features"][1:], 1))


def test_batches_hold_what_the_examples_say() -> None:
    pytest.importorskip("torch", reason="training needs the extra `train`")
    from index.extract.encoding import Window
    from scripts.training.finetune import make_batch

    page, made = read_page(TEXT), example()
    with_attributions(made, page, [{"content": [place("rain")], "source": [], "cue": [place("said")]}])
    batch = make_batch([(made, Window(0, len(made.encoded.pieces), 0, len(made.encoded.pieces)))])
    said = page.words.index("said")
    assert batch.anchor.tolist() == [said]
    assert batch.anchors[0, said] == 1
    assert batch.links[0, said] == 5
    assert sys.modules["torch"] is not None


def test_a_missing_speakers_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.errors import UsageError
    from scripts.training import calibrate

    monkeypatch.setattr(calibrate, "SPEAKERS", tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match=r"none\.jsonl"):
        list(calibrate._cases(sys, None, {}, {}, {}))  # type: ignore[arg-type]
