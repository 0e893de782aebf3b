"""What is to be verified: one validated value, from wherever it came."""

import dataclasses
from typing import Any

from search.errors import RequestError

MAX_TEXT = 20_000
"""Characters of a text that is checked."""
MAX_SPEAKER = 200
MAX_CLAIMS = 40
"""Quotations of one text that are checked; the answer says how many were left."""

VERIFYING: dict[str, tuple[dict[str, Any], str]] = {
    "text": (
        {"type": "string", "minLength": 1, "maxLength": MAX_TEXT, "pattern": r"\S"},
        "A quotation, or a paragraph with quotations in quotation marks; each gets its verdict.",
    ),
    "speaker": (
        {"type": "string", "maxLength": MAX_SPEAKER},
        "Who is said to have said it, by name or id; without it, whom the text names.",
    ),
}
"""The parameters: JSON schema and meaning."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """A text with quotations, or one quotation without marks; a bad value raises RequestError naming the parameter."""

    text: str
    speaker: str | None = None
    """Who is said to have said all of it; without it, whom the text names."""

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise RequestError("text", "is empty; give the words to check, or a paragraph with quotations")
        for name, value, most in (("text", self.text, MAX_TEXT), ("speaker", self.speaker or "", MAX_SPEAKER)):
            if len(value) > most:
                raise RequestError(name, f"has {len(value):,} characters; at most {most:,} are allowed")
        speaker = (self.speaker or "").strip() or None
        object.__setattr__(self, "speaker", speaker)  # the value is frozen for everybody else
