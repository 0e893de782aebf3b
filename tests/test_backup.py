"""All of a data folder in one file, while it is in use, and back."""

import io
import json
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import saywho
from index.archive import Archive
from index.backing_up import back_up, restore
from index.build import build
from index.correcting import Editor, rename, speaker_line
from index.errors import UsageError
from index.ledger_exchange import carried
from index.manifest import published
from index.packing import PackedError
from index.recorded import record, waiting
from index.settings import Settings
from index.status import look
from search.library import Library
from search.request import SearchRequest
from tests.conftest import ROOT
from tests.test_builds_command import altered
from tests.test_index_updates import archived, go_on, living, take_in, told

Run = Callable[..., tuple[int, str, str]]
SECRET = "a token that nobody else should read"


@pytest.fixture(autouse=True)
def unconfirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disks take longer to confirm than all the rest takes."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A data folder with everything: two builds, a ledger, a correction that waits, a people file, settings."""
    settings = Settings(data=tmp_path / "data")
    take_in(settings, map(told, range(6)))
    go_on(settings)
    take_in(settings, map(told, range(6, 8)))
    with Archive(settings.archive) as archive:
        rename(archive, "ada-brook", "Ada B.", editor=Editor(who="Noor"))
        archive.commit()
        build(settings, archive)
        asked = speaker_line(archive, archive.quotations("a001")[0].id, None, editor=Editor(who="Ames"))
        record(settings, archive, asked)
    settings.people.write_text('{"name": "Cy Dow", "wikidata": "Q1"}\n', encoding="utf-8")
    lines = ["port = 8123", f'editor_token = "{SECRET}"', 'hosts = ["quotes.example.org"]']
    (settings.data / "saywho.toml").write_text("\n".join(lines), encoding="utf-8")
    return settings


@pytest.fixture
def run(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object, data: Path = settings.data) -> tuple[int, str, str]:
        return saywho.run([*map(str, arguments), "--data", str(data)]), *capsys.readouterr()

    return call


@pytest.mark.parametrize("name", ["backup.tar", "backup.tar.gz"])
def test_what_is_restored_is_what_was_backed_up(run: Run, settings: Settings, tmp_path: Path, name: str) -> None:
    file, there = tmp_path / name, Settings(data=tmp_path / "restored")
    code, out, err = run("backup", file)
    assert (code, "8 articles, 1 line of ledger, build " in out, "editor_token" in err) == (0, True, True)
    assert file.stat().st_mode & 0o777 == 0o600
    code, out, err = run("restore", file, data=there.data)
    assert (code, ", and sound: 8 articles, 16 quotations, build " in out, "editor_token" in err) == (0, True, True)
    assert (living(there), archived(there)) == (living(settings), archived(settings))
    with Archive(settings.archive) as one, Archive(there.archive) as other:
        assert carried(one.corrections()) == carried(other.corrections())
        assert [x.entry for x in waiting(settings, one)] == [x.entry for x in waiting(there, other)] != []
    assert there.people.read_bytes() == settings.people.read_bytes()
    text = (there.data / "saywho.toml").read_text(encoding="utf-8")
    assert text == 'port = 8123\nhosts = ["quotes.example.org"]\n'
    assert run("status", "--verify", data=there.data)[0] == 0
    assert sorted(path.name for path in there.data.iterdir() if path.name.startswith(".")) == []


def test_a_restored_folder_goes_on(run: Run, settings: Settings, tmp_path: Path) -> None:
    there = Settings(data=tmp_path / "restored")
    run("backup", tmp_path / "backup.tar")
    run("restore", tmp_path / "backup.tar", data=there.data)
    before = published(there.builds).name
    assert run("correct", "--publish", data=there.data)[1].startswith("Published as build ")
    take_in(there, [told(30)])
    go_on(there, note=pytest.fail)
    assert (living(there), published(there.builds).name > before) == (archived(there), True)


def test_into_a_folder_the_file_gets_a_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    assert run("backup", tmp_path / "backups")[0] == 0
    (file,) = (tmp_path / "backups").iterdir()
    assert file.name.startswith("saywho-20")
    assert file.suffix == ".tar"


def test_secrets_stay_where_that_is_wanted(run: Run, tmp_path: Path) -> None:
    run("backup", "--with-secrets", tmp_path / "backup.tar")
    run("restore", tmp_path / "backup.tar", data=tmp_path / "restored")
    assert SECRET in (tmp_path / "restored" / "saywho.toml").read_text(encoding="utf-8")


def test_nothing_that_is_there_is_replaced_unless_forced(run: Run, settings: Settings, tmp_path: Path) -> None:
    other = Settings(data=tmp_path / "other")
    take_in(other, [told(40)])
    go_on(other)
    own = living(other)
    run("backup", tmp_path / "backup.tar")
    code, _, err = run("restore", tmp_path / "backup.tar", data=other.data)
    assert (code, "is not empty" in err, living(other)) == (2, True, own)
    assert run("restore", "--force", tmp_path / "backup.tar", data=other.data)[0] == 0
    assert (living(other), archived(other)) == (living(settings), archived(settings))
    assert look(other, verify=True).faults == ()


def flipped(name: str) -> Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        place = next(number for number, (entry, _) in enumerate(members) if entry.name.endswith(name))
        entry, content = members[place]
        members[place] = entry, content[:-1] + bytes([content[-1] ^ 1])

    return change


def named(name: str) -> Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        entry = tarfile.TarInfo(name)
        members.insert(1, (entry, b"x"))

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (flipped("archive.sqlite"), "archive.sqlite is not what was backed up (damaged?)"),
        (flipped("people.jsonl"), "people.jsonl is not what was backed up (damaged?)"),
        (flipped("data.pack"), "is not the file that was built (damaged?)"),
        (lambda members: members.pop(), "its checksums are missing"),
        (lambda members: members.pop(1), "archive.sqlite is not what was backed up"),
        (lambda members: members.pop(0), "is no backup"),
        (lambda members: members.pop(-2), "ends before"),
        (named("../escaped"), "is no plain file of a name that can be here"),
        (named("other.txt"), "holds 'other.txt', which no backup has"),
        (named("recorded/a/b"), "holds 'recorded/a/b', which no backup has"),
    ],
    ids=lambda value: "" if callable(value) else value,
)
def test_a_backup_that_is_not_whole_is_not_used(
    settings: Settings, tmp_path: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None], said: str
) -> None:
    there = Settings(data=tmp_path / "restored")
    back_up(settings, str(tmp_path / "backup.tar"))
    altered(tmp_path / "backup.tar", tmp_path / "bad.tar", change)
    with pytest.raises(Exception, match=r".") as raised:
        restore(there, str(tmp_path / "bad.tar"))
    assert said in str(raised.value)
    assert not there.data.exists()
    take_in(there, [told(40)])
    go_on(there)
    before = (living(there), archived(there))
    with pytest.raises(PackedError if "built" not in said else Exception):
        restore(there, str(tmp_path / "bad.tar"), force=True)
    assert (living(there), archived(there), look(there, verify=True).faults) == (*before, ())
    assert not list(there.data.glob(".restoring-*"))


@pytest.mark.parametrize("share", [0.0, 0.2, 0.8])
def test_a_backup_that_was_cut_short_is_not_used(run: Run, tmp_path: Path, share: float) -> None:
    file = tmp_path / "backup.tar.gz"
    run("backup", file)
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    code, _, err = run("restore", file, data=tmp_path / "restored")
    assert (code, err.startswith(f"saywho: {file}: "), (tmp_path / "restored").exists()) == (1, True, False)


def test_where_there_is_nothing_nothing_is_made(run: Run, tmp_path: Path) -> None:
    code, _, err = run("backup", tmp_path / "backup.tar", data=tmp_path / "none")
    assert (code, "there is no archive and no build here" in err) == (2, True)
    assert list(tmp_path.glob("*backup*")) == []
    assert not (tmp_path / "none").exists()


def test_by_way_of_a_pipe(settings: Settings, tmp_path: Path) -> None:
    there = tmp_path / "piped"
    command = [sys.executable, "-m", "saywho"]
    out = subprocess.run(
        [*command, "backup", "-", "--data", settings.data], cwd=ROOT, capture_output=True, check=True
    ).stdout
    subprocess.run([*command, "restore", "-", "--data", there], cwd=ROOT, input=out, capture_output=True, check=True)
    assert living(Settings(data=there)) == living(settings)


WRITES = """
import sys
from pathlib import Path
from index.settings import Settings
from tests.test_index_updates import go_on, take_in, told

settings = Settings(data=Path(sys.argv[1]))
for number in range(100, 10_000):
    take_in(settings, [told(number)])
    go_on(settings)
    print(number, flush=True)
"""


def test_while_a_run_writes_and_a_server_answers(settings: Settings, tmp_path: Path) -> None:
    over, failures = threading.Event(), list[BaseException]()

    def ask() -> None:
        library = Library(settings)
        try:
            while not over.is_set():
                assert library.search(SearchRequest(q="rain")).total >= 16
        except BaseException as error:
            failures.append(error)
        finally:
            library.close()

    reader = threading.Thread(target=ask)
    command = [sys.executable, "-c", WRITES, str(settings.data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        reader.start()
        try:
            writer.stdout.readline()
            done = [back_up(settings, str(tmp_path / f"{number}.tar")) for number in range(2)]
            writer.stdout.readline()
        finally:
            over.set()
            writer.kill()
            reader.join()
    assert failures == []
    for number, one in enumerate(done):
        there = Settings(data=tmp_path / f"restored{number}")
        found = restore(there, str(tmp_path / f"{number}.tar"))
        assert (found.articles, found.build) == (one.articles, one.build)
        assert look(there, verify=True).faults == ()
        # The build was taken first: the archive has all that it has, and the next run makes the two agree.
        go_on(there)
        assert living(there) == archived(there)


def test_a_file_that_cannot_be_written_is_named(settings: Settings) -> None:
    with pytest.raises(UsageError, match="/nowhere"):
        back_up(settings, "/nowhere/backup.tar")


def test_a_backup_of_another_format_is_not_read(settings: Settings, tmp_path: Path) -> None:
    def newer(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        members[0] = members[0][0], json.dumps({**json.loads(members[0][1]), "format": 9}).encode()

    back_up(settings, str(tmp_path / "backup.tar"))
    altered(tmp_path / "backup.tar", tmp_path / "newer.tar", newer)
    with pytest.raises(PackedError, match="is a backup of format 9, and this saywho reads 1"):
        restore(Settings(data=tmp_path / "restored"), str(tmp_path / "newer.tar"))


def test_a_file_that_is_no_tar_file_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"not a tar file" * 100)
    with closing(io.BytesIO()), pytest.raises(PackedError, match="is damaged or cut short"):
        restore(Settings(data=tmp_path / "restored"), str(tmp_path / "x.tar"))
