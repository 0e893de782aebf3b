"""Who the text says said what, by the rules alone: content, cue, source and kind."""

import pytest

from index.extract import pipeline
from index.extract.pipeline import extract
from index.records import Article, Quotation


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "load", lambda: None)


def quotations(text: str) -> list[Quotation]:
    return extract(Article(id="a", text=text))


def only(text: str) -> Quotation:
    found = quotations(text)
    assert len(found) == 1, [q.text for q in found]
    return found[0]


def words(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    return " … ".join(text[start:end] for start, end in spans)


@pytest.mark.parametrize(
    ("text", "kind", "content", "cue", "source"),
    [
        ("“The dam will hold,” Ann Lee said.", "direct", "“The dam will hold,”", "said", "Ann Lee"),
        ("“The dam will hold,” said Ann Lee.", "direct", "“The dam will hold,”", "said", "Ann Lee"),
        ("Ann Lee said: “The dam will hold.”", "direct", "“The dam will hold.”", "said", "Ann Lee"),
        ("Ann Lee told reporters, “The dam will hold.”", "direct", "“The dam will hold.”", "told", "Ann Lee"),
        ("“Will the dam hold?” Ann Lee asked.", "direct", "“Will the dam hold?”", "asked", "Ann Lee"),
        ("“It holds!” Ann Lee wrote on Monday.", "direct", "“It holds!”", "wrote", "Ann Lee"),
        (
            "“The dam,” Ann Lee said, “will hold.”",
            "direct",
            "“The dam,” … “will hold.”",
            "said",
            "Ann Lee",
        ),
        (
            "“First, the dam holds,” Ann Lee said. “Second, it was cheap.”",
            "direct",
            "“First, the dam holds,” … “Second, it was cheap.”",
            "said",
            "Ann Lee",
        ),
        (
            "Ann Lee said the dam would hold “for a hundred years.”",
            "mixed",
            "the dam would hold “for a hundred years.”",
            "said",
            "Ann Lee",
        ),
        ("Ann Lee said that the dam would hold.", "indirect", "that the dam would hold", "said", "Ann Lee"),
        ("The dam would hold for years, Ann Lee said.", "indirect", "The dam would hold for years", "said", "Ann Lee"),
        ("According to Ann Lee, the dam will hold.", "indirect", "the dam will hold", "According to", "Ann Lee"),
        ("The dam will hold, according to Ann Lee.", "indirect", "The dam will hold", "according to", "Ann Lee"),
        (
            "Ann Lee dismissed “childish” doubts about the dam.",
            "mixed",
            "“childish” doubts about the dam",
            "dismissed",
            "Ann Lee",
        ),
        (
            "“The dam will hold,” said Ann Lee, a surveyor from Leeds.",
            "direct",
            "“The dam will hold,”",
            "said",
            "Ann Lee, a surveyor from Leeds",
        ),
        (
            "“The dam will hold,” Ann Lee, a surveyor, said.",
            "direct",
            "“The dam will hold,”",
            "said",
            "Ann Lee, a surveyor",
        ),
    ],
)
def test_ties_content_to_cue_and_source(text: str, kind: str, content: str, cue: str, source: str) -> None:
    q = only(text)
    assert (q.kind, q.text, words(text, q.cue), words(text, q.source)) == (kind, content, cue, source)


def test_two_verbs_share_a_subject() -> None:
    found = quotations("Ann Lee has said that the dam is safe and warned that the river would rise.")
    assert [(q.text, q.speaker) for q in found] == [
        ("that the dam is safe", "Ann Lee"),
        ("that the river would rise", "Ann Lee"),
    ]


def test_a_participle_takes_its_sentence_s_subject() -> None:
    text = "After the flood, Mayor Ann Lee pointed at the builders, accusing them of “cheating the town.”"
    q = only(text)
    assert (q.kind, q.speaker) == ("mixed", "Ann Lee")


def test_a_paragraph_of_its_own_goes_on_from_the_one_before() -> None:
    first, second = quotations("“The dam will hold,” Ann Lee said.\n\n“Nobody in this town needs to be afraid of it.”")
    assert (second.speaker, second.basis, second.source) == ("Ann Lee", "continued", first.source)


def test_a_question_that_was_put_to_somebody_is_not_theirs() -> None:
    text = "Ann Lee was asked if she could “see the dam breaking.” “I do not think so,” she said."
    question, answer = quotations(text)
    assert (question.speaker, question.kind) == (None, "mixed")
    assert (answer.speaker, answer.basis) == ("Ann Lee", "pronoun")


def test_shouts_of_a_crowd_are_nobody_s() -> None:
    found = quotations("They marched amid shouts of “Save our dam” and “Down with water.”")
    assert [(q.kind, q.speaker, q.speaker_type) for q in found] == [("direct", None, "unknown")] * 2


def test_labels_of_a_transcript() -> None:
    found = quotations("LEE: The dam will hold for a hundred years.\n\nQ: And after that, who will mend it?")
    assert [q.text for q in found] == ["The dam will hold for a hundred years", "And after that, who will mend it?"]


def test_a_reader_s_line_is_signed() -> None:
    q = only("“The dam has been there since I was a child.” — Ann Lee")
    assert (q.speaker, q.kind) == ("Ann Lee", "direct")


@pytest.mark.parametrize(
    "text",
    [
        "The so-called “dam tax” is new.",
        "She read the novel “The Dam at the End of the Road” twice.",
        "Robert “Bobby” Lee built the dam.",
        "The dam is 6'2\" tall.",
        "It was on the radio’s “Morning With Ann” that day.",
        '<img alt="a picture of the dam at night">',
    ],
    ids=["scare", "title", "nickname", "measure", "programme", "markup"],
)
def test_what_is_no_quotation(text: str) -> None:
    assert quotations(text) == []


def test_single_marks_of_a_british_paper() -> None:
    q = only("'It's the boys' dam,' Ann Lee said.")
    assert (q.text, q.kind, q.speaker) == ("'It's the boys' dam,'", "direct", "Ann Lee")


def test_an_empty_article_has_none() -> None:
    assert quotations("") == quotations(" \n\n ") == []
