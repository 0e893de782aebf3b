"""`saywho correct`: a person's word over the extractor's, and the ledger of such words."""

import dataclasses
import getpass
import json
import os
from pathlib import Path

import click

from index import correcting
from index.archive import Archive
from index.correcting import Editor
from index.data_folder import data_option, settings_of
from index.errors import UsageError
from index.ledger import Correction
from index.ledger_command import export_ledger, import_ledger, list_ledger, not_yet, publish_waiting, told
from index.records import SpeakerType

_TYPES: tuple[SpeakerType, ...] = ("person", "organization", "group")


@click.command(
    epilog="""\b
Examples:
  saywho correct 3f9a1c0b72d4e815 --speaker "Mark Esper" --why "the caption names him"
  saywho correct 3f9a1c0b72d4e815 --speaker mark-esper     an id, where several have the name
  saywho correct 3f9a1c0b72d4e815 --nobody                 a headline, no quotation
  saywho correct 3f9a1c0b72d4e815 --undo
  saywho correct bill-clinton-2 --merge-into bill-clinton  they are one person
  saywho correct john-smith --split news/7 --as "John Smith (mayor)"
  saywho correct donald-john-trump --rename "Donald Trump"
  saywho correct 12 --undo                                 by the number in the ledger
  saywho correct --list                                    every correction: who, when, why
  saywho correct --export ledger.jsonl                     the ledger, for another data folder
  saywho correct --import ledger.jsonl                     what it has and this one has not
"""
)
@click.argument("subject", required=False, metavar="[ID]")
@click.option(
    "--speaker", metavar="NAME", help="The words are theirs: a name, or the id of somebody in the collection."
)
@click.option("--nobody", is_flag=True, help="The words are nobody's that the article names.")
@click.option("--type", "type_", type=click.Choice(_TYPES), default="person", help="What a new NAME is.")
@click.option("--merge-into", metavar="ID", help="This person and that one are one; that one's id stays.")
@click.option("--rename", metavar="NAME", help="Show this person by another name.")
@click.option("--split", multiple=True, metavar="ARTICLE", help="What this article gives them is somebody else's.")
@click.option("--as", "as_", metavar="NAME", help="With --split: whose it is.")
@click.option("--undo", is_flag=True, help="Undo the last correction of ID, or the one of that number.")
@click.option("--why", default="", metavar="TEXT", help="The reason, for the ledger.")
@click.option("--by", "who", metavar="NAME", help="Who corrects.  [default: $SAYWHO_EDITOR, else who is logged in]")
@click.option("--no-publish", is_flag=True, help="Write it down only; the next run publishes it.")
@click.option("--list", "listed", is_flag=True, help="Show the ledger, of ID where that is given.")
@click.option("--export", metavar="FILE", help="Write the ledger as JSON lines; - for standard output.")
@click.option("--import", "import_", metavar="FILE", help="Take in another ledger's lines; - for standard input.")
@click.option("--publish", is_flag=True, help="Publish what was written down and is not shown yet.")
@click.option("--wait", type=click.FloatRange(0), default=0, metavar="SECONDS", help="With --publish: for another run.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line each.")
@data_option
@click.pass_context
def correct(
    ctx: click.Context,
    /,
    subject: str | None,
    speaker: str | None,
    nobody: bool,
    type_: SpeakerType,
    merge_into: str | None,
    rename: str | None,
    split: tuple[str, ...],
    as_: str | None,
    undo: bool,
    why: str,
    who: str | None,
    no_publish: bool,
    listed: bool,
    export: str | None,
    import_: str | None,
    publish: bool,
    wait: float,
    as_json: bool,
    data: Path | None,
) -> int:
    """Correct a quotation's speaker, or merge, split and rename people.

    ID is a quotation's or a person's. Nothing is overwritten: corrections are kept apart in a ledger, hold through
    every rebuild and re-extraction, and can be undone.
    """
    settings = settings_of(ctx, data)
    whole = {"--list": listed, "--export": export is not None, "--import": import_ is not None, "--publish": publish}
    if sum(whole.values()) > 1:
        raise UsageError(f"give one of {' and '.join(name for name, given in whole.items() if given)}")
    if listed:
        return list_ledger(settings, subject, as_json=as_json)
    if subject is not None and any(whole.values()):
        raise UsageError("--export, --import and --publish take no ID: they are for the whole ledger")
    if export is not None:
        return export_ledger(settings, export)
    if import_ is not None:
        return import_ledger(settings, import_, publishing=not no_publish, as_json=as_json)
    if publish:
        return publish_waiting(settings, wait)
    asked = [
        name
        for name, given in (
            ("--speaker", speaker is not None),
            ("--nobody", nobody),
            ("--merge-into", merge_into is not None),
            ("--rename", rename is not None),
            ("--split", bool(split)),
            ("--undo", undo),
        )
        if given
    ]
    if subject is None or len(asked) != 1:
        named = f"; {' and '.join(asked)} were given" if len(asked) > 1 else ""
        raise UsageError(
            "name the ID of a quotation or a person, and one of --speaker, --nobody, --merge-into, --rename, --split "
            f"and --undo (or --list){named}"
        )
    if bool(split) != (as_ is not None):
        raise UsageError("--split and --as go together: whose are the words that are split off?")
    from index.intake import correcting_run  # loads the extractor, which the ledger alone does not need
    from index.options import bars

    editor = Editor(who=who or os.environ.get("SAYWHO_EDITOR") or _login(), why=why)

    def write(archive: Archive) -> Correction:
        if undo:
            return correcting.undo(archive, subject, editor=editor)
        if merge_into is not None:
            return correcting.merge(archive, subject, merge_into, editor=editor)
        if rename is not None:
            return correcting.rename(archive, subject, rename, editor=editor)
        if split:
            return correcting.split(archive, subject, split, str(as_), editor=editor)
        return correcting.give_speaker(archive, subject, speaker, editor=editor, kind=type_)

    with bars() as watcher:
        line, build = correcting_run(settings, write, publish=not no_publish, watcher=watcher)
    click.echo(json.dumps(dataclasses.asdict(line)) if as_json else f"Correction {line.number}: {told(line)}.")
    if not as_json:
        click.echo(f"Published as build {build}." if build else not_yet(settings))
    return 0


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"
