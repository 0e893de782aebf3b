"""Claims -> verdicts over a small build."""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import words
from search.errors import RequestError
from search.library import Library
from search.verify import Check, VerifyRequest
from search.verify.request import MAX_CLAIMS, MAX_TEXT
from tests.making import a_collection
from tests.verify_rows import BELLS, DREDGE, GULLS, PIER, TAXES, WATER, rows


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    made, _ = a_collection(tmp_path_factory.mktemp("verify"), rows())
    library = Library(made)
    yield library
    library.close()


def check(library: Library, text: str, speaker: str | None = None) -> Check:
    (one,) = library.current().verify(VerifyRequest(text=text, speaker=speaker)).checks
    return one


@pytest.mark.parametrize(
    ("text", "verdict", "told"),
    [
        (f"Oyelaran said: {WATER}", "verbatim", "The speaker is the one you name"),
        ("“nobody should be told to wait for an election”", "verbatim", "part of a longer quotation"),
        ("NOBODY IN THIS TOWN SHOULD HAVE TO ASK TWICE, FOR CLEAN WATER", "verbatim", ""),
        ("“Nobody in this town … told to wait for an election”", "verbatim", "Left out: “should have to ask twice"),
        ("“[The mayor] will not raise taxes on working families”", "verbatim", ""),
        ("“[N]obody in this town should have to ask [thrice] for clean water”", "verbatim", ""),
        ("“The lighthouse keeper never slept through a storm. His daughter counted”", "verbatim", "runs over"),
        ("the ferry would return to its old timetable after Easter", "verbatim", "reported speech"),
        ("Ivo Marsh said that the tide would wait for nobody, and then it did", "verbatim", "said by Ola Finch"),
        (f"Brook said {BELLS}", "verbatim", "neither confirms Brook"),
        ("“I will raise taxes on working families unless the harbour tax fails”", "altered", "A negation is missing"),
        ("“The pigeons of Port Ellery have better manners than its council”", "altered", "91 % alike"),
        ("“The gulls of Port Ellery have much better manners than its council”", "altered", "96 % alike"),
        ("“The pier was sold for two hundred crowns”", "disputed", "A number differs"),
        ("“I won't raise taxes on working families unless the harbour tax fails”", "altered", "Only a contraction"),
        ("“We will dredge the northern channel before the storms arrive”", "cut_short", "Left out without a sign"),
        ("“I will not raise taxes on working families.”", "cut_short", "The sentence goes on: “unless the harbour"),
        ("“Nobody asked the fishermen.”", "disputed", "articles disagree"),
        ("“The gulls of Port Ellery have better manners before the winter storms arrive”", "stitched", "Ada Brook"),
        ("“before the winter storms arrive we will dredge the northern channel”", "stitched", "from one quotation"),
        (f"{GULLS} said Ivo Marsh.", "someone_else", "gives them to Ada Brook, not to Ivo Marsh"),
        ("Ivo Marsh: “The pigeons of Port Ellery have better manners than its council”", "someone_else", "Words close"),
        (PIER, "disputed", "Ada Brook or Ivo Marsh"),
        (f"Brook said: {PIER}", "disputed", "disagree"),
        ("“We have to know that it was the time for you and that they could go on”", "not_found", "does not prove"),
        ("“The council will meet again on the last Thursday of November”", "not_found", "but in no quotation"),
        ("“clean water”, Ivo Marsh said.", "not_found", "So few words are said by many"),
        ("zyzzyva quux flibbertigibbet", "not_found", "Nothing in these 51 articles comes near"),
    ],
)  # fmt: skip
def test_verdicts(library: Library, text: str, verdict: str, told: str) -> None:
    found = check(library, text)
    assert found.verdict == verdict, found.summary
    assert told in " ".join((found.summary, *found.points))


def test_where_it_stands_first_and_how_often(library: Library) -> None:
    found = check(library, WATER, "Marta Oyelaran")
    assert found.first is not None
    assert (found.first.date, found.first.source, found.articles, found.outlets) == (
        "2016-03-14",
        "Harbor Ledger",
        2,
        2,
    )
    assert [(one.name, one.articles, one.claimed) for one in found.speaker.found] == [("Marta Oyelaran", 2, True)]
    assert found.confidence > 0.8


def test_a_short_quotation_by_the_claimed_speaker_is_verbatim(library: Library) -> None:
    assert check(library, "Oyelaran promised “clean water”").verdict == "verbatim"


def test_operations_cover_both_texts(library: Library) -> None:
    text = "Everybody in this town should have to ask twice for cold water, and nobody should be told to wait"
    found = check(library, text)
    (passage,) = found.passages
    claim, shown = found.claim.text, passage.text
    assert "".join(claim[slice(*one.claim)] for one in passage.operations) == claim
    assert "".join(shown[slice(*one.found)] for one in passage.operations) == shown[passage.start : passage.end]
    changed = [
        (claim[slice(*one.claim)].strip(), shown[slice(*one.found)].strip(), one.note)
        for one in passage.operations
        if one.kind == "changed"
    ]
    assert changed == [("Everybody", "Nobody", "negation"), ("cold", "clean", "")]


def test_a_stitched_claim_shows_where_each_stretch_stands(library: Library) -> None:
    found = check(library, "“The gulls of Port Ellery have better manners before the winter storms arrive”")
    shown = [(one.quotation.article.id, found.claim.text[slice(*one.claim)].strip()) for one in found.passages]
    assert shown == [
        ("gull-gulls", "The gulls of Port Ellery have better manners"),
        ("gull-dredge", "before the winter storms arrive"),
    ]


def test_what_is_not_found_shows_the_nearest(library: Library) -> None:
    found = check(library, "“The gulls of Port Ellery sing at night over cold stone while children sleep”")
    assert found.verdict == "not_found"
    assert found.passages == ()
    assert found.nearest[0].quotation.article.id == "gull-gulls"


def test_each_quotation_of_a_paragraph_gets_its_verdict(library: Library) -> None:
    text = f"{GULLS} said Ada Brook. Later Ivo Marsh added: {WATER} Others spoke of “a bridge made of glass and salt”."
    page = library.current().verify(VerifyRequest(text=text))
    assert [one.verdict for one in page.checks] == ["verbatim", "someone_else", "not_found"]
    assert page.covered.articles == 51
    assert (page.covered.first_date, page.covered.last_date) == ("2015-01-01", "2021-04-04")


QUOTED = [text.strip("“”") for text in (WATER, TAXES, DREDGE, GULLS, BELLS)]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_piece_of_a_quotation_is_found(library: Library, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(QUOTED))
    tokens = words(text)
    length = data.draw(st.integers(5, len(tokens)))
    first = data.draw(st.integers(0, len(tokens) - length))
    piece = text[tokens[first].start : tokens[first + length - 1].end]
    shown = data.draw(st.sampled_from([piece, piece.upper(), f"“{piece}”", piece.replace(" ", "  "), f"{piece},"]))
    assert check(library, shown).verdict == "verbatim"


_COMMON = "it is what we have to go on with that was not the time for this and I said so them you know they would"


@pytest.mark.parametrize("seed", range(60))
def test_everyday_words_in_any_order_are_not_found(library: Library, seed: int) -> None:
    chance = random.Random(seed)
    common = _COMMON.split()
    text = " ".join(chance.choices(common, k=chance.randint(6, 25)))
    assert check(library, text).verdict == "not_found"


@pytest.mark.parametrize("text", ["“”", "…!?", "“” ''", "\0\0", "٪؟"])
def test_a_text_without_words_has_nothing_to_check(library: Library, text: str) -> None:
    page = library.current().verify(VerifyRequest(text=text))
    assert page.checks == ()
    assert page.notes == ("there are no words in this text to check",)


@pytest.mark.parametrize(
    "text",
    [
        "ни слова об этом не было сказано",
        "水是每个人的权利 水 水",
        "a\0b\0c d e f",
        "\ud800 lone half of a pair here",
        "the " * 4000,
    ],
)
def test_any_script_is_answered(library: Library, text: str) -> None:
    assert check(library, text).verdict == "not_found"


@pytest.mark.parametrize(
    ("values", "parameter"),
    [
        ({"text": " \n"}, "text"),
        ({"text": "a" * (MAX_TEXT + 1)}, "text"),
        ({"text": "a b c", "speaker": "b" * 201}, "speaker"),
    ],
)
def test_a_bad_request_names_its_parameter(values: dict[str, str], parameter: str) -> None:
    with pytest.raises(RequestError) as caught:
        VerifyRequest(**values)
    assert caught.value.parameter == parameter


def test_of_very_many_quotations_the_first_are_checked_and_the_rest_is_told(library: Library) -> None:
    text = " ".join(f"“number {n} is here”" for n in range(MAX_CLAIMS + 5))
    page = library.current().verify(VerifyRequest(text=text))
    assert len(page.checks) == MAX_CLAIMS
    assert f"of {MAX_CLAIMS + 5}" in page.notes[0]


def test_nothing_heavy_is_imported() -> None:
    heavy = ["spacy", "nltk", "onnxruntime", "pydantic"]
    code = f"import sys, search.verify.commands, web.verify; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    assert found.stdout.strip() == "[]"
