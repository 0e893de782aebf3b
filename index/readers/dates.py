"""What people write for a date -> `YYYY-MM-DD`; what could mean two days, or none, is refused."""

import datetime
import re

from index.errors import ReadError
from index.readers.streams import shown

_NOT_GIVEN = {"", "-", "~", "n/a", "na", "nan", "nat", "nil", "none", "null", "unknown", "undated"}

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?))\b\.?"
)
_WEEKDAY = r"(?:(?i:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?i:day)?\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?i:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?:\s*(?i:[ap]\.?m\b\.?))?"
_ZONE = (
    r"(?:\s*(?:Z\b|(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?))?(?:\s*(?:\(?[A-Z]{2,5}\)?|\([A-Za-z ]{2,40}\)))?"
    r"(?:\[[\w/+-]+\])?"
)
_TIME = rf"(?:(?:T|,?\s+(?:at\s+|-\s+)?){_CLOCK}{_ZONE}|T\d{{2,6}}(?:\.\d+)?{_ZONE}|Z|[+-]\d{{2}}:\d{{2}})?"

_DAY_FIRST = rf"{_DAY}(?:\s+of)?[\s-]+{_MONTH},?[\s-]+{_YEAR}"
_MONTH_FIRST = rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}"
LONG_DATE = re.sub(r"\?P<\w+>", "?:", rf"(?:{_DAY_FIRST}|{_MONTH_FIRST})")
"""A pattern, without groups, for a day with its month as a word."""
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"{_YEAR}(?P<gap>[-/.])(?P<month>\d{{1,2}})(?P=gap){_DAY}{_TIME}",
        rf"{_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}}){_TIME}",
        rf"{_WEEKDAY}{_DAY_FIRST}{_TIME}",
        rf"{_WEEKDAY}{_MONTH_FIRST}{_TIME}",
        rf"{_WEEKDAY}{_MONTH}\s+{_DAY}\s+{_CLOCK}{_ZONE}\s+{_YEAR}",
        # Mail's and old feeds' years of two digits; RFC 2822 says which century.
        rf"{_WEEKDAY}{_DAY}\s{_MONTH}\s(?P<year>\d{{2}})\s{_CLOCK}{_ZONE}",
    )
)
_EITHER_ORDER = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}})\b({_TIME}).*", re.ASCII | re.DOTALL)


def calendar_date(value: str, *, order: str | None = None) -> str | None:
    """The day as written (a time or zone behind it changes nothing), or None for words that say there is none.

    `order` (`dmy`, `mdy`) says what `01/02/2020` means. Raises ReadError, naming the value: for a day that is not in
    the calendar, for `01/02/2020` without an order, for anything else that is not understood.
    """
    value = " ".join(value.split())
    if value.lower() in _NOT_GIVEN:
        return None
    for form in _FORMS:
        if match := form.fullmatch(value):
            day = day_of(_whole_year(match["year"]), *match.group("month", "day"))
            if day is None:
                raise ReadError(f"its date '{shown(value, 60)}' is not in the calendar; mend it")
            return day
    if either := _EITHER_ORDER.fullmatch(value):
        return _in_order(value, either, order)
    raise ReadError(f"its date '{shown(value, 60)}' is not understood; write it as YYYY-MM-DD")


def _in_order(value: str, match: re.Match[str], order: str | None) -> str:
    first, second, year = int(match[1]), int(match[3]), match[4]
    if order is None and len(year) == 4:
        # No month has the number 25.
        order = "dmy" if first > 12 >= second else "mdy" if second > 12 >= first else None
    if order is None:
        raise ReadError(
            f"its date '{shown(value, 60)}' does not say which number is the day and which the month; "
            "say it with --date-order, or write it as YYYY-MM-DD"
        )
    day, month = (match[1], match[3]) if order == "dmy" else (match[3], match[1])
    found = day_of(_whole_year(year), month, day)
    if found is None:
        raise ReadError(f"its date '{shown(value, 60)}' is not in the calendar; mend it")
    return found


def _whole_year(year: str) -> str:
    return year if len(year) == 4 else f"{'20' if int(year) < 50 else '19'}{year}"


def is_date(value: str) -> bool:
    """Is this a date that the calendar has, as `calendar_date` reads it?"""
    try:
        return calendar_date(value) is not None
    except ReadError:
        return False


def day_of(year: str, month: str, day: str) -> str | None:
    """`YYYY-MM-DD`, or None where the calendar has no such day; the month as a number or a name."""
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
    try:
        return datetime.date(int(year), number, int(day)).isoformat()
    except ValueError:
        return None
