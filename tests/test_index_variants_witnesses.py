"""Copies of one text told from independent reports."""

import pytest

from index.variants.witnesses import sketches, witnesses

AGENCY = (
    "The treasurer walked out of the hearing shortly before noon while protesters blocked both bridges, and told",
    "Police had earlier cleared the square with horses, according to three people who live above the bakery there.",
)
CHANGED = (
    "Averstow (DW) - The treasurer walked out of the hearing shortly before midday while protesters blocked both",
    "Police earlier cleared the square with horses, according to three people who live there. More soon.",
)
OWN = (
    "Speaking to reporters on the steps of the courthouse late on Tuesday, a visibly tired treasurer",
    "The opposition called for a vote of confidence, which the speaker said would come after the recess.",
)
SHORT = ("She said", "he said.")


def numbers(*contexts: tuple[str, str], outlets: tuple[str, ...] | None = None) -> list[int]:
    same = [[("outlet", one)] for one in outlets or map(str, range(len(contexts)))]
    return witnesses(sketches(contexts), same)


@pytest.mark.parametrize(
    ("contexts", "expected"),
    [
        ((AGENCY, AGENCY), [0, 0]),
        ((AGENCY, OWN), [0, 1]),
        ((AGENCY, OWN, CHANGED), [0, 1, 0]),
        ((SHORT, SHORT), [0, 1]),
        ((("", ""), ("", "")), [0, 1]),
        ((("“a long quotation that both have in front of this one” she said", ""),) * 2, [0, 1]),
    ],
    ids=[
        "a copy",
        "independent",
        "a changed copy",
        "too short to tell",
        "nothing around",
        "others' words do not count",
    ],
)
def test_copies(contexts: tuple[tuple[str, str], ...], expected: list[int]) -> None:
    assert numbers(*contexts) == expected


def test_an_outlet_is_one_witness_and_ties_are_passed_on() -> None:
    assert numbers(AGENCY, OWN, CHANGED, SHORT, outlets=("a", "b", "c", "b")) == [0, 1, 0, 1]


def test_a_text_that_thousands_print_is_one_witness_and_bounded() -> None:
    assert set(numbers(*[AGENCY] * 3000)) == {0}
