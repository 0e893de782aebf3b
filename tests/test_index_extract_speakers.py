"""Who a source is."""

import pytest

from index.extract.pipeline import extract
from index.records import Article, Quotation


def last(text: str) -> Quotation:
    return extract(Article(id="a", text=text))[-1]


@pytest.mark.parametrize(
    ("before", "source", "speaker", "kind", "basis"),
    [
        ("Mark Ostrow met the press.", "Ostrow", "Mark Ostrow", "person", "name"),
        ("Dr. Mark J. Ostrow Jr. met the press.", "Mr. Ostrow", "Mark J. Ostrow Jr.", "person", "name"),
        ("Robert Ostrow came.", "Bob Ostrow", "Robert Ostrow", "person", "name"),
        ("Ana Al-Hadid came.", "Al-Hadid", "Ana Al-Hadid", "person", "name"),
        ("Ludwig van der Berg came.", "van der Berg", "Ludwig van der Berg", "person", "name"),
        ("Senator Kelm came.", "President Kelm", "Kelm", "person", "name"),
        ("Mark Ostrow met Ann Lee.", "she", "Ann Lee", "person", "pronoun"),
        ("Ann Lee met Mark Ostrow.", "he", "Mark Ostrow", "person", "pronoun"),
        ("Ann Lee met Mark Ostrow.", "he’d", "Mark Ostrow", "person", "pronoun"),
        (
            "Norway’s Foreign Ministry sent a note.",
            "the ministry",
            "Norway’s Foreign Ministry",
            "organization",
            "nominal",
        ),
        ("Norway’s leader, Ann Lee, arrived.", "the leader", "Ann Lee", "person", "nominal"),
        ("Defense Secretary Mark Ostrow came.", "the Pentagon chief", "Mark Ostrow", "person", "nominal"),
        ("It was late.", "the Pentagon", "Pentagon", "organization", "name"),
        ("It was late.", "the U.S. Department of Defense", "U.S. Department of Defense", "organization", "name"),
        ("It was late.", "Pentagon spokeswoman Ann Lee", "Ann Lee", "person", "name"),
        ("It was late.", "a spokesman for the World Bank", "World Bank", "organization", "nominal"),
        ("It was late.", "a senior official", "a senior official", "unnamed", "nominal"),
        ("It was late.", "police officers", "police officers", "group", "nominal"),
    ],
)
def test_a_source_is_its_fullest_name(before: str, source: str, speaker: str, kind: str, basis: str) -> None:
    q = last(f"{before} “The bridge is closed to everybody,” {source} said.")
    assert (q.speaker, q.speaker_type, q.basis) == (speaker, kind, basis)


def test_an_aide_without_a_name_stays_the_same_one() -> None:
    q = last("“The bridge is closed,” a senior aide said. It rained. “It will stay closed,” the aide added.")
    assert (q.speaker, q.speaker_type) == ("a senior aide", "unnamed")


def test_couples_are_told_apart_by_title() -> None:
    text = "Ann Lee and Mark Lee came. “The bridge is closed,” Mr. Lee said. “It is not,” Mrs. Lee said."
    assert [q.speaker for q in extract(Article(id="a", text=text))] == ["Mark Lee", "Ann Lee"]


def test_capitals_of_a_headline_make_no_names() -> None:
    text = (
        "Ann Lee Says Bridge Must Close Before Winter Storm\n\n“The bridge is closed,” Lee said, with Ann Lee smiling."
    )
    assert last(text).speaker == "Ann Lee"


def test_candidates_are_shares_of_one() -> None:
    q = last("Mark Ostrow met Paul Kelm. “The bridge is closed,” he said.")
    assert {name for name, _ in q.candidates} == {"Mark Ostrow", "Paul Kelm"}
    assert sum(share for _, share in q.candidates) == pytest.approx(1, abs=0.01)


def test_a_name_is_surer_than_a_pronoun_and_that_than_nothing() -> None:
    named = last("“The bridge is closed,” Ann Lee said.")
    pronoun = last("Ann Lee met Rosa Kelm. “The bridge is closed,” she said.")
    nothing = last("It rained all night in the valley.\n\n“The bridge is closed to everybody who is not from here.”")
    assert named.confidence > pronoun.confidence > nothing.confidence


INTERVIEW = "Ann Lee runs the port.\n\nQ. Is it open?\n\nA. It is open to all.\n\nQ. Since when?\n\nA. Since noon."


def test_in_an_interview_the_guest_answers() -> None:
    found = [(q.text, q.speaker, q.basis) for q in extract(Article(id="a", text=INTERVIEW))]
    assert found == [
        ("Is it open?", None, "implicit"),
        ("It is open to all", "Ann Lee", "implicit"),
        ("Since when?", None, "implicit"),
        ("Since noon", "Ann Lee", "implicit"),
    ]


def test_an_initial_is_no_answer() -> None:
    assert last("A. Lee spoke.\n\nA. Lee said that the port is open.").speaker == "A. Lee"
