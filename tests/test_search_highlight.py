import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import words
from search import highlight
from search.forms import Form, form_of
from search.highlight import highlights
from search.language import parse
from search.phrases import near, runs
from search.tree import leaves


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("strike", "We struck no; we [strike], they are [striking]"),
        ('"strike"', "A [strike] is no striking"),
        ('"tax cuts"', "Cut taxes: [tax cuts], tax and cuts, [Tax, CUTS]"),
        ('"tax cuts"~2', "[tax] and [cuts], but not any tax that nobody really cuts"),
        ("tax*", "[taxes] [taxing] syntax"),
        ("tax -cuts", "[tax] cuts"),
        ("tax OR cuts", "[tax] [cuts]"),
        ("well-known", "[well-known], well and known, [well known]"),
        ('"will win"', "We [will … win]"),
        ('"one two"', "one\n\ntwo, [one\ntwo]"),
        ("esper", "[Esper]'s plan"),
        ('"esper\'s plan"', "[Esper’s plan] and Esper plan"),
        ('"no no"~1', "[no] [no] yes yes yes no"),
        ('"a b" "b c"', "[a b c] b"),
        ("us", "𝄞 the [U.S.] and [us]"),
        ("speaker:tax", "tax"),
        ("", "tax"),
    ],
)
def test_highlights(typed: str, marked: str) -> None:
    text = marked.replace("[", "").replace("]", "")
    found = highlights(text, [form_of(leaf) for leaf in leaves(parse(typed).tree)])
    shown = text
    for start, end in reversed(found):
        shown = f"{shown[:start]}[{shown[start:end]}]{shown[end:]}"
    assert shown == marked


@given(
    st.lists(
        st.sampled_from(
            ["a", "B", "é", "'s", "’", "7", "1,000", ".", "-", "%", "$", " ", " ", "\xa0", "\n", "\r", "\f"]
        )
    )
)
@settings(deadline=None, derandomize=True, max_examples=500)
def test_a_text_read_run_by_run_has_the_same_words(pieces: list[str]) -> None:
    text = "".join(pieces)
    every = [Form((token.exact,), (0,), True) for token in words(text)]
    assert highlight._tokens(text, every) == words(text)


def test_runs_without_a_wanted_word_are_left_out() -> None:
    (token,) = highlight._tokens("They cut it, and then taxes!", [Form(("tax",), (0,), False)])
    assert (token.exact, token.start, token.end, token.position) == ("taxes", 22, 27, 5)


@pytest.mark.parametrize(
    ("positions", "offsets", "starts"),
    [
        ([[0, 3], [1, 9]], [0, 1], [0]),
        ([[0, 3], [2, 5]], [0, 2], [0, 3]),
        ([[4, 5], [4, 5]], [0, 1], [4]),
        ([[1], []], [0, 1], []),
    ],
)
def test_runs(positions: list[list[int]], offsets: list[int], starts: list[int]) -> None:
    assert runs(positions, offsets) == starts


@pytest.mark.parametrize(
    ("positions", "needed", "slop", "stretches"),
    [
        ([[0], [1]], [1, 1], 0, [(0, 1)]),
        ([[1], [0]], [1, 1], 0, [(0, 1)]),
        ([[0], [3]], [1, 1], 1, []),
        ([[0], [3]], [1, 1], 2, [(0, 3)]),
        ([[0, 2, 9]], [2], 1, [(0, 2)]),
        ([[0, 4], [2]], [1, 1], 1, [(0, 2), (2, 4)]),
        ([[0], []], [1, 1], 9, []),
    ],
)
def test_near(positions: list[list[int]], needed: list[int], slop: int, stretches: list[tuple[int, int]]) -> None:
    assert near(positions, needed, slop) == stretches
