"""A pasted text -> claims, and whose they are said to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.verify.claims import claims_of
from search.verify.naming import same_person

WATER = "everybody will have clean water"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Mayor Oyelaran promised that “{WATER}.”", [(f"{WATER}.", "Mayor Oyelaran")]),
        (f"“{WATER},” Ada Brook said.", [(f"{WATER},", "Ada Brook")]),
        (f"“{WATER},” said Ada Brook, the mayor.", [(f"{WATER},", "Ada Brook")]),
        (f'Ada Brook: "{WATER}"', [(WATER, "Ada Brook")]),
        (f"“{WATER}.” — Ada Brook", [(f"{WATER}.", "Ada Brook")]),
        (f"“{WATER}.” — Bureau of Tides and Winds, 2019", [(f"{WATER}.", "Bureau of Tides and Winds")]),
        (f"According to Ada Brook, “{WATER}.”", [(f"{WATER}.", "Ada Brook")]),
        (f"According to Ada Brook, {WATER}.", [(f"{WATER}.", "Ada Brook")]),
        (f"Ada Brook said that {WATER}.", [(f"{WATER}.", "Ada Brook")]),
        (f"Ada Brook has repeatedly said {WATER}", [(f"Ada Brook has repeatedly said {WATER}", None)]),
        (f"{WATER}, said Ada Brook", [(WATER, "Ada Brook")]),
        (WATER, [(WATER, None)]),
        (f"“{WATER}”", [(WATER, None)]),
        (f"said Donald J. Finch: “{WATER}”", [(WATER, "Donald J. Finch")]),
        (f"U.S. Sen. Ola Finch wrote, “{WATER}”", [(WATER, "U.S. Sen. Ola Finch")]),
        (f"“{WATER},” the engineer told us.", [(f"{WATER},", None)]),
        (
            "“We measured it twice,” Ada Brook said, “and it moved both times.”",
            [("We measured it twice, and it moved both times.", "Ada Brook")],
        ),
        (
            "“It is over,” said Mark Finch. “We are going home.” Later Ola Marsh added: “Not yet.”",
            [("It is over,", "Mark Finch"), ("We are going home.", "Mark Finch"), ("Not yet.", "Ola Marsh")],
        ),
        ("Brook said “never again” and “not in my life”.", [("never again", "Brook"), ("not in my life", "Brook")]),
        ("Ola Finch left. “I am late,” he said.", [("I am late,", None)]),
        ("“One thing,” Ola Finch said. He said “two more things”.",
            [("One thing,", "Ola Finch"), ("two more things", "Ola Finch")]),
        ('He was a "maverick" who said nothing at all', [('He was a "maverick" who said nothing at all', None)]),
        ("I was there when 'the wind' came and took it all away again", [
            ("I was there when 'the wind' came and took it all away again", None)]),
        ("Brook called the plan of the council, which I had not read, “not my plan”", [("not my plan", "Brook")]),
        ("“’s hard to have any”", [("’s hard to have any", None)]),
        ("“”", []),
        ("…", []),
    ],
)  # fmt: skip
def test_claims(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(claim.text, claim.speaker) for claim in claims_of(text)] == expected


def test_the_askers_word_counts_more_than_the_text() -> None:
    (claim,) = claims_of(f"“{WATER},” Ada Brook said.", "Ola Finch")
    assert (claim.speaker, claim.given) == ("Ola Finch", True)


@pytest.mark.parametrize(
    "text", [f"A “{WATER}” b “one two three,” Brook said, “four five six” c", f"  Brook said {WATER} "]
)
def test_spans_are_where_the_words_stand(text: str) -> None:
    for claim in claims_of(text):
        assert " ".join(text[start:end] for start, end in claim.spans) == claim.text


@given(st.text(alphabet="ab C.,:“”\"'’‘-—\n said S", max_size=200))
def test_any_text_gives_claims_within_it(text: str) -> None:
    for claim in claims_of(text):
        assert all(0 <= start <= end <= len(text) for start, end in claim.spans)
        assert claim.text == " ".join(text[start:end] for start, end in claim.spans)


@pytest.mark.parametrize(
    ("claimed", "found", "same"),
    [
        ("Esper", "Mark Esper", True),
        ("Mayor Oyelaran", "Marta Oyelaran", True),
        ("Secretary of Defense Mark Esper", "Mark T. Esper", True),
        ("Bill Marsh", "William Marsh", True),
        ("M. Esper", "Mark Esper", True),
        ("Hillary Finch", "Bill Finch", False),
        ("Don Finch", "Don Finch Jr.", False),
        ("Finch", "Finch campaign", False),
        ("Finch", "Ola Finch and Bob Marsh", True),
        ("Pentagon", "the Pentagon", True),
        ("Justice Department", "Department of Justice", True),
        ("Ola Finch", "Ola Marsh", False),
        ("", "Ola Finch", False),
    ],
)
def test_names_are_compared_as_people_are(claimed: str, found: str, same: bool) -> None:
    assert same_person(claimed, found) is same
