"""What a site's robots.txt (RFC 9309) says to us: kept for an hour, asked for before the first page."""

import time
from typing import Any
from urllib.parse import SplitResult, urlunsplit

from index.errors import ReadError
from index.readers.fetching import AGENT, FetchError, Permitted, fetch
from index.readers.limits import Limits
from index.readers.needing import needed
from index.readers.streams import decoded, shown

_KEPT_SECONDS = 3600.0
_MOST_BYTES = 500 * 1024
_LONGEST_DELAY = 60.0

_rules: dict[tuple[str, str, bool], tuple[float, Any]] = {}


def permitted(limits: Limits, *, allow_private: bool) -> Permitted:
    """What `fetching.fetch` asks before each request."""

    def ask(parts: SplitResult) -> float:
        rules = _rules_of(parts, limits, allow_private)
        if isinstance(rules, str):
            raise FetchError(rules)
        if rules is None:
            return 0.0
        url = urlunsplit(parts)
        if not rules.can_fetch(url, AGENT):
            raise FetchError(f"robots.txt of {shown(parts.netloc, 80)} does not want it fetched", gone=True)
        return min(float(rules.crawl_delay(AGENT) or 0.0), _LONGEST_DELAY)

    return ask


def _rules_of(parts: SplitResult, limits: Limits, allow_private: bool) -> Any:
    """The site's rules; None where it has none; a message where nobody can know."""
    site = (parts.scheme.lower(), parts.netloc.rpartition("@")[2].lower(), allow_private)
    kept = _rules.get(site)
    if kept is not None and time.monotonic() - kept[0] < _KEPT_SECONDS:
        return kept[1]
    rules = _asked(f"{site[0]}://{site[1]}/robots.txt", limits, allow_private)
    _rules[site] = time.monotonic(), rules
    return rules


def _asked(url: str, limits: Limits, allow_private: bool) -> Any:
    protego = needed("protego", what="an address")
    try:
        answer = fetch(url, limits=limits, allow_private=allow_private)
    except FetchError as error:
        # A site without the file allows everything; one that cannot say what it allows, nothing.
        return None if error.gone else f"its robots.txt cannot be read, so nothing is fetched from there: {error}"
    with answer.body as body:
        data = body.read(_MOST_BYTES)
    try:
        text, _ = decoded(data, "utf-8")
    except ReadError:
        text = data.decode("latin-1")
    return protego.Protego.parse(text)


def forget() -> None:
    """Drops what is kept."""
    _rules.clear()
