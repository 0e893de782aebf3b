"""Who a source is, by the rules alone: names by capitals, no network."""

from pathlib import Path

import pytest

from index.extract.antecedents import pronoun_entity
from index.extract.attributions import find_attributions
from index.extract.draft import Attribution
from index.extract.entities import Names
from index.extract.history import Speaker
from index.extract.speakers import find_speakers
from index.extract.tokens import read_page


def speakers(text: str, author: str | None = None) -> list[Speaker]:
    page = read_page(text)
    return find_speakers(page, Names(page), find_attributions(page), author=author)


def last(text: str) -> Speaker:
    return speakers(text)[-1]


@pytest.mark.parametrize(
    ("before", "source", "speaker", "kind", "basis"),
    [
        ("Mark Ostrow met the press.", "Ostrow", "Mark Ostrow", "person", "name"),
        ("Dr. Mark J. Ostrow Jr. met the press.", "Mr. Ostrow", "Mark J. Ostrow Jr.", "person", "name"),
        ("Robert Ostrow came.", "Bob Ostrow", "Robert Ostrow", "person", "name"),
        ("Robert “Bobby” Ostrow came.", "Bobby Ostrow", "Robert Ostrow", "person", "name"),
        ("Ana Al-Hadid came.", "Al-Hadid", "Ana Al-Hadid", "person", "name"),
        ("Ludwig van der Berg came.", "van der Berg", "Ludwig van der Berg", "person", "name"),
        ("J. Edwin Ostrow came.", "Ostrow", "J. Edwin Ostrow", "person", "name"),
        ("April Ostrow came.", "Ostrow", "April Ostrow", "person", "name"),
        ("Mark J. Ostrow came.", "@realMarkOstrow", "Mark J. Ostrow", "person", "name"),
        ("Senator Kelm came.", "President Kelm", "Kelm", "person", "name"),
        ("It was late.", "Director of National Intelligence James Ostrow", "James Ostrow", "person", "name"),
        ("It was late.", "former secretary of state Ann Lee", "Ann Lee", "person", "name"),
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
        ("Mark Ostrow (R-Ohio) came.", "the Ohio Republican", "Mark Ostrow", "person", "nominal"),
        ("It was late.", "the Pentagon", "Pentagon", "organization", "name"),
        ("It was late.", "the Club for Growth", "Club for Growth", "organization", "name"),
        ("It was late.", "the U.S. Department of Defense", "U.S. Department of Defense", "organization", "name"),
        ("It was late.", "Pentagon spokeswoman Ann Lee", "Ann Lee", "person", "name"),
        ("It was late.", "a spokesman for the World Bank", "World Bank", "organization", "nominal"),
        ("It was late.", "a Justice Department spokeswoman", "Justice Department", "organization", "nominal"),
        ("It was late.", "a spokesman for Ann Lee", "a spokesman for Ann Lee", "unnamed", "nominal"),
        ("It was late.", "a senior official", "a senior official", "unnamed", "nominal"),
        ("It was late.", "police officers", "police officers", "group", "nominal"),
        ("Ann Lee met Mark Ostrow.", "Lee and Ostrow", "Ann Lee and Mark Ostrow", "group", "name"),
        (
            "It was late.",
            "Senator Ann Lee of Ohio and Senator Mark Ostrow of Texas",
            "Ann Lee and Mark Ostrow",
            "group",
            "name",
        ),
        ("It was late.", "a World Bank committee spokesman", "World Bank committee", "organization", "nominal"),
        ("Ann Lee came.", "The youth", "The youth", "unnamed", "nominal"),
    ],
)
def test_a_source_is_its_fullest_name(before: str, source: str, speaker: str, kind: str, basis: str) -> None:
    who = last(f"{before} “The bridge is closed to everybody,” {source} said.")
    assert (who.name, who.type, who.basis) == (speaker, kind, basis)


def test_an_aide_without_a_name_stays_the_same_one() -> None:
    who = last("“The bridge is closed,” a senior aide said. It rained. “It will stay closed,” the aide added.")
    assert (who.name, who.type) == ("a senior aide", "unnamed")


def test_couples_are_told_apart_by_title() -> None:
    text = "Ann Lee and Mark Lee came. “The bridge is closed,” Mr. Lee said. “It is not,” Mrs. Lee said."
    assert [who.name for who in speakers(text)] == ["Mark Lee", "Ann Lee"]


def test_a_bare_surname_is_not_the_wife_whom_the_article_names_in_full() -> None:
    text = (
        "Kelm said that he was tired, and that his day was over. Kelm left with his bag. Rosa Kelm stayed.\n\n"
        "“The bridge is closed,” Kelm said."
    )
    assert last(text).name == "Kelm"


def test_capitals_of_a_headline_make_no_names() -> None:
    text = (
        "Ann Lee Says Bridge Must Close Before Winter Storm\n\n“The bridge is closed,” Lee said, with Ann Lee smiling."
    )
    assert last(text).name == "Ann Lee"


def test_a_word_before_a_surname_is_no_given_name() -> None:
    text = "Longtime Ostrow adviser Ann Lee came. “The bridge is closed,” Ostrow said."
    assert last(text).name == "Ostrow"


@pytest.mark.parametrize(
    ("before", "source"),
    [
        ("The mayor got a letter from Ann Lee on Monday.", "the letter"),
        ("Ann Lee issued a statement on Monday.", "the statement"),
        ("Ann Lee came.", "her statement"),
        ("In a statement, Ann Lee thanked the town.", "the statement"),
        ("It was late.", "a letter from Ann Lee to Mark Ostrow"),
    ],
)
def test_a_document_speaks_for_whoever_it_is_from(before: str, source: str) -> None:
    assert last(f"{before} “The bridge is closed,” {source} said.").name == "Ann Lee"


def test_first_person_is_the_author_outside_of_quotations() -> None:
    text = "Last week I said that the bridge is closed."
    assert [who.name for who in speakers(text, author="Ann Lee")] == ["Ann Lee"]
    assert [who.name for who in speakers(text)] == [None]


def test_candidates_are_shares_of_one() -> None:
    who = last("Mark Ostrow met Paul Kelm. “The bridge is closed,” he said.")
    assert {name for name, _ in who.candidates} == {"Mark Ostrow", "Paul Kelm"}
    assert sum(share for _, share in who.candidates) == pytest.approx(1, abs=0.01)


def test_a_name_is_surer_than_a_pronoun_and_that_than_nothing() -> None:
    named = last("“The bridge is closed,” Ann Lee said.")
    pronoun = last("Ann Lee met Rosa Kelm. “The bridge is closed,” she said.")
    nothing = last("It rained all night in the valley.\n\n“The bridge is closed to everybody who is not from here.”")
    assert named.certainty > pronoun.certainty > nothing.certainty


INTERVIEW = "Ann Lee runs the port.\n\nQ. Is it open?\n\nA. It is open to all.\n\nQ. Since when?\n\nA. Since noon."


def test_in_an_interview_the_guest_answers() -> None:
    assert [(who.name, who.basis) for who in speakers(INTERVIEW)] == [(None, "implicit"), ("Ann Lee", "implicit")] * 2


def test_a_transcripts_label_is_the_full_name() -> None:
    text = "Ann Lee spoke to Mark Ostrow.\n\nLEE: The bridge is closed to all of us.\n\nOSTROW: It will open soon."
    assert [who.name for who in speakers(text)] == ["Ann Lee", "Mark Ostrow"]


def test_an_initial_is_no_answer() -> None:
    assert last("A. Lee spoke.\n\nA. Lee said that the port is open.").name == "A. Lee"


@pytest.mark.parametrize(
    ("text", "word", "name"),
    [
        ("Ann Lee met Mark Ostrow and gave him her hat.", "her", "Ann Lee"),
        ("Ann Lee met Mark Ostrow and gave him her hat.", "him", "Mark Ostrow"),
        ("Ann Lee met nobody in this town.", "nobody", None),
    ],
)
def test_whom_any_pronoun_means(text: str, word: str, name: str | None) -> None:
    page = read_page(text)
    entity = pronoun_entity(page, Names(page), page.low.index(word))
    assert (entity.name if entity else None) == name


def test_gap_is_measured_by_its_own_rule(tmp_path: Path) -> None:
    from scripts.evaluation.gap import gap_figures

    columns = ["ID", "Text", "Pronoun", "Pronoun-offset", "A", "A-offset", "A-coref", "B", "B-offset", "B-coref", "URL"]
    text = "Ann Lee met Mark Ostrow and gave him her hat."
    row = ["1", text, "her", str(text.index("her")), "Ann Lee", "0", "TRUE", "Mark Ostrow", "12", "FALSE", "-"]
    folder = tmp_path / "gap"
    folder.mkdir()
    (folder / "gap-development.tsv").write_text("\t".join(columns) + "\n" + "\t".join(row) + "\n", encoding="utf-8")
    figures = gap_figures(tmp_path, None)
    assert figures["feminine"] == {"precision": 100.0, "recall": 100.0, "f1": 100.0}
    assert figures["masculine"]["f1"] == 0.0


def by_hand(text: str, *said: tuple[str, str, str]) -> list[Speaker]:
    """The speakers where each of `said` is content, source and cue, in the order of the text."""
    page, at, made = read_page(text), 0, []
    for words in said:
        spans = []
        for piece in words:
            start = text.index(piece, at)
            spans.append((page.start.index(start), page.end.index(start + len(piece)) + 1))
        made.append(Attribution([spans[0]], spans[2], spans[1], "network"))
        at = max(text.index(piece, at) for piece in words[1:])
    return find_speakers(page, Names(page), made)


SHUT = "the bridge was shut"


@pytest.mark.parametrize(
    ("text", "said", "name", "kind"),
    [
        (
            "It is far, said a driver, who added that X",
            [("It is far", "a driver", "said"), (SHUT, "who", "added")],
            "a driver",
            "unnamed",
        ),
        ("Ann Lee met three old drivers who said that X", [(SHUT, "who", "said")], "three old drivers", "group"),
        ("Ann Lee won drivers in Ohio who said that X", [(SHUT, "who", "said")], "drivers in Ohio", "group"),
        ("Ann Lee, who said that X", [(SHUT, "who", "said")], "Ann Lee", "person"),
        (
            "Ann Lee came.\n\nA driver said it rained.\n\nBut he said that X",
            [("it rained", "A driver", "said"), (SHUT, "he", "said")],
            "A driver",
            "unnamed",
        ),
        (
            "Norway said it rained.\n\nIt said that X",
            [("it rained", "Norway", "said"), (SHUT, "It", "said")],
            "Norway",
            "organization",
        ),
        ("President Lee joined the men, saying that X", [(SHUT, "President Lee joined", "saying")], "Lee", "person"),
        ("Mark Ostrow met Robert Kelm. He told Kelm that X", [(SHUT, "He", "told")], "Mark Ostrow", "person"),
        (
            "Mark Ostrow said it rained. Robert Kelm laughed.\n\nHe added that X",
            [("it rained", "Mark Ostrow", "said"), (SHUT, "He", "added")],
            "Mark Ostrow",
            "person",
        ),
    ],
)
def test_whom_a_word_takes_up(text: str, said: list[tuple[str, str, str]], name: str, kind: str) -> None:
    who = by_hand(text.replace("X", SHUT + "."), *said)[-1]
    assert (who.name, who.type) == (name, kind)
