"""An article to its quotations, whatever it holds."""

import re
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.extract.pipeline import extract, extractor
from index.extract.sentences import sentence_starts
from index.records import Article, Quotation, joined_text

TEXT = "Ann Lee met Mark Kelm. “The bridge is closed,” she said. “It will stay so.” Kelm said that he knew."

PIECES = [
    *"“”\"'‘’«»()[],.?!:;—\n\t 😀é\u200f\u202e\x00\x1f\ud800",
    *(" said ", " Ann Lee ", " he ", " according to ", " that ", "rain ", "Q: ", "MR. LEE: ", "\n\n", "של", "的"),
    *("5'10\" ", "``", "''", " — Ann", "called ", "shouts of ", "The ", " was asked ", "saying ", "who "),
]
pieces = st.sampled_from(PIECES)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.one_of(st.lists(pieces, max_size=60).map("".join), st.text(max_size=80)))
def test_any_text_gives_quotations_that_reproduce_it(text: str) -> None:
    found = extract(Article(id="a", text=text))
    assert [q.content[0] for q in found] == sorted(q.content[0] for q in found)
    for q in found:
        assert q.text == joined_text(text, q.content)
        for start, end in (*q.content, *q.cue, *q.source):
            assert 0 <= start < end <= len(text)
        assert list(q.content) == sorted(q.content)
        assert 0 <= q.confidence <= 1
        assert (q.speaker is None) == (q.speaker_type == "unknown")


def test_one_stretch_is_one_quotation() -> None:
    text = "The paper reported that it had letters. Ada Brook said she believed that the river would rise again."
    found = [quotation.content for quotation in extract(Article(id="a", text=text))]
    assert len(found) == len(set(found)) > 0


def test_what_stands_before_the_body_is_nobody_s_words() -> None:
    text = "date 2020-01-02 The river will rise again, Ada Brook said."
    (found,) = extract(Article(id="a", text=text, body=16))
    assert found.text == "The river will rise again"


def test_the_same_text_gives_the_same_quotations_in_any_process() -> None:
    article = Article(id="a", text=TEXT)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        there: list[list[Quotation]] = list(pool.map(extract, [article, article]))
    assert there == [extract(article)] * 2


def test_the_extractor_names_itself() -> None:
    assert re.fullmatch(r"network \d+\.[0-9a-f]{8}", extractor())


def test_importing_the_package_loads_neither_spacy_nor_nltk() -> None:
    code = "import sys, index.extract; print({'spacy', 'nltk'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Sen. Ann Lee came. She left.", 2),
        ("Mr. Lee of Ohio, D.C. and the U.S. Army came at 5 p.m. on Jan. 3.", 1),
        ("Is it so? It is! Good.", 3),
        ("J. K. Lee came. He left.", 2),
        ("x" * 2000 + ". Then more.", 1),
    ],
)
def test_sentences(text: str, sentences: int) -> None:
    assert len(sentence_starts(text)) == sentences


@pytest.mark.parametrize(
    "dateline",
    [
        "PORT ELLERY — ",
        "PORT ELLERY, Ohio -- ",
        "PORT ELLERY, March 3 (Delta Wire) - ",
        "Port Ellery (Delta Wire) — ",
        "PORT ELLERY (Delta Wire / Gull - 1st March, 2020) ",
        "A headline\n\nPORT ELLERY – ",
    ],
)
def test_a_dateline_is_nobody_s_words(dateline: str) -> None:
    (found,) = extract(Article(id="a", text=f"{dateline}The bridge is closed to everybody, Ann Lee said."))
    assert (found.text, found.speaker) == ("The bridge is closed to everybody", "Ann Lee")


@pytest.mark.parametrize("start", ["NATO", "Ann Lee (R-Ohio)", "The World Bank (founded in 1944)", "U.S. officials"])
def test_a_name_in_front_is_no_dateline(start: str) -> None:
    (found,) = extract(Article(id="a", text=f"{start} said that the bridge is closed to everybody."))
    assert found.source != ()
