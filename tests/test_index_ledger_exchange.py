"""Ledgers that take each other's lines in agree, and nothing that is no correction is taken in."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import saywho
from index.archive import Archive
from index.correcting import Editor, give_speaker, rename, undo
from index.ledger import Correction, conflicts, in_force, standings
from index.ledger_exchange import LineError, carried, from_line, merge, numbered, to_line, to_lines, union
from index.ledger_table import fitted
from index.settings import Settings
from tests.making import EXTRACTOR, a_collection, a_quotation, an_article

Run = Callable[..., tuple[int, str, str]]
MOMENTS = [f"2020-01-01T00:00:0{second}.000000+00:00" for second in range(4)]


@st.composite
def ledgers(draw: st.DrawFn) -> list[list[Correction]]:
    """Three ledgers as they are carried, which have some lines in common: people correct, undo and redo."""
    lines: list[Correction] = []
    for number in range(draw(st.integers(0, 9))):
        who = draw(st.sampled_from(["Noor", "Ames"]))
        entry = f"{draw(st.integers(0, 999)):03}{number:029}"
        earlier = [one for one in lines if one.at < MOMENTS[-1]]
        if earlier and draw(st.booleans()):
            undone = draw(st.sampled_from(earlier))
            at = draw(st.sampled_from([moment for moment in MOMENTS if moment > undone.at]))
            action, subject, value = "undo", undone.entry, None
        else:
            at = draw(st.sampled_from(MOMENTS))
            action = draw(st.sampled_from(["merge", "rename"]))
            subject, value = draw(st.sampled_from("pqr")), draw(st.sampled_from("pqrs"))
        lines.append(
            Correction(number=0, at=at, who=who, why="", action=action, subject=subject, value=value, entry=entry)
        )  # type: ignore[arg-type]
    by_entry = {one.entry: one for one in lines}

    def whole(chosen: set[str]) -> list[Correction]:
        """A ledger has what its undos undo."""
        todo = list(chosen)
        while todo:
            one = by_entry[todo.pop()]
            if one.action == "undo" and one.subject not in chosen:
                chosen.add(one.subject)
                todo.append(one.subject)
        return [one for one in lines if one.entry in chosen]

    return [whole(draw(st.sets(st.sampled_from(sorted(by_entry))))) if lines else [] for _ in range(3)]


@given(ledgers())
def test_a_union_is_one_whatever_the_order(three: list[list[Correction]]) -> None:
    a, b, c = three
    assert union(a, b) == union(b, a)
    assert union(union(a, b), c) == union(a, union(b, c))
    assert union(a, a) == union(a) == union(union(a))


def holding(ledger: list[Correction]) -> list[str]:
    return [one.entry for one in in_force(ledger)]


@given(ledgers())
def test_who_takes_in_whose_lines_first_does_not_matter(three: list[list[Correction]]) -> None:
    def taken_in(*order: list[Correction]) -> list[Correction]:
        ledger: list[Correction] = []
        for lines in order:
            done = merge(ledger, lines)
            assert done.refused == []
            ledger = [*ledger, *done.fresh]
            assert [one.number for one in ledger] == list(range(1, len(ledger) + 1))
        return ledger

    a, b, c = three
    first = taken_in(a, b, c)
    for other in (taken_in(c, b, a), taken_in(b, a, c, b), numbered(union(a, b, c))):
        assert carried(other) == carried(first)
        assert holding(other) == holding(first)


@given(ledgers())
def test_lines_come_back_from_their_file(three: list[list[Correction]]) -> None:
    lines = union(*three)
    assert [from_line(to_line(one)) for one in lines] == lines
    assert [from_line(text) for text in to_lines(numbered(lines))] == lines


@given(ledgers())
def test_what_holds_never_merges_people_in_a_circle(three: list[list[Correction]]) -> None:
    steps = {one.subject: str(one.value) for one in in_force(numbered(union(*three))) if one.action == "merge"}
    for start in steps:
        way = [start]
        while way[-1] in steps:
            way.append(steps[way[-1]])
            assert way[-1] not in way[:-1]


def a_line(number: int, who: str, value: str, *, action: str = "rename", subject: str = "p", at: int = 0) -> Correction:
    return Correction(
        number=number,
        at=MOMENTS[at],
        who=who,
        why="",
        action=action,  # type: ignore[arg-type]
        subject=subject,
        value=value,
        entry=f"{number:032x}",
    )


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([a_line(1, "Noor", "P"), a_line(2, "Ames", "Q", at=1)], [(1, 2)]),
        ([a_line(1, "Noor", "P", at=1), a_line(2, "Ames", "Q")], [(2, 1)]),
        ([a_line(1, "Noor", "P"), a_line(2, "Ames", "P", at=1)], []),
        ([a_line(1, "Noor", "P"), a_line(2, "Noor", "Q", at=1)], []),
        (
            [
                a_line(1, "Noor", "P"),
                a_line(2, "Ames", "Q", at=1),
                a_line(3, "Noor", "", action="undo", subject="2", at=2),
            ],
            [],
        ),
    ],
    ids=["the later holds", "though it came first", "the same", "oneself", "undone"],
)
def test_where_editors_disagree_it_is_listed(lines: list[Correction], found: list[tuple[int, int]]) -> None:
    assert [(gone.number, stays.number) for gone, stays in conflicts(lines)] == found


def test_the_merge_that_closes_a_circle_does_not_hold() -> None:
    lines = [a_line(1, "Noor", "q", action="merge"), a_line(2, "Ames", "p", action="merge", subject="q", at=1)]
    assert {number: one.how for number, one in standings(lines).items()} == {1: "holds", 2: "circle"}
    lines.append(a_line(3, "Noor", "", action="undo", subject="1", at=2))
    assert [one.number for one in in_force(lines)] == [2]


def test_a_fresh_line_is_later_than_every_line_that_is_known() -> None:
    ahead = dataclasses.replace(a_line(1, "Noor", "P"), at="2999-01-01T00:00:00.000000+00:00")
    fresh = fitted(dataclasses.replace(a_line(0, "Ames", "Q"), at="", entry=""), [ahead])
    assert fresh.at > ahead.at
    assert [one.number for one in in_force([fresh, ahead])] == [2]


GOOD = json.loads(to_line(a_line(0, "Noor", "P")))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"entry": "x"}, "has not 32 hex digits"),
        ({"entry": None}, "lacks the field 'entry'"),
        ({"at": "yesterday"}, "is no moment"),
        ({"at": "2020-01-01T00:00:00"}, "has no time zone"),
        ({"action": "delete"}, "its action is none of speaker"),
        ({"value": None}, "a rename needs the field 'value'"),
        ({"value": 7}, "its field 'value' is no text"),
        ({"who": "x" * 201}, "its field 'who' has 201 characters"),
        ({"who": "\ud800"}, "has half a character"),
        ({"number": 7}, "has a field 'number'"),
        ({"action": "speaker"}, "needs the field 'article'"),
        ({"action": "split"}, "needs the fields 'parts' and 'person'"),
        ({"action": "undo"}, "an undo names the entry id"),
        ({"content": [[3, 2]]}, "has no pairs of offsets"),
        ({"parts": [["a"]]}, "has no pairs"),
        ({"text": "x"}, "is no sha256"),
        ({"type": "robot"}, "its type is none of"),
    ],
)
def test_a_line_that_is_no_correction_says_why(change: dict[str, object], said: str) -> None:
    with pytest.raises(LineError, match=said):
        from_line(json.dumps({**GOOD, **change}))


@pytest.mark.parametrize("text", ["", "[]", "{", "7", "[" * 100_000])
def test_what_is_no_object_is_none(text: str) -> None:
    with pytest.raises(LineError, match="is no JSON"):
        from_line(text)


def test_an_undo_of_what_nobody_has_is_refused() -> None:
    lone = dataclasses.replace(a_line(0, "Noor", ""), action="undo", subject="f" * 32, value=None)
    assert [why for _, why in merge([], [lone]).refused] == [
        f"undoes entry {'f' * 32}, which is in neither ledger before it"
    ]


def test_another_line_under_a_known_id_is_refused() -> None:
    done = merge([a_line(1, "Noor", "P")], [dataclasses.replace(a_line(1, "Noor", "Q"), number=0)])
    assert (done.fresh, done.known, len(done.refused)) == ([], 0, 1)


# On the command line

WORDS = "“The harbour wall will stand for another forty winters,”"
OTHER = "“Nobody has asked the herring about the new ferry,”"
EDITOR = Editor(who="Noor")


def the_collection(folder: Path) -> Settings:
    one = an_article("gull/1", f"{WORDS} Ada Brook said on the quay.")
    two = an_article("tern/1", f"{OTHER} Cy Dow said in the hall.", source="Tern")
    return a_collection(
        folder, [(one, [a_quotation(one, WORDS, "Ada Brook")]), (two, [a_quotation(two, OTHER, "Cy Dow")])]
    )[0]


def the_quotation(settings: Settings, article: str) -> str:
    with Archive(settings.archive) as archive:
        return archive.quotations(article)[0].id


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(settings: Settings, *arguments: object) -> tuple[int, str, str]:
        return saywho.run([*map(str, arguments), "--data", str(settings.data)]), *capsys.readouterr()

    return call


def test_two_editors_exchange_their_ledgers_and_agree(run: Run, tmp_path: Path) -> None:
    noors, ames = the_collection(tmp_path / "noor"), the_collection(tmp_path / "ames")
    asked = the_quotation(noors, "tern/1")
    run(noors, "correct", asked, "--speaker", "Eve Dunn", "--by", "Noor")
    run(noors, "correct", "ada-brook", "--rename", "Ada B.", "--by", "Noor")
    run(noors, "correct", "2", "--undo", "--by", "Noor")
    run(ames, "correct", asked, "--nobody", "--by", "Ames")
    for one in (noors, ames):
        assert run(one, "correct", "--export", tmp_path / f"{one.data.name}.jsonl")[0] == 0
    code, out, _ = run(ames, "correct", "--import", tmp_path / "noor.jsonl")
    assert (code, "3 corrections taken in, 0 were there already." in out) == (0, True)
    assert (
        f"conflict: Noor (2): quotation {asked} is Eve Dunn's; Ames (1): quotation {asked} is nobody's; the later"
        in out
    )
    assert "one, 1, holds" in out
    row = json.loads(run(noors, "correct", "--import", tmp_path / "ames.jsonl", "--json")[1])
    assert (row["new"], row["known"], row["conflicts"]) == (1, 0, [{"overruled": 1, "holds": 4}])
    ledgers = []
    for one in (noors, ames):
        assert run(one, "correct", "--import", tmp_path / "noor.jsonl")[1].startswith(
            "0 corrections taken in, 3 were there"
        )
        with Archive(one.archive) as archive:
            ledgers.append((carried(archive.corrections()), holding(archive.corrections())))
            assert archive.corrections()[-1].number == 4
    assert ledgers[0] == ledgers[1]
    assert "holds instead" in run(noors, "correct", "--list")[1].splitlines()[0]


def test_bad_lines_are_named_and_the_others_taken_in(run: Run, tmp_path: Path) -> None:
    settings, file = the_collection(tmp_path / "data"), tmp_path / "ledger.jsonl"
    good = {**GOOD, "subject": "cy-dow", "value": "Cyrus Dow"}
    file.write_text(
        f"{json.dumps(good)}\n\n{{\n{json.dumps({**good, 'at': 'x', 'entry': '0' * 32})}\n", encoding="utf-8"
    )
    code, out, err = run(settings, "correct", "--import", file)
    assert (code, "1 correction taken in" in out) == (3, True)
    assert [line.partition(": line ")[2][:12] for line in err.splitlines()] == ["3 is no JSON", "4 'x' is no "]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--import", "nowhere.jsonl"), "--import nowhere.jsonl: cannot be read"),
        (("--export", "/nowhere/x.jsonl"), "--export /nowhere/x.jsonl: cannot be written"),
        (("--export", "-", "--list"), "give one of --list and --export"),
        (("7", "--publish"), "take no ID"),
    ],
)
def test_what_cannot_be_is_said(run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(the_collection(tmp_path / "data"), "correct", *arguments)
    assert (code, out, said in err) == (2, "", True)


# Words that go and come back


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("gone", "article tern/1 is not in the archive"),
        ("another text", "the text of article tern/1 has changed"),
        ("read otherwise", "there is no such quotation in article tern/1 any more"),
    ],
)
def test_a_correction_without_its_words_is_told_of_and_holds_again_when_they_come_back(
    run: Run, tmp_path: Path, change: str, why: str
) -> None:
    settings = the_collection(tmp_path / "data")
    asked = the_quotation(settings, "tern/1")
    with Archive(settings.archive) as archive:
        give_speaker(archive, asked, "Eve Dunn", editor=EDITOR)
        rename(archive, "ada-brook", "Ada B.", editor=EDITOR)
        before, found = archive.article("tern/1"), archive.quotations("tern/1")
        assert before is not None
        if change == "gone":
            archive.remove("tern/1")
        elif change == "another text":
            other = dataclasses.replace(before, text="Cy Dow left. " + before.text)
            archive.put(other, [a_quotation(other, OTHER, "Cy Dow")], extractor=EXTRACTOR)
        else:
            archive.put(before, [], extractor=EXTRACTOR)
        archive.commit()
    code, out, _ = run(settings, "correct", "--list")
    assert (code, out.splitlines()[0][0], why in out.splitlines()[0], why in out.splitlines()[1]) == (
        0,
        "?",
        True,
        False,
    )
    code, _, err = run(settings, "rebuild")
    assert (code, "correction 1 found its quotation no longer" in err) == (0, True)
    assert "corrected    2 corrections, 1 without their words now" in run(settings, "status")[1]
    (tmp_path / "x.txt").write_text("It rained.", encoding="utf-8")
    assert (
        "1 correction finds its words no longer: saywho correct --list" in run(settings, "index", tmp_path / "x.txt")[1]
    )
    with Archive(settings.archive) as archive:
        archive.put(before, found, extractor=EXTRACTOR)
        archive.commit()
    assert run(settings, "rebuild")[2] == ""
    assert run(settings, "correct", "--list")[1][0] == " "
    shown = json.loads(run(settings, "search", "herring", "--json")[1])["results"][0]
    assert shown["speaker"]["name"] == "Eve Dunn"


def test_an_undo_travels_and_is_undone_there(tmp_path: Path) -> None:
    settings = the_collection(tmp_path / "data")
    with Archive(settings.archive) as archive:
        rename(archive, "ada-brook", "Ada B.", editor=EDITOR)
        undo(archive, "1", editor=EDITOR)
        lines = carried(archive.corrections())
        done = merge([a_line(1, "Ames", "Cyrus", subject="cy-dow")], lines)
    assert [(one.number, one.action, one.subject) for one in done.fresh] == [
        (2, "rename", "ada-brook"),
        (3, "undo", "2"),
    ]
