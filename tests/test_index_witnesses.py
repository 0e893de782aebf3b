"""Who is taken over from other articles, who stands, and what is disputed."""

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
    voice_of: tuple[str, ...] = (),
) -> Report:
    return Report(
        quotation=article,
        article=article,
        witness=ord(article[0]) if witness is None else witness,
        words=words,
        kind=kind,
        person=person,
        name=person and person.title(),
        type=type or ("person" if person else "unknown"),
        basis=basis,
        confidence=confidence,
        may_be=frozenset(may_be),
        voice_of=frozenset(voice_of),
    )


def everywhere(article: str, person: str) -> bool:
    return True


def nowhere(article: str, person: str) -> bool:
    return False


def of_a(*reports: Report, named: bool = True) -> Finding:
    return weigh(reports, everywhere if named else nowhere)["a"]


NOBODY = says("a", None, basis="implicit")
IT_MEANS_LEE = says("a", "lee", basis="pronoun")


@pytest.mark.parametrize(
    ("found", "person"),
    [
        (of_a(NOBODY, says("b", "kim")), "kim"),
        (of_a(NOBODY, says("b", "kim"), named=False), "kim"),
        (of_a(NOBODY, says("b", "kim", basis="pronoun")), None),
        (of_a(NOBODY, says("b", "kim", confidence=0.4)), None),
        (of_a(NOBODY, says("b", "kim", witness=ord("a"))), None),
        (of_a(NOBODY, says("b", "kim"), says("c", "lee")), None),
        (of_a(NOBODY, says("b", "kim"), says("c", "kim"), says("d", "lee")), "kim"),
        (of_a(NOBODY, says("b", "kim"), says("c", "lee", basis="pronoun")), "kim"),
        (of_a(says("a", None, type="group"), says("b", "kim")), None),
        (of_a(says("a", None, type="unnamed"), says("b", "kim")), "kim"),
        (of_a(says("a", None, may_be=("kim", "lee")), says("b", "kim")), "kim"),
        (of_a(says("a", None, may_be=("lee",)), says("b", "kim")), None),
    ],
    ids=[
        "another names somebody",
        "whom the article need not name",
        "an inference elsewhere is no name",
        "nor is what is likely wrong",
        "nor is a copy of the same text",
        "the others disagree",
        "most of them agree",
        "an inference elsewhere counts little",
        "several people are not one",
        "an unnamed person",
        "one of those whom the name may mean",
        "none of them",
    ],
)
def test_an_article_that_names_nobody_takes_the_name_from_others(found: Finding, person: str | None) -> None:
    assert found.person == person


@pytest.mark.parametrize(
    ("found", "person"),
    [
        (of_a(IT_MEANS_LEE, says("b", "kim")), "kim"),
        (of_a(IT_MEANS_LEE, says("b", "kim"), named=False), None),
        (of_a(IT_MEANS_LEE, says("b", "kim"), says("c", "lee"), says("d", "kim")), None),
        (of_a(says("a", "lee"), says("b", "kim"), says("c", "kim")), None),
        (of_a(says("a", "lee", confidence=0.3), says("b", "kim"), says("c", "kim")), "kim"),
        (of_a(says("a", "lee", basis="corrected", confidence=1.0), says("b", "kim"), says("c", "kim")), None),
        (of_a(says("a", None, basis="corrected", confidence=1.0), says("b", "kim"), says("c", "kim")), None),
    ],
    ids=[
        "whom a pronoun means",
        "but only somebody in the article",
        "somebody else means the same person",
        "a name beside the words stands",
        "unless it is likelier wrong than right",
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
        (of_a(says("a", "kim"), says("b", "lee"), says("c", "lee"), says("d", "ray")), {"lee": 2, "ray": 1}),
        (of_a(says("a", "kim"), says("b", "kim")), {}),
        (of_a(says("a", "kim"), says("b", "lee", basis="pronoun")), {}),
        (of_a(says("a", "kim"), says("b", "lee", witness=ord("a"))), {}),
        (of_a(says("a", "kim"), says("b", "lee", words=4)), {}),
        (of_a(says("a", "kim", words=4), says("b", "lee")), {}),
        (of_a(says("a", "kim"), says("b", "lee", kind="indirect")), {}),
        (of_a(says("a", "kim"), says("b", "ministry", type="organization")), {}),
        (of_a(says("a", "kim", voice_of=("lee",)), says("b", "lee")), {}),
        (of_a(says("a", "kim"), says("b", "lee", voice_of=("kim",))), {}),
        (of_a(NOBODY, says("b", "lee"), says("c", "kim")), {}),
    ],
    ids=[
        "two names",
        "three",
        "one",
        "an inference",
        "a copy",
        "few words there",
        "few words here",
        "a reporter's words",
        "a body and a person",
        "who speaks for another",
        "whom another speaks for",
        "who names nobody disputes nothing",
    ],
)
def test_words_are_disputed_where_independent_articles_name_different_people(
    found: Finding, rivals: dict[str, int]
) -> None:
    assert {rival.id: rival.articles for rival in found.rivals} == rivals


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
    assert weigh(mixed, everywhere) == weigh(some, everywhere)


def test_a_slogan_in_ten_thousand_articles_is_weighed_in_linear_work() -> None:
    asked = 0

    def counted(article: str, person: str) -> bool:
        nonlocal asked
        asked += 1
        return True

    some = [says(f"{n}", f"p{n % 3000}", basis="pronoun" if n % 2 else "name", witness=n) for n in range(10_000)]
    assert len(weigh(some, counted)) == 10_000
    assert asked <= 10_000
