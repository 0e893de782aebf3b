"""The names of a reading, mended; and what its antecedents change. Readings are made by hand."""

import pytest

from index.extract.antecedents import pronoun_entity
from index.extract.attributions import find_attributions
from index.extract.entities import Names
from index.extract.reading import NameRun, Reading, RunKind
from index.extract.speakers import find_speakers
from index.extract.tokens import Page, read_page


def run_of(page: Page, words: str, kind: RunKind = "person", certainty: float = 0.95) -> NameRun:
    """The first run of tokens that reads so."""
    for first in range(len(page)):
        for stop in range(first + 1, min(len(page), first + 8) + 1):
            if page.phrase(first, stop) == words:
                return NameRun(first, stop, kind, certainty)
    raise ValueError(f"{words!r} does not stand there")


@pytest.mark.parametrize(
    ("text", "run", "kind", "name"),
    [
        ("We met Mark Ostrow Jr. here.", "Mark Ostrow", "person", "Mark Ostrow Jr."),
        ("We met Mark Ostrow, Jr., here.", "Mark Ostrow", "person", "Mark Ostrow Jr."),
        ("We met Mark Ostrow here.", "Ostrow", "person", "Mark Ostrow"),
        ("We met Mark J. Ostrow here.", "Ostrow", "person", "Mark J. Ostrow"),
        ("We met Mark Ostrow here.", "Mark Ostrow", "organization", "Mark Ostrow"),
        ("We met Zsófia Ørsted-Nagy here.", "Zsófia Ørsted-Nagy", "person", "Zsófia Ørsted-Nagy"),
        ("We met Senator Ostrow here.", "Ostrow", "person", "Ostrow"),
        ("We met Mr. Ostrow here.", "Mr. Ostrow", "person", "Ostrow"),
        ("We went to the World Bank today.", "the World Bank", "organization", "World Bank"),
    ],
)
def test_a_run_is_mended(text: str, run: str, kind: RunKind, name: str) -> None:
    page = read_page(text)
    assert [e.name for e in Names(page, Reading(names=[run_of(page, run, kind)])).entities] == [name]


def test_a_nickname_in_marks_is_inside_the_name() -> None:
    page = read_page("We met Robert “Bobby” Ostrow, and Bobby Ostrow laughed.")
    runs = [run_of(page, words) for words in ("Robert", "Bobby", "Ostrow", "Bobby Ostrow")]
    assert [e.name for e in Names(page, Reading(names=runs)).entities] == ["Robert Ostrow"]


def test_a_body_in_front_of_a_name_takes_nothing_from_it() -> None:
    page = read_page("It was United Port Workers Secretary-Treasurer Mark Ostrow who came.")
    runs = [run_of(page, "United Port Workers", "organization"), run_of(page, "Mark Ostrow")]
    assert {e.name for e in Names(page, Reading(names=runs)).entities} == {"United Port Workers", "Mark Ostrow"}


def test_page_furniture_is_no_name() -> None:
    page = read_page("Hide Caption\n\nWe met Ann Lee here.")
    runs = [run_of(page, "Hide Caption"), run_of(page, "Ann Lee")]
    assert [e.name for e in Names(page, Reading(names=runs)).entities] == ["Ann Lee"]


def test_a_surname_is_no_body_now_and_then() -> None:
    page = read_page("We met Mark Ostrow here. The day was long. Ostrow left.")
    runs = [
        run_of(page, "Mark Ostrow"),
        NameRun(page.words.index("Ostrow", 6), page.words.index("Ostrow", 6) + 1, "organization", 0.6),
    ]
    assert [e.name for e in Names(page, Reading(names=runs)).entities] == ["Mark Ostrow"]


def test_in_a_headline_only_names_of_the_text_count() -> None:
    page = read_page("Ann Lee Says Bridge Must Close Before Winter Storm\n\nThe port is shut. We met Ann Lee here.")
    at = page.words.index("Bridge")
    runs = [
        run_of(page, "Ann Lee"),
        NameRun(at, at + 2, "person", 0.9),
        NameRun(len(page) - 4, len(page) - 2, "person", 0.9),
    ]
    assert {e.name for e in Names(page, Reading(names=runs)).entities} == {"Ann Lee"}


@pytest.mark.parametrize("name", ["Ann Lee", "Rosa Kelm"])
def test_antecedents_weigh_in(name: str) -> None:
    page = read_page("Ann Lee met Rosa Kelm. “The bridge is closed,” she said.")
    runs = [run_of(page, "Ann Lee"), run_of(page, "Rosa Kelm")]
    meant = run_of(page, name).stop - 1
    reading = Reading(names=runs, antecedents={page.low.index("she"): [(meant, 0.98)]})
    names = Names(page, reading)
    alone = pronoun_entity(page, names, page.low.index("she"), reading)
    assert alone is not None
    assert alone.name == name
    shares = {
        candidate: share
        for who in find_speakers(page, names, find_attributions(page), reading)
        for candidate, share in who.candidates
    }
    assert shares[name] > 0.1
    assert sum(shares.values()) <= 1.001


@pytest.mark.parametrize(
    ("text", "runs", "name"),
    [
        ("We met Ann Lee Ann Margaret LeeMore on bridges here. Lee left.", ["Ann Lee Ann Margaret LeeMore"], "Ann Lee"),
        ("We met Ann Lee Annabel (Ann) Margaret LeeMore here. Lee left.", ["Ann Lee Annabel"], "Ann Lee"),
        ("We met Ann Lee Ann (Annie) Margaret LeeMore here. Lee left.", ["Ann Lee Ann"], "Ann Lee"),
        ("We met Ann Lee. Later Margaret LeeMORE spoke. Lee left.", ["Ann Lee", "Margaret LeeMORE"], "Ann Lee"),
        ("We met Ann McKelm and nobody else. McKelm left.", ["Ann McKelm"], "Ann McKelm"),
    ],
)
def test_what_a_page_ran_into_a_name_is_no_part_of_it(text: str, runs: list[str], name: str) -> None:
    page = read_page(text)
    assert [e.name for e in Names(page, Reading(names=[run_of(page, run) for run in runs])).entities] == [name]


def test_a_suffix_tells_a_son_from_his_father() -> None:
    page = read_page("Mark Ostrow met Mark Ostrow Jr. here. Ostrow left. Ostrow waved. Ostrow Jr. stayed.")
    last = len(page) - 4
    runs = [run_of(page, "Mark Ostrow Jr."), run_of(page, "Mark Ostrow")]
    runs += [NameRun(t, t + 1, "person", 0.9) for t in range(len(page)) if page.words[t] == "Ostrow" and t > 8]
    names = Names(page, Reading(names=runs))
    entity = names.entity_at(next(t for t in range(last, 0, -1) if page.words[t] == "Ostrow"))
    assert entity is not None
    assert entity.name == "Mark Ostrow Jr."
