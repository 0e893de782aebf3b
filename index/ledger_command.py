"""What `saywho correct` does with the whole ledger: list it, carry it elsewhere, take another one in, publish it."""

import contextlib
import dataclasses
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import click

from index.adrift import adrift
from index.archive import Archive
from index.build import build, held
from index.errors import UsageError
from index.ledger import Correction, Standing, conflicts, in_force, standings
from index.ledger_exchange import MOST_BYTES, LineError, Merged, from_line, merge, to_lines
from index.lock import write_lock
from index.publishing import publish_recorded
from index.recorded import take_in, waiting
from index.settings import Settings
from index.told import many

_SOME_REFUSED = 3
_SHOWN = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Ledger:
    """The whole ledger: what the archive has, and what waits to be taken in."""

    lines: list[Correction]
    standing: dict[int, Standing]
    adrift: dict[int, str]
    """By number: why a correction that holds does nothing now."""
    waiting: frozenset[int]
    """The numbers, for now, of those that wait."""


def read_ledger(settings: Settings, archive: Archive) -> Ledger:
    """The ledger as it is now."""
    late = waiting(settings, archive)
    lines = [*archive.corrections(), *late]
    return Ledger(lines, standings(lines), adrift(archive, in_force(lines)), frozenset(one.number for one in late))


def list_ledger(settings: Settings, subject: str | None, *, as_json: bool) -> int:
    """Prints the ledger, or what it has of one subject."""
    with Archive(settings.archive) as archive:
        ledger = read_ledger(settings, archive)
    shown = [one for one in ledger.lines if subject is None or subject in (one.subject, one.value, one.person)]
    for one in shown:
        standing, lost = ledger.standing[one.number], ledger.adrift.get(one.number)
        if as_json:
            row = {
                **dataclasses.asdict(one),
                "holds": standing.holds and one.action != "undo",
                "standing": standing.how,
                "by": standing.by,
                "adrift": lost,
                "waits": one.number in ledger.waiting,
            }
            click.echo(json.dumps(row))
        else:
            mark = "?" if lost else " " if standing.holds else "-"
            because = f" ({one.why})" if one.why else ""
            tail = "".join(f"; {said}" for said in (_stands(standing), lost, _waits(one, ledger)) if said)
            click.echo(f"{mark}{one.number:>4}  {one.at[:16].replace('T', ' ')}  {one.who}: {told(one)}{because}{tail}")
    if not shown and not as_json:
        click.echo("Nothing was corrected.")
    return 0


def _stands(standing: Standing) -> str:
    return {
        "holds": "",
        "undone": f"undone by {standing.by}",
        "replaced": f"{standing.by} holds instead",
        "circle": "does not hold, since earlier merges lead the other way",
    }[standing.how]


def _waits(one: Correction, ledger: Ledger) -> str:
    return "waits for the run that is writing" if one.number in ledger.waiting else ""


def export_ledger(settings: Settings, target: str) -> int:
    """Writes the ledger as JSON lines."""
    with Archive(settings.archive) as archive:
        lines = list(to_lines([*archive.corrections(), *waiting(settings, archive)]))
    text = "".join(f"{line}\n" for line in lines)
    if target == "-":
        click.echo(text, nl=False)
        return 0
    path = Path(target).expanduser()
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise UsageError(f"--export {path}: cannot be written ({error.strerror})") from error
    click.echo(f"{many(len(lines), 'correction')} written to {path}.", err=True)
    return 0


def import_ledger(settings: Settings, source: str, *, publishing: bool, as_json: bool) -> int:
    """Takes another ledger's lines in, says what came and what it disagrees with, and publishes."""
    lines, wrong = _read_lines(source)
    published = None
    with write_lock(settings.data), Archive(settings.archive) as archive:
        take_in(settings, archive)
        done = merge(archive.corrections(), lines)
        if done.fresh:
            archive.adopt(done.fresh)
            archive.commit(lasting=True)
            if publishing and not held(settings.builds):
                published = build(settings, archive).id
        ledger = archive.corrections()
        lost = adrift(archive, in_force(ledger))
    wrong += [f"the line of entry {line.entry} {why}" for line, why in done.refused]
    fresh = {one.number for one in done.fresh}
    disagree = [pair for pair in conflicts(ledger) if {one.number for one in pair} & fresh]
    if as_json:
        row = {
            "new": len(fresh),
            "known": done.known,
            "refused": wrong,
            "conflicts": [{"overruled": gone.number, "holds": stays.number} for gone, stays in disagree],
            "adrift": {number: why for number, why in lost.items() if number in fresh},
            "build": published,
        }
        click.echo(json.dumps(row))
    else:
        _tell(done, disagree, lost, published=published, said=not_yet(settings))
        for line in wrong[:_SHOWN]:
            click.echo(f"not taken in: {source}: {line}", err=True)
        if len(wrong) > _SHOWN:
            click.echo(f"and {len(wrong) - _SHOWN} more", err=True)
    return _SOME_REFUSED if wrong else 0


def _tell(
    done: Merged,
    disagree: Sequence[tuple[Correction, Correction]],
    lost: dict[int, str],
    *,
    published: str | None,
    said: str,
) -> None:
    click.echo(f"{many(len(done.fresh), 'correction')} taken in, {done.known:,} were there already.")
    for gone, stays in disagree:
        click.echo(
            f"conflict: {gone.who} ({gone.number}): {told(gone)}; {stays.who} ({stays.number}): {told(stays)}; "
            f"the later one, {stays.number}, holds"
        )
    for one in done.fresh:
        if one.number in lost:
            click.echo(f"correction {one.number} does nothing now: {lost[one.number]}")
    if done.fresh:
        click.echo(f"Published as build {published}." if published else said)


def publish_waiting(settings: Settings, patience: float) -> int:
    """Publishes what was written down and is not shown yet."""
    manifest = publish_recorded(settings, patience=patience)
    if manifest is not None:
        click.echo(f"Published as build {manifest.id}.")
    else:
        click.echo(not_yet(settings) if held(settings.builds) else "Nothing waits to be published here.")
    return 0


def not_yet(settings: Settings) -> str:
    """Why something is not published."""
    if held(settings.builds):
        return "Not published: an earlier build is held; saywho builds --release lets runs publish"
    return "Not published yet; type: saywho rebuild"


def _read_lines(source: str) -> tuple[list[Correction], list[str]]:
    """The corrections of a file, and a line for each of its lines that is none."""
    lines: list[Correction] = []
    wrong: list[str] = []
    try:
        with _opened(source) as file:
            number = 0
            while text := file.readline(MOST_BYTES + 1):
                number += 1
                if len(text) > MOST_BYTES:
                    raise UsageError(f"--import {source}: line {number} has more than {MOST_BYTES:,} bytes")
                try:
                    if text.strip():
                        lines.append(from_line(text))
                except LineError as error:
                    wrong.append(f"line {number} {error}")
    except OSError as error:
        raise UsageError(f"--import {source}: cannot be read ({error.strerror})") from error
    return lines, wrong


@contextlib.contextmanager
def _opened(source: str) -> Iterator[IO[bytes]]:
    if source == "-":
        yield sys.stdin.buffer
    else:
        with Path(source).expanduser().open("rb") as file:
            yield file


def told(line: Correction) -> str:
    """What a correction does, in words."""
    return {
        "speaker": f"quotation {line.subject} is {_whose(line)}",
        "merge": f"{line.subject} is {line.value}",
        "rename": f"{line.subject} is called {line.value}",
        "split": f"what {_some(line.parts)} give {line.subject} is {line.value}'s ({line.person})",
        "undo": f"correction {line.subject} is undone",
    }[line.action]


def _whose(line: Correction) -> str:
    if line.value is None:
        return "nobody's"
    return f"{line.value}'s ({line.person})" if line.person else f"{line.value}'s"


def _some(parts: Sequence[tuple[str, str]]) -> str:
    articles = sorted({article for article, _ in parts})
    return ", ".join(articles[:3]) + (f" and {len(articles) - 3} more" if len(articles) > 3 else "")
