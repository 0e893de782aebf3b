"""The front door: gathers the commands of `index`, `search` and `web`, and turns failures into lines and exit codes."""

import importlib
import sys
from importlib.metadata import version
from pathlib import Path

import click

from index import logs
from index.errors import SaywhoError
from index.settings import load_settings

COMMANDS = {
    "index": "index.commands:index",
    "rebuild": "index.commands:rebuild",
    "watch": "index.watch_command:watch",
    "extract": "index.commands:extract",
    "correct": "index.correct_command:correct",
    "status": "index.status_command:status",
    "failed": "index.commands:failed",
    "builds": "index.builds_command:builds",
    "prune": "index.builds_command:prune",
    "backup": "index.backup_command:backup",
    "restore": "index.backup_command:restore",
    "search": "search.commands:search",
    "verify": "search.verify.commands:verify",
    "export": "search.export_command:export",
    "serve": "web.commands:serve",
    "demo": "web.commands:demo",
}
"""Where each command stands; only the one that is called is imported, so that a search starts at once."""

INTERRUPTED = 130


class _Gathered(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name]} is not a command")
        return command


@click.command(cls=_Gathered, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="The data folder.  [default: $SAYWHO_DATA, else ./saywho-data]",
)
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.version_option(version("saywho"), prog_name="saywho")
@click.pass_context
def cli(ctx: click.Context, data: Path | None, debug: bool) -> None:
    """Find quotations in news articles, and who said them.

    \b
    saywho demo                          try it on the sample collection
    saywho index articles/ more.jsonl    read your own articles
    saywho search '"clean water"'        search in the terminal
    saywho verify 'Esper said: “…”'      is this what was said, and by whom?
    saywho serve                         search in the browser
    """
    # Without the flag each command finds its settings itself: it may have a --data of its own.
    ctx.obj = load_settings(data=data) if data else None


def main() -> None:
    """Runs the command line and exits: 0 done, 1 failed, 2 wrong usage, 3 some set aside, 4 locked, 130 interrupted."""
    logs.set_up("json" if logs.in_json() else "text")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of a command line; what failed is said in one line on stderr (with --debug, with its traceback)."""
    debug = "--debug" in arguments
    try:
        # --debug is taken anywhere, since it is added when something has just gone wrong.
        code = cli.main([a for a in arguments if a != "--debug"], prog_name="saywho", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except SaywhoError as error:
        if debug:
            raise
        _say(str(error))
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        if debug:
            raise
        _say("interrupted; what was done so far is kept, and the next run goes on from there")
        return INTERRUPTED
    except SystemExit:
        # Click's answer when whoever read the output has gone (`| head`): that is no failure of ours.
        return 0
    except Exception as error:
        if debug:
            raise
        _say(f"something went wrong that should not ({type(error).__name__}: {error}); run it again with --debug")
        return 1


def _say(message: str) -> None:
    if logs.in_json():
        logs.tell("error", message)
    else:
        click.echo(f"saywho: {message}", err=True)


if __name__ == "__main__":
    main()
