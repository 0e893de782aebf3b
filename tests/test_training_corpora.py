"""The readers of the training corpora: small inputs in each corpus's own format, and a part of the real ones."""

import gzip
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.errors import ReadError, UsageError
from scripts.training import corpora
from scripts.training.corpora import Link, Text
from scripts.training.texts import join, merged, untitled

Reader = Callable[[Path], Iterator[Text]]
READERS: list[Reader] = [
    corpora.polnear_silver,
    corpora.gum,
    corpora.gap_validation,
    corpora.gap_development,
    corpora.uner,
    corpora.crossner,
]


def called(text: Text) -> list[tuple[str, str]]:
    """The names as words, with their kinds."""
    return [(text.text[start:end], kind) for start, end, kind in text.names or []]


def pairs(text: Text) -> list[tuple[str, str, list[str], list[str]]]:
    """The links as words: span, what stands up to the head's end, right, wrong."""
    words = text.text
    return [
        (
            words[link.start : link.end],
            words[link.start : link.head],
            [words[a:b] for a, b in link.right],
            [words[a:b] for a, b in link.wrong],
        )
        for link in text.links
    ]


def written(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        with gzip.open(path, "wt", encoding="utf-8") as handle:
            handle.write(content)
    else:
        path.write_text(content, encoding="utf-8")


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_a_missing_corpus_is_named(tmp_path: Path, reader: Reader) -> None:
    with pytest.raises(UsageError, match=f"^{tmp_path}.*not there|^{tmp_path}.* there; give the folder"):
        next(reader(tmp_path))


@pytest.mark.parametrize(
    ("forms", "text"),
    [
        ("It rained , she said .", "It rained, she said."),
        ("the ( old ) mill 's owner", "the (old) mill's owner"),
        ('He said " no " twice', 'He said "no" twice'),
        ("they do n't pay $ 5 %", "they don't pay $5%"),
        ("Orlo ' s cart ...", "Orlo's cart..."),
    ],
)
def test_tokens_are_joined_as_one_writes(forms: str, text: str) -> None:
    tokens = forms.split()
    joined, spans = join(tokens)
    assert joined == text
    assert [joined[start:end] for start, end in spans] == tokens


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("Mr. Varga", 1),
        ("Ines Varga", 0),
        ("former Vice President Ines Varga", 3),
        ("President", 1),
        ("Prince", 0),
        ("Sen. Varga", 1),
    ],
)
def test_titles_before_a_name_are_counted(name: str, titles: int) -> None:
    assert untitled(name.split()) == titles


def test_of_overlapping_names_the_longer_stays() -> None:
    assert merged([(14, 20, "place"), (0, 20, "organization"), (30, 35, "person")]) == [
        (0, 20, "organization"),
        (30, 35, "person"),
    ]


# --- GAP -------------------------------------------------------------------------------------------------------------

GAP = "ID\tText\tPronoun\tPronoun-offset\tA\tA-offset\tA-coref\tB\tB-offset\tB-coref\tURL\n"


def gap_row(text: str, a: str, b: str, coref: tuple[str, str], offset: int | None = None) -> str:
    at = text.index("she") if offset is None else offset
    return "\t".join(
        ["v-1", text, "she", str(at), a, str(text.index(a)), coref[0], b, str(text.index(b)), coref[1], "x"]
    )


@pytest.mark.parametrize(
    ("coref", "right", "wrong"),
    [
        (("TRUE", "FALSE"), ["Mirela"], ["Odile"]),
        (("FALSE", "TRUE"), ["Odile"], ["Mirela"]),
        (("FALSE", "FALSE"), [], ["Mirela", "Odile"]),
    ],
)
def test_gap_says_who_it_is_and_who_not(
    tmp_path: Path, coref: tuple[str, str], right: list[str], wrong: list[str]
) -> None:
    row = gap_row('Mirela “ran”; Odile knew that she "won.', "Mirela", "Odile", coref)
    written(tmp_path / "gap" / "gap-validation.tsv", GAP + row + "\n")
    (text,) = corpora.gap_validation(tmp_path)
    assert text.names is None
    assert pairs(text) == [("she", "she", right, wrong)]


def test_gap_with_a_wrong_offset_names_the_line(tmp_path: Path) -> None:
    row = gap_row("Mirela met Odile and she left.", "Mirela", "Odile", ("TRUE", "FALSE"), offset=3)
    written(tmp_path / "gap" / "gap-validation.tsv", GAP + row + "\n")
    with pytest.raises(ReadError, match=r"gap-validation\.tsv, line 2: .*'she' does not stand at 3"):
        list(corpora.gap_validation(tmp_path))


# --- Universal NER and CrossNER --------------------------------------------------------------------------------------


def test_uner_keeps_the_text_as_it_was_written(tmp_path: Path) -> None:
    written(
        tmp_path / "uner-ewt" / "dev.iob2",
        "# newdoc id = mill\n# text = Dr. Orlo  Pank(of Lowick)\n1\tDr.\tB-PER\t-\t-\n2\tOrlo\tI-PER\t-\t-\n"
        "3\tPank\tI-PER\t-\t-\n4\t(\tO\t-\t-\n5\tof\tO\t-\t-\n6\tLowick\tB-LOC\t-\t-\n7\t)\tO\t-\t-\n\n"
        "# text = Millers' Guild\n1\tMillers\tB-ORG\t-\t-\n2\t'\tI-ORG\t-\t-\n3\tGuild\tI-ORG\t-\t-\n\n"
        "# newdoc id = rain\n# text = Rain.\n1\tRain\tO\t-\t-\n2\t.\tO\t-\t-\n",
    )
    mill, rain = corpora.uner(tmp_path)
    assert (mill.id, mill.text) == ("uner:mill", "Dr. Orlo  Pank(of Lowick) Millers' Guild")
    assert called(mill) == [("Orlo  Pank", "person"), ("Lowick", "place"), ("Millers' Guild", "organization")]
    assert (rain.text, rain.names) == ("Rain.", [])


def test_crossner_types_become_the_four_kinds(tmp_path: Path) -> None:
    rows = [
        *[("Senator", "B-politician"), ("Orlo", "I-politician"), ("Pank", "I-politician"), ("of", "O")],
        *[("Lowick", "B-location"), (",", "O"), ("Borduria", "B-country"), (",", "O"), ("left", "O"), ("the", "O")],
        *[("Reed", "B-politicalparty"), ("Party", "I-politicalparty"), ("after", "O"), ("the", "O")],
        *[("1931", "B-election"), ("election", "I-election"), (".", "O")],
    ]
    content = "".join(f"{form}\t{tag}\n" for form, tag in rows) + "\nRain\tO\n"
    written(tmp_path / "crossner-politics" / "train.txt", content)
    first, second = corpora.crossner(tmp_path)
    assert first.text == "Senator Orlo Pank of Lowick, Borduria, left the Reed Party after the 1931 election."
    assert called(first) == [
        ("Orlo Pank", "person"),
        ("Lowick", "place"),
        ("Borduria", "place"),
        ("Reed Party", "organization"),
        ("1931 election", "other"),
    ]
    assert second.text == "Rain"


def test_a_line_without_its_tag_is_named(tmp_path: Path) -> None:
    written(tmp_path / "crossner-politics" / "train.txt", "Rain\tO\nfell\n")
    with pytest.raises(ReadError, match=r"train\.txt, line 2"):
        list(corpora.crossner(tmp_path))


# --- GUM -------------------------------------------------------------------------------------------------------------

ENTITY = "# global.Entity = GRP-etype-infstat-salience-centering-minspan-link-identity\n"


def conllu(rows: str) -> str:
    """A sentence from lines of number, form, tag, governor and MISC."""
    lines = []
    for line in rows.strip().splitlines():
        number, form, tag, head, misc = line.split()
        lines.append("\t".join([number, form, "_", tag, "_", "_", head, "_", "_", misc]))
    return "\n".join(lines) + "\n\n"


DOCTOR = conllu("""
    1 Dr. PROPN 2 Entity=(1-person-new-n-cf1-1,2-coref
    2 Pank PROPN 4 Entity=1)
    3-4 isn't _ _ _
    3 is AUX 4 _
    4 n't PART 0 _
    5 from ADP 4 _
    6 Lowick PROPN 8 Entity=(3-organization-new-n-cf2-1,2-coref(2-place-new-n-cf3-1-coref)
    7 Mill PROPN 4 Entity=3)|SpaceAfter=No
    8 . PUNCT 4 _
""").replace("Lowick\t_\tPROPN\t_\t_\t8", "Lowick\t_\tPROPN\t_\t_\t7")
LATER = conllu("""
    1 She PRON 2 Entity=(1-person-giv:act-n-cf1-1-ana)
    2 liked VERB 0 _
    3 the DET 4 Entity=(3-organization-giv-n-cf2-2-coref
    4 firm NOUN 2 _
    5 that PRON 6 _
    6 ground VERB 4 Entity=3)
    7 and CCONJ 8 _
    8 it PRON 2 Entity=(9-event-new-n-cf3-1-ana)|SpaceAfter=No
    9 . PUNCT 2 _
""")


def gum_file(tmp_path: Path, *documents: tuple[str, list[str]]) -> None:
    parts = []
    for name, sentences in documents:
        parts.append(f"# newdoc id = {name}\n{ENTITY}# newpar\n" + "# newpar\n".join(sentences))
    written(tmp_path / "gum" / "train.conllu.gz", "".join(parts))


def test_gum_gives_text_names_and_links(tmp_path: Path) -> None:
    gum_file(tmp_path, ("GUM_bio_pank", [DOCTOR, LATER]))
    (text,) = corpora.gum(tmp_path)
    assert text.text == "Dr. Pank isn't from Lowick Mill.\nShe liked the firm that ground and it."
    assert called(text) == [("Pank", "person"), ("Lowick Mill", "organization")]
    assert pairs(text) == [
        ("She", "She", ["Pank"], []),
        ("the firm", "the firm", ["Lowick Mill"], []),
        ("it", "it", [], []),
    ]


def test_gum_news_is_left_out(tmp_path: Path) -> None:
    gum_file(tmp_path, ("GUM_news_mill", [DOCTOR]), ("GUM_bio_pank", [DOCTOR]))
    assert [text.id for text in corpora.gum(tmp_path)] == ["gum:GUM_bio_pank"]


@pytest.mark.parametrize(
    "misc", ["Entity=4)", "Entity=(4)"], ids=["a bracket that was never opened", "a bracket without its type"]
)
def test_gum_with_broken_brackets_is_refused(tmp_path: Path, misc: str) -> None:
    gum_file(tmp_path, ("GUM_bio_pank", [conllu(f"1 Pank PROPN 0 {misc}")]))
    with pytest.raises(ReadError, match=r"train\.conllu\.gz, the sentence before line 5"):
        list(corpora.gum(tmp_path))


# --- PolNeAR with CoreNLP's analysis ---------------------------------------------------------------------------------


def silver(tmp_path: Path, sentences: list[str], chains: list[list[tuple[int, int, int]]]) -> Text:
    """The one article made of sentences of form/tag/entity/governor/relation, read back."""
    text, rows = "", []
    for sentence in sentences:
        row = []
        for word in sentence.split():
            form, tag, entity, head, relation = word.split("|")
            text += "" if not text or form in (".", ",", "'s") else " "
            label = {"P": "PERSON", "O": "ORGANIZATION", "L": "LOCATION", "M": "MISC"}.get(entity, "O")
            row.append([len(text), len(text) + len(form), tag, label, form.lower(), int(head), relation])
            text += form
        rows.append(row)
    coref = [[[*mention, int(number == 0)] for number, mention in enumerate(chain)] for chain in chains]
    line = json.dumps({"article_id": "a", "sentences": rows, "coref": coref})
    written(tmp_path / "polnear" / "corenlp" / "train.jsonl.gz", line + "\n")
    written(tmp_path / "polnear" / "train" / "text" / "a.txt", text)
    (article,) = corpora.polnear_silver(tmp_path)
    assert article.id == "polnear:a"
    return article


VARGA = "Ms.|NNP|P|3|compound Ines|NNP|P|3|compound Varga|NNP|P|4|nsubj spoke|VBD|-|0|root .|.|-|4|punct"


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        (VARGA, [("Ines Varga", "person")]),
        (
            "Varga|NNP|P|3|poss 's|POS|P|1|case Pank|NNP|P|4|nsubj left|VBD|-|0|root",
            [("Varga", "person"), ("Pank", "person")],
        ),
        (
            "the|DT|O|2|det Reed|NNP|O|0|root “|``|O|2|punct Party|NNP|O|2|dep",
            [("Reed", "organization"), ("Party", "organization")],
        ),
        ("pro-mill|JJ|M|2|amod Bordurian|JJ|M|0|root", [("Bordurian", "other")]),
        ("President|NNP|P|2|nsubj left|VBD|-|0|root", []),
        (
            f"{VARGA} Then|RB|-|3|advmod Varga|NNP|-|3|nsubj left|VBD|-|0|root",
            [("Ines Varga", "person"), ("Varga", "person")],
        ),
        (f"{VARGA} Varga|NNP|-|2|compound Tower|NNP|-|0|root", [("Ines Varga", "person")]),
    ],
    ids=["title", "owner", "mark inside", "small letter", "title alone", "surname unseen", "part of another name"],
)
def test_silver_names_are_mended(tmp_path: Path, sentence: str, names: list[tuple[str, str]]) -> None:
    assert called(silver(tmp_path, [sentence], [])) == names


def one(word: str, tag: str = "PRP") -> str:
    return f"{word}|{tag}|-|2|nsubj left|VBD|-|0|root .|.|-|2|punct"


@pytest.mark.parametrize(
    ("second", "mention", "links"),
    [
        (one("She"), (1, 0, 1), [("She", "She", ["Ines Varga"], [])]),
        (one("It"), (1, 0, 1), []),
        (one("He"), (1, 0, 1), []),
        (
            "The|DT|-|3|det Bordurian|JJ|M|3|amod senator|NN|-|4|nsubj left|VBD|-|0|root",
            (1, 0, 3),
            [("The Bordurian senator", "The Bordurian senator", ["Ines Varga"], [])],
        ),
        ("The|DT|-|2|det spokesman|NN|-|3|nsubj left|VBD|-|0|root", (1, 0, 2), []),
        ("The|DT|-|2|det point|NN|-|3|nsubj left|VBD|-|0|root", (1, 0, 2), []),
        ("A|DT|-|2|det senator|NN|-|3|nsubj left|VBD|-|0|root", (1, 0, 2), []),
    ],
    ids=["she", "it of a person", "he of a woman", "description", "a man's role", "no person's role", "some senator"],
)
def test_silver_links_that_can_be_true_are_kept(
    tmp_path: Path, second: str, mention: tuple[int, int, int], links: list[tuple[str, str, list[str], list[str]]]
) -> None:
    assert pairs(silver(tmp_path, [VARGA, second], [[(0, 0, 3), mention]])) == links


BODY = "Reed|NNP|O|2|compound Party|NNP|O|3|nsubj raised|VBD|-|0|root {}|PRP$|-|5|poss fee|NN|-|3|dobj"


@pytest.mark.parametrize(
    ("first", "chain", "right"),
    [
        (BODY.format("its"), [(0, 0, 2), (0, 3, 4)], ["Reed Party"]),
        (BODY.format("his"), [(0, 0, 2), (0, 3, 4)], None),
        (BODY.format("its"), [(0, 0, 2), (1, 0, 1)], None),
    ],
    ids=["its", "his of a body", "it in a later sentence"],
)
def test_a_body_has_only_its_own_pronouns(
    tmp_path: Path, first: str, chain: list[tuple[int, int, int]], right: list[str] | None
) -> None:
    found = pairs(silver(tmp_path, [first, one("It")], [chain]))
    assert found == ([] if right is None else [("its", "its", right, [])])


def test_all_names_of_the_person_are_right(tmp_path: Path) -> None:
    article = silver(tmp_path, [VARGA, one("She"), one("Varga", "NNP")], [[(0, 0, 3), (1, 0, 1)]])
    assert pairs(article) == [("She", "She", ["Ines Varga", "Varga"], [])]


RAIN = "Rain|NN|-|2|nsubj fell|VBD|-|0|root .|.|-|2|punct"
ADA = "Ada|NNP|P|2|compound Pank|NNP|P|3|nsubj spoke|VBD|-|0|root .|.|-|3|punct"


@pytest.mark.parametrize(
    ("sentences", "chain", "right"),
    [
        ([VARGA, ADA, one("She")], [(0, 0, 3), (1, 0, 2), (2, 0, 1)], None),
        ([VARGA, RAIN, RAIN, ADA, one("She")], [(0, 0, 3), (3, 0, 2), (4, 0, 1)], ["Ada Pank"]),
        ([VARGA, ADA, RAIN, RAIN, RAIN, one("She")], [(0, 0, 3), (1, 0, 2), (5, 0, 1)], None),
    ],
    ids=["both near", "one near", "none near"],
)
def test_a_chain_of_two_people_counts_only_near_one_of_them(
    tmp_path: Path, sentences: list[str], chain: list[tuple[int, int, int]], right: list[str] | None
) -> None:
    found = pairs(silver(tmp_path, sentences, [chain]))
    assert found == ([] if right is None else [("She", "She", right, [])])


TOM = "Tom|NNP|P|2|compound Varga|NNP|P|3|nsubj spoke|VBD|-|0|root .|.|-|3|punct"
TITLED = "{}|NNP|-|2|compound Varga|NNP|P|3|nsubj left|VBD|-|0|root .|.|-|3|punct"


@pytest.mark.parametrize(
    ("later", "right"),
    [
        (TITLED.format("Mrs."), ["Ines Varga", "Varga"]),
        (TITLED.format("Mr."), ["Ines Varga"]),
        (one("Varga", "NNP"), ["Ines Varga", "Varga"]),
    ],
    ids=["her title", "his title", "no title: the one named first"],
)
def test_a_surname_that_two_share_goes_to_one(tmp_path: Path, later: str, right: list[str]) -> None:
    ines = VARGA.replace("Ms.", "Mrs.")
    article = silver(tmp_path, [ines, one("She"), TOM, later], [[(0, 0, 3), (1, 0, 1)]])
    assert pairs(article) == [("She", "She", right, [])]


def test_a_name_of_the_other_gender_in_the_chain_is_not_right(tmp_path: Path) -> None:
    varga = "{}|NNP|-|2|compound Varga|NNP|P|3|nsubj left|VBD|-|0|root .|.|-|3|punct"
    sentences = [varga.format("Mr."), varga.format("Mr."), varga.format("Mrs."), one("He")]
    article = silver(tmp_path, sentences, [[(0, 0, 2), (1, 0, 2), (2, 0, 2), (3, 0, 1)]])
    ((_, _, right, _),) = pairs(article)
    assert len(right) == 2
    assert (article.links[0].right[-1][0]) < article.text.index("Mrs.")


def test_who_after_a_name_stands_for_it(tmp_path: Path) -> None:
    sentence = "Pank|NNP|P|5|nsubj ,|,|-|1|punct who|WP|-|4|nsubj spoke|VBD|-|1|acl:relcl left|VBD|-|0|root"
    assert pairs(silver(tmp_path, [sentence], [])) == [("who", "who", ["Pank"], [])]


def test_an_analysis_that_does_not_fit_its_text_names_the_line(tmp_path: Path) -> None:
    silver(tmp_path, [VARGA], [])
    written(tmp_path / "polnear" / "train" / "text" / "a.txt", "Ms. Ines")
    with pytest.raises(ReadError, match=r"train\.jsonl\.gz, line 1: .*no word stands at 9"):
        list(corpora.polnear_silver(tmp_path))


def test_an_analysed_text_that_is_missing_is_named(tmp_path: Path) -> None:
    silver(tmp_path, [VARGA], [])
    (tmp_path / "polnear" / "train" / "text" / "a.txt").unlink()
    with pytest.raises(UsageError, match=r"a\.txt: not there"):
        list(corpora.polnear_silver(tmp_path))


def test_silver_has_no_test_part(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="part 'test'"):
        next(corpora.polnear_silver(tmp_path, "test"))


# --- the real corpora ------------------------------------------------------------------------------------------------


def fits(text: Text, link: Link) -> bool:
    """Whether a link's span, head and names stand on words of the text."""
    inside = link.start < link.head <= link.end <= len(text.text)
    ends = text.text[link.head - 1].isspace() or text.text[link.start].isspace()
    names = {(start, end) for start, end, _ in text.names} if text.names is not None else None
    known = names is None or set(link.right) <= names
    return inside and not ends and known and not set(link.right) & set(link.wrong)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("reader", "sample", "least_names", "least_links"),
    [
        (corpora.polnear_silver, 30, 1000, 200),
        (corpora.gum, 20, 500, 300),
        (corpora.gap_validation, 454, 0, 454),
        (corpora.uner, 300, 500, 0),
        (corpora.crossner, 200, 1000, 0),
    ],
    ids=["polnear", "gum", "gap", "uner", "crossner"],
)
def test_the_real_corpus_reads_as_it_should(
    shared: Path, reader: Reader, sample: int, least_names: int, least_links: int
) -> None:
    texts = list(itertools.islice(reader(shared / "data"), sample))
    assert len(texts) == sample
    assert len({text.id for text in texts}) == sample
    for text in texts:
        words = [text.text[start:end] for start, end, _ in text.names or []]
        assert all(word and word == word.strip() for word in words)
        assert {kind for _, _, kind in text.names or []} <= {"person", "organization", "place", "other"}
        assert all(fits(text, link) for link in text.links)
        assert merged(text.names or []) == (text.names or [])
    assert sum(len(text.names or []) for text in texts) >= least_names
    assert sum(len(text.links) for text in texts) >= least_links
