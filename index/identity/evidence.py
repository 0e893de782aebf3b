"""What one article says of its speakers: every form of each name, titles, offices, places, party, gender, company.

A single pass over the article's words, without the extractor's network and without its sentences: about two
milliseconds an article. Pure.
"""

import collections
import re
from collections.abc import Iterable

from index.extract import words
from index.identity.article_words import ArticleWords, Seen
from index.identity.bodies import HEADS, expansions, is_description, is_known_body, read_body
from index.identity.names import block_of, read_name
from index.identity.records import LocalSpeaker
from index.records import Article, Quotation, SpeakerType

MOST_FORMS = 8
_MOST_SEEN = 12
"""Places in an article where a name is looked at."""


def local_speakers(article: Article, quotations: Iterable[Quotation]) -> list[LocalSpeaker]:
    """The named speakers of one article, by name, each with what the article says of them.

    Those whose name is none (a list of authors, "many senators", "D-Vt.") are left out.
    """
    counts: collections.Counter[tuple[str, SpeakerType]] = collections.Counter(
        (q.speaker, q.speaker_type)
        for q in quotations
        if q.speaker is not None and q.speaker_type in ("person", "organization", "group")
    )
    seen = [made for (name, kind), count in sorted(counts.items()) if (made := _begin(name, kind, count)) is not None]
    if not seen:
        return []
    page = ArticleWords(article.text[article.body :])
    seen = [one for one in seen if _mended(one, page, article.source or "")]
    by_surname: dict[str, list[Seen]] = collections.defaultdict(list)
    for one in seen:
        if one.parsed is not None:
            by_surname[_last_word(one.parsed.shown)].append(one)
    for surname, people in by_surname.items():
        for at in page.places.get(surname, ())[:_MOST_SEEN]:
            page.look(at, people)
    beside, topics = page.beside(), page.topics()
    return [_settled(one, article, page, beside, topics) for one in seen]


def _begin(name: str, kind: SpeakerType, count: int) -> Seen | None:
    if kind == "person" and not is_known_body(name):
        parsed = read_name(name)
        if parsed is not None:
            return Seen(name, kind, parsed, block_of(parsed), count)
        if not name.isupper() and (len(name.split()) < 2 or re.search(r"[,\d]|\band\b", name)):
            return None
    body = read_body(name)
    if kind == "group" and (re.search(r"\band\b|,", name) or body is None or is_description(body.shown)):
        return None
    return Seen(name, kind, None, body.block, count) if body is not None else None


def _mended(one: Seen, page: ArticleWords, source: str) -> bool:
    """Finds out what a cut, turned or short name stands for; False where the article shows that it is no name."""
    shown = one.name.split()
    if one.parsed is None and one.type == "person" and len(shown) == 1 and page.bears(shown[0]):
        # a brand's name that is somebody's surname here: "Secretary Kirstjen Nielsen"
        one.parsed = read_name(one.name)
        one.block = block_of(one.parsed) if one.parsed is not None else one.block
    if one.parsed is None:
        heads = [w.lower().strip("’'s") if len(shown) > 1 else w.lower() for w in shown[-1:]]
        if len(shown) == 1 and heads[0] in HEADS:
            one.known_as = page.whole(heads[0], source)
            body = read_body(one.known_as) if one.known_as else None
            if body is not None:
                one.block = body.block
        return True
    gender = words.given_names().gender
    if len(shown) == 2 and shown[1].lower() in gender and shown[0].lower() not in gender:
        turned = re.compile(rf"{re.escape(shown[1])} (?:[A-Z][\w.]* )?{re.escape(shown[0])}")
        one.known_as = f"{shown[1]} {shown[0]}" if turned.search(page.line) else ""
    elif len(shown) == 2 and one.parsed.given and shown[0].lower() not in gender and page.bears(shown[0]):
        one.known_as = shown[1]  # two people that a page ran together: "[Trump] [Gowdy] …"
    elif not one.parsed.given and one.parsed.surname in gender:
        one.known_as = page.in_full(one.parsed.shown)
    elif not one.parsed.given and not page.is_name(one.parsed.surname):
        return False
    if one.known_as and (parsed := read_name(one.known_as)) is not None:
        one.parsed, one.block = parsed, block_of(parsed)
    return True


def _settled(
    one: Seen, article: Article, page: ArticleWords, beside: tuple[str, ...], topics: tuple[str, ...]
) -> LocalSpeaker:
    if one.parsed is None:
        body = read_body(one.known_as or one.name)
        if body is not None and body.acronym:
            one.forms.update(expansions(body.shown, page.runs))
        elif body is not None and len(body.shown.split()) > 2:
            one.forms.update(page.acronyms_of(body.shown))
    party = one.parties.most_common(1)
    return LocalSpeaker(
        article_id=article.id,
        name=one.name,
        type=one.type,
        block=one.block,
        known_as=one.known_as,
        home=min(one.homes, key=lambda h: (-one.homes[h], h)) if one.homes else "",
        forms=tuple(form for form, _ in sorted(one.forms.items(), key=lambda f: (-f[1], f[0]))[:MOST_FORMS]),
        titles=tuple(sorted(one.titles)),
        organizations=tuple(sorted(one.organizations)),
        places=tuple(sorted(one.places)),
        party=party[0][0] if party else "",
        gender=_gender(one),
        beside=beside,
        topics=topics,
        source=article.source or "",
        date=article.date,
        count=one.count,
    )


def _gender(one: Seen) -> str:
    if one.parsed is None:
        return ""
    votes = one.votes.copy()
    for given in one.parsed.given:
        if sign := words.given_names().gender.get(given, ""):
            votes[sign] += 4
            break
    found = votes.most_common(2)
    return found[0][0] if found and (len(found) == 1 or found[0][1] > 2 * found[1][1]) else ""


def _last_word(shown: str) -> str:
    parts = [w for w in shown.split() if w.lower().rstrip(".") not in ("jr", "sr", "ii", "iii", "iv")]
    parsed = read_name(shown)
    if parsed is not None and parts and parsed.surname == parts[0].lower() and len(parts) > 1:
        return parts[0].lower()
    return parts[-1].lower().replace("’", "'") if parts else ""
