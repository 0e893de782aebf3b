"""Which pairs of quotations are versions of one another."""

import sqlite3
from typing import get_args

import pytest

from index.records import Kind
from index.variants import SCHEMA, Relation, Saying, group, places, update
from index.variants.alignment import match, side
from index.variants.words import MOST_WORDS, form, stems_of

FULL = (
    "We found forty leaking barrels beneath the reservoir, and nobody at the ministry bothered to answer our letters. "
    "The harbor commission will publish every measurement before the council votes on the dredging contract."
)
FIRST = "forty leaking barrels beneath the reservoir, and nobody at the ministry bothered to answer"


def is_version(one: str, other: str, kinds: tuple[Kind, Kind] = ("direct", "direct")) -> bool:
    return match(side(form(one, kinds[0])), side(form(other, kinds[1]))) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FULL, FULL.upper().replace(".", "!")),
        (FULL, FIRST),
        (FULL, "nobody at the ministry bothered to answer our letters"),
        ("I will not resign over a forged invoice", "He would not resign over a forged invoice"),
        ("I won’t resign over a forged invoice", "he will not resign over a forged invoice"),
        ("We are organising the labour councils", "They were organizing the labor councils"),
        ("The [harbor] commission will publish every measurement", "The commission will publish every measurement"),
        ("[He] will publish every measurement before the vote", "I will publish every measurement before the vote"),
        ("the U.S. spent 5 percent on dredging contracts", "The US spent five % on dredging contracts"),
        (FULL, "We found forty leaking barrels … before the council votes on the dredging contract."),
        (FULL, "“We found forty leaking barrels beneath the reservoir,” … “and nobody at the ministry bothered.”"),
        (
            "nobody at the ministry bothered to answer our polite letters",
            "nobody at the ministry bothered to answer our angry letters",
        ),
    ],
)
def test_versions(one: str, other: str) -> None:
    assert is_version(one, other)
    assert is_version(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("No comment.", "No comment."[::-1]),
        ("I don't know what to say about that", "I don't know what to do about that"),
        ("We will do what we can for our people", "We will say what we can to our people"),
        (
            "The harbor commission will rebuild the eastern lighthouse with borrowed granite",
            "The harbor commission will sell seventeen tugboats to a shipyard in another province",
        ),
        (
            "the mayor told the council that dredging had poisoned the oysters",
            "the mayor told the council that buses would be free on Sundays",
        ),
        ("I will resign over a forged invoice", "I won't resign over a forged invoice"),
        ("", ""),
        ("?!", "?!"),
    ],
)
def test_no_versions(one: str, other: str) -> None:
    assert not is_version(one, other)
    assert not is_version(other, one)


@pytest.mark.parametrize(
    ("one", "kind", "expected"),
    [
        ("that barrels were leaking beneath the reservoir and the ministry had not answered", "indirect", False),
        (f"that they found {FIRST}", "indirect", True),
        ("the ministry of ignoring “forty leaking barrels beneath the reservoir”", "mixed", True),
        ("forty leaking barrels beneath the reservoir, a “mess”", "mixed", False),
    ],
    ids=["told in other words", "told closely", "the words within marks count", "those outside hardly do"],
)
def test_a_reporters_words(one: str, kind: Kind, expected: bool) -> None:
    assert is_version(one, f"We found {FIRST}", (kind, "direct")) is expected


def test_places_of_what_is_shared() -> None:
    found = match(side(form(FULL, "direct")), side(form(FIRST, "direct")))
    assert found is not None
    assert (found.left, found.right, found.right_part) == ((2, 16), (0, 14), 1.0)


@pytest.mark.parametrize(
    ("word", "stems"),
    [("won't", ("will", "not")), ("they're", ("i", "be")), ("said", ("say",)), ("labour", ("labor",)), ("5", ("5",))],
)
def test_stems(word: str, stems: tuple[str, ...]) -> None:
    assert stems_of(word) == stems


@pytest.mark.parametrize(
    ("text", "kind", "joins", "quoted"),
    [
        ("one two … three four", "direct", (2,), None),
        ("one two ... three . . . four", "direct", (2, 3), None),
        ("… one two …", "direct", (), None),
        ("he was “one two” and ‘it’s three’ there", "mixed", (), ((2, 4), (5, 7))),
        ('it is "never closed', "mixed", (), ((2, 4),)),
        ("no marks at all", "mixed", (), None),
    ],
)
def test_form(text: str, kind: Kind, joins: tuple[int, ...], quoted: tuple[tuple[int, int], ...] | None) -> None:
    made = form(text, kind)
    assert (made.joins, made.quoted) == (joins, quoted)


def test_words_beyond_the_most_are_not_compared() -> None:
    made = form("left … right " * MOST_WORDS, "direct")
    assert len(made.signature) == MOST_WORDS
    assert made.joins[-1] < MOST_WORDS


RELATIONS: list[tuple[str, Kind, Relation]] = [
    (FULL, "direct", "same"),
    (FULL.upper(), "direct", "same"),
    (FULL.replace("leaking", "rusty").replace("every", "each"), "direct", "edited"),
    (FIRST, "direct", "cut"),
    ("We found forty leaking barrels … will publish every measurement before the council votes.", "direct", "joined"),
    (f"that {FULL.replace('We', 'they')}", "indirect", "reported"),
    (
        "leaking barrels beneath the reservoir, and nobody at the ministry bothered to answer our letters, which my "
        "uncle wrote by hand with green ink on an upturned boat, singing hymns",
        "direct",
        "overlapping",
    ),
]


@pytest.mark.parametrize(
    ("text", "kind", "relation"), RELATIONS, ids=[one[2] + str(n) for n, one in enumerate(RELATIONS)]
)
def test_relation_to_the_fullest(text: str, kind: Kind, relation: Relation) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    sayings = [
        Saying(quotation_id="full", article_id="a", text=FULL, kind="direct"),
        Saying(quotation_id="other", article_id="b", text=text, kind=kind),
    ]
    update(connection, sayings)
    found = {place.quotation_id: place.group_id for place in places(connection)}
    assert found["full"] == found["other"]
    together = group(connection, found["full"])
    assert together.fullest == "full"
    assert {one.quotation_id: one.relation for one in together.members}["other"] == relation
    assert relation in get_args(Relation)
