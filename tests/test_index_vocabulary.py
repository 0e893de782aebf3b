"""The fast way from a text to its words gives what the analyser gives."""

import array

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.analysis import GAP, Token, words
from index.whoosh_codec import vocabulary
from index.whoosh_codec.vocabulary import BREAK, NO_STEM, Vocabulary

PIECES = st.sampled_from(
    [
        *("tax", "Taxes", "U.S.", "u.s.a", "1,000", "1,000.5", "3.5", "1.2.3", "1,00"),
        *("100 %", "100\xa0%", "7%", "%", " %", "$5", "€", "$.5", "२,०००", "٣ %"),
        *("Esper's", "’s", "'S", "o’Brien’s", "well-known", "a_b", "#MeToo", "a" * 120),
        *("caf\u00e9", "cafe\u0301", "ﬁ", "ß", "İ", "سلام", "東京"),
        *("\n\n", "\n \n", "\r\r", "\r\n\r\n", "\f", "\u2029"),
        *("\n", "\t", "\x1c", "\x85", "\u2028", "\u3000"),
        *("\u0301", "\u00ad", "\u200d", "\ud800", "\0", ".", ",", "-", "…", "“", ""),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.just(" "), st.text(max_size=6)), max_size=14).map("".join)


def read(known: Vocabulary, texts: list[str]) -> list[list[int]]:
    """The words of texts by number, each with the break at its end."""
    runs: array.array[int] = array.array("I")
    lengths: array.array[int] = array.array("I")
    known.add(texts, runs, lengths)
    found, words_a_run = known.expanded(runs)
    assert sum(lengths) == len(runs) == len(words_a_run)
    numbers, out, run, word = found.tolist(), [], 0, 0
    for length in lengths:
        stop = word + int(words_a_run[run : run + length].sum())
        out.append(numbers[word:stop])
        run, word = run + length, stop
    assert word == len(numbers)
    return out


def spelled(known: Vocabulary, numbers: list[int]) -> list[tuple[str, str, int]]:
    """Exact form, stem and position of numbered words, a break being the analyser's gap."""
    exact, stems = list(known.words), list(known.stems)
    out, position = [], 0
    for number in numbers:
        if number == BREAK:
            position += GAP
            continue
        stem = known.stem_of[number]
        out.append((exact[number], "" if stem == NO_STEM else stems[stem], position))
        position += 1
    return out


def analysed(text: str) -> list[tuple[str, str, int]]:
    return [(token.exact, token.stem, token.position) for token in words(text)]


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(TEXTS, max_size=4))
@example(["100 %", "100 %\n\n5 % of 100%", "% 100 %"])
@example(["\r\n\r\n", "a\n\n\fb\u2029\u2029c", "\n\na\n\n"])
@example(["U.S.\n\nU.S.\r\rU.S", "1,000 %\f1,000\xa0%"])
def test_the_words_are_the_analysers(texts: list[str]) -> None:
    known = Vocabulary()
    for text, numbers in zip(texts, read(known, texts), strict=True):
        assert numbers[-1] == BREAK
        assert spelled(known, numbers) == analysed(text)


def test_every_word_has_one_number_and_every_stem_too() -> None:
    known = Vocabulary()
    first, second = read(known, ["Taxes, taxed; taxes’s", "TAXES tax"])
    assert first == [0, 1, 0, 2, BREAK]
    assert second == [0, 3, BREAK]
    assert list(known.words) == ["taxes", "taxed", "'s", "tax"]
    assert [known.stem_of[number] for number in range(4)] == [0, 0, NO_STEM, 0]


@pytest.mark.parametrize("most", [0, 3])
def test_words_keep_their_numbers_when_runs_are_forgotten(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(vocabulary, "_MOST_RUNS", most)
    known = Vocabulary()
    for text in ["one two", "two, three 5 %", "one! two?", "5 % four\n\none"] * 2:
        (numbers,) = read(known, [text])
        assert spelled(known, numbers) == analysed(text)
        known.forget_runs()
    assert list(known.words) == ["one", "two", "three", "5", "percent", "four"]


def test_a_text_of_many_words(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(text: str) -> list[Token]:
        asked.append(text)
        return words(text)

    monkeypatch.setattr(vocabulary, "words", counted)
    text = "rain rains Rain’s\n\n" * 3000
    known = Vocabulary()
    (numbers,) = read(known, [text])
    assert spelled(known, numbers) == analysed(text)
    assert sorted(asked) == ["Rain’s", "rain", "rains"]
