"""All of a data folder in one file, while it is in use; and a data folder of such a file.

In it: the archive as it was at one moment, the published build, corrections that wait, the people file, the settings
without what is secret, and at the end the sha256 of each. The build is taken first, so that the archive is never behind
it. What is read back is checked as a whole before anything of the data folder is replaced.
"""

import contextlib
import dataclasses
import datetime
import json
import os
import secrets
import shutil
import sqlite3
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from index.archive import Archive
from index.build import remove_leftovers
from index.carrying import ArrivingBuild, OpenBuild
from index.errors import ArchiveError, IndexDamagedError, NotPublishedError, UsageError
from index.lock import write_lock
from index.manifest import FileDigest, pointer, publish, sync
from index.packing import Member, PackedError, Packer, Progress, packing, unpacking
from index.settings import CONFIG_NAME, Settings

FORMAT = 1
HEAD = "backup.json"
TAIL = "checksums.json"
ARCHIVE = "archive.sqlite"
PEOPLE = "people.jsonl"
BUILDS = "builds/"
RECORDED = "recorded/"
SECRET = ("editor_token", "secret")
_MOST_SMALL = 64 * 1024 * 1024
"""Bytes of everything but the archive and the build."""
_PAGES = 1024


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup holds."""

    file: str
    made: str
    """UTC, ISO 8601."""
    articles: int | None
    """Of the archive; None where there is none."""
    build: str | None
    corrections: int
    left_out: tuple[str, ...]
    """Settings that are secret."""


def name_of_backup(target: str, moment: datetime.datetime) -> str:
    """The file that a backup goes into: `target`, or a new one in the folder `target`."""
    if target != "-" and Path(target).expanduser().is_dir():
        return str(Path(target).expanduser() / f"saywho-{moment:%Y%m%dT%H%M%SZ}.tar")
    return target


def back_up(
    settings: Settings, target: str, *, with_secrets: bool = False, progress: Progress | None = None
) -> BackedUp:
    """Writes a backup into a file (`-`: standard output), or into a new file in a folder.

    Runs may write and servers answer meanwhile. UsageError where there is nothing to back up or the file cannot be
    written, ArchiveError, IndexDamagedError. `progress` is told how many more bytes were copied.
    """
    moment = datetime.datetime.now(datetime.UTC)
    file = name_of_backup(target, moment)
    if file != "-" and not Path(file).expanduser().parent.is_dir():
        raise UsageError(f"{file}: there is no folder {Path(file).expanduser().parent}")
    with contextlib.ExitStack() as stack:
        build = _published(settings, stack)
        if build is None and not settings.archive.is_file():
            raise UsageError(f"{settings.data}: there is no archive and no build here; is that the data folder?")
        archive, articles, corrections = None, None, 0
        if settings.archive.is_file():
            # Beside the file that is written, where there is room for as much.
            beside = Path(file).expanduser().parent if file != "-" else settings.data
            archive = stack.enter_context(_snapshot(settings.archive, beside))
            articles, corrections = _counted(archive)
        config, left_out = _config(settings.data / CONFIG_NAME, with_secrets=with_secrets)
        head = {
            "format": FORMAT,
            "saywho": version("saywho"),
            "made": moment.isoformat(timespec="seconds"),
            "build": build.manifest.id if build else None,
            "articles": articles,
            "corrections": corrections,
            "left_out": left_out,
        }
        with packing(file, progress) as packer:
            sums = _Sums(packer, moment.timestamp())
            sums.add_bytes(HEAD, json.dumps(head, indent=1).encode())
            if archive is not None:
                with archive.open("rb") as copy:
                    sums.add(ARCHIVE, copy)
            if settings.people.is_file():
                sums.add_bytes(PEOPLE, settings.people.read_bytes())
            if config is not None:
                sums.add_bytes(CONFIG_NAME, config)
            for path in sorted(settings.recorded.glob("*.json")):
                with contextlib.suppress(FileNotFoundError):  # a run took it in; the next backup has it in the ledger
                    sums.add_bytes(f"{RECORDED}{path.name}", path.read_bytes())
            if build is not None:
                build.add_to(packer, BUILDS)  # its manifest has its checksums
            packer.add_bytes(TAIL, json.dumps(sums.found, indent=1).encode(), moment.timestamp())
        return BackedUp(
            file=file,
            made=str(head["made"]),
            articles=articles,
            build=build.manifest.id if build else None,
            corrections=corrections,
            left_out=tuple(left_out),
        )


class _Sums:
    """Adds files, and keeps what was added."""

    def __init__(self, packer: Packer, moment: float) -> None:
        self._packer, self._moment = packer, moment
        self.found: dict[str, dict[str, Any]] = {}

    def add(self, name: str, file: IO[bytes]) -> None:
        self.found[name] = dataclasses.asdict(self._packer.add(name, file))

    def add_bytes(self, name: str, content: bytes) -> None:
        self.found[name] = dataclasses.asdict(self._packer.add_bytes(name, content, self._moment))


def _published(settings: Settings, stack: contextlib.ExitStack) -> OpenBuild | None:
    """The published build, opened; it may have been replaced and removed between the look and the opening."""
    while True:
        try:
            build_id = pointer(settings.builds).build
        except NotPublishedError:
            return None
        try:
            return OpenBuild(settings.builds / build_id, stack)
        except IndexDamagedError:
            if pointer(settings.builds).build == build_id:
                raise


@contextlib.contextmanager
def _snapshot(archive: Path, beside: Path) -> Iterator[Path]:
    """A copy of the archive as it is at one moment, while runs go on writing to it; removed at the end."""
    copy = beside / f".{archive.name}.{os.getpid()}"
    try:
        try:
            with (
                contextlib.closing(sqlite3.connect(f"{archive.absolute().as_uri()}?mode=ro", uri=True)) as source,
                contextlib.closing(sqlite3.connect(copy)) as target,
            ):
                copy.chmod(0o600)
                # One reading transaction: what is committed meanwhile does not make the copy begin anew.
                source.execute("BEGIN")
                source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
                source.backup(target, pages=_PAGES)
                source.rollback()
        except sqlite3.Error as error:
            raise ArchiveError(f"{archive}: could not be copied ({error}); is there room in {beside}?") from error
        except OSError as error:
            raise UsageError(f"{copy}: cannot be written ({error.strerror})") from error
        yield copy
    finally:
        for path in (copy, *copy.parent.glob(f"{copy.name}-*")):
            path.unlink(missing_ok=True)


def _counted(archive: Path) -> tuple[int, int]:
    with contextlib.closing(sqlite3.connect(archive)) as connection:
        articles = connection.execute("SELECT count(*) FROM articles").fetchone()[0]
        with_ledger = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ledger'").fetchone()
        return articles, connection.execute("SELECT count(*) FROM ledger").fetchone()[0] if with_ledger else 0


def _config(path: Path, *, with_secrets: bool) -> tuple[bytes | None, list[str]]:
    """The settings' file, and which of its settings were left out. UsageError where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return None, []
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); mend or remove it") from error
    left_out = [] if with_secrets else [name for name in SECRET if name in values]
    if not left_out:
        return text.encode(), []
    # Values are texts, numbers and lists of these, which TOML writes as JSON does.
    kept = [f"{name} = {json.dumps(value)}\n" for name, value in values.items() if name not in left_out]
    return "".join(kept).encode(), left_out


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored, and found sound."""

    made: str
    articles: int | None
    quotations: int | None
    build: str | None
    left_out: tuple[str, ...]


def restore(
    settings: Settings,
    source: str,
    *,
    force: bool = False,
    progress: Progress | None = None,
    checking: Progress | None = None,
) -> Restored:
    """Makes a data folder of a backup; with `force` in the place of what is there.

    Nothing has changed where this raises, but for what a full disk or a kill stops between two renames at the end:
    UsageError where the folder is not empty, PackedError, IndexDamagedError, ArchiveError, LockHeldError.
    """
    data = settings.data
    if not force and data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise UsageError(
            f"{data}: is not empty; name a new folder with --data, or give --force to replace what is there"
        )
    members = unpacking(source, progress)
    first = next(members, None)
    head = _head(source, first)
    made_here = not data.exists()
    try:
        with write_lock(data):
            return _restore(settings, source, head, members, checking)
    except BaseException:
        if made_here:
            shutil.rmtree(data, ignore_errors=True)
        raise


def _restore(
    settings: Settings, source: str, head: dict[str, Any], members: Iterator[Member], checking: Progress | None
) -> Restored:
    data = settings.data
    for old in data.glob(".restoring-*"):
        shutil.rmtree(old, ignore_errors=True)
    folder = data / f".restoring-{secrets.token_hex(4)}"
    folder.mkdir()
    settings.builds.mkdir(exist_ok=True)
    remove_leftovers(settings.builds)
    arriving = ArrivingBuild(source, settings.builds)
    try:
        _receive(source, members, folder, arriving)
        articles, quotations = _sound_archive(source, folder / ARCHIVE)
        build = arriving.finish(checking).id if head["build"] else None
        _put_in_place(settings, folder, build)
    finally:
        arriving.drop()
        shutil.rmtree(folder, ignore_errors=True)
    return Restored(
        made=str(head["made"]),
        articles=articles,
        quotations=quotations,
        build=build,
        left_out=tuple(map(str, head["left_out"])),
    )


def _head(source: str, first: Member | None) -> dict[str, Any]:
    if first is None or first.name != HEAD:
        raise PackedError(f"{source}: is no backup; saywho backup writes such files")
    try:
        head = json.loads(first.read(_MOST_SMALL))
        number = head["format"]
        head["made"], head["build"], head["left_out"] = head["made"], head["build"], list(head["left_out"])
    except (ValueError, KeyError, TypeError) as error:
        raise PackedError(f"{source}: its {HEAD} is damaged ({error}); nothing of it was used") from error
    if number != FORMAT:
        raise PackedError(f"{source}: is a backup of format {number}, and this saywho reads {FORMAT}; use that version")
    return head  # type: ignore[no-any-return]


def _receive(source: str, members: Iterator[Member], folder: Path, arriving: ArrivingBuild) -> None:
    """Puts what comes into the folder, and the build where builds arrive; compares it with the checksums at the end."""
    found: dict[str, FileDigest] = {}
    sums: dict[str, FileDigest] | None = None
    (folder / RECORDED).mkdir()
    for member in members:
        name = member.name
        if sums is not None:
            raise PackedError(f"{source}: goes on behind its end; nothing of it was used")
        if name == TAIL:
            sums = _sums(source, member)
        elif name.startswith(BUILDS):
            arriving.take(member, name.removeprefix(BUILDS))
        elif name in (ARCHIVE, PEOPLE, CONFIG_NAME) or (name.startswith(RECORDED) and name.count("/") == 1):
            found[name] = member.write_to(folder / name)
        else:
            raise PackedError(f"{source}: holds '{name}', which no backup has; nothing of it was used")
    if sums is None:
        raise PackedError(f"{source}: is cut short: its checksums are missing; nothing of it was used")
    sums.pop(HEAD, None)
    if found != sums:
        wrong = sorted(name for name in {*found, *sums} if found.get(name) != sums.get(name))
        raise PackedError(f"{source}: {wrong[0]} is not what was backed up (damaged?); nothing of it was used")


def _sums(source: str, member: Member) -> dict[str, FileDigest]:
    try:
        return {str(name): FileDigest(**one) for name, one in json.loads(member.read(_MOST_SMALL)).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise PackedError(f"{source}: its checksums are damaged ({error}); nothing of it was used") from error


def _sound_archive(source: str, path: Path) -> tuple[int | None, int | None]:
    """How much the archive holds; None where there is none. PackedError where it is not sound."""
    if not path.is_file():
        return None, None
    with Archive(path) as archive:
        if wrong := archive.faults():
            raise PackedError(f"{source}: its archive is damaged ({wrong[0]}); nothing of it was used")
        return archive.size()


def _put_in_place(settings: Settings, folder: Path, build: str | None) -> None:
    """Moves what was restored to where it belongs; what is not in the backup goes. The pointer comes last."""
    _close(settings.archive)
    for name, target in (
        (ARCHIVE, settings.archive),
        (PEOPLE, settings.people),
        (CONFIG_NAME, settings.data / CONFIG_NAME),
    ):
        if (folder / name).is_file():
            (folder / name).replace(target)
        else:
            target.unlink(missing_ok=True)
    if settings.recorded.is_dir():
        shutil.rmtree(settings.recorded)
    if any((folder / RECORDED).iterdir()):
        (folder / RECORDED).rename(settings.recorded)
    sync(settings.data)
    if build is None:
        (settings.builds / "published").unlink(missing_ok=True)
    else:
        before = _newest(settings)
        publish(settings.builds, build, newest=max(before, build))


def _newest(settings: Settings) -> str:
    try:
        return pointer(settings.builds).newest
    except (NotPublishedError, IndexDamagedError):
        return ""


def _close(archive: Path) -> None:
    """Brings an archive's log into it, so that none is left that would be taken for the log of another one."""
    if archive.is_file():
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(archive)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for path in archive.parent.glob(f"{archive.name}-*"):
        path.unlink(missing_ok=True)
