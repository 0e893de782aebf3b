"""The ladder of versions: word by word against the fullest, copies told from independent reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.hits import make_hit
from search.results import Hit
from search.tracing import Trace, compare, trace, words
from tests.entries import an_entry

FULL = "“We measured it twice, and it moved both times, so nobody crosses before May.”"


def hit(number: int, text: str, **values: object) -> Hit:
    return make_hit(an_entry(number, text, **{"variant_id": "v", "variant_count": 3, **values}))


def marked(full: str, other: str) -> str:
    signs = {"same": "{}", "left_out": "[-{}]", "put_in": "[+{}]"}
    return " ".join(signs[piece.change].format(piece.text) for piece in compare(full, other))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("“We measured it twice, and it moved both times.”", "[-so nobody crosses before May.”]"),
        ("It moved both times, so nobody crosses before May.", "[-“We measured it twice, and]"),
        ("We weighed it twice and it moved both times so nobody crosses before May", "[-measured] [+weighed]"),
        ("We measured it twice, and then it moved both times, so nobody crosses before May", "[+then]"),
        ('"we measured it TWICE and it moved — both times so nobody crosses before may"', ""),
    ],
    ids=["cut at the end", "cut at the beginning", "a word changed", "a word more", "marks and capitals"],
)
def test_what_differs_is_marked_word_by_word(other: str, expected: str) -> None:
    found = marked(FULL, other)
    assert " ".join(part for part in _changes(found)) == expected


def _changes(found: str) -> list[str]:
    out, rest = [], found
    while "[" in rest:
        start = rest.index("[")
        end = rest.index("]", start)
        out.append(rest[start : end + 1])
        rest = rest[end:]
    return out


def test_a_small_word_between_other_words_is_no_bridge() -> None:
    assert marked("the green boats of harbour town", "a red car of many people") == (
        "[-the green boats of harbour town] [+a red car of many people]"
    )


@given(st.lists(st.sampled_from(["we", "mend", "the", "old", "bridge", "—", "soon"]), max_size=12), st.data())
def test_a_comparison_holds_both_texts(full: list[str], data: st.DataObject) -> None:
    other = data.draw(st.lists(st.sampled_from([*full, "boats", "of"]), max_size=12)) if full else ["boats"]
    pieces = compare(" ".join(full), " ".join(other))
    new = [word for piece in pieces if piece.change != "left_out" for word in piece.text.split()]
    old = [word for piece in pieces if piece.change != "put_in" for word in piece.text.split()]
    assert new == " ".join(words(" ".join(other))).split()
    assert [word for word in old if word != "—"] == [word for word in full if word != "—"]


def ladder() -> Trace:
    short = hit(1, "“We measured it twice”", date="2020-03-04", source="Gull")
    full = hit(2, FULL, date="2020-03-05", source="Tern")
    told = hit(3, "It was measured twice.", kind="indirect", date="2020-03-06", source="Wren")
    return trace(full, [short, full, told], 50)


def test_the_earliest_is_first_and_the_fullest_is_compared_with() -> None:
    found = ladder()
    assert [one.quotation.article.source for one in found.versions] == ["Gull", "Tern", "Wren"]
    assert [one.relation for one in found.versions] == ["shorter", "fullest", "reported"]
    assert [one.left_out for one in found.versions[:2]] == [10, 0]
    assert found.fullest == found.versions[1].quotation.id
    assert (found.count, found.outlets, found.more) == (3, 3, False)


def test_copies_of_one_text_are_one_report() -> None:
    around = "The engineers had looked at the pillars for a week when the mayor came down to the river with a lamp."
    one = hit(1, FULL, before=around, source="Gull", date="2020-03-04")
    copy = hit(2, FULL, before=around, source="Tern", date="2020-03-05")
    own = hit(3, FULL, before="Nothing at all was known of it in the other town until then.", source="Wren")
    found = trace(one, [one, copy, own], 50)
    assert [version.report for version in found.versions] == [1, 1, 2]
    assert [version.copies for version in found.versions] == [None, 0, None]
    assert found.reports == 2


def test_the_quotation_asked_for_is_there_however_late_it_is() -> None:
    known = [hit(number, FULL, date=f"2020-03-{number:02}", variant_count=9) for number in range(1, 5)]
    late = hit(9, "“We measured it twice”", date="2020-04-01", variant_count=9)
    found = trace(late, known, 3)
    assert [one.quotation.id for one in found.versions] == [known[0].id, known[1].id, late.id]
    assert found.more
