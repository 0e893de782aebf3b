"""Where the data folder is and how saywho runs: flags, then SAYWHO_* variables, then saywho.toml in the data folder."""

import dataclasses
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from index.errors import UsageError

DEFAULT_DATA = Path("saywho-data")
CONFIG_NAME = "saywho.toml"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set from outside; each value has a default that works."""

    data: Path = DEFAULT_DATA
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    url: str = ""
    """Where the site is for its readers (`https://quotes.example.org`): feeds and citations begin with it."""

    @property
    def archive(self) -> Path:
        """The SQLite file with what was read and extracted."""
        return self.data / "archive.sqlite"

    @property
    def people(self) -> Path:
        """The people file that is in use, where there is one."""
        return self.data / "people.jsonl"

    @property
    def builds(self) -> Path:
        """The folder that holds one folder a build, and the pointer to the published one."""
        return self.data / "builds"


def load_settings(environ: Mapping[str, str] | None = None, **flags: object) -> Settings:
    """Settings from `flags` (None means not given), else the environment, else saywho.toml.

    Raises UsageError naming the setting and where it came from.
    """
    environ = os.environ if environ is None else environ
    data = Path(str(flags.get("data") or environ.get("SAYWHO_DATA") or DEFAULT_DATA)).expanduser()
    values: dict[str, object] = {"data": data}
    config = _read_config(data / CONFIG_NAME)
    for field in dataclasses.fields(Settings):
        if field.name == "data":
            continue
        variable = f"SAYWHO_{field.name.upper()}"
        given = (
            (f"--{field.name}", flags.get(field.name)),
            (variable, environ.get(variable)),
            (f"{data / CONFIG_NAME}: {field.name}", config.pop(field.name, None)),
        )
        for origin, value in given:
            if value is not None:
                values[field.name] = _CONVERTED.get(field.name, _text)(origin, value)
                break
    if config:
        unknown, known = sorted(config)[0], ", ".join(f.name for f in dataclasses.fields(Settings)[1:])
        raise UsageError(f"{data / CONFIG_NAME}: there is no setting '{unknown}'; there are: {known}")
    return Settings(**values)  # type: ignore[arg-type]


def _read_config(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except PermissionError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); give yourself the rights to it") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not valid TOML ({error}); mend or remove it") from error


def _text(_: str, value: object) -> str:
    return str(value)


def _number(origin: str, value: object) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if not 0 <= number <= 65535:
        raise UsageError(f"{origin} is '{value}'; it takes a whole number from 0 to 65535")
    return number


def _site(origin: str, value: object) -> str:
    text = str(value).strip().rstrip("/")
    if text and not _SITE.fullmatch(text):
        raise UsageError(f"{origin} is '{value}'; it takes a scheme and a host, as https://quotes.example.org")
    return text


_SITE = re.compile(
    r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:.]+\])"
    r"(?::[0-9]{1,5})?"
)
_CONVERTED: dict[str, Callable[[str, object], int | str]] = {"port": _number, "workers": _number, "url": _site}
"""By setting; the others are text."""
