"""How much reading may cost: sizes, depths, times. Every one of them can be set."""

import dataclasses
import re
from collections.abc import Mapping

from index.errors import UsageError

_KB = 1024
_UNITS = {"": 1, "k": _KB, "m": _KB**2, "g": _KB**3, "t": _KB**4}
_VALUE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([kmgt]?)i?b?", re.ASCII | re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What no file and no server may go over. Sizes are bytes, unpacked; times are seconds."""

    article: int = 64 * _KB**2
    """One article's text file, line, row or record."""
    page: int = 16 * _KB**2
    """One HTML page or feed: taking it apart costs some thirty times its size."""
    download: int = 2 * _KB**3
    """Any other answer of a server; a packed file that has to be put down first, inside another or from a pipe."""
    unpacked: int = 200 * _KB**3
    """All that comes out of one packed file."""
    ratio: int = 200
    """How many times its size a packed file may unpack to, beyond the first 64 MB; 0 is without limit."""
    members: int = 1_000_000
    """Files in one archive."""
    depth: int = 3
    """How often something may be packed in something."""
    redirects: int = 5
    seconds: float = 60.0
    """From a request to the last byte of its answer."""
    delay: float = 1.0
    """Between two requests to one host; a robots.txt may ask for more."""


def limits_of(values: Mapping[str, str | int | float]) -> Limits:
    """The limits, of those named as given (`{"page": "5MB", "delay": 2}`).

    Raises UsageError for names that there are not, and for what is no number.
    """
    fields = {field.name: field.type for field in dataclasses.fields(Limits)}
    found: dict[str, int | float] = {}
    for name, value in values.items():
        if name not in fields:
            raise UsageError(f"limit '{name}' is not known; there are: {', '.join(fields)}")
        match = _VALUE.fullmatch(str(value).strip())
        if match is None:
            raise UsageError(f"limit '{name}' is '{value}'; write it as a number, with kB, MB or GB for sizes")
        number = float(match[1]) * _UNITS[match[2].lower()]
        found[name] = number if fields[name] is float else int(number)
    return Limits(**found)  # type: ignore[arg-type]


def shown_size(count: int) -> str:
    """Bytes as a message says them: `16 MB`, else `10,000 bytes`."""
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        if count >= _KB**power and count % _KB**power == 0:
            return f"{count // _KB**power:,} {unit}"
    return f"{count:,} bytes"
