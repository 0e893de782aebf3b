"""Corrections that hold and find nothing to correct: the article changed or went, or the extractor reads it otherwise.

They are not lost: the ledger keeps them, and each takes hold again as soon as its words are back.
"""

from collections.abc import Iterable

from index.archive import Archive
from index.ledger import Correction, corrected, digest_of
from index.settlement import by_article


def adrift(archive: Archive, held: Iterable[Correction]) -> dict[int, str]:
    """Why each of these corrections does nothing now, by its number; those that do something are left out.

    `held` are corrections that hold (`index.ledger.in_force`).
    """
    held = list(held)
    found: dict[int, str] = {}
    for article_id, mine in by_article(held).items():
        article = archive.article(article_id)
        if article is None:
            found |= {one.number: f"article {article_id} is not in the archive" for one in mine}
            continue
        now = digest_of(article.text)
        for one in corrected(archive.quotations(article_id), mine, article.text).lost:
            found[one.number] = (
                f"the text of article {article_id} has changed"
                if one.text != now
                else f"there is no such quotation in article {article_id} any more"
            )
    for one in held:
        if one.action == "split" and not any(_speaks(archive, *part) for part in one.parts):
            found[one.number] = "none of its articles names that speaker any more"
    return found


def _speaks(archive: Archive, article_id: str, name: str) -> bool:
    query = "SELECT 1 FROM local_speakers WHERE article_id = ? AND name = ?"
    return archive.connection.execute(query, (article_id, name)).fetchone() is not None
