"""Which data folder a command works on. Imports next to nothing, so that a search starts at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from index.settings import Settings, load_settings

F = TypeVar("F", bound=Callable[..., Any])


def data_option(command: F) -> F:
    """Adds `--data DIR` to a command, so that it may stand behind the command's name too."""
    option = click.option("--data", type=click.Path(path_type=Path), metavar="DIR", help="The data folder.")
    return option(command)


def settings_of(ctx: click.Context, data: Path | None, **flags: object) -> Settings:
    """The settings of a command: its own --data, else what the front door found."""
    if data is None and isinstance(ctx.obj, Settings):
        data = ctx.obj.data
    return load_settings(None, data=data, **flags)
