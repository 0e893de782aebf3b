import dataclasses
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError
from index.ledger import Correction, check, corrected, digest_of, in_force, merged
from index.ledger_table import SCHEMA, append, read
from index.records import Quotation

TEXT = "Smith said it was fine. Jones said it was not."


def a_line(number: int, action: str, subject: str, value: str | None = None, **others: object) -> Correction:
    known = {"number": number, "at": "2020-01-01T00:00:00+00:00", "who": "an editor", "why": "it says so"}
    return Correction(**known, action=action, subject=subject, value=value, **others)  # type: ignore[arg-type]


def a_quotation(start: int, end: int, speaker: str | None = "Smith") -> Quotation:
    text = TEXT[start:end]
    return Quotation(
        article_id="a", kind="indirect", content=((start, end),), text=text, speaker=speaker, speaker_type="person"
    )


@pytest.mark.parametrize(
    ("lines", "holding"),
    [
        ([a_line(1, "rename", "p", "P")], [1]),
        ([a_line(1, "rename", "p", "P"), a_line(2, "undo", "1")], []),
        ([a_line(1, "rename", "p", "P"), a_line(2, "undo", "1"), a_line(3, "undo", "2")], [1]),
        ([a_line(1, "rename", "p", "P"), a_line(2, "rename", "p", "Q")], [2]),
        ([a_line(1, "rename", "p", "P"), a_line(2, "rename", "p", "Q"), a_line(3, "undo", "2")], [1]),
        ([a_line(1, "rename", "p", "P"), a_line(2, "rename", "r", "Q")], [1, 2]),
        ([a_line(1, "merge", "p", "r"), a_line(2, "rename", "p", "Q")], [1, 2]),
        (
            [a_line(1, "split", "p", "P", person="x"), a_line(2, "split", "p", "Q", person="y")],
            [1, 2],
        ),
    ],
    ids=["one", "undone", "undone and redone", "the last", "the last undone", "two people", "two kinds", "two splits"],
)
def test_what_is_undone_or_replaced_does_not_hold(lines: list[Correction], holding: list[int]) -> None:
    assert [one.number for one in in_force(lines)] == holding


def test_merges_are_followed_to_their_end() -> None:
    lines = [a_line(1, "merge", "a", "b"), a_line(2, "merge", "b", "c"), a_line(3, "merge", "x", "c")]
    assert merged(lines) == {"a": "c", "b": "c", "x": "c"}


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=8))
def test_merges_that_are_let_in_never_go_round(pairs: list[tuple[str, str]]) -> None:
    lines: list[Correction] = []
    for subject, value in pairs:
        fresh = a_line(len(lines) + 1, "merge", subject, value)
        try:
            check(fresh, lines)
        except UsageError:
            continue
        lines.append(fresh)
    ends = merged(in_force(lines))
    assert not set(ends.values()) & {one.subject for one in in_force(lines)}


@pytest.mark.parametrize(
    ("fresh", "said"),
    [
        (a_line(3, "merge", "b", "a"), "in a circle: b → a → b"),
        (a_line(3, "merge", "a", "a"), "in a circle: a → a"),
        (a_line(3, "undo", "7"), "no correction number 7"),
        (a_line(4, "undo", "2"), "does not hold any more"),
    ],
)
def test_what_cannot_be_is_refused(fresh: Correction, said: str) -> None:
    earlier = [a_line(1, "merge", "a", "b"), a_line(2, "rename", "p", "P")]
    if fresh.number == 4:
        earlier.append(a_line(3, "undo", "2"))
    with pytest.raises(UsageError, match=said):
        check(fresh, earlier)


def the_correction(quotation: Quotation, value: str | None = "Jones", text: str = TEXT) -> Correction:
    place = {"article": "a", "content": quotation.content, "text": digest_of(text)}
    return a_line(1, "speaker", quotation.id, value, **place)


def test_a_corrected_quotation_has_the_editors_speaker_and_keeps_the_extractors() -> None:
    done = corrected([one := a_quotation(11, 22)], [the_correction(one)], TEXT)
    [changed] = done.quotations
    assert (changed.speaker, changed.basis, changed.confidence) == ("Jones", "corrected", 1.0)
    assert changed.candidates == (("Smith", 0.0),)
    assert done.by[one.id].number == 1
    assert not done.lost


def test_nobody_may_be_right() -> None:
    done = corrected([one := a_quotation(11, 22)], [the_correction(one, None)], TEXT)
    assert (done.quotations[0].speaker, done.quotations[0].speaker_type) == (None, "unknown")


@pytest.mark.parametrize(
    ("now", "text", "found"),
    [
        (a_quotation(11, 23), TEXT, True),
        (a_quotation(14, 22), TEXT, True),
        (a_quotation(18, 22), TEXT, False),
        (a_quotation(35, 45), TEXT, False),
        (a_quotation(11, 23), TEXT + " More.", False),
    ],
    ids=["one letter more", "most of it", "a word of it", "elsewhere", "another text"],
)
def test_a_quotation_whose_ends_moved_is_found_by_its_place(now: Quotation, text: str, found: bool) -> None:
    done = corrected([now], [the_correction(a_quotation(11, 22))], text)
    assert (done.quotations[0].speaker == "Jones") is found
    assert [one.number for one in done.lost] == ([] if found else [1])


@pytest.fixture
def table() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        yield connection


def test_lines_are_numbered_dated_and_read_again(table: sqlite3.Connection) -> None:
    first = append(table, dataclasses.replace(the_correction(a_quotation(11, 22)), number=0, at=""))
    second = append(table, a_line(0, "split", "p", "P", person="x", parts=(("a", "P"), ("b", "P."))))
    assert (first.number, second.number) == (1, 2)
    assert first.at.endswith("+00:00")
    assert read(table) == [first, second]


@pytest.mark.parametrize("change", ["UPDATE ledger SET who = 'nobody'", "DELETE FROM ledger"])
def test_nothing_in_the_ledger_can_be_changed(table: sqlite3.Connection, change: str) -> None:
    append(table, a_line(0, "rename", "p", "P"))
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        table.execute(change)
