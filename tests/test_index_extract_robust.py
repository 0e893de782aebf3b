"""What articles do to an extractor: marks of every kind, marks that are wrong, other forms than prose, and sheer size.

What pairs with what is tried in test_index_extract_marks.py; here it is whole articles in, quotations out. Whatever
comes in, every place gives its words, and a quotation with marks is never cut inside them.
"""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.extract.marks import paragraphs, quoted_stretches
from index.extract.pipeline import extract
from index.records import Article, Quotation, joined_text


def quotations(text: str) -> list[Quotation]:
    """The text's quotations, after a look at whether they are sound."""
    found = extract(Article(id="a", text=text))
    assert [q.content[0] for q in found] == sorted(q.content[0] for q in found)
    stretches = [(s.start, s.end) for s in quoted_stretches(text)]
    for q in found:
        assert q.content
        assert list(q.content) == sorted(q.content)
        assert q.text == joined_text(text, q.content)
        for start, end in (*q.content, *q.cue, *q.source):
            assert 0 <= start < end <= len(text)
            assert text[start:end].strip() == text[start:end]
        for start, end in q.content:
            inside = [(a, b) for a, b in stretches if a < end and start < b]
            assert all(start <= a and b <= end for a, b in inside), "cut inside its marks"
        assert 0 <= q.confidence <= 1
        assert (q.speaker is None) == (q.speaker_type == "unknown")
    return found


def holding(text: str, words: str) -> list[Quotation]:
    """The quotations of which one piece holds these words, the first time that they stand in the text."""
    start = text.index(words)
    return [q for q in quotations(text) if any(a <= start and start + len(words) <= b for a, b in q.content)]


@pytest.mark.parametrize(
    "quoted",
    [
        "“The water came at night,”",
        '"The water came at night,"',
        "«The water came at night,»",
        "« The water came at night, »",
        "„The water came at night,“",
        "»The water came at night,«",
        "``The water came at night,''",
        "‘The water came at night,’",
        "'The water came at night,'",
        "‘‘The water came at night,’’",
        "'The boys' boat wasn't there; it's gone since the '90s,'",
        "“The wall is 12' high and 6'2\" wide,”",
        "“He told me ‘the water came at night’ and left,”",
        "“[The water] came … at night (so they say),”",
        "“The water… came at night...,”",
    ],
)
def test_every_kind_of_mark(quoted: str) -> None:
    text = f"It rained for a week in the valley. {quoted} Ann Lee said on Monday. Nobody was hurt."
    assert [q.speaker for q in holding(text, quoted)] == ["Ann Lee"]


@pytest.mark.parametrize(
    "quoted",
    [
        "”The water came at night,”",
        "“The water came at night,“",
        '“The water came at night,"',
        "The water came at night,”",
    ],
    ids=["opens turned", "closes turned", "closes straight", "not opened"],
)
def test_a_mark_that_is_wrong(quoted: str) -> None:
    text = f"It rained for a week in the valley.\n\n{quoted} Ann Lee said on Monday.\n\nNobody was hurt."
    assert [q.speaker for q in holding(text, "The water came at night,")] == ["Ann Lee"]


@pytest.mark.parametrize("mark", ["“", '"', "«", "‘", "``", "„"])
def test_a_missing_mark_swallows_no_other_paragraph(mark: str) -> None:
    text = f"It rained.\n\nAnn Lee said {mark}the water came at night.\n\nThe road is closed.\n\nThe bridge holds."
    first, stop = paragraphs(text)[1]
    assert all(first <= start and end <= stop for q in quotations(text) for start, end in q.content)


@pytest.mark.parametrize(
    "text",
    [
        "“The water came at night.\n\n“It took the bridge,” Ann Lee said.\n\nThe road is closed.",
        "“The water came at night.\n\nIt took the bridge,” Ann Lee said.\n\nThe road is closed.",
        '"The water came at night.\n\n"It took the bridge," Ann Lee said.\n\nThe road is closed.',
    ],
    ids=["reopened", "not reopened", "straight"],
)
def test_a_quotation_over_paragraphs_is_one_person_s(text: str) -> None:
    for words in ("The water came at night.", "It took the bridge,"):
        assert {q.speaker for q in holding(text, words)} == {"Ann Lee"}


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        (
            "“Thank you @RiverWatch for the #flood maps https://example.org/a?b=c&d=“e”,” Ann Lee tweeted.",
            "Thank you @RiverWatch for the #flood maps",
            "Ann Lee",
        ),
        ("ANN LEE: The water came at night.\n\nMARK KELM: Who saw it first?", "The water came at night", "ANN LEE"),
        ("HOW WE SAVED THE BRIDGE\n\n“THE WATER CAME AT NIGHT,” ANN LEE SAID.", "THE WATER CAME AT NIGHT", "ANN LEE"),
        ("“the water came at night,” ann lee said.", "the water came at night", "ann lee"),
        ("PORT ELLERY (Delta Wire) — “The water came at night,” Ann Lee said.", "The water came at night", "Ann Lee"),
        ("“Wasser kam in der Nacht über die Brücke,” said Ann Lee in German.", "Wasser kam in der Nacht", "Ann Lee"),
        ("“המים הגיעו בלילה מעל הגשר,” said Ann Lee.", "המים הגיעו בלילה", "Ann Lee"),
        ("“洪水在夜里到达了桥边,” said Ann Lee.", "洪水在夜里到达了桥边", "Ann Lee"),
        ("“The water 🌊🌊 came 👩‍👩‍👧 at night,” Ann Lee said.", "The water 🌊🌊 came", "Ann Lee"),
        ("“The\x00 water\x07 came\x1b[0m at\u200b night,” Ann Lee said.", "The\x00 water\x07 came", "Ann Lee"),
        ("\ufeff“The water came at night,” Ann Lee said.\r\n\r\nIt rained.\r\n", "The water came at night", "Ann Lee"),
        ("“The water came at night,”\u00a0Ann\u00a0Lee said.", "The water came at night", "Ann Lee"),
        ("- “The water came at night,” Ann Lee said.\n- The road is closed.", "The water came at night", "Ann Lee"),
        ("“The water \ud83d came at night,” Ann Lee said.", "The water \ud83d came", "Ann Lee"),
    ],
    ids=[
        "tweet",
        "transcript",
        "capitals",
        "small letters",
        "dateline",
        "German",
        "Hebrew",
        "Chinese",
        "emoji",
        "control characters",
        "byte order mark and CRLF",
        "hard spaces",
        "list",
        "half a surrogate pair",
    ],
)  # fmt: skip
def test_forms_that_are_no_plain_prose(text: str, words: str, speaker: str) -> None:
    found = holding(text, words)
    assert found
    assert {q.speaker.casefold() for q in found if q.speaker} <= {speaker.casefold(), speaker.split()[-1].casefold()}


@pytest.mark.parametrize(
    "text",
    [
        "Q: When did the water come?\n\nA: It came at night.\n\nQ: Who saw it first?\n\nA: The miller did.",
        "The bridge after the flood on Monday. (Photo: Delta Wire/Ann Lee)",
        "RELATED: “How the bridge was saved” and “Ten rivers to see”\n\nShare this:",
        "• “Rain”\n• “Snow”\n• “Hail”\n\n1. “Wind”\n2. “Fog”",
        "Il a dit : « L’eau est venue la nuit. » – « Non », répondit-elle.",
        "قالت آدا: «جاء الماء ليلا». \u202eabc\u202c “x” said.",
        "“““““Rain””””” said said said Ann Ann. ”“”“",
        "[[[“[Rain]”]]] ((“(he) said”))",
        "“" * 40 + "Rain" + "”" * 40 + " Ann Lee said.",
        "Ann Lee said “‘“‘“‘rain’”’”’”.",
        "\n\n\n“\n\n”\n\n“Rain\n\n”",
        "said.said.said said: “” said ‘’ said «»",
        "\u202e”,niar“ dias eeL nnA\u202c",
        "a" * 5000 + "“" + "b" * 5000 + "” said Ann Lee.",
        "\t \u3000\u2028\u2029\x0b\x0c\x85",
        "’",
        "\x00",
    ],
)
def test_nothing_breaks_it(text: str) -> None:
    quotations(text)


SENTENCES = [
    "“The water came at night,” Ann Lee said.",
    "Mark Kelm told her that “nobody was hurt” in the valley.",
    '"It was loud," he added. "Then it was still."',
    "‘The boys’ boat is gone,’ the miller’s wife said.",
    "According to the ministry, the road is closed.",
    "The so-called “dry year” ended (see [1]).",
    "Q: Who saw it? A: The miller.",
    "She tweeted: “#flood @RiverWatch 🌊”",
]
HARM = [
    "",
    "“",
    "”",
    '"',
    "'",
    "’",
    "«",
    "»",
    "[",
    "]",
    "(",
    "\n",
    "\n\n",
    "\t",
    "🌊",
    "\u200f",
    "\u202e",
    "\x00",
    "\u0301",
    "…",
]


@settings(deadline=None, derandomize=True, max_examples=80)
@given(
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5),
    st.sampled_from([" ", "\n", "\n\n"]),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 3), st.sampled_from(HARM)), max_size=5),
)
def test_articles_with_characters_lost_and_put_in(
    sentences: list[str], between: str, harm: list[tuple[int, int, str]]
) -> None:
    text = between.join(sentences)
    for place, lost, put in harm:
        at = place % (len(text) + 1)
        text = text[:at] + put + text[at + lost :]
    quotations(text)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60), st.text(max_size=20))
def test_whatever_is_quoted_is_given_back(words: str, name: str) -> None:
    text = f"It rained.\n\n“{words}” {name} said.\n\nIt rained."
    for q in quotations(text):
        assert q.text in text or len(q.content) > 1


def seconds(text: str) -> float:
    """This process's own time over a text."""
    started = time.process_time()
    extract(Article(id="a", text=text))
    return time.process_time() - started


NAMES = [f"{first} {last}" for first in ("Ann", "Mark", "Rosa", "Paul") for last in ("Lee", "Kelm", "Ostrow", "Brook")]
PROSE = " ".join(
    f"“The water came on day {k},” {NAMES[k % 16]} said. {NAMES[k * 7 % 16]} added that it was “loud” there, and left."
    for k in range(10)
)


@pytest.mark.parametrize(
    ("piece", "large"),
    [
        (PROSE + " ", 100_000),
        (PROSE + "\n\n", 100_000),
        ("rain", 200_000),
        ("\n", 200_000),
        (" \n", 200_000),
        ("“Rain\n", 20_000),
        ("“", 12_000),
        ('"', 12_000),
        ("'", 12_000),
        ("‘“", 12_000),
        ("(“[", 12_000),
        ("said ", 20_000),
        ("“Who?” he said. ", 20_000),
        ("Ann Lee, ", 20_000),
        ("ANN: ", 20_000),
        ("של ", 12_000),
        ("🌊", 12_000),
        ("的", 20_000),
        ("1,", 20_000),
    ],
    ids=[
        *(
            "prose on one line",
            "prose",
            "one word",
            "lines",
            "blank lines",
            "never closed",
            "curly marks",
            "straight marks",
        ),
        *("apostrophes", "nested marks", "brackets", "cues", "small quotations", "names", "labels", "Hebrew", "emoji"),
        *("Chinese", "digits"),
    ],
)
def test_ten_times_the_text_takes_ten_times_the_time(piece: str, large: int) -> None:
    small = (piece * (large // len(piece) + 1))[: large // 10]
    seconds(small)
    once = max(0.01, min(seconds(small) for _ in range(2)))
    # Quadratic would be a hundred; what is allowed beyond ten is for caches and the collector.
    assert seconds((piece * (large // len(piece) + 1))[:large]) < 30 * once


@pytest.mark.parametrize("text", ["x" * 1_000_000, " " * 1_000_000, "\n" * 1_000_000], ids=["word", "spaces", "lines"])
def test_a_million_characters_without_a_quotation(text: str) -> None:
    assert quotations(text) == []


def test_a_word_of_a_million_letters_hides_no_quotation() -> None:
    text = f"“Rain is due,” Ann Lee said.\n\n{'x' * 1_000_000}\n\n“Snow is due,” Mark Kelm said."
    found = quotations(text)
    assert [(q.text, q.speaker) for q in found] == [("“Rain is due,”", "Ann Lee"), ("“Snow is due,”", "Mark Kelm")]
