"""Ids as they stand in addresses."""

import pytest

from index.identity import slug_of


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
