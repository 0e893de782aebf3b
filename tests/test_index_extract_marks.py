"""Quotation marks to quoted stretches."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.extract.marks import paragraphs, quoted_stretches


def stretches(text: str) -> list[str]:
    return [text[s.start : s.end] for s in quoted_stretches(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Rain is due,” she said.", ["“Rain is due,”"]),
        ('"Rain is due," she said. "Soon."', ['"Rain is due,"', '"Soon."']),
        ("„Ja“, sagte er. »Nein«, sagte sie.", ["„Ja“", "»Nein«"]),
        ("« Oui », dit-elle. «Non».", ["« Oui »", "«Non»"]),
        ("``Yes,'' he said. ''No,'' she said.", ["``Yes,''", "''No,''"]),
        ("‘‘Yes,’’ he said.", ["‘‘Yes,’’"]),
        ('(“Rain”) and—“snow”—and "hail".', ["“Rain”", "“snow”", '"hail"']),
        ("“[The] rain … fell,” she said.", ["“[The] rain … fell,”"]),
    ],
    ids=["curly", "straight", "german", "french", "typewriter", "doubled singles", "beside brackets", "brackets"],
)
def test_pairs_each_kind_of_mark(text: str, expected: list[str]) -> None:
    assert stretches(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'It's the boys' boat,' he said.", ["'It's the boys' boat,'"]),
        ("‘It’s the boys’ boat,’ he said.", ["‘It’s the boys’ boat,’"]),
        ("'Rock 'n' roll in the '90s,' she said.", ["'Rock 'n' roll in the '90s,'"]),
        ("The boys' boat and the girls' boat.", []),
        ("‘We said “no” to them,’ he said.", ["‘We said “no” to them,’"]),
        ("“They said ‘no’ to us,” he said.", ["“They said ‘no’ to us,”"]),
        ("\"They said 'no' to us,\" he said.", ["\"They said 'no' to us,\""]),
        ("“He told me ‘I don’t know’,” she said.", ["“He told me ‘I don’t know’,”"]),
    ],
)
def test_single_marks_and_apostrophes(text: str, expected: list[str]) -> None:
    assert stretches(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('At 5\'10" he is "tall" beside a 6\'2" man.', ['"tall"']),
        ('"I am 5\'10"," he said, "or so."', ['"I am 5\'10","', '"or so."']),
        ("It is 12' by 9' inside.", []),
    ],
)
def test_feet_and_inches_are_no_marks(text: str, expected: list[str]) -> None:
    assert stretches(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She saw “rain coming.””I saw none,” he said.", ["“rain coming.”", "”I saw none,”"]),
        ("”Rain,” she said.", ["”Rain,”"]),
        ("“Rain,“ she said. “Snow,“ he said.", ["“Rain,“", "“Snow,“"]),
        ('“Rain," she said. "Snow,” he said.', ['“Rain,"', '"Snow,”']),
    ],
)
def test_a_mark_turned_the_wrong_way(text: str, expected: list[str]) -> None:
    assert stretches(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Rain,” he said.\n\nIt fell “all day\n\nNobody came.", ["“Rain,”", "“all day"]),
        ("“Rain, he said. “Snow,” she said.", ["“Snow,”"]),
        ('"Rain, he said. "Snow," she said.', ['"Snow,"']),
        ("Rain is due,” she said.", ["Rain is due,”"]),
        ("He was 40” tall.", []),
        ('“” and ""', []),
    ],
    ids=["to its paragraph's end", "curly given up", "straight given up", "opening mark missing", "stray", "empty"],
)
def test_a_missing_mark_harms_its_paragraph_at_most(text: str, expected: list[str]) -> None:
    assert stretches(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“One.\n\n“Two.\n\n“Three,” he said.", ["“One.\n\n“Two.\n\n“Three,”"]),
        ('"One.\n"Two," he said. "Three."', ['"One.\n"Two,"', '"Three."']),
        ("‘One.\n\n‘Two,’ he said.", ["‘One.\n\n‘Two,’"]),
        ('"One\n\ntwo," he said.', ['"One\n\ntwo,"']),
        ("“One\n\ntwo\n\nthree\n\nfour\n\nfive,” he said.", ["“One", "five,”"]),
    ],
    ids=["reopened", "straight, reopened", "single, reopened", "not reopened", "too far"],
)
def test_quotations_over_paragraphs(text: str, expected: list[str]) -> None:
    assert stretches(text) == expected


def test_says_which_marks_are_missing() -> None:
    unopened, unclosed = quoted_stretches("Rain is due,” she said.\nThen “snow")
    assert (unopened.opened, unopened.closed) == (False, True)
    assert (unclosed.opened, unclosed.closed) == (True, False)


def test_wrapped_lines_are_one_paragraph() -> None:
    text = "The rain that fell\nall night and then\nall day was “the worst\nin years,” she said.\n\nIt went on."
    assert len(paragraphs(text)) == 2
    assert stretches(text) == ["“the worst\nin years,”"]


def test_lines_that_are_not_wrapped_are_paragraphs() -> None:
    assert len(paragraphs("First line.\nSecond line.\n\n  Third line.  \n")) == 3


marks = st.text(alphabet=st.sampled_from("“”\"'‘’«»„`ab sS.,!?5\n—()[] "), max_size=200)


@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.one_of(marks, st.text(max_size=100)))
def test_any_text_gives_sorted_disjoint_stretches_inside_it(text: str) -> None:
    end = 0
    for s in quoted_stretches(text):
        assert end <= s.start < s.end <= len(text)
        end = s.end


@pytest.mark.parametrize("piece", ['"', "'", "“\n"])
def test_a_megabyte_of_marks_takes_seconds(piece: str) -> None:
    started = time.perf_counter()
    quoted_stretches(piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - started < 30
