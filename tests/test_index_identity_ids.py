"""Ids that stay, aliases, an editor's rulings, and people files that are broken."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import PeopleFileError
from index.identity import aliases, people, read_people_file, settle, store, undecided
from index.identity.ids import match, new_id
from index.identity.tables import touch
from tests.identities import Collection, speakers_of


def said(article_id: str, name: str, text: str = "{} spoke of the harbor.", **values: object) -> list:  # type: ignore[type-arg]
    return speakers_of(article_id, text.format(name), name, **values)


def test_nothing_new_changes_nothing() -> None:
    collection = Collection(said("a1", "Ada Brook"), said("a2", "Brook"))
    before = collection.ids()
    assert collection.add() == set()
    assert collection.add(said("a1", "Ada Brook")) == set()
    assert collection.ids() == before


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(["Ada Brook", "Tom Brook", "T. Brook", "Brook", "Ada May Brook"]), max_size=8), st.data()
)
def test_more_articles_change_no_id(names: list[str], data: st.DataObject) -> None:
    collection = Collection(said("a1", "Ada Brook"), said("a2", "Tom Brook"), said("a3", "Tom Brook"))
    before = {key: person for key, person in collection.ids().items() if person is not None}
    for number, name in enumerate(names):
        collection.add(said(f"b{number}", name))
    after = collection.ids()
    leads = aliases(collection.connection)
    for key, person in before.items():
        assert after[key] == person or after[key] in leads.get(person, ())


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(
            ["Ada Brook", "Tom Brook", "T. Brook", "Brook", "Ada Broke", "Ada Brock", "Tom Barack", "Barack"]
        ),
        min_size=1,
        max_size=8,
    )
)
def test_settling_what_has_news_is_settling_all(names: list[str]) -> None:
    collection = Collection(said("a1", "Ada Brook"), said("a2", "Tom Barack"))
    for number, name in enumerate(names):
        collection.add(said(f"b{number}", name))
    before = collection.ids()
    touch(collection.connection, ["person:prk"])
    settle(collection.connection)
    assert collection.ids() == before


def test_a_surname_that_turns_out_to_be_somebodys_keeps_its_id() -> None:
    collection = Collection(*(said(f"a{n}", "Brook") for n in range(3)))
    assert collection.who("a0", "Brook").person_id == "brook"
    collection.add(*(said(f"b{n}", "Ada Brook") for n in range(3)))
    found = collection.who("a0", "Brook")
    assert (found.person_id, found.name) == ("brook", "Ada Brook")
    assert collection.who("b0", "Ada Brook").person_id == "brook"


def test_an_article_that_is_read_anew_leaves_ids_as_they_were() -> None:
    collection = Collection(said("a1", "Ada Brook"))
    changed = collection.add(said("a1", "Ada May Brook"))
    found = collection.who("a1", "Ada May Brook")
    assert (found.person_id, found.name, changed) == ("ada-brook", "Ada May Brook", {"a1"})


def test_an_id_whose_articles_are_gone_is_given_to_nobody_else() -> None:
    collection = Collection(said("a1", "Ada Brook", "{} rows."))
    store(collection.connection, "a1", [])
    settle(collection.connection)
    assert list(people(collection.connection)) == []
    collection.add(said("a2", "Ada Brook", "{} sails the ferry."))
    assert collection.who("a2", "Ada Brook").person_id != "ada-brook"


def test_two_ids_that_become_one_person_redirect() -> None:
    collection = Collection(said("a1", "Mo Marsh"), said("a2", "William Marsh"), said("a3", "William Marsh"))
    collection.add(said("a1", "Bill Marsh"))
    assert collection.who("a1", "Bill Marsh").person_id == "william-marsh"
    assert aliases(collection.connection) == {"mo-marsh": ("william-marsh",)}


def test_one_id_that_becomes_two_people_offers_both() -> None:
    collection = Collection(*(said(f"a{n}", "Mike Marsh") for n in range(5)))
    of_utah = "Rep. {} (D-Utah) spoke."
    of_ohio = "Rep. {} (R-Ohio) spoke."
    collection.add(*(said(f"a{n}", "Mike Marsh", of_ohio if n < 3 else of_utah) for n in range(5)))
    assert collection.who("a0", "Mike Marsh").person_id == "mike-marsh"
    other = collection.who("a4", "Mike Marsh").person_id
    assert other is not None
    assert aliases(collection.connection) == {"mike-marsh": ("mike-marsh", other)}


def test_match_keeps_the_id_with_the_larger_part() -> None:
    before = {"a": "x", "b": "x", "c": "x", "d": "y"}
    found = match([["a"], ["b", "c", "d", "e"]], before)
    assert (found.ids, found.merged, found.split) == ({1: "x"}, {"y": 1}, {"x": [0]})


def test_namesakes_get_what_tells_them_apart_then_digits() -> None:
    taken: set[str] = set()
    for hints in (("mayor",), ("mayor",), ("mayor",)):
        taken.add(new_id("Ada Brook", hints=hints, anchor=str(len(taken)), taken=taken))
    assert {"ada-brook", "ada-brook-mayor"} < taken
    assert len(taken) == 3


def test_rulings_merge_name_and_undo() -> None:
    collection = Collection(said("a1", "Ada Brook"), said("a2", "Ada Reed"))
    changed = collection.rule(merges=(("ada-brook", "ada-reed"),), names={"ada-reed": "Ada Reed-Brook"})
    found = collection.who("a1", "Ada Brook")
    assert (found.person_id, found.name, changed) == ("ada-reed", "Ada Reed-Brook", {"a1", "a2"})
    assert aliases(collection.connection, rulings=collection.rulings) == {"ada-brook": ("ada-reed",)}
    assert [p.articles for p in people(collection.connection, rulings=collection.rulings)] == [2]
    assert collection.rule() == {"a1", "a2"}
    assert collection.who("a1", "Ada Brook").person_id == "ada-brook"


def test_a_ruling_gives_a_speaker_to_somebody_else_and_is_obeyed_again() -> None:
    collection = Collection(*(said(f"a{n}", "Ada Brook") for n in range(3)))
    assert collection.rule(assignments={("a1", "Ada Brook"): "ada-brook-coach"}) == {"a1"}
    for _ in range(2):
        assert {n: collection.who(f"a{n}", "Ada Brook").person_id for n in range(3)} == {
            0: "ada-brook",
            1: "ada-brook-coach",
            2: "ada-brook",
        }
        collection.add(said("a1", "Ada Brook", "{} spoke once more."))
    assert collection.rule() == {"a1"}
    assert collection.who("a1", "Ada Brook").person_id == "ada-brook"


def test_two_whom_an_editor_holds_apart_stay_apart() -> None:
    collection = Collection(said("a1", "Mo Marsh"), said("a2", "William Marsh"), said("a3", "William Marsh"))
    collection.rule(apart=(("mo-marsh", "william-marsh"),), assignments={("a1", "Mo Marsh"): "mo-marsh"})
    collection.add(said("a1", "Mo Marsh", "{} spoke."))
    assert collection.who("a1", "Mo Marsh").person_id == "mo-marsh"


def test_a_circle_of_merges_is_survived() -> None:
    collection = Collection(said("a1", "Ada Brook"), said("a2", "Tom Reed"))
    collection.rule(merges=(("ada-brook", "tom-reed"), ("tom-reed", "ada-brook"), ("nobody", "nobody")))
    assert collection.who("a1", "Ada Brook").person_id == collection.who("a2", "Tom Reed").person_id == "tom-reed"


def test_somebody_without_a_name_is_nobody() -> None:
    collection = Collection(said("a1", "Ada Brook"))
    found = collection.who("a1", "D-Vt")
    assert (found.person_id, found.name, found.status, undecided(collection.connection)) == (None, "D-Vt", "unnamed", 0)


GOOD = '{"name": "Ada Brook", "wikidata": "Q1"}'


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "is no JSON object"),
        ("[]", "is no JSON object"),
        ("{}", 'has no "name"'),
        ('{"name": 3}', '"name" is no text'),
        ('{"name": "Ada Brook", "names": "A. Brook"}', '"names" is no list of names'),
        ('{"name": "Ada Brook", "titles": [{"title": "mayor", "from": "soon"}]}', "'soon' is no date"),
        ('{"name": "Ada Brook", "titles": ["mayor"]}', 'one of "titles" is no JSON object'),
        ('{"name": "D-Vt"}', "is no name of a person"),
    ],
)
def test_a_broken_line_is_set_aside_and_the_rest_is_read(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text(f"{GOOD}\n{line}\n\n", encoding="utf-8")
    found = read_people_file(path)
    assert [entry.name for entry in found.entries] == ["Ada Brook"]
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"{path}:2: ")
    assert problem in found.problems[0]


def test_two_people_with_one_id_are_an_error_that_names_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text(f'{GOOD}\n\n{{"name": "Tom Reed", "wikidata": "Q1"}}\n', encoding="utf-8")
    with pytest.raises(PeopleFileError, match="lines 1 and 3 have one id"):
        read_people_file(path)


def test_a_people_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PeopleFileError, match="cannot be read"):
        read_people_file(tmp_path / "nobody.jsonl")
