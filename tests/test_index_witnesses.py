"""Who is taken over from other articles, who stands, and what is disputed."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Basis, Kind, SpeakerType
from index.witnesses import Finding, Report, weigh


def says(
    article: str,
    person: str | None,
    *,
    basis: Basis = "name",
    confidence: float = 0.9,
    witness: int | None = None,
    words: int = 10,
    kind: Kind = "direct",
    type: SpeakerType | None = None,
    may_be: tuple[str, ...] = (),
    mention: str | None = None,
    text: str = "the same words",
    day: int | None = 1,
) -> Report:
    return Report(
        quotation=article,
        article=article,
        witness=ord(article[0]) if witness is None else witness,
        words=words,
        kind=kind,
        person=person,
        name=person and (person.title() if person.islower() else person),
        text=text,
        day=day,
        type=type or ("person" if person else "unknown"),
        basis=basis,
        confidence=confidence,
        may_be=frozenset(may_be),
        mention=(person or "").title() if mention is None else mention,
    )


def everywhere(article: str, person: str) -> bool:
    return True


def same_word(mention: str, person: str) -> bool:
    """Names here are words; "she" may be Kim."""
    return mention.casefold() in person.split() or mention == "he" or (mention == "she" and person == "kim")


def nowhere(article: str, person: str) -> bool:
    return False


def of_a(*reports: Report, named: bool = True) -> Finding:
    return weigh(reports, named=everywhere if named else nowhere, fits=same_word)["a"]


NOBODY = says("a", None, basis="implicit")
IT_MEANS_LEE = says("a", "lee", basis="pronoun", mention="he")


@pytest.mark.parametrize(
    ("found", "person"),
    [
        (of_a(NOBODY, says("b", "kim")), "kim"),
        (of_a(NOBODY, says("b", "kim"), named=False), "kim"),
        (of_a(NOBODY, says("b", "kim", witness=ord("a"))), "kim"),
        (of_a(NOBODY, says("b", "kim", basis="pronoun", confidence=0.95)), "kim"),
        (of_a(NOBODY, says("b", "kim", basis="pronoun", confidence=0.8)), None),
        (of_a(NOBODY, says("b", "kim", confidence=0.4)), None),
        (of_a(NOBODY, says("b", "kim"), says("c", "lee")), None),
        (of_a(NOBODY, says("b", "kim"), says("c", "kim"), says("d", "lee")), "kim"),
        (of_a(NOBODY, says("b", "kim"), says("c", "lee", basis="implicit")), "kim"),
        (of_a(says("a", None, type="group"), says("b", "kim")), None),
        (of_a(says("a", None, type="unnamed"), says("b", "kim")), "kim"),
        (of_a(says("a", None, basis="pronoun", mention="she"), says("b", "lee")), None),
        (of_a(says("a", None, may_be=("kim", "lee")), says("b", "kim")), "kim"),
        (of_a(says("a", None, may_be=("lee",)), says("b", "kim")), None),
        (of_a(says("a", None, words=30), says("b", "kim", words=12)), None),
        (of_a(says("a", None, words=12), says("b", "kim", words=30)), "kim"),
    ],
    ids=[
        "another names somebody",
        "whom the article need not name",
        "a copy of the same text names somebody",
        "whom another surely means",
        "but not where that is less sure",
        "nor what is likely wrong",
        "the others disagree",
        "most of them agree",
        "a guess elsewhere counts little",
        "several people are not one",
        "an unnamed person",
        "a woman is no man",
        "one of those whom the name may mean",
        "none of them",
        "the words within long ones",
        "long words around short ones",
    ],
)
def test_an_article_that_names_nobody_takes_the_name_from_others(found: Finding, person: str | None) -> None:
    assert found.person == person


KIMS = [says(article, "kim") for article in "bcd"]


@pytest.mark.parametrize(
    ("found", "person"),
    [
        (of_a(IT_MEANS_LEE, says("b", "kim")), "kim"),
        (of_a(IT_MEANS_LEE, says("b", "kim"), named=False), None),
        (of_a(IT_MEANS_LEE, says("b", "kim", basis="pronoun")), None),
        (of_a(IT_MEANS_LEE, says("b", "kim"), says("c", "lee"), says("d", "kim")), None),
        (of_a(says("a", "kim", basis="pronoun", mention="she"), says("b", "lee")), None),
        (of_a(says("a", "lee"), *KIMS), None),
        (of_a(says("a", "lee", confidence=0.7), *KIMS), "kim"),
        (of_a(says("a", "lee", confidence=0.7), *KIMS, named=False), None),
        (of_a(says("a", "lee", confidence=0.7), *KIMS[:2]), None),
        (of_a(says("a", "lee", confidence=0.7), says("e", "lee"), *KIMS), None),
        (of_a(says("a", "lee", confidence=0.3), *KIMS[:1]), "kim"),
        (of_a(says("a", "kim lee", mention="Lee"), says("b", "ray lee"), says("c", "ray lee")), "ray lee"),
        (of_a(says("a", "kim lee", mention="Kim"), says("b", "ray lee"), says("c", "ray lee")), None),
        (of_a(says("a", "lee", basis="corrected", confidence=1.0), *KIMS), None),
        (of_a(says("a", None, basis="corrected", confidence=1.0), *KIMS), None),
    ],
    ids=[
        "whom a pronoun means",
        "but only somebody in the article",
        "not for another inference",
        "somebody else means the same person",
        "a woman is no man",
        "a name beside the words stands",
        "unless many are surer of another",
        "who is in the article",
        "and two are not many",
        "nor where somebody agrees",
        "what is likelier wrong than right",
        "a surname does not say which",
        "a first name does",
        "an editor's word stands",
        "also that it is nobody",
    ],
)
def test_what_was_inferred_gives_way_and_what_was_said_stands(found: Finding, person: str | None) -> None:
    assert found.person == person


def test_more_witnesses_are_surer_than_one() -> None:
    one, two = of_a(NOBODY, says("b", "kim")), of_a(NOBODY, says("b", "kim"), says("c", "kim"))
    assert 0.9 == one.confidence < two.confidence <= 0.99


@pytest.mark.parametrize(
    ("found", "count"),
    [
        (of_a(says("a", "kim")), 1),
        (of_a(says("a", "kim"), says("b", "kim"), says("c", "lee")), 2),
        (of_a(says("a", "kim"), says("b", "kim", witness=ord("a"))), 1),
        (of_a(NOBODY, says("b", "kim")), 2),
        (of_a(NOBODY), 0),
    ],
    ids=["itself", "who agrees", "copies are one", "who takes over", "nobody"],
)
def test_independent_articles_are_counted(found: Finding, count: int) -> None:
    assert found.witnesses == count


@pytest.mark.parametrize(
    ("found", "rivals"),
    [
        (of_a(says("a", "kim"), says("b", "lee")), {"lee": 1}),
        (
            of_a(says("a", "kim"), says("b", "lee"), says("c", "lee"), says("d", "ray"), named=False),
            {"lee": 2, "ray": 1},
        ),
        (of_a(says("a", "kim"), says("b", "lee"), says("c", "lee"), says("d", "ray")), {"ray": 1}),
        (of_a(says("a", "kim"), says("b", "kim"), says("c", "lee")), {}),
        (of_a(says("a", "kim"), says("b", "lee", confidence=0.8)), {}),
        (of_a(says("a", "kim"), says("b", "lee", text="quite other words")), {}),
        (of_a(says("a", "kim"), says("b", "lee", day=40)), {}),
        (of_a(says("a", "kim"), says("b", "lee", day=30)), {"lee": 1}),
        (of_a(says("a", "kim", words=6), says("b", "lee", day=9, words=6)), {}),
        (of_a(says("a", "kim", words=6), says("b", "lee", day=3, words=6)), {"lee": 1}),
        (of_a(says("a", "kim"), says("b", "lee", day=None)), {"lee": 1}),
        (of_a(says("a", "kim", words=6), says("b", "lee", day=None, words=6)), {}),
        (of_a(says("a", "USAF", type="organization"), says("b", "Air Force", type="organization", mention="it")), {}),
        (of_a(says("a", "kim"), says("b", "kim")), {}),
        (of_a(says("a", "kim"), says("b", "lee", basis="pronoun")), {}),
        (of_a(says("a", "kim"), says("b", "lee", witness=ord("a"))), {}),
        (of_a(says("a", "kim"), says("b", "lee", words=4)), {}),
        (of_a(says("a", "kim", words=4), says("b", "lee")), {}),
        (of_a(says("a", "kim", words=30), says("b", "lee", words=10)), {}),
        (of_a(says("a", "kim", words=10), says("b", "lee", words=30)), {}),
        (of_a(says("a", "kim"), says("b", "lee", kind="indirect")), {}),
        (of_a(says("a", "kim"), says("b", "ministry", type="organization")), {}),
        (of_a(says("a", "ann lee"), says("b", "lee")), {}),
        (of_a(says("a", "ann meyers"), says("b", "bo mayers")), {}),
        (of_a(says("a", "ann kim"), says("b", "bo lee", mention="kim")), {}),
        (of_a(NOBODY, says("b", "lee"), says("c", "kim")), {}),
    ],
    ids=[
        "two names",
        "three",
        "alone against two who are in its article",
        "two against one whose article names theirs",
        "one is likely misread",
        "other words",
        "long ago",
        "the same month",
        "few words days ago",
        "few words at once",
        "no date",
        "few words and no date",
        "letters of a name",
        "one",
        "an inference",
        "a copy",
        "few words there",
        "few words here",
        "words within longer ones",
        "words around shorter ones",
        "a reporter's words",
        "a body and a person",
        "two forms of a name",
        "a letter of it",
        "words that may name either",
        "who names nobody disputes nothing",
    ],
)
def test_words_are_disputed_where_independent_articles_name_different_people(
    found: Finding, rivals: dict[str, int]
) -> None:
    assert {rival.id: rival.articles for rival in found.rivals} == rivals


def described(article: str, phrase: str | None, **values: Any) -> Report:
    return dataclasses.replace(says(article, None, type="unnamed", **values), name=phrase)


@pytest.mark.parametrize(
    ("found", "phrase"),
    [
        (of_a(described("a", "the men"), described("b", "the freed men")), "the freed men"),
        (of_a(described("a", "the freed men"), described("b", "the men")), None),
        (of_a(described("a", "the men"), described("b", "the freed men", witness=ord("a"))), None),
        (of_a(described("a", "the men"), described("b", "the men who " + "were freed " * 9)), None),
        (of_a(described("a", "the men"), described("b", "the freed men"), says("c", "kim")), None),
        (of_a(NOBODY, described("b", "the men"), described("c", "the freed men")), None),
    ],
    ids=["a fuller one", "the fullest", "a copy", "a very long one", "somebody is named", "nobody is described"],
)
def test_somebody_whom_nobody_names_takes_the_fullest_description(found: Finding, phrase: str | None) -> None:
    assert found.phrase == phrase


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["kim", "lee", "ray", None]),
            st.sampled_from(["name", "pronoun", "implicit"]),
            st.sampled_from([0.2, 0.6, 0.9]),
            st.integers(0, 3),
        ),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_witnesses_does_not_matter(rows: list[tuple[str | None, Basis, float, int]], random) -> None:  # type: ignore[no-untyped-def]
    some = [
        says(chr(97 + place), person, basis=basis, confidence=confidence, witness=witness)
        for place, (person, basis, confidence, witness) in enumerate(rows)
    ]
    mixed = random.sample(some, len(some))
    found = [weigh(reports, named=everywhere, fits=same_word) for reports in (some, mixed)]
    assert found[0] == found[1]


def test_a_slogan_in_ten_thousand_articles_is_weighed_in_linear_work() -> None:
    asked = 0

    def counted(article: str, person: str) -> bool:
        nonlocal asked
        asked += 1
        return True

    some = [says(f"{n}", f"p{n % 3000}", basis="pronoun" if n % 2 else "name", witness=n) for n in range(10_000)]
    assert len(weigh(some, named=counted, fits=counted)) == 10_000
    assert asked <= 100_000
