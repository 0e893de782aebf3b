"""Small made collections, and who is who in them."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.identity import LocalSpeaker, read_people_file
from index.identity.linking import link_people
from tests.identities import Collection, speakers_of

SENATOR = "Sen. Ada Brook (D-Ohio) spoke in the Senate about the harbor budget with Tom Reed. Brook said so. She left."
TRADER = "Tom Brook, a grain trader at Gull Mills, spoke of grain prices. “Wheat is dear,” Brook said. He left."


def senator(article_id: str, **values: object) -> list[LocalSpeaker]:
    return speakers_of(article_id, SENATOR, "Ada Brook", **values)


def trader(article_id: str, **values: object) -> list[LocalSpeaker]:
    return speakers_of(article_id, TRADER, "Tom Brook", **values)


def test_what_an_article_says_of_a_speaker() -> None:
    (found,) = senator("a1")
    assert (found.titles, found.home, found.party, found.gender) == (("senator",), "ohio", "d", "f")
    assert set(found.forms) == {"Ada Brook", "Brook"}
    assert "tom reed" in found.beside
    assert "harbor" in found.topics


def test_a_title_with_its_body_and_an_outlet_before_the_name() -> None:
    text = "Defense Secretary Mark Lee met the Navy. As CNN’s Ann Kerr said, Bob Hale, a spokesman for the NRA, left."
    found = {s.name: s for s in speakers_of("a1", text, "Mark Lee", "Ann Kerr", "Bob Hale")}
    assert ("secretary" in found["Mark Lee"].titles, found["Mark Lee"].organizations) == (True, ("defense",))
    assert found["Ann Kerr"].organizations == ("cnn",)
    assert ("spokesman" in found["Bob Hale"].titles, found["Bob Hale"].organizations) == (True, ("nra",))


@pytest.mark.parametrize(
    ("text", "name", "known_as"),
    [
        ("President Brook Ada May Brook spoke. Brook left. Ada May Brook", "Brook Ada", "Ada Brook"),
        ("Ada Brook and the council. “Yes,” Ada said.", "Ada", "Ada Brook"),
    ],
)
def test_a_name_that_is_turned_round_or_cut(text: str, name: str, known_as: str) -> None:
    assert [s.called for s in speakers_of("a1", text, name)] == [known_as]


def test_the_times_of_an_article_is_the_one_it_names() -> None:
    text = "The Gull Times reported it. The Gull Times was first. “We knew,” the Times wrote."
    collection = Collection(speakers_of("a1", text, "Times", "Gull Times", kind="organization"))
    whole = collection.who("a1", "Gull Times", "organization")
    assert whole.person_id == "gull-times"
    assert collection.who("a1", "Times", "organization").person_id == "gull-times"


def test_the_department_that_nothing_names_stays_undecided() -> None:
    collection = Collection(speakers_of("a1", "“No,” the Department said.", "Department", kind="organization"))
    assert collection.who("a1", "Department", "organization").status == "undecided"


def test_a_surname_alone_is_the_one_well_known_person() -> None:
    bare = speakers_of("b1", "“The budget passes,” Brook said in the Senate.", "Brook")
    collection = Collection(*(senator(f"a{n}") for n in range(5)), bare)
    found = collection.who("b1", "Brook")
    assert (found.person_id, found.name, found.status) == ("ada-brook", "Ada Brook", "resolved")


def test_a_surname_alone_goes_to_whom_title_and_company_speak_for() -> None:
    of_trade = speakers_of("b1", "Mr. Brook of Gull Mills sold wheat. “Grain prices rise,” trader Brook said.", "Brook")
    of_senate = speakers_of("b2", "Mrs. Brook spoke. “The harbor budget,” Sen. Brook said with Tom Reed.", "Brook")
    articles = [*(senator(f"a{n}") for n in range(3)), *(trader(f"t{n}") for n in range(3))]
    collection = Collection(*articles, of_trade, of_senate)
    assert collection.who("b1", "Brook").person_id == "tom-brook"
    assert collection.who("b2", "Brook").person_id == "ada-brook"


def test_a_surname_alone_that_nothing_decides_stays_undecided() -> None:
    bare = speakers_of("b1", "“It may rain,” Brook said.", "Brook", source=None, date=None)
    articles = [*(senator(f"a{n}") for n in range(3)), *(trader(f"t{n}") for n in range(3))]
    found = Collection(*articles, bare).who("b1", "Brook")
    assert (found.person_id, found.name, found.status) == (None, "Brook", "undecided")
    assert {person for person, _ in found.candidates} == {"ada-brook", "tom-brook"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bill Marsh", "William Marsh"),
        ("Donald J. Marsh", "Donald Marsh"),
        ("Willard Mitt Marsh", "Mitt Marsh"),
        ("MITT MARSH", "Mitt Marsh"),
        ("Dianne Fienstein", "Dianne Feinstein"),
        ("Moammar Gadhafi", "Muammar Qaddafi"),
    ],
)
def test_forms_of_one_name(one: str, other: str) -> None:
    text = "{} met Tom Reed of the Gull Council in Harbor Town over the bridges and the ferries, chairman {} said."
    articles = [speakers_of(f"a{n}", text.format(name, name), name) for n, name in enumerate((one, other, other))]
    assert len(set(Collection(*articles).ids().values())) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bill Marsh", "Hillary Marsh"),
        ("George W. Marsh", "George H.W. Marsh"),
        ("Ron Marsh", "Rand Marsh"),
        ("C.S. Marsh", "Chris Marsh"),
    ],
)
def test_two_of_one_surname_stay_apart(one: str, other: str) -> None:
    articles = [
        speakers_of(f"{who}{n}", f"{name} spoke.", name) for who, name in enumerate((one, other)) for n in range(3)
    ]
    assert len(set(Collection(*articles).ids().values())) == 2


def test_father_and_son_stay_apart() -> None:
    articles = [
        speakers_of(f"a{n}", "Tom Marsh and Tom Marsh Jr. spoke.", "Tom Marsh", "Tom Marsh Jr.") for n in range(4)
    ]
    assert set(Collection(*articles).ids().values()) == {"tom-marsh", "tom-marsh-jr"}


def test_two_of_one_name_from_two_states_stay_apart() -> None:
    of_ohio = [speakers_of(f"o{n}", "Rep. Mike Marsh (R-Ohio) spoke.", "Mike Marsh") for n in range(3)]
    of_utah = [speakers_of(f"u{n}", "Rep. Mike Marsh (D-Utah) spoke.", "Mike Marsh") for n in range(2)]
    ids = Collection(*of_ohio, *of_utah).ids()
    assert {ids[f"o{n}", "Mike Marsh"] for n in range(3)} == {"mike-marsh"}
    assert {ids[f"u{n}", "Mike Marsh"] for n in range(2)} == {"mike-marsh-representative"}


def test_an_acronym_is_what_its_article_says() -> None:
    first = speakers_of("a1", "The Gull Ferry Union (GFU) met. The GFU said no.", "GFU", kind="organization")
    second = speakers_of("a2", "“No,” the GFU said.", "GFU", kind="organization")
    third = speakers_of("a3", "The Gull Ferry Union said yes.", "Gull Ferry Union", kind="organization")
    assert len(set(Collection(first, second, third).ids().values())) == 1


def test_a_persons_name_is_the_commonest_full_one() -> None:
    names = ["Donald Marsh"] * 3 + ["Donald John Marsh", "Marsh", "Marsh", "Marsh", "Marsh", "Marsh"]
    articles = [speakers_of(f"a{n}", f"President {name} spoke to Congress.", name) for n, name in enumerate(names)]
    assert Collection(*articles).who("a4", "Marsh").name == "Donald Marsh"


PEOPLE = """
{"name": "Ann Dole", "wikidata": "Q1", "gender": "f", "titles": [{"title": "senator", "from": "2011", "to": "2016"}]}
{"name": "Bob Dole", "names": ["Robert Dole"], "wikidata": "Q2", "titles": [{"title": "senator", "to": "1996"}]}
"""


def test_titles_of_the_people_file_decide(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text(PEOPLE, encoding="utf-8")
    full = [speakers_of(f"a{n}", "Sen. Ann Dole spoke.", "Ann Dole", date="2015-01-01") for n in range(2)]
    full += [speakers_of(f"b{n}", "Robert Dole spoke.", "Robert Dole", date="1990-01-01") for n in range(2)]
    full += [speakers_of(f"c{n}", "Bob Dole, the senator, spoke.", "Bob Dole", date="1991-01-01") for n in range(2)]
    collection = Collection(*full, people=read_people_file(path))
    assert collection.who("b0", "Robert Dole").person_id == collection.who("c0", "Bob Dole").person_id
    rows = dict(collection.connection.execute("SELECT wikidata, name FROM people WHERE wikidata <> ''").fetchall())
    assert rows.keys() == {"Q1", "Q2"}


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.permutations(list(range(9))))
def test_the_order_of_reading_changes_nothing(order: list[int]) -> None:
    articles = [
        *(senator(f"a{n}") for n in range(3)),
        *(trader(f"t{n}") for n in range(3)),
        speakers_of("b1", "“It may rain,” Brook said.", "Brook"),
        speakers_of("b2", "“The harbor budget,” Sen. Brook said with Tom Reed.", "Brook"),
        speakers_of("b3", "A. Brook spoke.", "A. Brook"),
    ]
    assert Collection(*(articles[k] for k in order)).ids() == Collection(*articles).ids()


def test_where_everyone_is_called_smith_the_cost_follows_the_number() -> None:
    def smiths(count: int) -> list[LocalSpeaker]:
        given = ["Ann", "Bob", "Cal", "Dan", "Eve", "J.", "K. L.", ""]
        return [
            LocalSpeaker(
                article_id=f"a{n}",
                name=f"{given[n % 8]} {chr(65 + n // 8 % 26)}{'abcdefghijklmnop'[n // 300 % 16]}n Smith".strip()
                if n % 3
                else f"{given[n % 8]} Smith".strip(),
                type="person",
                block="person:smt",
                titles=("senator",) if n % 5 == 0 else (),
                date="2016-01-01",
            )
            for n in range(count)
        ]

    seconds = []
    for count in (2_000, 8_000):
        begin = time.process_time()
        linked = link_people(smiths(count))
        seconds.append(time.process_time() - begin)
        assert sum(len(c.members) for c in linked.clusters) + len(linked.open) == count
    assert seconds[1] < 10 * seconds[0]
