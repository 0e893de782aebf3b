"""The people file that a data folder uses: a copy in it, so that every later run knows the same people."""

import contextlib
import hashlib
import os
import shutil
from pathlib import Path

from index.errors import PeopleFileError
from index.identity import PeopleFile, read_people_file
from index.settings import Settings


def use(settings: Settings, path: Path) -> PeopleFile:
    """Takes a people file into use, from now on, and gives what is in it. PeopleFileError where it cannot be read."""
    found = read_people_file(path)
    if not found.entries:
        raise PeopleFileError(f'{path}: names nobody; it takes JSON lines with at least a "name" each')
    fresh = settings.people.with_suffix(".new")
    try:
        shutil.copyfile(path, fresh)
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        fresh.replace(settings.people)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise PeopleFileError(f"{settings.people}: cannot be written ({error.strerror})") from error
    return found


def in_use(settings: Settings) -> PeopleFile | None:
    """The people file of a data folder; None where it has none. PeopleFileError where it cannot be read."""
    return read_people_file(settings.people) if settings.people.is_file() else None


def digest(settings: Settings) -> str:
    """sha256 (hex) of the people file in use; empty where there is none."""
    return hashlib.sha256(settings.people.read_bytes()).hexdigest() if settings.people.is_file() else ""


def forget(settings: Settings) -> None:
    """Takes the people file out of use."""
    settings.people.unlink(missing_ok=True)
