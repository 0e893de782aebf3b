"""Who is who, and what is the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.identity import Identity, slug_of, status_of
from index.records import Quotation
from index.variants import Variants, variant_id
from tests.making import a_quotation, an_article

ARTICLE = an_article(text="“A small rain fell on the town,” she said.")


def said_by(speaker: str | None, speaker_type: str = "person") -> Quotation:
    return a_quotation(ARTICLE, "“A small rain fell on the town,”", speaker, speaker_type)  # type: ignore[arg-type]


def people(*quotations: Quotation) -> Identity:
    identity = Identity()
    identity.add(quotations)
    identity.settle()
    return identity


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ada Brook", "ada-brook"),
        ("Iran’s Foreign Ministry", "irans-foreign-ministry"),
        ("José Álvarez-Núñez", "jose-alvarez-nunez"),
        ("U.S. Department of Defense", "u-s-department-of-defense"),
        ("李明", "李明"),
        ("!!!", "speaker"),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=8))
def test_every_name_has_a_person_and_no_two_share_an_id(names: list[str]) -> None:
    quotations = [said_by(name) for name in names]
    identity = people(*quotations)
    found = {person.id: person for quotation in quotations if (person := identity.person(quotation))}
    assert len(found) == len({person.name for person in found.values()})


def test_the_commonest_spelling_and_type_win() -> None:
    quotations = [said_by("ADA BROOK", "organization"), said_by("Ada Brook"), said_by("Ada Brook")]
    persons = {people(*quotations).person(quotation) for quotation in quotations}
    assert [(p.id, p.name, p.type) for p in persons if p] == [("ada-brook", "Ada Brook", "person")]


def test_the_unnamed_and_nobody_are_no_persons() -> None:
    quotations = [said_by("a resident", "unnamed"), said_by(None)]
    identity = people(*quotations)
    assert [identity.person(quotation) for quotation in quotations] == [None, None]
    assert [status_of(quotation) for quotation in quotations] == ["unnamed", "unknown"]


def test_ids_do_not_depend_on_the_order_of_reading() -> None:
    one, two = said_by("A. Brook"), said_by("A-Brook!")
    assert people(one, two).person(one) == people(two, one).person(one)


def test_the_same_words_are_versions_whatever_their_marks() -> None:
    there = an_article("a2", text='"A small rain – fell on the Town" was said.', date="2019-01-01")
    straight = a_quotation(there, '"A small rain – fell on the Town"')
    variants = Variants()
    variants.add([said_by("Ada Brook")], "2020-03-04")
    variants.add([straight], "2019-01-01")
    group = variants.group(said_by("Ada Brook"))
    assert (group.count, group.first) == (2, "2019-01-01")


def test_short_words_are_nobodys_version() -> None:
    articles = [an_article(id, text="“No comment,” he said.") for id in ("a", "b")]
    ids = {variant_id(a_quotation(article, "“No comment,”")) for article in articles}
    assert len(ids) == 2


def said_in(article_id: str, speaker: str | None) -> Quotation:
    article = an_article(article_id, ARTICLE.text)
    return a_quotation(article, "“A small rain fell on the town,”", speaker)


@pytest.mark.parametrize(
    ("names", "rivals"),
    [
        (("Ada Brook",), ()),
        (("Ada Brook", None), ()),
        (("Ada Brook", "Brook", "Mayor Ada Brook"), ()),
        (("Ada Brook", "Tom Reed", "Tom Reed", "Gull Council"), (("Tom Reed", 0.5), ("Gull Council", 0.25))),
    ],
)
def test_the_same_words_given_to_others(names: tuple[str | None, ...], rivals: tuple[tuple[str, float], ...]) -> None:
    quotations = [said_in(f"a{number}", name) for number, name in enumerate(names)]
    variants = Variants()
    variants.add(quotations, None)
    assert variants.group(quotations[0]).rivals(quotations[0]) == rivals


def test_one_article_does_not_dispute_with_itself() -> None:
    quotations = [said_in("a1", "Ada Brook"), said_in("a1", "Tom Reed")]
    variants = Variants()
    variants.add(quotations, None)
    assert [variants.group(quotation).rivals(quotation) for quotation in quotations] == [(), ()]
