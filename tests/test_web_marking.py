import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Span
from search.hits import make_hit
from search.results import ArticlePage, ArticleShown, Hit
from tests.entries import an_entry
from web.marking import DEEPEST, Mark, Node, paragraphs

SHOWN = ArticleShown(id="a", title=None, url=None, source=None, date=None, date_basis="missing")


def a_hit(number: int, *content: Span, cue: tuple[Span, ...] = ()) -> Hit:
    length = content[-1][1] - content[0][0]
    return make_hit(an_entry(number, "x", content=content, exact="x" * length, cue_spans=cue))


def a_page(text: str, *hits: Hit) -> ArticlePage:
    return ArticlePage(article=SHOWN, authors=None, text=text, quotations=hits)


def written(nodes: tuple[Node, ...]) -> str:
    """`[1:words]` for a quotation's words, `[1?:words]` for a cue; `*` at the mark that has the anchor."""
    return "".join(
        node
        if isinstance(node, str)
        else f"[{int(node.quotation_id, 16)}{'*' if node.first else ''}{'?' if node.role == 'cue' else ''}:"
        + written(node.children)
        + "]"
        for node in nodes
    )


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        ([], "abcdefghij"),
        ([a_hit(1, (2, 5))], "ab[1*:cde]fghij"),
        ([a_hit(1, (0, 2), (4, 6))], "[1*:ab]cd[1:ef]ghij"),
        ([a_hit(1, (0, 8)), a_hit(2, (2, 4))], "[1*:ab[2*:cd]efgh]ij"),
        ([a_hit(1, (0, 5)), a_hit(2, (3, 8))], "[1*:abc[2*:de]][2:fgh]ij"),
        ([a_hit(1, (2, 5)), a_hit(2, (2, 5))], "ab[1*:[2*:cde]]fghij"),
        ([a_hit(1, (0, 3), cue=((3, 5),))], "[1*:abc][1?:de]fghij"),
        ([a_hit(1, (0, 6), cue=((4, 8),))], "[1*:abcd[1?:ef]][1?:gh]ij"),
        ([a_hit(1, (0, 3)), a_hit(1, (0, 3))], "[1*:abc]defghij"),
        ([a_hit(1, (8, 99))], "abcdefgh[1*:ij]"),
    ],
)
def test_marks_nest(hits: list[Hit], expected: str) -> None:
    (paragraph,) = paragraphs(a_page("abcdefghij", *hits))
    assert written(paragraph.nodes) == expected


def test_a_quotation_over_paragraphs_is_marked_in_each_and_noted_once() -> None:
    first, second, third = paragraphs(a_page("ab\n\ncd\r\nef", a_hit(1, (1, 9))))
    assert [written(paragraph.nodes) for paragraph in (first, second, third)] == ["a[1*:b]", "[1:cd]", "[1:e]f"]
    assert [len(paragraph.quotations) for paragraph in (first, second, third)] == [1, 0, 0]


def plain(nodes: tuple[Node, ...]) -> str:
    return "".join(node if isinstance(node, str) else plain(node.children) for node in nodes)


def depth(nodes: tuple[Node, ...]) -> int:
    return max((1 + depth(node.children) for node in nodes if isinstance(node, Mark)), default=0)


spans = st.tuples(st.integers(0, 40), st.integers(1, 15)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.text(alphabet="ab \n", min_size=1, max_size=50), st.lists(spans, max_size=12))
@settings(deadline=None, derandomize=True, max_examples=200)
def test_whatever_the_spans_the_text_is_whole_and_each_word_marked(text: str, places: list[Span]) -> None:
    hits = [a_hit(number + 1, place) for number, place in enumerate(places)]
    found = paragraphs(a_page(text, *hits))
    assert [plain(paragraph.nodes) for paragraph in found] == [line for line in text.split("\n") if line.strip()]
    shown = "".join(plain(paragraph.nodes) for paragraph in found)
    for hit, (start, end) in zip(hits, places, strict=True):
        wanted = "".join(line[max(start - at, 0) : max(end - at, 0)] for at, line in _lines(text) if line.strip())
        assert wanted in shown
        assert "".join(_marked(found, hit.id)) == wanted


def _lines(text: str) -> list[tuple[int, str]]:
    at, lines = 0, []
    for line in text.split("\n"):
        lines.append((at, line))
        at += len(line) + 1
    return lines


def _marked(found: tuple[object, ...], quotation_id: str) -> list[str]:
    def under(nodes: tuple[Node, ...]) -> list[str]:
        return [
            part
            for node in nodes
            if isinstance(node, Mark)
            for part in ([plain(node.children)] if node.quotation_id == quotation_id else under(node.children))
        ]

    return [part for paragraph in found for part in under(paragraph.nodes)]  # type: ignore[attr-defined]


def test_marks_do_not_nest_without_end() -> None:
    hits = [a_hit(number + 1, (number, 400 - number)) for number in range(150)]
    (paragraph,) = paragraphs(a_page("x" * 400, *hits))
    assert depth(paragraph.nodes) == DEEPEST
    assert plain(paragraph.nodes) == "x" * 400


def test_what_stands_before_the_body_is_not_shown() -> None:
    page = dataclasses.replace(a_page("date 2020-01-02 abcde", a_hit(1, (16, 18))), body=16)
    assert [written(paragraph.nodes) for paragraph in paragraphs(page)] == ["[1*:ab]cde"]
