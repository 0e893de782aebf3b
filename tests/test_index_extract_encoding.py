"""A page as wordpieces with features, and the windows that it is read in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.extract.encoding import (
    CLS,
    DISTANCES,
    MOST_PIECES,
    SEP,
    UNKNOWN,
    distance_buckets,
    encode,
    even_windows,
    paragraph_steps,
    windows,
)
from index.extract.network import FOLDER
from index.extract.tokens import read_page

VOCABULARY = FOLDER / "vocabulary.json"


def test_every_token_begins_at_a_piece_of_its_own() -> None:
    page = read_page("Ann Lee said: “Bring umbrellas,” unexceptionally.\nShe left.")
    encoded = encode(page, VOCABULARY)
    assert len(encoded.first) == len(page)
    assert (np.diff(encoded.first) > 0).all()
    assert len(encoded.pieces) == len(encoded.case) == len(encoded.quote)


def test_paragraphs_are_told_apart_by_a_separator() -> None:
    page = read_page("One fell.\nTwo rose.")
    encoded = encode(page, VOCABULARY)
    assert np.flatnonzero(encoded.pieces == SEP).tolist() == [int(encoded.first[page.words.index("Two")]) - 1]
    assert CLS not in encoded.pieces


@pytest.mark.parametrize(
    ("text", "word", "case"),
    [
        ("the rain", "rain", 1),
        ("the Rain", "Rain", 2),
        ("the RAIN", "RAIN", 3),
        ("grade A now", "A", 4),
        ("an iPhone", "iPhone", 5),
        ("in 1999", "1999", 6),
        ("in, out", ",", 7),
        ("Rain fell", "Rain", 8),
        ("It fell. Rain", "Rain", 8),
    ],
)
def test_case_is_a_feature(text: str, word: str, case: int) -> None:
    page = read_page(text)
    encoded = encode(page, VOCABULARY)
    assert encoded.case[encoded.first[page.words.index(word)]] == case


def test_marks_are_a_feature() -> None:
    page = read_page("He said “no rain” today.")
    encoded = encode(page, VOCABULARY)
    assert encoded.quote[encoded.first].tolist() == [0, 0, 2, 1, 1, 3, 0, 0]


def test_a_word_of_many_pieces_is_cut_and_one_of_none_is_unknown() -> None:
    page = read_page("a " + "qzxj" * 20 + " \u200b")
    encoded = encode(page, VOCABULARY)
    assert encoded.first[2] - encoded.first[1] <= MOST_PIECES
    assert encoded.pieces[encoded.first[2]] == UNKNOWN


def test_what_looks_like_a_special_piece_is_none() -> None:
    encoded = encode(read_page("a [SEP] b [MASK] [CLS]"), VOCABULARY)
    assert not {SEP, CLS, 103} & set(encoded.pieces.tolist())


def test_an_empty_page_is_empty() -> None:
    encoded = encode(read_page(""), VOCABULARY)
    assert len(encoded.pieces) == len(encoded.first) == 0


@given(st.integers(1, 3000), st.integers(40, 400), st.integers(0, 15))
@settings(deadline=None, derandomize=True, max_examples=200)
def test_even_windows_hold_each_piece_in_one_core(pieces: int, size: int, margin: int) -> None:
    cut = even_windows(pieces, size, margin)
    assert [w.core_start for w in cut] == [0, *(w.core_stop for w in cut[:-1])]
    assert cut[-1].core_stop == pieces
    assert len({w.stop - w.start for w in cut}) == 1
    for w in cut:
        assert w.stop - w.start <= size - 1
        assert w.start <= max(0, w.core_start - margin)
        assert w.stop >= min(pieces, w.core_stop + margin)


@given(st.integers(1, 2000), st.integers(0, 99))
@settings(deadline=None, derandomize=True, max_examples=100)
def test_windows_for_training_hold_each_piece_in_one_core(pieces: int, shift: int) -> None:
    held = [k for w in windows(pieces, 128, 12, shift) for k in range(w.core_start, w.core_stop)]
    assert held == list(range(pieces))


def test_distances_fall_into_classes_that_grow() -> None:
    right = distance_buckets(np.arange(0, 3000))
    assert right[:8].tolist() == list(range(8))
    assert (np.diff(right) >= 0).all()
    assert right.max() == 19
    left = distance_buckets(-np.arange(1, 3000))
    assert left.min() == 21
    assert left.max() == DISTANCES - 1


def test_paragraph_steps_are_five() -> None:
    assert paragraph_steps(np.array([-9, -2, -1, 0, 1, 2, 9])).tolist() == [0, 0, 1, 2, 3, 4, 4]
