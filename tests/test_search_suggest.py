"""What is offered while somebody types, and where little is found."""

import collections
import dataclasses
import random
import string
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import whoosh_codec
from index.analysis import exact_words, words
from index.records import Entry
from index.whoosh_codec.arrays import ArrayFolder
from index.whoosh_codec.lexicon import Lexicon, encoded, save_strings
from search.core import Core
from search.engine import Engine
from search.errors import NotFoundError, RequestError, TimeLimitError
from search.request import SearchRequest
from search.results import DidYouMean
from search.spelling import near
from search.suggest import SuggestRequest, facet_values, suggestions
from tests.entries import an_engine, an_entry

SAID = [
    *("The government shuts down", "Our government is open", "No tax cuts now", "Tax cuts for all", "A tax is a tax"),
    *("Sanctions will follow", "Sanctions on Iran", "We went to Iraq", "The cute cat", "Unity and taxation"),
    *("A well-known rule", "Новости важны", "Don't stop", "In 1995 it rained"),
]


def entries() -> list[Entry]:
    speakers = ["Marta Oyelaran", "Mark Esper", "Mark Brook", "Ann O'Brien", None]
    said = [
        an_entry(n, text, speaker=speakers[n % 5], source=["Gull", "Tern"][n % 2]) for n, text in enumerate(SAID, 1)
    ]
    return [
        *said,
        an_entry(90, "Rain", speaker="Jane Esper", source="The Gull", after="said the minister", date="2021-01-01"),
    ]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = an_engine(tmp_path_factory.mktemp("data"), entries())
    yield engine
    engine.close()


@contextmanager
def a_core(*runs: list[Entry]) -> Iterator[Core]:
    """The core over an index that was written in several runs."""
    with tempfile.TemporaryDirectory() as name:
        previous = None
        for number, run in enumerate(runs):
            folder = Path(name) / str(number)
            folder.mkdir()
            whoosh_codec.write(folder, sorted(run, key=lambda entry: entry.date or ""), previous=previous)
            previous = folder
        core = Core(folder)
        yield core
        core.close()


# Words near a word.


def distance(one: str, other: str) -> int:
    """Letters changed, left out, put in, or two neighbours exchanged; no stretch is edited twice."""
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            same = one[i - 1] == other[j - 1]
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (not same))
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(one), len(other)]


@contextmanager
def a_lexicon(known: list[str]) -> Iterator[Lexicon]:
    with tempfile.TemporaryDirectory() as name:
        save_strings(Path(name), "words", sorted(map(encoded, known)))
        yield Lexicon(ArrayFolder(Path(name)), "words")


def nearest(lexicon: Lexicon, word: str) -> dict[str, int]:
    return {lexicon.text(place): steps for place, steps in near(lexicon, word)}


WORDS = st.text("abc", min_size=1, max_size=9)


@given(st.sets(WORDS, max_size=60), st.lists(WORDS, min_size=5, max_size=5))
@settings(deadline=None, derandomize=True, max_examples=30)
def test_near_words_are_those_that_a_table_finds(known: set[str], typed: list[str]) -> None:
    with a_lexicon(sorted(known)) as lexicon:
        for word in typed:
            most = 0 if len(word) < 3 else 1 if len(word) < 6 else 2
            away = {other: distance(word, other) for other in known if other != word}
            expected = {other: d for other, d in away.items() if d <= (most if other[0] == word[0] else min(most, 1))}
            assert nearest(lexicon, word) == expected


@pytest.mark.parametrize(
    ("word", "known", "found"),
    [
        ("новасти", ["новости", "новость"], {"новости": 1, "новость": 2}),
        ("новсоти", ["новости"], {"новости": 1}),
        ("naïve", ["naive"], {"naive": 1}),
        ("1995", ["1996", "199"], {}),
        ("ab", ["abc", "ac"], {}),
        ("a" * 100, ["a" * 99, "a" * 98 + "b", "b" + "a" * 99], {"a" * 99: 1, "a" * 98 + "b": 2, "b" + "a" * 99: 1}),
        ("\ud800xyz", ["xyz"], {"xyz": 1}),
        ("rain", [], {}),
    ],
)
def test_near_words_of_any_letters(word: str, known: list[str], found: dict[str, int]) -> None:
    with a_lexicon(known) as lexicon:
        assert nearest(lexicon, word) == found


# Did you mean.


@pytest.mark.parametrize(
    ("typed", "meant", "total"),
    [
        ("goverment", "government", 2),
        ("Goverment shtus", "Government shuts", 1),
        ("GOVERMENT open", "GOVERNMENT open", 1),
        ("“tax cutz”", "“tax cuts”", 2),
        ("tax  cutz -zebra", "tax  cuts -zebra", 2),
        ("(tac OR sanctoins) cuts", "(tax OR sanctions) cuts", 2),
        ('"iran sanctoins"~5', '"iran sanctions"~5', 1),
        ("well-knwon", "well-known", 1),
        ("unity* sanctoins OR taxs", "unity* sanctions OR taxs", 0),
        ("oyelarn", "oyelaran", 2),
        ("obrien government", "o'brien government", 0),
        ("dont", "don't", 1),
        ("новасти", "новости", 1),
        ("yraq", "iraq", 1),
        ("speaker:Espr", 'speaker:"Esper"', 4),
        ('speaker:"marc esper" tax', 'speaker:"Mark Esper" tax', 0),
        ('Speaker:"Mark  Espr"', 'Speaker:"Mark Esper"', 3),
        ("source:“Gul”", 'source:"Gull"', 7),
        ("source:Ternn sanctoins", 'source:"Tern" sanctions', 1),
    ],
)
def test_what_was_meant(engine: Engine, typed: str, meant: str, total: int) -> None:
    found = engine.search(SearchRequest(q=typed)).query.did_you_mean
    assert found == (DidYouMean(q=meant, total=total) if total else None)
    if total:
        assert engine.search(SearchRequest(q=meant)).total == total


@pytest.mark.parametrize(
    "request_",
    [
        SearchRequest(q="government"),  # is found
        SearchRequest(q="xqzvw"),  # is near nothing
        SearchRequest(q="goverment xqzvw"),  # finds nothing either way
        SearchRequest(q="goverment", limit=0),  # asks for a count
        SearchRequest(q="goverment", source=("The Gull",)),  # is not there
        SearchRequest(q="1996"),  # another number is another thing
        SearchRequest(q="gover*"),
        SearchRequest(q="goverm*"),
        SearchRequest(q="goverment", within="context"),
        SearchRequest(q="cut", date_to="2019"),  # only the filter is wrong
        SearchRequest(q=""),
        SearchRequest(q="aaa bbb ccc ddd eee fff"),
    ],
)
def test_nothing_else_was_meant(engine: Engine, request_: SearchRequest) -> None:
    assert engine.search(request_).query.did_you_mean is None


def test_the_other_words_decide_which_was_meant(tmp_path: Path) -> None:
    said = ["He put it there"] * 5 + ["Putin rules Russia"] * 2
    engine = an_engine(tmp_path, [an_entry(n, text) for n, text in enumerate(said)])
    meant = [engine.search(SearchRequest(q=q)).query.did_you_mean for q in ("putn", "putn russia")]
    engine.close()
    assert meant == [DidYouMean(q="put", total=5), DidYouMean(q="putin russia", total=2)]


@pytest.mark.parametrize(("times", "meant"), [(99, None), (100, DidYouMean(q="muller", total=100))])
def test_a_word_that_is_there_may_still_be_a_slip(tmp_path: Path, times: int, meant: DidYouMean | None) -> None:
    said = [an_entry(n, "Muller spoke") for n in range(times)]
    engine = an_engine(tmp_path, [*said, an_entry(1000, "Mueller spoke")])
    assert engine.search(SearchRequest(q="mueller")).query.did_you_mean == meant
    engine.close()


def test_groups_are_counted_where_groups_are_asked_for(tmp_path: Path) -> None:
    engine = an_engine(tmp_path, [an_entry(n, "Government", variant_id=f"v{n % 2}") for n in range(6)])
    meant = engine.search(SearchRequest(q="goverment", group="variant")).query.did_you_mean
    engine.close()
    assert meant == DidYouMean(q="government", total=2)


@st.composite
def mistyped(draw: st.DrawFn) -> str:
    """Some of the words of a text, most of them with a mistake."""
    said = [token.exact for token in words(draw(st.sampled_from(SAID)))]
    chosen = draw(st.lists(st.sampled_from(said), min_size=1, max_size=4))
    typed = []
    for word in chosen:
        at = draw(st.integers(0, len(word)))
        letter = draw(st.sampled_from(["", *string.ascii_lowercase]))
        typed.append(word[:at] + letter + word[at + draw(st.integers(0, 1)) :])
    mark = draw(st.sampled_from(["", "", '"', "“"]))
    return mark + draw(st.sampled_from([" ", " OR ", "  "])).join(typed) + mark


@given(mistyped(), st.sampled_from(["all", "quote", "context"]), st.sampled_from([(), ("Gull",), ("Nobody",)]))
@settings(deadline=None, derandomize=True, max_examples=80)
def test_what_is_offered_finds_more(engine: Engine, typed: str, within: str, source: tuple[str, ...]) -> None:
    request = SearchRequest(q=typed, within=within, source=source)  # type: ignore[arg-type]
    page = engine.search(request)
    meant = page.query.did_you_mean
    if meant:
        assert meant.total > page.total
        assert engine.search(dataclasses.replace(request, q=meant.q)).total == meant.total


PIECES = [*"abtx 'é“\"()*:-~%\n\ud800ж1東", "OR ", "tax ", "speaker:", 'source:"', "goverment ", "sanctoins"]
AWKWARD = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)


@given(AWKWARD)
@settings(deadline=None, derandomize=True, max_examples=150)
def test_whatever_is_typed_is_answered(engine: Engine, typed: str) -> None:
    page = engine.search(SearchRequest(q=typed))
    if page.query.did_you_mean:
        assert engine.search(SearchRequest(q=page.query.did_you_mean.q)).total > page.total
    engine.suggest(SuggestRequest(q=typed))
    engine.facet_values(SearchRequest(q=typed), "speaker", typed)


@pytest.mark.parametrize("word", sorted({word for text in SAID for word in exact_words(text) if len(word) > 4}))
def test_two_letters_exchanged_are_always_understood(engine: Engine, word: str) -> None:
    if word == "1995":
        return
    typed = word[:2] + word[3] + word[2] + word[4:]
    if typed != word and not engine.search(SearchRequest(q=typed)).total:
        assert engine.search(SearchRequest(q=typed)).query.did_you_mean is not None


def test_segments_are_taken_together() -> None:
    first, second = entries()[:7], entries()
    with a_core(first, second, [*second, an_entry(99, "Governments fall", date="2022-01-01")]) as core:
        assert len(core._lists) > 1
        (item,) = suggestions(core, SuggestRequest(q="gov", kind=("word",))).items
        assert (item.value, item.count) == ("government", 3)


def test_what_was_deleted_is_not_offered() -> None:
    everything = entries()
    kept = [entry for entry in everything if "overnment" not in entry.text]
    with a_core(everything, kept) as core:
        assert core.rows == len(kept)
        assert suggestions(core, SuggestRequest(q="gov", kind=("word",))).items == ()
        assert [item.label for item in suggestions(core, SuggestRequest(q="mark", kind=("speaker",))).items] == [
            "Mark Brook",
            "Mark Esper",
        ]


def test_a_time_limit_ends_the_search_not_the_guess(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = an_engine(tmp_path, entries())
    answer, asked = engine.core.answer, []

    def slow(question: object) -> object:
        asked.append(question)
        if len(asked) > 1:
            raise TimeLimitError(10)
        return answer(question)  # type: ignore[arg-type]

    monkeypatch.setattr(engine.core, "answer", slow)
    page = engine.search(SearchRequest(q="goverment"))
    engine.close()
    assert (page.total, page.query.did_you_mean, len(asked)) == (0, None, 2)


# While typing.


@pytest.mark.parametrize(
    ("typed", "kind", "items"),
    [
        ("go", "word", [("government", 2)]),
        ("Go", "word", [("Government", 2)]),
        ("tax", "word", [("tax", 3), ("taxation", 1)]),
        ("taxa", "word", [("taxation", 1)]),
        ("tax cu", "word", [("tax cuts", 2)]),
        ('"tax cu', "word", [('"tax cuts"', 2)]),
        ("“TAX cu", "word", [('“TAX cuts"', 2)]),
        ("no sanct", "word", []),
        ("sanctions wi", "word", [("sanctions will", 1)]),
        ("iran sanct", "word", [("iran sanctions", 1)]),
        ("well-kn", "word", [("well-known", 1)]),
        ("tax ", "word", []),
        ("speaker:go", "word", []),
        ("", "word", []),
        ("…", "word", []),
        ("'s", "word", []),
        ("нов", "word", [("новости", 1)]),
        ("199", "word", [("1995", 1)]),
        ("mar", "speaker", [("Mark Brook", 3), ("Mark Esper", 3), ("Marta Oyelaran", 2)]),
        ("esp", "speaker", [("Mark Esper", 3), ("Jane Esper", 1)]),
        ("mark e", "speaker", [("Mark Esper", 3)]),
        ("OBRIEN", "speaker", [("Ann O'Brien", 3)]),
        ("marc espr", "speaker", [("Mark Esper", 3)]),
        ("zzzz", "speaker", []),
        ("gull", "source", [("Gull", 7), ("The Gull", 1)]),
        ("Gulll", "source", [("Gull", 7)]),
        ("", "source", [("Gull", 7), ("Tern", 7), ("The Gull", 1)]),
    ],
)
def test_what_begins_so(engine: Engine, typed: str, kind: str, items: list[tuple[str, int]]) -> None:
    found = engine.suggest(SuggestRequest(q=typed, kind=(kind,))).items  # type: ignore[arg-type]
    assert [(item.label, item.count) for item in found] == items
    assert {item.kind for item in found} <= {kind}


def test_without_a_kind_all_are_given(engine: Engine) -> None:
    found = engine.suggest(SuggestRequest(q="t", limit=2)).items
    assert [(item.kind, item.value) for item in found] == [
        ("source", "Tern"),
        ("source", "The Gull"),
        ("word", "tax"),
        ("word", "the"),
    ]


@given(st.sampled_from(SAID), st.integers(0, 30), st.integers(1, 5))
@settings(deadline=None, derandomize=True, max_examples=50)
def test_a_suggestions_count_is_what_it_finds(engine: Engine, text: str, cut: int, limit: int) -> None:
    typed = text[: cut % len(text) + 1]
    for item in engine.suggest(SuggestRequest(q=typed, limit=limit)).items:
        chosen = {"q": item.value} if item.kind == "word" else {item.kind: (item.value,)}
        assert engine.search(SearchRequest(**chosen)).total == item.count > 0  # type: ignore[arg-type]


def test_the_commonest_words_are_given() -> None:
    rng = random.Random(1)
    syllables = ["ba", "be", "bo", "du", "di", "s"]
    texts = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(1200)]
    made = [an_entry(n, " ".join(texts[n : n + 3]), date=f"2020-01-{n % 28 + 1:02}") for n in range(1200)]
    having = collections.Counter(stem for entry in made for stem in {token.stem for token in words(entry.text)})
    forms = collections.defaultdict(set)
    for token in words(" ".join(texts)):
        forms[token.stem].add(token.exact)
    # Most rows of the second segment have other words than those of the first.
    with a_core(made[:900], made) as core:
        assert len(core._lists) == 2
        for typed in ["b", "d", "s", "ba", "bad", "bas", "dudu", "didis"]:
            fitting = [stem for stem in forms if any(form.startswith(typed) for form in forms[stem])]
            expected = sorted((having[stem] for stem in fitting), reverse=True)
            for limit in (1, 3, 40):
                found = suggestions(core, SuggestRequest(q=typed, kind=("word",), limit=limit)).items
                assert [item.count for item in found] == expected[:limit]


@pytest.mark.parametrize(
    ("values", "parameter"),
    [({"q": "x" * 1001}, "q"), ({"kind": ("verb",)}, "kind"), ({"limit": 101}, "limit"), ({"limit": -1}, "limit")],
)
def test_wrong_values_are_named(values: dict[str, object], parameter: str) -> None:
    with pytest.raises(RequestError) as error:
        SuggestRequest(**values)  # type: ignore[arg-type]
    assert error.value.parameter == parameter


def test_an_empty_index_suggests_nothing(tmp_path: Path) -> None:
    engine = an_engine(tmp_path, [])
    assert engine.suggest(SuggestRequest(q="go")).items == ()
    assert engine.search(SearchRequest(q="goverment speaker:x")).query.did_you_mean is None
    engine.close()


# Values of a facet.


@pytest.mark.parametrize(
    "request_",
    [
        SearchRequest(),
        SearchRequest(q="tax OR sanctions"),
        SearchRequest(q="tax", speaker=("mark-esper",)),
        SearchRequest(source=("Tern",), speaker=("Esper",)),
        SearchRequest(date_from="2021"),
        SearchRequest(q="zebra"),
    ],
)
@pytest.mark.parametrize("beginning", ["", "m", "es", "mark b", "zz"])
@pytest.mark.parametrize("name", ["speaker", "source"])
def test_facet_values_are_those_of_the_whole_facet(
    engine: Engine, request_: SearchRequest, beginning: str, name: str
) -> None:
    def fits(label: str) -> bool:
        *whole, last = exact_words(beginning) or [""]
        said = exact_words(label)
        return set(whole) <= set(said) and any(word.startswith(last) for word in said)

    every = engine.search(dataclasses.replace(request_, facets=(name,), facet_limit=1000)).facets[name]
    named = dataclasses.replace(request_, facet_limit=2)
    found = engine.facet_values(named, name, beginning)
    fitting = [item for item in every.items if item.count and (fits(item.label) or item.value == "Esper")]
    if "Esper" not in request_.speaker or name != "speaker":
        assert sorted(item.count for item in fitting)[-2:] == sorted(item.count for item in found.items)
        assert found.more == (len(fitting) > 2)
    assert found.missing == every.missing
    assert all(fits(item.label) and item.count for item in found.items)
    assert [item.selected for item in found.items] == [
        ("Esper" in item.label and name == "speaker" and bool(request_.speaker) and item.value != "jane-esper")
        or (item.value == "jane-esper" and "Esper" in request_.speaker)
        or item.value in getattr(request_, name)
        for item in found.items
    ]


def test_only_values_are_looked_through(engine: Engine) -> None:
    with pytest.raises(NotFoundError, match="there is no facet 'date'"):
        engine.facet_values(SearchRequest(), "date", "20")


def test_the_values_of_a_few_rows(engine: Engine) -> None:
    core = engine.core  # type: ignore[attr-defined]
    found = facet_values(core, SearchRequest(q="sanctions"), "speaker", "")
    assert {item.label: item.count for item in found.items} == {"Mark Esper": 1, "Mark Brook": 1}
