"""Absolute addresses, and a search's addresses in its other forms.

The Host header is whatever a client likes to send. It is believed only where it is a name that the site was given
(`web.limits`) or this machine's own; `SAYWHO_URL` comes before it. Without either addresses are paths, which every
reader resolves by where it found them.
"""

import dataclasses

from flask import current_app, request

from search.request import SearchRequest
from web.limits import is_known_host
from web.params import API_DEFAULTS, EXPORTED, FOLLOWED, address, joined, pieces

FORMS = {"csv": "/search.csv", "jsonl": "/search.jsonl", "atom": "/search.atom"}
FORMS |= {"bib": "/search.bib", "csl_json": "/search.csl.json"}
"""The names of JSON's `links`, and where each form of a search is."""
BASE = "SAYWHO_URL"
"""The app's setting."""

_FOLLOWED = frozenset(FOLLOWED) - {"limit", "cursor"}


def base() -> str:
    """Scheme and host of the site, as `https://quotes.example.org`; empty where they cannot be known safely."""
    configured: str = current_app.config.get(BASE, "")
    if configured:
        return configured
    return f"{request.scheme}://{request.host}" if is_known_host() else ""


def forms_of(asked: SearchRequest) -> dict[str, str]:
    """The paths of a search in its other forms, by the names that JSON's `links` have."""
    given = pieces(asked)
    exported = [one for name, one in given.items() if name in EXPORTED]
    followed = [one for name, one in given.items() if name in _FOLLOWED]
    return {name: joined(path, *(followed if name == "atom" else exported)) for name, path in FORMS.items()}


def feed_path(asked: SearchRequest) -> str:
    """The path of a page of a feed."""
    return address(FORMS["atom"], dataclasses.replace(asked, sort="relevance"), FEED_DEFAULTS)


FEED_DEFAULTS = dataclasses.replace(API_DEFAULTS, limit=50, facets=())
