import dataclasses

import pytest

from index.records import Rival
from search.hits import make_hit
from search.request import SearchRequest
from search.results import Hit
from tests.entries import an_entry
from web import runs, wording


def a_hit(text: str = "“Rain is news,”", **values: object) -> Hit:
    return make_hit(an_entry(1, text, **values))


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("2016-03-14", "14 March 2016"),
        ("2016-12", "December 2016"),
        ("2016", "2016"),
        (None, "undated"),
        ("", "undated"),
    ],
)
def test_a_day_in_words(date: str | None, shown: str) -> None:
    assert wording.day(date) == shown


@pytest.mark.parametrize(
    ("confidence", "shown"),
    [
        (1.0, "Sure (1.00)"),
        (0.9, "Sure (0.90)"),
        (0.75, "Likely (0.75)"),
        (0.5, "Not sure (0.50)"),
        (0.0, "Doubtful (0.00)"),
    ],
)
def test_a_confidence_in_words(confidence: float, shown: str) -> None:
    assert wording.sure(confidence) == shown


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (None, None, ""),
        ("2016", "2016", "2016"),
        ("2016", "2017", "2016–2017"),
        ("2016-03", "2016-03", "March 2016"),
        ("2016-01", "2016-01", "January 2016"),
        ("2016", "2016-06", "January 2016 to June 2016"),
        ("2016-03-14", "2016-03-14", "14 March 2016"),
        ("2016-03-14", "2017", "14 March 2016 to 31 December 2017"),
        ("2016", None, "from 2016"),
        (None, "2016-03", "until March 2016"),
    ],
)
def test_chosen_dates_in_words(first: str | None, last: str | None, shown: str) -> None:
    assert wording.dates(SearchRequest(date_from=first, date_to=last)) == shown


@pytest.mark.parametrize(
    ("values", "shown", "note"),
    [
        ({"speaker": "Ada Brook"}, "Ada Brook", ""),
        ({"status": "unnamed", "speaker_type": "unnamed", "mention": "a ferryman"}, "A ferryman", "not named"),
        ({"status": "unnamed", "speaker_type": "unnamed", "mention": ""}, "Somebody", "not named"),
        ({}, "Speaker not known", ""),
        (
            {"speaker": "Ada Brook", "status": "disputed", "rivals": (Rival(id=None, name="Ola Finch", articles=1),)},
            "Ada Brook or Ola Finch",
            "disputed",
        ),
    ],
)
def test_who_in_words(values: dict[str, object], shown: str, note: str) -> None:
    whom = wording.who(a_hit(**values))
    assert (whom.plain, whom.note) == (shown, note)


@pytest.mark.parametrize(
    ("mention", "cue", "after", "shown"),
    [
        ("she", "said", " she said on Friday.", "“she said”"),
        ("Ada Brook", "said", " said Ada Brook.", "“said Ada Brook”"),
        ("she", "said", " as she once had said.", "“she” and “said”"),
        ("", "said", "", "“said”"),
        ("", "", "", ""),
        (
            "Ada Brook, " + "who builds bridges, " * 6,
            "said",
            "",
            "“Ada Brook, who builds bridges, who builds bridges, who …” and “said”",
        ),
    ],
)
def test_the_evidence_is_the_articles_own_words(mention: str, cue: str, after: str, shown: str) -> None:
    assert wording.evidence(a_hit(mention=mention, cue=cue, after=after)) == shown


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"basis": "name", "mention": "Ada Brook"}, "the speaker is named beside the words"),
        ({"basis": "name", "mention": "Brook"}, "“Brook” is Ada Brook"),
        ({"basis": "pronoun"}, "“she” stands for Ada Brook"),
        ({"basis": "nominal", "mention": "the mayor"}, "“the mayor” is Ada Brook"),
        ({"basis": "implicit", "mention": "", "cue": ""}, "the sentences around them tell"),
        ({"basis": "continued", "mention": "", "cue": ""}, "goes on from the one before"),
        ({"basis": "corroborated", "mention": "", "cue": ""}, "names nobody beside the words; independent articles"),
        ({"basis": "corroborated", "mention": "she"}, "This article says “she”; independent articles"),
        ({"basis": "corrected"}, "An editor says that it is"),
        ({"status": "undecided"}, "several people of this collection are called so"),
    ],
)
def test_every_basis_has_its_reason(values: dict[str, object], line: str) -> None:
    because = wording.why(a_hit(speaker="Ada Brook", **values))
    assert because is not None
    assert line in because.chain[0]


def test_nobody_needs_no_reason() -> None:
    assert wording.why(a_hit()) is None


def test_others_it_may_be_are_told_with_their_chances() -> None:
    because = wording.why(a_hit(speaker="Ada Brook", candidates=(("Ada Brook", 0.6), ("Ola Finch", 0.3))))
    assert because is not None
    assert because.candidates == (("Ada Brook", "0.60"), ("Ola Finch", "0.30"))


def shown(items: tuple[runs.Run, ...]) -> list[tuple[str, str, bool]]:
    return [(run.text, run.part, run.marked) for run in items]


def test_highlights_of_an_interrupted_quotation_fall_into_its_pieces() -> None:
    exact = "“Rain,” she said, “is news.”"
    entry = an_entry(1, "“Rain,” … “is news.”", exact=exact, content=((10, 17), (28, 38)))
    hit = dataclasses.replace(make_hit(entry), highlights=((1, 5), (14, 18)))
    assert shown(runs.quoted(hit)) == [
        ("“", "said", False),
        ("Rain", "said", True),
        (",”", "said", False),
        (" she said, ", "aside", False),
        ("“is ", "said", False),
        ("news", "said", True),
        (".”", "said", False),
    ]


def test_a_long_quotation_is_cut_around_what_was_found() -> None:
    words = " ".join(f"word{number}" for number in range(400))
    place = words.index("word300")
    items = (runs.Run(words[:place]), runs.Run("word300", marked=True), runs.Run(words[place + 7 :]))
    cut = runs.clipped(items, 300)
    text = "".join(run.text for run in cut)
    assert "word300" in text
    assert text.startswith("… word")
    assert text.endswith(" …")
    assert len(text) <= 310


def test_a_short_quotation_is_left_whole() -> None:
    items = (runs.Run("x" * 750),)
    assert runs.clipped(items) == items


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", ""),
        ("She said ", "She said "),
        ("It rained. She asked (", "It rained. She asked ("),
        ("An earlier paragraph.\n\nShe said, ", "She said, "),
        ("An earlier paragraph.\n\n", "An earlier paragraph. "),
        ("word " * 60 + "end. It was long ago. She said: ", "It was long ago. She said: "),
        ("word " * 60, "… " + "word " * 29 + "word "),
    ],
)
def test_the_words_in_front(before: str, expected: str) -> None:
    assert runs.lead(a_hit(before=before)).split() == expected.split()


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("", ""),
        (" she said.", " she said."),
        (", she said.", ", she said."),
        (" she said.\n\nThe next paragraph.", " she said."),
        ("\n\nThe next paragraph.", ""),
        (" she said of it all that week. " + "word " * 60, " she said of it all that week."),
    ],
)
def test_the_words_behind(after: str, expected: str) -> None:
    assert runs.trail(a_hit(after=after)) == expected
