"""The weights, whole, missing and damaged, and what the network and its decoding make of a page."""

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest

from index.errors import MissingWeightsError, WeightsError
from index.extract import network as module
from index.extract import pipeline
from index.extract.decoding import best_labels, find, name_runs, read
from index.extract.network import DIGESTS, FILES, FOLDER, Anchor, Network, Scores, network
from index.extract.tokens import Page, read_page
from index.records import Article

THRESHOLDS = {"marks": 0.5, "plain": 0.5, "rescue": 0.2}
SHORT = "Ann Lee, the mayor of Kelm, said on Monday that the bridge would close. “We have no choice,” she said."


def by_hand(page: Page, anchors: list[Anchor], reported: float = 0.0) -> Scores:
    n = len(page)
    names = np.zeros((n, 9), np.float32)
    names[:, 0] = 1
    empty = np.zeros((n, 64), np.float32)
    return Scores(names, np.full(n, reported, np.float32), anchors, empty, empty, np.zeros(n, np.float32))


def labelled(page: Page, at: int, probability: float, **roles: str) -> Anchor:
    """An anchor that is sure of its labels: the tokens of each role's words, as they stand in the text."""
    scores = np.full((len(page), 7), -6.0, np.float32)
    scores[:, 0] = -1
    for number, role in enumerate(("content", "source", "cue")):
        words = [w for w in roles.get(role, "").split(" ") if w]
        for first in range(len(page) - len(words) + 1):
            if words and page.words[first : first + len(words)] == words:
                scores[first : first + len(words), 2 + 2 * number] = 0
                scores[first, 1 + 2 * number] = 0.5
                break
    return Anchor(at, probability, 0, scores)


@pytest.mark.parametrize("name", [*FILES, DIGESTS])
def test_missing_weights_are_named(name: str, tmp_path: Path) -> None:
    for file in (*FILES, DIGESTS):
        if file != name:
            (tmp_path / file).symlink_to(FOLDER / file)
    with pytest.raises(MissingWeightsError, match=f"{name}.*train_extractor"):
        Network(tmp_path)


@pytest.mark.parametrize("name", [*FILES, DIGESTS])
def test_damaged_weights_are_named(name: str, tmp_path: Path) -> None:
    for file in (*FILES, DIGESTS):
        shutil.copy(FOLDER / file, tmp_path / file)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WeightsError, match=f"{name}.*damaged"):
        Network(tmp_path)


def test_without_weights_the_rules_stand_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pipeline, "network", lambda: Network(tmp_path))
    pipeline.load.cache_clear()
    try:
        with caplog.at_level(logging.WARNING, "saywho"):
            found = pipeline.extract(Article(id="a", text=SHORT))
        assert pipeline.extractor().startswith("rules ")
    finally:
        pipeline.load.cache_clear()
    assert len(caplog.records) == 1
    assert "weights are missing" in caplog.text
    assert "“We have no choice,”" in [q.text for q in found]


def test_the_weights_take_less_than_30_megabytes() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 30e6


def test_the_version_follows_the_weights(tmp_path: Path) -> None:
    for file in (*FILES, DIGESTS):
        shutil.copy(FOLDER / file, tmp_path / file)
    assert module.check(tmp_path) == network().version
    listed = (tmp_path / DIGESTS).read_text(encoding="utf-8")
    (tmp_path / DIGESTS).write_text(listed + "\n", encoding="utf-8")
    assert module.check(tmp_path) != network().version


def test_a_page_is_read() -> None:
    page = read_page(SHORT)
    reading, scores = read(page, network())
    assert len(scores.names) == len(scores.reported) == len(page)
    assert [page.phrase(run.first, run.stop) for run in reading.names if run.kind == "person"] == ["Ann Lee"]
    cues = [page.phrase(*made.cue) for made in reading.attributions if made.cue is not None]
    assert len(cues) == 2
    assert all("said" in cue for cue in cues)


def test_a_pronoun_has_antecedents() -> None:
    page = read_page(SHORT)
    reading, _ = read(page, network())
    she = page.low.index("she")
    lee = page.words.index("Lee")
    assert reading.antecedents[she][0][0] == lee
    assert sum(chance for _, chance in reading.antecedents[she]) <= 1.0001


def test_an_empty_page_has_nothing() -> None:
    reading, scores = read(read_page(""), network())
    assert reading.attributions == []
    assert reading.names == []
    assert len(scores.reported) == 0


def test_a_long_page_is_read_as_its_parts_are() -> None:
    """Far from a cut, what stands around makes no difference to what is found."""
    filler = "The river ran high in spring and the fields lay under water for weeks.\n"
    alone, _ = read(read_page(filler * 3 + SHORT), network())
    among = read_page(filler * 60 + SHORT + "\n" + filler * 60)
    within, _ = read(among, network())
    assert len(within.attributions) == len(alone.attributions) == 2


def test_labels_are_well_formed() -> None:
    rng = np.random.default_rng(7)
    anchors = [Anchor(0, 1.0, 0, rng.normal(size=(n, 7)).astype(np.float32)) for n in (1, 5, 40)]
    for labels, anchor in zip(best_labels(anchors), anchors, strict=True):
        assert len(labels) == len(anchor.scores)
        for before, label in zip([0, *labels], labels, strict=False):
            if label in (2, 4, 6):
                assert before in (label - 1, label)


def test_the_best_labels_are_the_best_by_enumeration() -> None:
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(4, 7)).astype(np.float32)
    (found,) = best_labels([Anchor(0, 1.0, 0, scores)])
    best = max(
        (
            sum(scores[t, label] for t, label in enumerate(path))
            for path in np.ndindex(7, 7, 7, 7)
            if all(x not in (2, 4, 6) or b in (x - 1, x) for b, x in zip((0, *path), path, strict=False))
        ),
    )
    assert sum(scores[t, label] for t, label in enumerate(found)) == pytest.approx(best)


def test_a_quotation_is_never_cut_inside_its_marks() -> None:
    page = read_page("“Rain fell on us all night,” Lee said.")
    said = page.words.index("said")
    anchor = labelled(page, said, 0.9, content="Rain fell on us all", source="Lee", cue="said")
    (made,) = find(page, by_hand(page, [anchor]), THRESHOLDS)
    assert [page.phrase(*piece) for piece in made.content] == ["“Rain fell on us all night,”"]


def test_a_few_words_of_a_quotation_are_not_taken_out_of_it() -> None:
    page = read_page("“Rain fell on us all night,” Lee said Kim said nothing.")
    said = page.words.index("said")
    anchor = labelled(page, said, 0.9, content="night , ” Lee said Kim", source="", cue="said")
    (made,) = find(page, by_hand(page, [anchor]), THRESHOLDS)
    assert not any("Rain" in page.phrase(*piece) or "night" in page.phrase(*piece) for piece in made.content)


def test_what_two_want_goes_whole_to_the_likelier() -> None:
    page = read_page("Rain fell all night, Lee said, Kim wrote.")
    said, wrote = page.words.index("said"), page.words.index("wrote")
    first = labelled(page, said, 0.9, content="Rain fell all night", source="Lee", cue="said")
    second = labelled(page, wrote, 0.9, content="all night", source="Kim", cue="wrote")
    second.scores[2:4, 1:3] += 3
    found = find(page, by_hand(page, [first, second]), THRESHOLDS)
    contents = {page.phrase(*made.cue): [page.phrase(*p) for p in made.content] for made in found if made.cue}
    assert contents == {"said": ["Rain fell"], "wrote": ["all night"]}


@pytest.mark.parametrize(("reported", "count"), [(0.9, 1), (0.1, 0)])
def test_a_doubtful_cue_counts_where_a_stretch_has_no_other(reported: float, count: int) -> None:
    page = read_page("“Rain fell all night,” Lee smiled.")
    anchor = labelled(page, page.words.index("smiled"), 0.3, content="“ Rain fell all night , ”", source="Lee")
    assert len(find(page, by_hand(page, [anchor], reported), THRESHOLDS)) == count


def test_names_end_with_their_paragraph_and_hold_a_word() -> None:
    page = read_page("Ann Lee\nKim Roe (")
    scores = by_hand(page, [])
    scores.names[:, 0] = 0
    scores.names[:, 2] = 1
    assert [page.phrase(run.first, run.stop) for run in name_runs(page, scores)] == ["Ann Lee", "Kim Roe"]
