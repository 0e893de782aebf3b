"""`saywho builds` and `saywho prune`: going back, holding, carrying to another machine, removing."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

import saywho
from index.archive import Archive
from index.build import build, up_to_date
from index.manifest import MANIFEST, pointer, published, read_manifest
from index.settings import Settings
from index.shelf import prune_shelf, shelf
from index.status import look
from search.errors import GoneError
from search.library import Library
from search.request import SearchRequest
from tests.conftest import ROOT
from tests.test_index_updates import archived, folders, go_on, living, take_in, told
from web import create_app

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def unconfirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disks take longer to confirm than all the rest takes."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Three builds, of 4, 6 and 8 articles with two quotations each."""
    settings = Settings(data=tmp_path / "data")
    for numbers in (range(4), range(4, 6), range(6, 8)):
        take_in(settings, map(told, numbers))
        go_on(settings)
    return settings


@pytest.fixture
def run(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object, data: Path = settings.data) -> tuple[int, str, str]:
        return saywho.run([*map(str, arguments), "--data", str(data)]), *capsys.readouterr()

    return call


def an_article_file(tmp_path: Path, text: str = "It rained.") -> Path:
    path = tmp_path / "more.txt"
    path.write_text(text, encoding="utf-8")
    return path


# Listed


def test_every_build_has_its_line(run: Run, settings: Settings) -> None:
    code, out, err = run("builds")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == [*folders(settings)[:2], "*"]
    assert [" 8 quotations of 4 articles " in out, " 12 quotations of 6 articles " in out] == [True, True]
    assert out.splitlines()[2].endswith("published")


def test_the_same_as_json(run: Run, settings: Settings) -> None:
    found = json.loads(run("builds", "--json")[1])
    assert (found["published"], found["held"], found["keeps"]) == (published(settings.builds).name, None, 3)
    assert [one["quotations"] for one in found["builds"]] == [8, 12, 16]
    assert [one["is_published"] for one in found["builds"]] == [False, False, True]
    assert all(0 < one["alone"] <= one["bytes"] for one in found["builds"])


def test_a_build_that_cannot_be_opened_says_why(run: Run, settings: Settings) -> None:
    (settings.builds / folders(settings)[0] / MANIFEST).write_bytes(b"{")
    code, out, _ = run("builds")
    assert (code, "manifest.json: is damaged" in out.splitlines()[0]) == (0, True)


def test_without_a_build_it_is_said(run: Run, tmp_path: Path) -> None:
    assert run("builds", data=tmp_path / "none")[1] == "There is no build yet; type: saywho index SOURCE\n"
    assert not (tmp_path / "none").exists()


# Gone back to


def test_who_goes_back_is_answered_from_there(run: Run, settings: Settings) -> None:
    library = Library(settings)
    assert library.search(SearchRequest()).total == 16
    code, out, _ = run("builds", "--rollback", folders(settings)[0])
    assert (code, "It is held" in out) == (0, True)
    assert library.search(SearchRequest()).total == 8
    library.close()


def test_runs_archive_and_publish_nothing_while_a_build_is_held(run: Run, settings: Settings, tmp_path: Path) -> None:
    first, before = folders(settings)[0], folders(settings)
    run("builds", "--rollback", first)
    code, out, _ = run("index", an_article_file(tmp_path))
    assert (code, "1 new" in out, f"Nothing was published: build {first} is held" in out) == (0, True, True)
    code, out, _ = run("correct", "ada-brook", "--rename", "Ada B.")
    assert (code, "Not published: an earlier build is held" in out) == (0, True)
    assert (published(settings.builds).name, folders(settings)) == (first, before)
    code, out, _ = run("status")
    assert (code, "held         since 20" in out, "type: saywho rebuild" in out) == (0, True, False)


def test_the_newest_build_survives_a_run_while_an_earlier_one_is_held(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    first, newest = folders(settings)[0], folders(settings)[-1]
    run("builds", "--rollback", first)
    run("index", an_article_file(tmp_path))
    assert run("builds", "--rollback", newest)[1].endswith("It is the newest one, so runs publish as always.\n")
    assert pointer(settings.builds).held is None
    assert run("index", an_article_file(tmp_path))[1].count("Published as build") == 1
    assert living(settings) == archived(settings)


@pytest.mark.parametrize("last", [True, False], ids=["only the archive went on", "a build was between"])
def test_once_it_is_let_go_the_next_run_goes_on_from_it(
    run: Run, settings: Settings, tmp_path: Path, last: bool
) -> None:
    first = folders(settings)[0 if last else 1]
    run("builds", "--rollback", first)
    take_in(settings, [told(20), told(1, day="Snow")])
    assert run("builds", "--release")[0] == 0
    assert (published(settings.builds).name, pointer(settings.builds).held) == (first, None)
    assert run("index", an_article_file(tmp_path))[1].count("Published as build") == 1
    assert published(settings.builds).name > max(folders(settings)[:-1])
    assert look(settings, verify=True).faults == ()
    assert living(settings) == archived(settings)
    with Archive(settings.archive) as archive:
        assert up_to_date(settings, archive)


def test_a_rebuild_ends_it_and_says_so(run: Run, settings: Settings) -> None:
    run("builds", "--rollback", folders(settings)[0])
    code, _, err = run("rebuild")
    assert (code, "was held; that has ended" in err) == (0, True)
    assert pointer(settings.builds).held is None
    assert living(settings) == archived(settings)


def test_a_damaged_build_is_not_gone_back_to(run: Run, settings: Settings) -> None:
    first, before = folders(settings)[0], published(settings.builds)
    pack = next((settings.builds / first).glob("whoosh/*/weights.pack"))
    content = bytearray(pack.read_bytes())
    content[100] ^= 1
    pack.unlink()
    pack.write_bytes(content)
    code, _, err = run("builds", "--rollback", first)
    assert (code, "is not the file that was built (damaged?)" in err) == (1, True)
    assert (published(settings.builds), pointer(settings.builds).held) == (before, None)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--rollback", "20260101T000000000000Z-00000000"), 2, "there is no build '20260101T000000000000Z-00000000'"),
        (("--rollback", "../data"), 2, "there is no build '../data'"),
        (("--release",), 2, "no build is held"),
        (("--release", "--rollback", "x"), 2, "give one of --rollback"),
        (("--no-publish",), 2, "goes with --import"),
        (("--import", "nowhere.tar"), 2, "nowhere.tar: cannot be read"),
    ],
)
def test_what_cannot_be_is_said(run: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    got, out, err = run("builds", *arguments)
    assert (got, out, said in err) == (code, "", True)


def test_the_published_one_cannot_be_gone_back_to(run: Run, settings: Settings) -> None:
    code, _, err = run("builds", "--rollback", folders(settings)[-1])
    assert (code, "is the published one" in err) == (2, True)


# Pruned


def test_pruning_frees_what_no_build_shares(run: Run, settings: Settings) -> None:
    before = shelf(settings)
    code, out, _ = run("prune", "--keep", 1, "--dry-run")
    assert (code, out.count("would go  "), len(folders(settings))) == (0, 2, 3)
    done = prune_shelf(settings, keep=1, dry_run=True)
    code, out, _ = run("prune", "--keep", 1)
    assert (code, out.count("removed  "), folders(settings)) == (0, 2, [before.published])
    assert sum(one.bytes for one in shelf(settings).builds) > 0
    assert before.builds[0].alone < done.bytes < sum(one.bytes for one in before.builds[:2])
    assert (look(settings, verify=True).faults, living(settings)) == ((), archived(settings))


def test_the_published_build_stays_however_old_it_is(run: Run, settings: Settings) -> None:
    first, _, last = folders(settings)
    run("builds", "--rollback", first)
    assert run("prune", "--keep", 1, "--json")[0] == 0
    assert folders(settings) == [first, last]


def test_leftovers_of_killed_runs_go_too(run: Run, settings: Settings) -> None:
    (settings.builds / ".making-20200101T000000000000Z-00000000").mkdir()
    (settings.builds / ".making-20200101T000000000000Z-00000000" / "x").write_bytes(b"x" * 5000)
    found = json.loads(run("prune", "--json")[1])
    assert (found["removed"], found["leftovers"], found["bytes"]) == ([], 1, 5000)
    assert len(list(settings.builds.iterdir())) == 4


def test_a_cursor_works_until_its_build_is_pruned_and_is_gone_then(run: Run, settings: Settings) -> None:
    client = create_app(settings).test_client()
    following = client.get("/api/v1/quotes?limit=2").get_json()["links"]["next"]
    take_in(settings, [told(30)])
    go_on(settings)
    answer = client.get(following)
    assert (answer.status_code, len(answer.get_json()["results"])) == (200, 2)
    run("prune", "--keep", 1)
    assert client.get(following).status_code == 410
    assert client.get("/api/v1/quotes?limit=2").status_code == 200
    client.application.extensions["saywho.library"].close()


def test_who_has_a_pruned_build_open_reads_on_and_lets_go_with_the_next(run: Run, settings: Settings) -> None:
    library = Library(settings)
    first = library.current()
    take_in(settings, [told(30)])
    go_on(settings)
    run("prune", "--keep", 1)
    assert first.search(SearchRequest(q='"news"')).total == 16
    assert library.search(SearchRequest(q='"news"')).total == 18
    with pytest.raises(GoneError):
        library.of_build(first.build.id)
    assert library._earlier == {}
    library.close()


# Carried


def test_a_build_is_carried_to_another_folder_and_served_there(run: Run, settings: Settings, tmp_path: Path) -> None:
    file, replica = tmp_path / "build.tar.gz", Settings(data=tmp_path / "replica")
    assert run("builds", "--export", "published", file)[0] == 0
    code, out, _ = run("builds", "--import", file, data=replica.data)
    assert (code, "was taken in and is sound: 16 quotations" in out, "It is published." in out) == (0, True, True)
    assert living(replica) == living(settings)
    assert run("status", "--verify", data=replica.data)[0] == 0
    client = create_app(replica).test_client()
    assert client.get("/api/v1/quotes?q=rain").get_json()["total"] == 16
    assert client.get("/articles/a001").status_code == 200
    client.application.extensions["saywho.library"].close()
    assert sorted(path.name for path in replica.data.iterdir()) == ["builds", "writer.lock"]


def test_taken_in_twice_it_is_there_once(run: Run, settings: Settings, tmp_path: Path) -> None:
    file, replica = tmp_path / "build.tar", Settings(data=tmp_path / "replica")
    run("builds", "--export", folders(settings)[0], file)
    for said in ("was taken in", "was here already"):
        assert said in run("builds", "--import", file, data=replica.data)[1]
    assert len(folders(replica)) == 1


def test_where_an_archive_is_what_was_taken_in_is_held(run: Run, settings: Settings, tmp_path: Path) -> None:
    file, other = tmp_path / "build.tar", Settings(data=tmp_path / "other")
    run("builds", "--export", "published", file)
    take_in(other, map(told, range(2)))
    go_on(other)
    own = published(other.builds).name
    code, out, _ = run("builds", "--import", file, data=other.data)
    assert (code, "published and held" in out) == (0, True)
    assert own in folders(other)
    run("builds", "--release", data=other.data)
    run("index", an_article_file(tmp_path), data=other.data)
    assert living(other) == archived(other)


def test_beside_the_others_only(run: Run, settings: Settings, tmp_path: Path) -> None:
    file, replica = tmp_path / "build.tar", Settings(data=tmp_path / "replica")
    first, *_, last = folders(settings)
    run("builds", "--export", first, file)
    run("builds", "--import", file, data=replica.data)
    run("builds", "--export", last, file)
    assert run("builds", "--import", file, "--no-publish", data=replica.data)[0] == 0
    assert (published(replica.builds).name, folders(replica)) == (first, [first, last])


def test_a_plain_copy_serves_too(run: Run, settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "builds").mkdir(parents=True)
    subprocess.run(["cp", "-a", published(settings.builds), settings.builds / "published", copy / "builds"], check=True)
    assert run("status", "--verify", data=copy)[0] == 0
    assert run("search", "rain", data=copy)[0] == 0


Change = Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]


def altered(source: Path, target: Path, change: Change) -> None:
    """The tar file again, with its members changed."""
    with tarfile.open(source) as tar:
        members = [(entry, tar.extractfile(entry).read()) for entry in tar]  # type: ignore[union-attr]
    change(members)
    with tarfile.open(target, "w") as tar:
        for entry, content in members:
            entry.size = len(content) if entry.isreg() else 0
            tar.addfile(entry, io.BytesIO(content))


def flip(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    place = next(number for number, (entry, _) in enumerate(members) if entry.name.endswith("data.pack"))
    entry, content = members[place]
    members[place] = entry, bytes([content[0] ^ 1]) + content[1:]


def renamed(name: str) -> Change:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        members[1][0].name = name

    return change


def linked(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members[1][0].type, members[1][0].linkname = tarfile.SYMTYPE, "/etc/passwd"


def manifest_with(**values: object) -> Change:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        entry, content = members[0]
        members[0] = entry, json.dumps({**json.loads(content), **values}).encode()

    return change


def naming(name: str) -> Change:
    """The manifest names a file outside."""

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        row = json.loads(members[0][1])
        row["files"][name] = {"size": 1, "sha256": "0" * 64}
        members[0] = members[0][0], json.dumps(row).encode()

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (flip, "is not the file that was built (damaged?)"),
        (lambda members: members.pop(), "ends before"),
        (lambda members: members.pop(0), "does not begin with a build's manifest"),
        (lambda members: members.append(members[1]), "is no plain file of a name that can be here"),
        (renamed("../../escaped"), "is no plain file of a name that can be here"),
        (renamed("/tmp/escaped"), "is no plain file of a name that can be here"),
        (renamed("20260101T000000000000Z-00000000/articles.sqlite"), "is no file of build"),
        (linked, "is no plain file of a name that can be here"),
        (manifest_with(schema_version=99), "has schema version 99"),
        (manifest_with(quotations=1), "holds 8 articles and 16 quotations, and should hold 8 and 1"),
        (manifest_with(id="20260101T000000000000Z-00000000"), "has the manifest of"),
        (naming("../../escaped"), "its manifest names '../../escaped'"),
        (naming("checked.json"), "its manifest names 'checked.json'"),
    ],
    ids=lambda value: "" if callable(value) else value,
)
def test_what_is_not_what_was_built_is_not_taken_in(
    run: Run, settings: Settings, tmp_path: Path, change: Change, said: str
) -> None:
    file, bad, replica = tmp_path / "build.tar", tmp_path / "bad.tar", Settings(data=tmp_path / "replica")
    run("builds", "--export", folders(settings)[0], file)
    run("builds", "--import", file, data=replica.data)
    before = (published(replica.builds), folders(replica))
    run("builds", "--export", "published", file)
    altered(file, bad, change)
    code, out, err = run("builds", "--import", bad, data=replica.data)
    assert (code, out, said in err) == (1, "", True), err
    assert (published(replica.builds), folders(replica)) == before
    assert not (tmp_path / "escaped").exists()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.97])
def test_a_file_that_was_cut_short_is_not_taken_in(run: Run, tmp_path: Path, share: float) -> None:
    file = tmp_path / "build.tar.gz"
    run("builds", "--export", "published", file)
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    code, _, err = run("builds", "--import", file, data=tmp_path / "replica")
    assert (code, err.startswith(f"saywho: {file}: ")) == (1, True)


def test_a_damaged_build_is_not_carried(run: Run, settings: Settings, tmp_path: Path) -> None:
    pack = next(published(settings.builds).glob("whoosh/*/weights.pack"))
    pack.write_bytes(pack.read_bytes()[:-1] + b"?")
    code, _, err = run("builds", "--export", "published", tmp_path / "build.tar")
    assert (code, "weights.pack: is not the file that was built" in err) == (1, True)
    assert list(tmp_path.glob("*build.tar*")) == []


READ_ONLY = """
import sys
from pathlib import Path
from index.settings import Settings
from index.status import look
from web import create_app
settings = Settings(data=Path(sys.argv[1]))
try:
    (settings.data / "x").touch()
except OSError:
    pass
else:
    sys.exit("it can be written to")
client = create_app(settings).test_client()
for address in ("/", "/search?q=rain", "/articles/a001", "/api/v1/stats", "/about", "/readyz"):
    status = client.get(address).status_code
    assert status == 200, (address, status)
assert look(settings, verify=True).faults == ()
"""


def test_a_folder_with_a_build_alone_is_served_from_a_read_only_file_system(settings: Settings, tmp_path: Path) -> None:
    own = ["unshare", "-rm"]
    if shutil.which("unshare") is None or subprocess.run([*own, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    data = tmp_path / "replica"
    (data / "builds").mkdir(parents=True)
    shutil.copytree(published(settings.builds), data / "builds" / published(settings.builds).name)
    shutil.copy(settings.builds / "published", data / "builds")
    mounted = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
    command = [sys.executable, "-c", READ_ONLY, data]
    done = subprocess.run(
        [*own, "sh", "-c", mounted, "sh", data, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_build_of_another_archive_with_the_same_revision_is_not_taken_for_up_to_date(
    settings: Settings, tmp_path: Path
) -> None:
    other = Settings(data=tmp_path / "other")
    for numbers in (range(14, 18), range(18, 20), range(20, 22)):
        take_in(other, map(told, numbers))
        go_on(other)
    folder = published(other.builds)
    with Archive(settings.archive) as archive:
        assert read_manifest(folder).revision == archive.revision()
        shutil.copytree(folder, settings.builds / folder.name)
        (settings.builds / "published").write_text(folder.name + "\n")
        assert not up_to_date(settings, archive)
        build(settings, archive)
    assert living(settings) == archived(settings)
