"""What crosses the room: sayings in, groups out."""

import dataclasses
from typing import Literal, TypeAlias

from index.records import CONTEXT, Article, Kind, Quotation

Relation: TypeAlias = Literal["same", "edited", "cut", "joined", "overlapping", "reported"]
"""How a saying stands to the fullest form of its group: word for word; with words changed; a piece of it; pieces of it
or of it and something else put together; more before or behind that the other has not; a reporter's words without
marks."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What versions need of a quotation."""

    quotation_id: str
    article_id: str
    text: str
    kind: Kind
    date: str | None = None
    source: str | None = None
    before: str = ""
    """The article's words in front, some 300 letters, for telling copies of one text."""
    after: str = ""


def saying(article: Article, quotation: Quotation, *, around: int = CONTEXT) -> Saying:
    """A quotation of an article as a saying, with so many letters before and after it."""
    start, end = quotation.content[0][0], quotation.content[-1][1]
    return Saying(
        quotation_id=quotation.id,
        article_id=article.id,
        text=quotation.text,
        kind=quotation.kind,
        date=article.date,
        source=article.source,
        before=article.text[max(0, start - around) : start],
        after=article.text[end : end + around],
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One saying of a group."""

    quotation_id: str
    article_id: str
    date: str | None
    source: str | None
    relation: Relation
    witness: int
    """Equal for sayings that are one witness: copies of one text, one article, one outlet. From 0."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The same words in several places."""

    id: str
    members: tuple[Member, ...]
    """By date, undated ones last."""
    earliest: str
    """Ids of quotations: the first by date, the one with the most words, the first of those that most print."""
    fullest: str
    commonest: str
    articles: int
    outlets: int
    witnesses: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a quotation belongs, as entries need it."""

    quotation_id: str
    group_id: str
    count: int
    """Quotations in the group."""
    first: str | None
    """The earliest date of one of them."""
    witnesses: int
