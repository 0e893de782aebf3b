"""Where the next page begins, as text that a client hands back: tied to one build and one question.

A build never changes and its answers have one order, so the number of hits before the page is all that it takes.
"""

import base64
import binascii
import dataclasses
import json

from index.manifest import BUILD_ID
from search.errors import RequestError

_LONGEST = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an answer: the build's id, the request's digest, and how many hits come before."""

    build: str
    digest: str
    offset: int

    def encode(self) -> str:
        """URL-safe text without padding."""
        row = json.dumps([self.build, self.digest, self.offset], separators=(",", ":"))
        return base64.urlsafe_b64encode(row.encode()).decode().rstrip("=")


def decode(text: str) -> Cursor:
    """The cursor that `encode` made the text from; RequestError for any other."""
    try:
        if len(text) > _LONGEST:
            raise ValueError
        row = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        build, digest, offset = row
        cursor = Cursor(build, digest, offset)
        whole = type(offset) is int and offset > 0 and isinstance(build, str) and BUILD_ID.fullmatch(build)
        if not (whole and isinstance(digest, str) and cursor.encode() == text):
            raise ValueError
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise RequestError("cursor", "is not one that this site gave; start again without it") from None
    return cursor
