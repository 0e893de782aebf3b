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
    hosts: tuple[str, ...] = ()
    """Names beside this machine's own that the site answers to (`quotes.example.org`), in small letters."""
    rate_limit: tuple[int, int] | None = None
    """How many questions one address may ask in how many seconds of each worker; None for as many as it likes."""
    editor_token: str = dataclasses.field(default="", repr=False)
    """What editors sign in with to correct speakers on the site; empty where nobody can."""
    secret: str = dataclasses.field(default="", repr=False)
    """What the cookies of editors are signed with; empty for another random key at each start."""
    metrics: str = "local"
    """Who may read /metrics: `off`, `local` (this machine, not through a proxy) or `all`."""
    log_format: str = "text"
    """`text` says what fails, for people; `json` is one object a line, a line for each answer too."""
    log_queries: bool = False
    """Whether logs hold what was asked, words included; else only the route."""
    grace: int = 30
    """Seconds that answers under way have to finish when the server is told to stop."""
    dask: str = ""
    """The address of Dask's scheduler, whose workers read, extract and compare; `local` for workers on this machine;
    empty where this process does it, with the processes of `--jobs`."""
    parts: str = ""
    """The folder, or the address of a storage, for what Dask's workers have done; empty for one in the data folder."""
    engine: str = "whoosh"
    """What answers: `whoosh`, the builds of the data folder, or `opensearch`, a cluster."""
    opensearch_url: str = ""
    """The cluster's nodes, separated by commas."""
    opensearch_user: str = ""
    opensearch_password: str = dataclasses.field(default="", repr=False)
    opensearch_ca: str = ""
    """A file with the certificates that the nodes' are signed by, where the system does not know them."""
    opensearch_name: str = "saywho"
    """What the cluster's indexes are called, and the alias of the published one."""
    opensearch_shards: int = 1
    """Into how many shards a new index is cut."""

    @property
    def archive(self) -> Path:
        """The SQLite file with what was read and extracted."""
        return self.data / "archive.sqlite"

    @property
    def recorded(self) -> Path:
        """The folder of corrections that wait for a run to take them into the archive's ledger."""
        return self.data / "recorded"

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
            (f"--{field.name.replace('_', '-')}", flags.get(field.name)),
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


def _shards(origin: str, value: object) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if not 1 <= number <= 1024:
        raise UsageError(f"{origin} is '{value}'; it takes a whole number from 1 to 1024")
    return number


def _site(origin: str, value: object) -> str:
    text = str(value).strip().rstrip("/")
    if text and not _SITE.fullmatch(text):
        raise UsageError(f"{origin} is '{value}'; it takes a scheme and a host, as https://quotes.example.org")
    return text


def _one_of(*allowed: str) -> Callable[[str, object], str]:
    def convert(origin: str, value: object) -> str:
        text = str(value).strip()
        if text not in allowed:
            raise UsageError(f"{origin} is '{value}'; it takes {', '.join(allowed[:-1])} or {allowed[-1]}")
        return text

    return convert


def _switch(origin: str, value: object) -> bool:
    text = str(value).strip().casefold()
    if text not in _SWITCHED:
        raise UsageError(f"{origin} is '{value}'; it takes yes or no")
    return _SWITCHED[text]


def _scheduler(origin: str, value: object) -> str:
    text = str(value).strip()
    if text in ("", "none"):
        return ""
    if text != "local" and not _SCHEDULER.fullmatch(text):
        raise UsageError(
            f"{origin} is '{text}'; it takes the address that Dask's scheduler prints (tcp://10.0.0.7:8786), local for "
            "workers on this machine, or none"
        )
    return text


def _hosts(origin: str, value: object) -> tuple[str, ...]:
    given = value if isinstance(value, list) else str(value).split(",")
    hosts = tuple(str(one).strip().casefold() for one in given if str(one).strip())
    for one in hosts:
        if not _HOST.fullmatch(one):
            raise UsageError(
                f"{origin} has '{one}'; it takes names without scheme or port, as quotes.example.org,10.0.0.7"
            )
    return hosts


def _rate(origin: str, value: object) -> tuple[int, int] | None:
    text = str(value).strip()
    match = re.fullmatch(r"([1-9][0-9]{0,5})/(s|min|h)", text)
    if not text or text == "0":
        return None
    if not match:
        raise UsageError(
            f"{origin} is '{value}'; it takes questions in a time, as 60/min, 5/s or 1000/h; 0 for no limit"
        )
    return int(match[1]), {"s": 1, "min": 60, "h": 3600}[match[2]]


def _token(origin: str, value: object) -> str:
    text = str(value).strip()
    if text and len(text) < SHORTEST_TOKEN:
        raise UsageError(
            f"{origin} has {len(text)} characters; it takes {SHORTEST_TOKEN} or more, for instance what "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe())'` prints"
        )
    return text


ENGINES = ("whoosh", "opensearch")
SHORTEST_TOKEN = 16
"""Characters; shorter ones can be guessed."""
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_SITE = re.compile(
    r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:.]+\])"
    r"(?::[0-9]{1,5})?"
)
_SWITCHED = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}
METRICS = ("off", "local", "all")
LOG_FORMATS = ("text", "json")
_SCHEDULER = re.compile(r"(?:tcp|tls|ws|wss|ucxx?)://(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}")
_CONVERTED: dict[str, Callable[[str, object], object]] = {
    "port": _number,
    "workers": _number,
    "url": _site,
    "hosts": _hosts,
    "rate_limit": _rate,
    "editor_token": _token,
    "secret": _token,
    "metrics": _one_of(*METRICS),
    "log_format": _one_of(*LOG_FORMATS),
    "log_queries": _switch,
    "grace": _number,
    "dask": _scheduler,
    "engine": _one_of(*ENGINES),
    "opensearch_shards": _shards,
}
"""By setting; the others are text."""
