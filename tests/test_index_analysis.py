import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import GAP, MAX_WORD, exact_words, words


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("We WILL", "we will"),
        ("don’t don't donʼt", "don't don't don't"),
        ("O’Brien’s plan", "o'brien 's plan"),
        ("it’s IT'S", "it 's it 's"),
        ("the workers’ ‘rights’", "the workers rights"),
        ("rock 'n' roll", "rock n roll"),
        ("well-known mother-in-law", "well known mother in law"),
        ("and/or_both", "and or both"),
        ("the U.S. and the U.N.’s D.C.", "the us and the un 's dc"),
        ("at 9 a.m.", "at 9 am"),
        ("Ada J. Brook", "ada j brook"),
        ("1,000 and 10,000,000.50", "1000 and 10000000.50"),
        ("1,2 and 1,0000 and 1,000,5", "1 2 and 1 0000 and 1 000 5"),
        ("about 1,237, he said; 12,345. And $1,000.5.", "about 1237 he said 12345 and $ 1000.5"),
        ("3.5m and 04.03.2026 and v1.2.3", "3.5 m and 04 03 2026 and v1 2 3"),
        ("$5 and £.50, $ alone", "$ 5 and £ 50 alone"),
        ("5% or 5 % of %", "5 percent or 5 percent of"),
        ("#MeToo @ada_brook", "metoo ada brook"),
        ("Café cafe\u0301 co\u00adoperate STRASSE straße", "cafe cafe cooperate strasse strasse"),
        ("wait … what — no", "wait what no"),
        ("", ""),
        ("“…”", ""),
    ],
)
def test_exact_words(text: str, exact: str) -> None:
    assert " ".join(exact_words(text)) == exact


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("strikes striking strike", ["strike", "strike", "strike"]),
        ("Esper's plans", ["esper", "", "plan"]),
        ("the news", ["the", "news"]),
    ],
)
def test_stems(text: str, stems: list[str]) -> None:
    assert [token.stem for token in words(text)] == stems


def test_offsets_are_code_points_of_the_text_as_it_is() -> None:
    text = "𝄞 “Cafe\u0301s” in the U.S.?"
    assert [text[token.start : token.end] for token in words(text)] == ["Cafe\u0301s", "in", "the", "U.S."]


@pytest.mark.parametrize("gap", ["\n\n", "\n \t\n\n", "\r\n\r\n", "\f", "\u2029"])
def test_positions_jump_at_an_empty_line(gap: str) -> None:
    assert [token.position for token in words(f"one two{gap}three")] == [0, 1, 2 + GAP]


@pytest.mark.parametrize("blank", ["\n", "\r\n", " \n ", "\t"])
def test_a_single_line_break_is_a_blank(blank: str) -> None:
    assert [token.position for token in words(f"one{blank}two")] == [0, 1]


def test_a_monstrous_word_is_cut() -> None:
    (token,) = words("a" * 100_000)
    assert (len(token.exact), token.end) == (MAX_WORD, 100_000)


def test_threads_agree() -> None:
    text = " ".join(f"runnings{number}ing" for number in range(2000))
    expected = None
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append([t.stem for t in words(text)])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [token.stem for token in words(text)]
    assert found == [expected] * 4


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.text() | st.lists(st.sampled_from(["a", "É", "’", "'s", ".", ",", "1", "000", "\n", "$", "%", "-", " "])))
def test_any_text_gives_ascending_words_that_cover_what_they_say(source: str | list[str]) -> None:
    text = "".join(source)
    tokens = words(text)
    ends = 0
    position = -1
    for token in tokens:
        assert ends <= token.start < token.end <= len(text)
        assert token.position > position
        assert token.exact
        ends, position = token.end, token.position
    # What has letters or digits is in some word.
    assert {i for i, c in enumerate(text) if c.isalnum()} <= {i for t in tokens for i in range(t.start, t.end)}
