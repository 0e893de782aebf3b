"""What the tests of readers share: files made on the spot, and what came out of them."""

from pathlib import Path
from typing import Any, BinaryIO

from index.readers import ReadingOptions, read
from index.records import Article, Failure, LeftOut

TEXT = "The mayor said: “We will mend the bridge.”"
PARAGRAPHS = (
    "The mayor said on Monday that the old bridge over the river would be closed for most of the summer.",
    "“We will mend the bridge before the winter,” Ann Lee told the council, which had met to talk about the money.",
    "Nobody in the town had been asked about it, and many of those who live on the other side were not pleased at all.",
)


def write(path: Path, content: str | bytes) -> Path:
    """The file, with its folders made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def items(*sources: object, stdin: BinaryIO | None = None, **options: Any) -> list[Article | Failure | LeftOut]:
    """All that is read."""
    return list(read([str(s) for s in sources], ReadingOptions(**options), stdin=stdin))


def articles(*sources: object, **options: Any) -> list[Article]:
    """What is read, where all of it can be."""
    found = items(*sources, **options)
    assert [f for f in found if not isinstance(f, Article)] == []
    return [a for a in found if isinstance(a, Article)]


def failures(*sources: object, **options: Any) -> list[Failure]:
    """What could not be read; the rest may have been."""
    return [f for f in items(*sources, **options) if isinstance(f, Failure)]


def failure(*sources: object, **options: Any) -> Failure:
    """The only thing that comes out, a failure."""
    (found,) = items(*sources, **options)
    assert isinstance(found, Failure), found
    return found


def a_page(
    *paragraphs: str, title: str = "Bridge to be closed", head: str = "", lang: str = "en", body: str = ""
) -> str:
    """An HTML page as news sites make them."""
    inner = body or "".join(f"<p>{p}</p>\n" for p in paragraphs or PARAGRAPHS)
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f'<nav><a href="/">Home</a> <a href="/news">News</a></nav><article><h1>{title}</h1>{inner}</article>'
        "<footer>© The Gazette. All rights reserved.</footer></body></html>"
    )
