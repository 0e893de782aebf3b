"""Date and source of an article that does not give them in so many words: from its dateline, folder and name.

Only patterns that hardly ever mean anything else are taken: nothing is better than something wrong.
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from index.readers.dates import LONG_DATE, calendar_date, day_of, is_date

# News agencies, and outlets that sign their datelines; lower case.
_AGENCIES = frozenset(
    """aap|abc news|afp|agence france-presse|anadolu agency|ani|ansa|ap|ap news|associated press|bloomberg
    |bloomberg news|cbc news|cbs news|cnbc|cnn|cnn business|cnn money|cnnmoney|cp|dpa|efe|fox news|ians|interfax|irna
    |isna|jiji|kuna|kyodo|kyodo news|marketwatch|nbc news|npr|pa|press association|press tv|pti|qna|reuters
    |ria novosti|sana|sputnik|tass|the associated press|the canadian press|the press association
    |thomson reuters foundation|united press international|upi|wafa|wam|xinhua|xinhua news agency|yonhap""".replace(
        "\n    ", ""
    ).split("|")
)
_SIGNS_WITHOUT_DASH = frozenset(("cnn", "cnn business", "cnn money", "cnnmoney"))
_SMALL_WORDS = frozenset(("al", "and", "da", "de", "del", "di", "el", "la", "las", "los", "of", "the", "von"))

_WORDS = re.compile(r"\S")
_DATELINE = re.compile(
    # Bounded everywhere: a megabyte of spaces must not take a day.
    r"(?P<place>[^()\n]{0,60}?)[ \t]{0,3}\([ \t]{0,3}(?P<inside>[^()\n]{2,80}?)[ \t]{0,3}\)"
    r"(?P<gap>[ \t]{0,3})(?P<next>\S)"
)
_SIGNED_AND_DATED = re.compile(rf"([^\W\d_].*?)\s+[-–—]\s+({LONG_DATE})")
_DATE_BEHIND_PLACE = re.compile(rf"(.*?)[,\s]\s*({LONG_DATE})")
_MONTH_AND_DAY = re.compile(r"[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8}\.?")

_DAY_FOLDERS = re.compile(r"(?:^|/)((?:1[6-9]|20)\d\d)[-_/]?(\d\d)[-_/]?(\d\d)(?=/|$)", re.ASCII)
_PART_OF_A_DATE = re.compile(r"\d{1,8}|\d{1,4}[-_]\d{1,2}(?:[-_]\d{1,2})?", re.ASCII)
# What folders of articles are called that are not outlets.
_NO_OUTLETS = frozenset(
    """archive|archives|article|articles|backup|clean|content|corpora|corpus|data|dataset|dev|doc|docs|documents|download
    |downloads|en|eng|english|export|exports|file|files|html|input|inputs|json|jsonl|misc|new|news|old|other|out|output
    |part|plain|processed|raw|sample|samples|source|sources|stories|story|test|text|texts|tmp|train|training|txt
    |validation""".replace("\n    ", "").split("|")
)

_DAY_IN_NAME = re.compile(
    r"(?<!\d)(?:(\d{4})([-_.])(\d{2})\2(\d{2})|((?:19|20)\d\d)(\d\d)(\d\d))(?!\d)",
    re.ASCII,
)
_OUTLET_DAY_SLUG = re.compile(r"([^\W\d_][^_]*)_(\d{4}-\d{2}-\d{2})_.+", re.ASCII)


def dateline(text: str, start: int = 0) -> tuple[str | None, str | None]:
    """Date and source from `PLACE (AGENCY) -`, `PLACE, Jan. 1, 2020 (AGENCY) -`, `PLACE (OUTLET - 1 January 2020)`.

    Only at `start` of the text, and each None where it is not there. Outlets that are not known for signing
    datelines count only together with a date: any name may stand in brackets.
    """
    words = _WORDS.search(text, start)
    match = words and _DATELINE.match(text, words.start())
    if not match:
        return None, None
    place, inside = match["place"], match["inside"]
    if (signed := _SIGNED_AND_DATED.fullmatch(inside)) and is_date(signed[2]):
        return (calendar_date(signed[2]), signed[1]) if _is_place(place) else (None, None)
    agency = inside.lower()
    if agency not in _AGENCIES:
        return None, None
    # "The Associated Press (AP) said" explains a name; a dateline goes over into the text by a dash, or by nothing.
    if not (
        match["next"] in "-–—:"
        or not place
        or not match["gap"]
        or (agency in _SIGNS_WITHOUT_DASH and not match["next"].islower())
    ):
        return None, None
    date = None
    if behind := _DATE_BEHIND_PLACE.fullmatch(place):
        place = behind[1]
        date = calendar_date(behind[2]) if is_date(behind[2]) else None
    return (date, inside) if _is_place(place) else (None, None)


def _is_place(words: str) -> bool:
    words = _MONTH_AND_DAY.sub("", words)
    parts = [w for w in re.split(r"[\s,/]+", words) if w]
    return len(parts) <= 6 and all(w[0].isupper() or w in _SMALL_WORDS for w in parts)


def date_of_folders(folders: Sequence[str]) -> str | None:
    """The day of `2020/01/01` or `2020-01-01` among the folders; of several the innermost."""
    days = [day_of(*m.groups()) for m in _DAY_FOLDERS.finditer("/".join(folders))]
    return next((day for day in reversed(days) if day), None)


def date_of_url(url: str | None) -> str | None:
    """The day of `…/2020/01/01/…` or `…/2020-01-01-title` in an address's path, or None."""
    path = urlsplit(url or "").path
    return date_of_folders(path.split("/")) or date_of_name(path.rstrip("/").rsplit("/", 1)[-1])


def host_of(url: str | None) -> str | None:
    """The address's host, as a name for an outlet that gives none: without `www.`."""
    return (urlsplit(url or "").hostname or "").removeprefix("www.") or None


def outlet_of(folders: Sequence[str]) -> str | None:
    """The outlet, where the folders inside a source are an outlet's and nothing else, or an outlet's and a date's."""
    if not folders or not all(_PART_OF_A_DATE.fullmatch(part) for part in folders[1:]):
        return None
    name = " ".join(folders[0].split())
    if _PART_OF_A_DATE.fullmatch(name) or name.lower() in _NO_OUTLETS or not any(c.isalpha() for c in name):
        return None
    return name if len(name) > 1 else None


def date_of_name(name: str) -> str | None:
    """The day in a file's name (`nyt_2016-09-01_title`, `20160901-title`), unless it names several."""
    found = ((m[1] or m[5], m[3] or m[6], m[4] or m[7]) for m in _DAY_IN_NAME.finditer(name))
    days = {day for parts in found if (day := day_of(*parts))}
    return days.pop() if len(days) == 1 else None


def outlet_of_name(name: str) -> str | None:
    """The outlet, as written, of a name made as `outlet_YYYY-MM-DD_title`."""
    match = _OUTLET_DAY_SLUG.fullmatch(name)
    return match[1] if match and is_date(match[2]) else None
