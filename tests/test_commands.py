"""The command line: what it prints, and its exit codes; above all when something is wrong."""

import importlib
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import saywho
from index.archive import Archive
from index.lock import write_lock
from index.manifest import MANIFEST, published
from index.settings import Settings

ARTICLE = "date 2020-01-02 “Rain is news,” said Ada Brook, the mayor. She said the town was “not a sponge.”\n"
NOBODY = 65534
SAYWHO = [sys.executable, "-m", "saywho"]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line here and gives its exit code, stdout and stderr."""
    monkeypatch.setenv("SAYWHO_DATA", str(data))

    def call(*arguments: object) -> tuple[int, str, str]:
        code = saywho.run([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "rain.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


@pytest.fixture
def indexed(run: Run, article: Path, data: Path) -> Path:
    assert run("index", article)[0] == 0
    return data


# What works


def test_index_says_what_it_did(run: Run, article: Path) -> None:
    code, out, err = run("index", article)
    assert (code, err) == (0, "")
    assert "1 article read" in out
    assert "2 quotations found" in out
    assert "Published as build 2" in out


def test_index_again_says_that_nothing_has_changed(run: Run, indexed: Path, article: Path) -> None:
    code, out, _ = run("index", article)
    assert (code, "Nothing has changed" in out) == (0, True)


def test_index_report(run: Run, article: Path, tmp_path: Path) -> None:
    code, out, _ = run("index", article, "--json", "--report", tmp_path / "report.json")
    row = json.loads(out)
    assert row == json.loads((tmp_path / "report.json").read_text())
    assert (code, row["added"], row["failed"], row["quotations"]) == (0, 1, 0, 2)


def test_index_reads_standard_input(data: Path) -> None:
    line = json.dumps({"id": "x", "text": "“Rain is news,” she said."})
    done = subprocess.run([*SAYWHO, "--data", data, "index", "-"], input=line.encode(), capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    with Archive(Settings(data=data).archive) as archive:
        assert archive.ids() == ["x"]


def test_search_finds_it(run: Run, indexed: Path) -> None:
    code, out, err = run("search", "rain", "--speaker", "Ada Brook")
    assert (code, err) == (0, "")
    assert "Rain is news" in out
    assert "Ada Brook" in out


def test_search_prints_json(run: Run, indexed: Path) -> None:
    code, out, _ = run("search", "rain", "--in", "quote", "--json")
    row = json.loads(out)
    assert (code, row["total"], row["results"][0]["speaker"]["name"]) == (0, 1, "Ada Brook")


def test_rebuild_publishes_another_build(run: Run, indexed: Path) -> None:
    before = published(indexed / "builds").name
    code, out, _ = run("rebuild")
    after = published(indexed / "builds").name
    assert (code, after in out, before != after) == (0, True, True)


def test_extract_prints_json_lines_and_keeps_nothing(run: Run, article: Path, data: Path) -> None:
    code, out, _ = run("extract", article)
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, [row["speaker"] for row in rows], data.exists()) == (0, ["Ada Brook", "Ada Brook"], False)
    for row in rows:
        assert " … ".join(ARTICLE[start:end] for start, end in row["content"]) == row["text"]


def test_extract_takes_the_archive(run: Run, indexed: Path, article: Path) -> None:
    from_archive = run("extract", "--archive")
    assert from_archive == run("extract", article)


def test_status(run: Run, indexed: Path) -> None:
    code, out, err = run("status", "--verify")
    assert (code, err) == (0, "")
    assert "1 article, 2 quotations" in out
    row = json.loads(run("status", "--json")[1])
    assert (row["up_to_date"], row["build"]["quotations"]) == (True, 2)


def test_failed_retries_what_was_mended(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "rain.txt").write_bytes(b"")
    assert run("index", folder)[0] == 3
    code, out, _ = run("failed")
    assert (code, f"{folder}/deep/rain.txt: is empty" in out) == (0, True)
    assert run("failed", "--retry")[0] == 3
    (folder / "deep" / "rain.txt").write_text(ARTICLE, encoding="utf-8")
    assert run("failed", "--retry")[0] == 0
    assert "Nothing was set aside" in run("failed")[1]
    assert json.loads(run("extract", "--archive")[1].splitlines()[0])["article_id"] == "deep/rain"


@pytest.mark.parametrize("command", ["", *saywho.COMMANDS])
def test_every_command_has_a_help(run: Run, command: str) -> None:
    code, out, _ = run(*filter(None, [command]), "--help")
    assert (code, "Usage: saywho" in out) == (0, True)


def test_a_reader_that_goes_away_is_no_error(indexed: Path) -> None:
    line = f"{sys.executable} -m saywho --data {indexed} extract --archive | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_searching_loads_neither_spacy_nor_flask(indexed: Path) -> None:
    code = (
        "import sys, saywho; code = saywho.run(['search', 'rain']); "
        "sys.exit(code or ' '.join(m for m in ('spacy', 'nltk', 'flask', 'pydantic') if m in sys.modules) or None)"
    )
    environ = {**os.environ, "SAYWHO_DATA": str(indexed)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_status_of_a_run_that_was_interrupted_before_it_published(run: Run, indexed: Path) -> None:
    (indexed / "builds" / "published").unlink()
    code, _, err = run("status")
    assert (code, err) == (
        0,
        "saywho: what is archived is not published yet; run saywho index again, or saywho rebuild\n",
    )


# What goes wrong


def one_line(err: str) -> str:
    assert err.startswith("saywho: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["index", "nowhere.txt"], "nowhere.txt"),
        (["index", "no*.txt"], "no*.txt"),
        (["extract"], "name the SOURCEs to read, or --archive"),
        (["index", "x", "--max-errors", "many"], "--max-errors is 'many'"),
        (["index", "x", "--field", "text"], "--field is 'text'"),
        (["index", "x", "--format", "pdf"], "pdf"),
        (["search", "x", "--date-from", "2020-02-30"], "date_from: '2020-02-30' is not a date"),
        (["search", "x" * 1001], "q: has 1001 characters"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(run: Run, data: Path, arguments: list[str], message: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert message in one_line(err)
    assert not data.exists()


def test_a_folder_without_articles_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, _, err = run("index", tmp_path / "empty")
    assert (code, "empty" in one_line(err)) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("empty.txt", b"", "empty.txt: "),
        ("binary.txt", bytes(range(256)) * 8, "binary.txt: "),
        (
            "broken.jsonl",
            b'{"id": "%d", "text": "It rained."}\n' * 6 % (1, 2, 3, 4, 5, 6) + b"{broken\n",
            "broken.jsonl:7: ",
        ),
        ("date.txt", "Date: 2020-02-30\n\n“Rain,” she said.".encode(), "date.txt"),
        ("twice.jsonl", b'{"id": "a", "text": "One."}\n{"id": "a", "text": "Two."}\n', "twice.jsonl:2: "),
    ],
)
def test_a_bad_article_is_set_aside_and_the_rest_goes_on(
    run: Run, article: Path, tmp_path: Path, name: str, content: bytes, place: str
) -> None:
    (tmp_path / name).write_bytes(content)
    code, _, err = run("index", article, tmp_path / name)
    assert (code, err.count("\n")) == (3, 1)
    assert err.startswith("set aside: ")
    assert place in err
    assert run("search", "rain", "--in", "quote", "--json")[0] == 0
    assert place in run("failed")[1]


@pytest.mark.parametrize("command", [["search", "rain"], ["status"]])
def test_nothing_indexed_yet_says_what_to_do(run: Run, command: list[str]) -> None:
    code, _, err = run(*command)
    assert code == (1 if command[0] == "search" else 0)
    assert "type: saywho index SOURCE" in one_line(err)


@pytest.mark.parametrize("command", [["rebuild"], ["extract", "--archive"], ["failed"]])
def test_no_archive_says_what_to_do(run: Run, command: list[str]) -> None:
    code, _, err = run(*command)
    assert (code, "there is no archive; type: saywho index" in one_line(err)) == (1, True)


def test_an_index_of_another_schema_version_asks_for_a_rebuild(run: Run, indexed: Path) -> None:
    path = published(indexed / "builds") / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": 0}))
    code, _, err = run("search", "rain")
    assert (code, "type: saywho rebuild" in one_line(err)) == (1, True)
    assert run("rebuild")[0] == 0
    assert run("search", "rain")[0] == 0


def test_every_damaged_file_of_an_index_is_noticed(run: Run, indexed: Path) -> None:
    folder = published(indexed / "builds")
    for path in (path for path in folder.rglob("*") if path.is_file() and path.name != "checked.json"):
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        code, _, err = run("search", "rain")
        assert (code, path.name in one_line(err)) == (1, True)
        path.write_bytes(whole)
    assert run("search", "rain")[0] == 0


def test_a_second_run_is_told_of_the_first(run: Run, article: Path, data: Path) -> None:
    with write_lock(data):
        code, _, err = run("index", article)
    assert (code, "another run" in one_line(err)) == (4, True)


def test_debug_shows_the_traceback(run: Run) -> None:
    with pytest.raises(Exception, match="there is no archive"):
        run("rebuild", "--debug")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="saywho-test-"))
    (folder / "rain.txt").write_text(ARTICLE, encoding="utf-8")
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Root may write everywhere, so it steps down for the test."""
    importlib.import_module("index.commands")  # where Python stands may be closed to nobody
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
        yield
        os.seteuid(0)
    else:
        yield


def test_no_rights_to_write(run: Run, open_folder: Path, as_nobody: None) -> None:
    if os.geteuid() != NOBODY:
        open_folder.chmod(0o555)
    code, _, err = run("index", open_folder / "rain.txt", "--data", open_folder / "data")
    assert (code, "cannot be written to (Permission denied)" in one_line(err)) == (2, True)


@pytest.mark.parametrize("limit", [2_000, 60_000])
def test_a_full_disk_loses_nothing(run: Run, indexed: Path, tmp_path: Path, limit: int) -> None:
    many = "".join(
        json.dumps({"id": f"n{number}", "text": f"“Rain number {number} is news,” said Ada Brook.\n" * 9}) + "\n"
        for number in range(60)
    )
    (tmp_path / "many.jsonl").write_text(many)

    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [*SAYWHO, "--data", indexed, "index", tmp_path / "many.jsonl", "--jobs", "1"],
        preexec_fn=small_files_only,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert re.search("still stands|left as it is", one_line(done.stderr))
    assert json.loads(run("search", "rain", "--in", "quote", "--json")[1])["total"] == 1
    assert run("index", tmp_path / "many.jsonl")[0] == 0
    assert json.loads(run("search", "rain", "--in", "quote", "--json")[1])["total"] == 541


def test_killed_at_any_moment_what_was_published_answers_and_the_next_run_finishes(
    run: Run, indexed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(200):
        text = ARTICLE.replace("Rain", f"Hail number {number}")
        (folder / f"n{number:03}.txt").write_text(text, encoding="utf-8")
    for seconds in (1.0, 1.6, 2.2, 2.8):
        process = subprocess.Popen(
            [*SAYWHO, "--data", indexed, "index", folder, "--jobs", "1"], stdout=subprocess.DEVNULL
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert run("search", "rain")[0] == 0
    assert run("index", folder)[0] == 0
    assert json.loads(run("search", "hail", "--in", "quote", "--json")[1])["total"] >= 200
    row = json.loads(run("status", "--json", "--verify")[1])
    assert (row["up_to_date"], row["archive"]["articles"]) == (True, 201)
    assert not list((indexed / "builds").glob(".making-*"))


def test_a_port_in_use_is_said_before_serving(run: Run, indexed: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = run("serve", "--port", port)
    assert (code, str(port) in one_line(err)) == (1, True)
