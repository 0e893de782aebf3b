import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.errors import RequestError
from search.language import MAX_SLOP, MAX_TERMS, _parse, parse
from search.tree import And, Everything, FieldFilter, Node, Not, Or, Phrase, Prefix, Word

A, B, C = Word("a"), Word("b"), Word("c")
CURLY = "curly quotation marks straightened"
UNCLOSED = "a quotation mark was not closed: all that follows it was taken as one"


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("", Everything()),
        ("  \n ", Everything()),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a a", A),
        ("a OR b", Or((A, B))),
        ("a OR b OR a", Or((A, B))),
        ("a b OR c", And((A, Or((B, C))))),
        ("(a b) OR c", Or((And((A, B)), C))),
        ("((a)) ((b c))", And((A, B, C))),
        ("-a", Not(A)),
        ("NOT a", Not(A)),
        ("NOT NOT a", A),
        ("-(-a)", A),
        ("a -b", And((A, Not(B)))),
        ("-(a b)", Not(And((A, B)))),
        ('-"a b"', Not(Phrase(("a", "b")))),
        ("a OR -b", Or((A, Not(B)))),
        ("well-known", Word("well-known")),
        ("--a", A),
        ('"a"', Phrase(("a",))),
        ('"a  b"', Phrase(("a", "b"))),
        ('"a b"~5', Phrase(("a", "b"), 5)),
        ('"a"~5', Phrase(("a",))),
        ("a*", Prefix("a")),
        ("well-kn*", And((Word("well"), Prefix("kn")))),
        ("10:30", Word("10:30")),
        ("https://a.example/b", Word("https://a.example/b")),
        ('a: "b"', And((Word("a:"), Phrase(("b",))))),
        ("speaker:Brook", FieldFilter("speaker", ("Brook",))),
        ("Speaker:Brook", FieldFilter("speaker", ("Brook",))),
        ('speaker:"Ada  Brook" a', And((A, FieldFilter("speaker", ("Ada Brook",))))),
        ("speaker:a speaker:b", FieldFilter("speaker", ("a", "b"))),
        ("-source:Gull", Not(FieldFilter("source", ("Gull",)))),
        ("kind:Direct", FieldFilter("kind", ("direct",))),
        ("status:unnamed", FieldFilter("status", ("unnamed",))),
        ("date:2019", FieldFilter("date", ("2019-01-01..2019-12-31",))),
        ("date:2019-02..2020", FieldFilter("date", ("2019-02-01..2020-12-31",))),
        ("date:..2020", FieldFilter("date", ("..2020-12-31",))),
        (
            "date:2020.. date:..2021",
            And((FieldFilter("date", ("2020-01-01..",)), FieldFilter("date", ("..2021-12-31",)))),
        ),
    ],
)
def test_what_is_meant(typed: str, tree: Node) -> None:
    query = parse(typed)
    assert (query.tree, query.notes) == (tree, ())


@pytest.mark.parametrize(
    ("typed", "understood", "note"),
    [
        ("“a b”", '"a b"', CURLY),
        ("„a b“ c", '"a b" c', CURLY),
        ("«a b»", '"a b"', CURLY),
        ("‘a b’", '"a b"', CURLY),
        ("‘I don’t know’", '"I don\'t know"', CURLY),
        ("“a ‘b’ c”", "\"a 'b' c\"", CURLY),
        ('"a b', '"a b"', UNCLOSED),
        ('speaker:"a b', 'speaker:"a b"', UNCLOSED),
        ('a "', "a", "quotation marks with no words between them were left out"),
        ('a ""', "a", "quotation marks with no words between them were left out"),
        ("(a", "a", "an opening bracket had no closing one: the group ends where the query ends"),
        ("a)", "a", "a closing bracket had no opening one and was left out"),
        ("a ()", "a", "empty brackets were left out"),
        ("a OR", "a", "“OR” had nothing to join and was left out"),
        ("OR a", "a", "“OR” had nothing to join and was left out"),
        ("a OR OR b", "a OR b", "“OR” had nothing to join and was left out"),
        ("AND", "", "“AND” had nothing to join and was left out"),
        ("a NOT", "a", "“NOT” had nothing to exclude and was left out"),
        ("a - b", "a b", "“-” had nothing to exclude and was left out"),
        ("a — b", "a b", "“—” has no letters or digits and was left out"),
        ("*", "", "“*” has no letters or digits and was left out"),
        ("*a", "*a", "a star works only at the end of a word"),
        ("b*a", "b*a", "a star works only at the end of a word"),
        ("in:Rome", "in Rome", "“in:” is not a field (speaker, source, kind, status, date) and was searched as words"),
        ("kind:loud", "kind loud", "kind: “loud” is not known; there are direct, mixed, indirect; searched as words"),
        ("date:soon", "date soon", "date: 'soon' is not a date; write 2020, 2020-01 or 2020-01-31; searched as words"),
        ("date:2021..2020", "date 2021..2020", "date: “2021..2020” ends before it begins; searched as words"),
        ("speaker: a", "speaker: a", "“speaker:” was searched as a word: write the value right after the colon"),
        ('"a b"~9999', f'"a b"~{MAX_SLOP}', f"~9999 was taken as ~{MAX_SLOP}, the most there is"),
    ],
)  # fmt: skip
def test_what_is_made_of_the_rest_is_said(typed: str, understood: str, note: str) -> None:
    query = parse(typed)
    assert (query.understood, query.notes) == (understood, (note,))


def test_an_apostrophe_is_no_quotation_mark() -> None:
    assert parse("don’t").notes == ()


@pytest.mark.parametrize(
    "typed", ["(" * 1000, ")" * 1000, '"' * 999, "-(" * 500, "a OR " * 60, "NOT " * 250, "a:" * 30]
)
def test_heaps_of_marks_are_answered(typed: str) -> None:
    assert parse(typed).notes is not None


@pytest.mark.parametrize("typed", [" ".join("ab" for _ in range(MAX_TERMS)), '"' + "ab " * MAX_TERMS + '"'])
def test_as_many_terms_as_allowed(typed: str) -> None:
    assert parse(typed).understood


@pytest.mark.parametrize(
    ("typed", "detail"),
    [
        ("x" * 1001, "has 1001 characters; at most 1000 are allowed"),
        (" ".join(f"w{n}" for n in range(65)), "has more than 64 terms"),
        ('"' + " ".join(f"w{n}" for n in range(65)) + '"', "has more than 64 terms"),
        ("-".join(f"w{n}" for n in range(65)), "has more than 64 terms"),
    ],
)
def test_too_much_is_refused(typed: str, detail: str) -> None:
    with pytest.raises(RequestError, match=detail) as caught:
        parse(typed)
    assert caught.value.parameter == "q"


MARKS = "\"()-*:~ '‘’“”.%$5,_/\n"
WORDS = (" OR ", " AND ", " NOT ", "OR", "a", "b ", "it's", "U.S.", "direct", "é", "~5", "½", "Ada Brook", "2019..2020")
PIECES = st.sampled_from([*MARKS, *WORDS, "speaker:", "date:", "kind:", "place:"])


@settings(deadline=None, derandomize=True, max_examples=600)
@given(st.text(max_size=60) | st.lists(PIECES, max_size=30).map("".join))
def test_any_text_parses_and_what_was_understood_means_the_same(typed: str) -> None:
    try:
        query = parse(typed)
    except RequestError as error:
        assert "terms" in error.detail
        return
    again = _parse(query.understood)  # without the limit on its length: brackets may have come in
    assert (again.tree, again.understood) == (query.tree, query.understood)
