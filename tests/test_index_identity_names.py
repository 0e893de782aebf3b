"""Names of people and bodies: how they are taken apart, and which may mean the same."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.identity.bodies import is_description, is_known_body, read_body
from index.identity.names import block_of, fits, one_slip, read_name, slips, sounds_alike


@pytest.mark.parametrize(
    ("text", "given_names", "surname", "shown"),
    [
        ("Ada J. Brook", ("ada", "j"), "brook", "Ada J. Brook"),
        ("ADA BROOK", ("ada",), "brook", "Ada Brook"),
        ("Hide Caption Brook", (), "brook", "Brook"),
        ("Brook MORE", (), "brook", "Brook"),
        ("Brook Brook", (), "brook", "Brook"),
        ("J.R. Brook", ("j", "r"), "brook", "J. R. Brook"),
        ("JR Brook", ("j", "r"), "brook", "J. R. Brook"),
        ("Tom Brook, Jr.", ("tom",), "brook", "Tom Brook Jr."),
        ("Chris Van Hollen", ("chris",), "van hollen", "Chris Van Hollen"),
        ("Bashar al-Assad", ("bashar",), "assad", "Bashar al-Assad"),
        ("Al Davis", ("al",), "davis", "Al Davis"),
        ("Le Pen", (), "le pen", "Le Pen"),
        ("Kim Jong-un", ("jongun",), "kim", "Kim Jong-un"),
        ("Li Keqiang", ("keqiang",), "li", "Li Keqiang"),
        ("Kim Davis", ("kim",), "davis", "Kim Davis"),
        ("Pope Francis", ("pope",), "francis", "Pope Francis"),
        ("José Núñez", ("jose",), "nunez", "José Núñez"),
    ],
)
def test_a_name_in_its_parts(text: str, given_names: tuple[str, ...], surname: str, shown: str) -> None:
    name = read_name(text)
    assert name is not None
    assert (name.given, name.surname, name.shown) == (given_names, surname, shown)


@pytest.mark.parametrize(
    "text", ["", "D-Vt", "Senate", "Ada Brook, Tom Reed", "Tom and Ada Brook", "Someone", "Logan Act"]
)
def test_what_is_no_name(text: str) -> None:
    assert read_name(text) is None


SAME, NEAR, OPEN, NEVER = "same", "near", "open", "never"


@pytest.mark.parametrize(
    ("one", "other", "fit"),
    [
        ("Ali Khamenei", "Ali Khamene’i", SAME),
        ("Hillary Clinton", "Hillary Rodham Clinton", SAME),
        ("Joe Manchin", "Joe Manchin III", OPEN),
        ("Mike Flynn", "Michael Flynn Jr.", OPEN),
        ("Bill Clinton", "William Jefferson Clinton", NEAR),
        ("Chuck Schumer", "Charles E. Schumer", NEAR),
        ("Robbie Mook", "Robby Mook", NEAR),
        ("Mitt Romney", "Willard Mitt Romney", NEAR),
        ("Muammar Qaddafi", "Moammar Gadhafi", NEAR),
        ("Mohammed bin Salman", "Mohammad Bin Salman", NEAR),
        ("Dianne Feinstein", "Diane Fienstein", NEAR),
        ("J. Brook", "John Brook", NEAR),
        ("Brook", "John Brook", OPEN),
        ("Cortez", "Alexandria Ocasio-Cortez", OPEN),
        ("Bill Clinton", "Hillary Clinton", NEVER),
        ("George W. Bush", "George H.W. Bush", NEVER),
        ("Ron Paul", "Rand Paul", NEVER),
        ("Donald Trump Jr.", "Donald Trump III", NEVER),
        ("C.S. Lewis", "Chris Lewis", NEVER),
        ("Brook-Reed", "Ada Reed", NEVER),
        ("Scott Pruitt", "Scott Brady", NEVER),
        ("John McCain", "John McKoon", NEVER),
    ],
)
def test_whether_two_names_may_be_one_persons(one: str, other: str, fit: str) -> None:
    a, b = read_name(one), read_name(other)
    assert a is not None
    assert b is not None
    assert (fits(a, b), fits(b, a)) == (fit, fit)
    assert fit == NEVER or block_of(a) == block_of(b)


@pytest.mark.parametrize(
    "names",
    [
        ("the Pentagon", "Defense Department", "US Department of Defense", "U.S. Defense Department", "DOD"),
        ("NRA", "National Rifle Association", "the National Rifle Association"),
        ("Facebook", "Facebook Inc.", "Facebook, Inc."),
        ("Iran", "Tehran", "the Iranian government", "government of Iran", "Iran’s government"),
        ("U.S. Supreme Court", "Supreme Court", "United States Supreme Court"),
        ("House GOP", "House Republicans", "Speaker Ada Brook Ada May BrookHouse Republicans"),
        ("Brook administration", "Ada Brook's administration", "President Ada Brook’s administration"),
        ("Israel Ministry of Foreign Affairs", "Israel Foreign Ministry"),
    ],
)
def test_names_of_one_body(names: tuple[str, ...]) -> None:
    found = [read_body(name) for name in names]
    assert {(body.block, body.key) for body in found if body is not None} == {(found[0].block, found[0].key)}  # type: ignore[union-attr]
    assert None not in found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("U.S. Steel", "Steel"),
        ("State Department", "Justice Department"),
        ("Washington", "Washington Post"),
        ("National Rifle Association", "National Restaurant Association"),
        ("North Korea", "South Korea"),
        ("Georgia", "Germany"),
    ],
)
def test_names_of_two_bodies(one: str, other: str) -> None:
    a, b = read_body(one), read_body(other)
    assert a is not None
    assert b is not None
    assert a.key != b.key


@pytest.mark.parametrize("text", ["critics", "Critics", "Many senators", "some of the residents", "Others"])
def test_a_description_is_no_name(text: str) -> None:
    body = read_body(text)
    assert body is None or is_description(body.shown)


@pytest.mark.parametrize("text", ["Gallup", "Mother Jones", "Pyongyang", "DOJ"])
def test_bodies_that_look_like_people(text: str) -> None:
    assert is_known_body(text)


@settings(max_examples=200, deadline=None, derandomize=True)
@example("AL-")
@given(st.text(max_size=40))
def test_any_text_is_read_or_set_aside(text: str) -> None:
    name = read_name(text)
    body = read_body(text)
    assert name is None or (name.surname and name.shown and block_of(name).startswith("person:"))
    assert body is None or (body.key and body.block.startswith("body:"))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_slip_is_one_slip(a: str, b: str) -> None:
    swapped = {a[:k] + a[k + 1] + a[k] + a[k + 2 :] for k in range(len(a) - 1)}
    assert one_slip(a, b) == (slips(a, b) <= 1 or b in swapped)
    assert slips(a, b) == slips(b, a)


@pytest.mark.parametrize("other", ["", "x", "lee", "brook"])
def test_a_surname_without_letters_is_like_no_other(other: str) -> None:
    assert sounds_alike("", other) is (other == "")
    assert sounds_alike(other, "") is (other == "")
