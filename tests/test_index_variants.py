"""Groups of the same words: kept up to date, in any order, with ids that stay."""

import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Article, Quotation
from index.variants import SCHEMA, Group, Saying, clear, group, places, preparing, resolve, update
from index.variants import saying as as_saying
from index.variants.alignment import match
from index.variants.asking import groups_in, tellings

A = "We found forty leaking barrels beneath the reservoir, and nobody at the ministry bothered to answer our letters"
B = "The harbor commission will publish every measurement before the council votes on that dredging contract"
A_CUT = "forty leaking barrels beneath the reservoir, and nobody at the ministry bothered"
B_CUT = "publish every measurement before the council votes on that dredging contract"
C = "Seventeen tugboats were auctioned to a shipyard whose owner married the treasurer's cousin in Averstow"


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    opened = empty()
    yield opened
    opened.close()


def empty() -> sqlite3.Connection:
    opened = sqlite3.connect(":memory:")
    opened.executescript(SCHEMA)
    return opened


def saying(name: str, text: str, **more: str | None) -> Saying:
    """One of an article of its own, unless `article_id` says otherwise."""
    return Saying(**{"quotation_id": name, "article_id": f"article {name}", "text": text, "kind": "direct", **more})  # type: ignore[arg-type]


def parts(connection: sqlite3.Connection) -> set[frozenset[str]]:
    """The groups, as sets of quotations' ids."""
    found: dict[str, set[str]] = {}
    for place in places(connection):
        found.setdefault(place.group_id, set()).add(place.quotation_id)
    return {frozenset(one) for one in found.values()}


def ids(connection: sqlite3.Connection) -> dict[str, str]:
    return {place.quotation_id: place.group_id for place in places(connection)}


def together(connection: sqlite3.Connection, name: str) -> Group:
    return group(connection, ids(connection)[name])


def test_a_group_with_its_forms_and_counts(connection: sqlite3.Connection) -> None:
    update(
        connection,
        [
            saying("late", A, date="2020-01-03", source="Ledger"),
            saying("cut", A_CUT, date="2020-01-01", source="Signal"),
            saying("again", A_CUT.upper(), date="2020-01-02", source="Signal"),
            saying("other", C, date="2020-01-01", source="Signal"),
        ],
    )
    found = together(connection, "late")
    assert [(one.quotation_id, one.relation, one.witness) for one in found.members] == [
        ("cut", "cut", 0),
        ("again", "cut", 0),
        ("late", "same", 1),
    ]
    assert (found.earliest, found.fullest, found.commonest) == ("cut", "late", "cut")
    assert (found.articles, found.outlets, found.witnesses) == (3, 2, 2)
    place = next(place for place in places(connection, ["late"]))
    assert (place.count, place.first, place.witnesses) == (3, "2020-01-01", 2)
    assert groups_in(connection, ["article late", "article other"]) == {found.id}
    assert [one.quotation_id for one in tellings(connection, found.id)] == ["cut", "again", "late"]


def test_a_quotation_like_no_other_is_a_group_of_one(connection: sqlite3.Connection) -> None:
    update(connection, [saying("one", A, date="2020-01-01"), saying("two", C)])
    place = next(place for place in places(connection, ["one"]))
    assert (place.count, place.first, place.witnesses) == (1, "2020-01-01", 1)
    found = group(connection, place.group_id)
    assert [one.quotation_id for one in found.members] == ["one"]


@pytest.mark.parametrize(
    "text",
    ["No comment.", "I don't know what to say about that", "We will do what we can", "", "…", "“”", "fake news"],
)
def test_what_is_said_anew_by_many_proves_nothing(connection: sqlite3.Connection, text: str) -> None:
    update(connection, [saying("0123456789abcdef", text), saying("two", text)])
    assert ids(connection) == {"0123456789abcdef": "0123456789abcdef", "two": "two"}
    assert together(connection, "0123456789abcdef").members[0].relation == "same"
    assert together(connection, "two").id == "two"


@pytest.mark.parametrize(
    "text",
    [
        "Мы нашли сорок протекающих бочек под водохранилищем, и никто в министерстве не ответил",
        "我们在水库下面 发现了四十个 漏水的桶 没有人 回答",
        "\ud800 lone surrogates beside forty leaking barrels beneath reservoirs",
        "na\u0308ive co\u0301rtes déjà-vu ﬁnanciers façade",
    ],
)
def test_other_scripts_and_odd_letters(connection: sqlite3.Connection, text: str) -> None:
    update(connection, [saying("one", text), saying("two", f"“{text}!”")])
    assert parts(connection) == {frozenset({"one", "two"})}


def test_a_join_of_two_quotations_does_not_make_them_one(connection: sqlite3.Connection) -> None:
    texts = {"a": A, "a2": A_CUT, "b": B, "b2": B_CUT, "join": f"“{A},” … “{B}.”"}
    update(connection, [saying(name, text) for name, text in texts.items()])
    found = ids(connection)
    assert found["a"] == found["a2"] != found["b"] == found["b2"]
    assert found["join"] in (found["a"], found["b"])


def test_what_most_print_in_one_is_one(connection: sqlite3.Connection) -> None:
    whole = [saying(f"whole{n}", f"{A}. {B}.") for n in range(3)]
    update(connection, [*whole, saying("a", A_CUT), saying("b", B_CUT)])
    assert len(parts(connection)) == 1


def test_a_speech_is_not_one_quotation(connection: sqlite3.Connection) -> None:
    texts = {"speech": f"{A}. {B}. {C}."}
    texts |= {f"{name}{n}": text for name, text in {"a": A, "b": B, "c": C}.items() for n in range(2)}
    update(connection, [saying(name, text) for name, text in texts.items()])
    found = parts(connection)
    assert len(found) == 3
    assert all({"a0", "a1"} <= one or {"b0", "b1"} <= one or {"c0", "c1"} <= one for one in found)


def test_a_phrase_said_again_months_later_is_another_quotation(connection: sqlite3.Connection) -> None:
    early = saying("early", "We need loyalty from customs inspectors, I expect loyalty", date="2019-01-01")
    late = saying("late", "Loyalty from customs inspectors is all we need", date="2020-01-01")
    soon = saying("soon", "We need loyalty from customs inspectors, not gifts", date="2019-01-02")
    update(connection, [early, late, soon])
    assert parts(connection) == {frozenset({"early", "soon"}), frozenset({"late"})}


def test_a_long_text_in_common_is_the_same_a_year_later(connection: sqlite3.Connection) -> None:
    update(connection, [saying("early", A, date="2019-01-01"), saying("late", f"He said: {A}", date="2020-01-01")])
    assert len(parts(connection)) == 1


# Small texts that are versions of one another in every way: cuts, edits, joins, others.
_SENTENCES = [A, B, C]
_POOL = [
    *_SENTENCES,
    A_CUT,
    B_CUT,
    A.replace("forty", "fifty").replace("letters", "telegrams"),
    f"{A} … {B}",
    f"{B} {C}",
    f"{A_CUT} … {C}",
    "No comment",
    "nobody at the ministry bothered to answer our letters",
]
_DATES = [None, "2020-01-01", "2020-01-05", "2020-06-01"]
_MANY = st.lists(
    st.tuples(st.sampled_from(_POOL), st.sampled_from(_DATES), st.sampled_from(["direct", "mixed", "indirect"])),
    min_size=1,
    max_size=12,
)


def made(rows: Iterable[tuple[str, str | None, str]]) -> list[Saying]:
    return [saying(f"q{n}", text, date=date, kind=kind) for n, (text, date, kind) in enumerate(rows)]


@settings(deadline=None, max_examples=60)
@given(rows=_MANY, seed=st.integers(0, 999), cut=st.integers(0, 12))
def test_any_order_and_any_increments_come_to_the_same_groups(
    rows: list[tuple[str, str | None, str]], seed: int, cut: int
) -> None:
    at_once, piecewise = empty(), empty()
    sayings = made(rows)
    update(at_once, sayings)
    shuffled = random.Random(seed).sample(sayings, len(sayings))
    update(piecewise, shuffled[:cut])
    for one in shuffled[cut:]:
        update(piecewise, [one])
    assert parts(piecewise) == parts(at_once)
    assert [(p.count, p.first, p.witnesses) for p in sorted(places(piecewise), key=lambda p: p.quotation_id)] == [
        (p.count, p.first, p.witnesses) for p in sorted(places(at_once), key=lambda p: p.quotation_id)
    ]


@settings(deadline=None, max_examples=60)
@given(rows=_MANY, gone=st.sets(st.integers(0, 11)))
def test_what_is_taken_out_leaves_what_would_be_there_without_it(
    rows: list[tuple[str, str | None, str]], gone: set[int]
) -> None:
    with_all, without = empty(), empty()
    sayings = made(rows)
    update(with_all, sayings)
    update(with_all, [], [f"article q{n}" for n in gone])
    update(without, [one for n, one in enumerate(sayings) if n not in gone])
    assert parts(with_all) == parts(without)
    update(with_all, [one for n, one in enumerate(sayings) if n in gone])
    whole = empty()
    update(whole, sayings)
    assert parts(with_all) == parts(whole)
    for one in places(with_all):
        assert one.quotation_id in {m.quotation_id for m in group(with_all, one.group_id).members}


@settings(deadline=None, max_examples=40)
@given(rows=_MANY)
def test_in_order_of_date_increments_and_a_rebuild_give_the_same_ids(rows: list[tuple[str, str | None, str]]) -> None:
    dated = sorted(((t, d, k) for t, d, k in rows if d), key=lambda row: str(row[1]))
    sayings = [saying(f"q{n:02}", text, date=date, kind=kind) for n, (text, date, kind) in enumerate(dated)]
    piecewise = empty()
    for one in sayings:
        update(piecewise, [one])
    before = ids(piecewise)
    clear(piecewise)
    update(piecewise, sayings)
    assert ids(piecewise) == before


def test_a_saying_is_made_of_a_quotation() -> None:
    text = f"Averstow, Monday. {A}, said the {'very ' * 100}old man. {B}."
    start = text.index(A)
    article = Article(id="a1", text=text, date="2020-01-01", source="Ledger")
    quotation = Quotation(article_id="a1", kind="direct", content=((start, start + len(A)),), text=A)
    one = as_saying(article, quotation)
    assert (one.quotation_id, one.article_id, one.text, one.kind) == (quotation.id, "a1", A, "direct")
    assert (one.date, one.source, one.before) == ("2020-01-01", "Ledger", "Averstow, Monday. ")
    assert one.after == text[start + len(A) :][:300]


def test_the_changed_groups_are_told(connection: sqlite3.Connection) -> None:
    assert update(connection, [saying("a", A), saying("c", C)]) == set()
    first = update(connection, [saying("a2", A_CUT)])
    assert first == {ids(connection)["a"]}
    assert update(connection, [saying("b", B)]) == set()
    assert update(connection, [], ["article a2"]) == first


def test_an_article_read_again_is_not_counted_twice(connection: sqlite3.Connection) -> None:
    update(connection, [saying("a", A), saying("b", A_CUT)])
    before = ids(connection)
    update(connection, [saying("a", A)], ["article a"])
    assert ids(connection) == before
    update(connection, [saying("a", A)])
    assert together(connection, "a").articles == 2
    update(connection, [saying("new", C)], ["article a"])
    assert parts(connection) == {frozenset({"b"}), frozenset({"new"})}


def test_the_older_id_stays_when_two_groups_become_one(connection: sqlite3.Connection) -> None:
    update(connection, [saying(f"a{n}", A, date="2020-01-02") for n in range(2)])
    update(connection, [saying(f"b{n}", B, date="2020-01-01") for n in range(2)])
    older, younger = ids(connection)["a0"], ids(connection)["b0"]
    assert older != younger
    bridges = [saying(f"both{n}", f"{A}. {B}.", date="2020-01-01") for n in range(3)]
    update(connection, bridges)
    assert set(ids(connection).values()) == {older}
    assert resolve(connection, younger) == older
    assert group(connection, younger).id == older
    update(connection, [], [one.article_id for one in bridges])
    assert (ids(connection)["a0"], ids(connection)["b0"]) == (older, younger)


def test_an_id_outlives_the_form_that_it_came_from(connection: sqlite3.Connection) -> None:
    update(connection, [saying("a", A_CUT, date="2020-01-01"), saying("b", A), saying("c", A.upper())])
    before = ids(connection)["b"]
    update(connection, [], ["article a"])
    assert ids(connection) == {"b": before, "c": before}
    clear(connection)
    update(connection, [saying("b", A), saying("c", A.upper())])
    assert ids(connection) == {"b": before, "c": before}


@pytest.mark.parametrize("again", [1, 2])
def test_words_whose_id_a_group_went_on_with_get_another(connection: sqlite3.Connection, again: int) -> None:
    early, late = "2019-01-01", "2020-01-01"
    text, other = (f"We need loyalty from customs inspectors, {end}" for end in ("I expect loyalty", "not gifts"))
    update(
        connection, [saying("first", text, date=early), saying("a", other, date=early), saying("b", other, date=early)]
    )
    before = ids(connection)["a"]
    assert before == ids(connection)["first"]
    update(connection, [], ["article first"])
    update(connection, [saying(f"again{n}", text, date=late) for n in range(again)])
    found = ids(connection)
    assert found["a"] == found["b"] == before != found["again0"]
    assert {one.quotation_id for one in group(connection, found["again0"]).members} == {
        f"again{n}" for n in range(again)
    }
    assert {one.quotation_id for one in group(connection, before).members} == {"a", "b"}


def test_an_unknown_group(connection: sqlite3.Connection) -> None:
    assert resolve(connection, "0123456789abcdef") is None
    with pytest.raises(KeyError):
        group(connection, "0123456789abcdef")


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often two forms were aligned so far."""
    count = 0

    def counted(*sides: object, **more: object) -> object:
        nonlocal count
        count += 1
        return match(*sides, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(preparing, "match", counted)
    return lambda: count


def test_a_slogan_in_ten_thousand_articles(connection: sqlite3.Connection, compared: Callable[[], int]) -> None:
    update(connection, (saying(f"q{n}", "Make Averstow's harbor thrive again") for n in range(10_000)))
    assert compared() == 0
    assert together(connection, "q0").articles == 10_000


def test_a_slogan_within_a_thousand_sentences(connection: sqlite3.Connection, compared: Callable[[], int]) -> None:
    rng = random.Random(7)
    rare = ["".join(rng.choices("bcdfglmnprstv", k=7)) for _ in range(5000)]
    texts = [f"{' '.join(rng.sample(rare, 9))} make averstow harbor thrive again" for _ in range(1000)]
    update(connection, (saying(f"q{n}", text) for n, text in enumerate(texts)))
    assert compared() < 70 * len(texts)
    assert len(parts(connection)) == len(texts)


def test_a_quotation_that_everybody_prints_otherwise(
    connection: sqlite3.Connection, compared: Callable[[], int]
) -> None:
    rng = random.Random(9)
    words = f"{A}. {B}. {C}.".split()
    texts = {" ".join(word for word in words if rng.random() > 0.12) for _ in range(400)}
    update(connection, (saying(f"q{n}", text) for n, text in enumerate(sorted(texts))))
    assert compared() < 80 * len(texts)
    assert len(parts(connection)) == 1


def test_a_quotation_of_twenty_thousand_words(connection: sqlite3.Connection) -> None:
    rng = random.Random(8)
    words = ["".join(rng.choices("aeioubcdfglmnprst", k=6)) for _ in range(4000)]
    long = " ".join(rng.choices(words, k=20_000))
    piece = " ".join(long.split()[15_000:15_012])
    other = " ".join(rng.choices(words, k=20_000))
    update(connection, [saying("long", long), saying("piece", piece), saying("other", other), saying("again", long)])
    assert parts(connection) == {frozenset({"long", "piece", "again"}), frozenset({"other"})}
