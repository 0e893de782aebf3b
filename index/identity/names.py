"""A person's name in its parts, and whether two names may be one person's.

A block is a set of names that may belong together at all: the consonants of the surname, so that transliterations
(Khamenei, Khamene'i; Qaddafi, Gadhafi) and slips in a vowel stand side by side.
"""

import functools
import itertools
import json
import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.extract import words
from index.extract.words import word_set
from index.identity.common_names import COMMON_SURNAMES

Fit = Literal["same", "near", "open", "never"]
"""same: nothing in the names tells them apart; near: by nickname, initial or spelling; open: only the surname is there,
or both names leave room; never: two people."""

SUFFIXES = {"jr": "jr", "sr": "", "ii": "ii", "iii": "iii", "iv": "iv", "junior": "jr", "senior": ""}
PARTICLES = frozenset(words.PARTICLES - {"y", "ben", "abu"}) | word_set("bin ibn saint st san santa la le lo das dos")
_ARTICLES = re.compile(r"^(?:al|el|as|ash|an|ul)[-‑ ]")
_FIRST = word_set(
    """
    kim xi moon park lee li wang zhang chen liu yang huang zhao zhou wu xu sun ma zhu hu guo he lin luo deng mao jiang
    ban ahn choi chung jang hwang kang cho roh hong jeong yoon geng lu ri ho nguyen peng meng cao tran le sim
    """
)
"""Surnames of China, Korea and Vietnam, which stand in front."""
_ALONE = word_set("xi li wang zhang chen liu yang zhao zhou wu xu zhu hu guo luo deng mao jiang geng lu peng meng cao")
"""Of these the Chinese ones, which stand in front of a long given name: "Li Keqiang"."""
_HONORS = word_set(
    """
    mr mrs ms miss dr sen sens rep reps gov gen lt col maj capt sgt cpl adm rev prof hon sir lord lady dame judge
    justice senator representative congressman congresswoman governor president secretary chancellor minister mayor
    chairman chairwoman speaker officer ambassador professor pastor bishop archbishop cardinal rabbi sheriff detective
    attorney candidate nominee pope king queen prince princess imam ayatollah sheikh sheik admiral general colonel
    captain sergeant lieutenant major commander vice former ex dem dems gop democrat republican
    """
)
_NO_GIVEN = words.NO_GIVEN_NAME - {"will", "young", "never", "vote"}
_CROWNED = word_set("pope king queen prince princess")
"""Titles that stand for a given name: "Pope Francis"."""
_FURNITURE = word_set(
    """
    hide caption captions toggle more image images getty photo photos video videos advertisement updated watch read
    share follow related breaking exclusive via play embed transcript story live poll whip overnight
    """
)
_NOBODY = re.compile(r"[RDI]-\w+\.?|[a-z]\w*|.*\d.*|@.*|#.*")
_STATES = word_set(
    """
    ala ariz ark calif colo conn del fla ga ill ind kan kans ky la mass md mich minn miss mo mont neb nev okla ore pa
    tenn tex va vt wash wis wyo
    """
)
_SOMEBODY = word_set(
    """
    new north south east west state san los let just someone somebody everyone everybody nobody neither none anyone
    both others another one many most
    """
)
_NO_SURNAME = word_set(
    """
    act amendment update committee department court congress senate administration campaign university association
    constitution correction poll caucus research americans foundation institute democrats republicans times party
    news said says magazine
    """
)
_ARAB = word_set(
    """
    hussein assad qaeda qaida jazeera abadi maliki sisi thani baghdadi shabaab zawahiri khalifa saud nusra sadr aqsa
    shabab arabiya sistani jubeir hashimi nahyan maktoum sabah bashir awlaki houthi
    """
)
_LETTERS = re.compile(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*")
_ENDING = re.compile(r"(?:ie|ey|ee|i)$")
_CLASSES = str.maketrans({"c": "k", "q": "k", "g": "k", "z": "s", "v": "f", "w": "f", "d": "t", "b": "p", "j": "y"})


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in small plain letters: `given` in order (initials are one letter), surname, suffix."""

    given: tuple[str, ...]
    surname: str
    suffix: str
    shown: str
    """As it is written, titles and page furniture apart."""

    @property
    def first(self) -> str:
        """The first given name or initial; empty where there is only a surname."""
        return self.given[0] if self.given else ""

    @property
    def middles(self) -> frozenset[str]:
        """First letters of what stands between the first given name and the surname."""
        return frozenset(word[0] for word in self.given[1:])


def plain(text: str) -> str:
    """A text in small letters without accents and apostrophes."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c) and c not in "'’‘`ʼ")


@functools.lru_cache(maxsize=200_000)
def read_name(text: str) -> Name | None:
    """A person's name taken apart; None where it is no single person's name ("D-Vt", a list of authors, "Senate")."""
    if "," in re.sub(r",\s+(?=(?:jr|sr|i+v?)\b)", " ", text, flags=re.I) or " and " in text or "&" in text:
        return None
    found = [w for part in text.split() if (w := part.strip('.,;:()[]"“”*•'))]
    found = [w for w in found if _LETTERS.match(w)]
    crowned = next((w for w, name in itertools.pairwise(found[-2:]) if plain(w) in _CROWNED and name), "")
    while found and ((plain(found[0]) in _HONORS and len(found) > 1) or plain(found[0]) in _FURNITURE | _NO_GIVEN):
        found = found[1:]
    suffix = ""
    while len(found) > 1 and (plain(found[-1]) in _FURNITURE or plain(found[-1]) in SUFFIXES):
        suffix = suffix or SUFFIXES.get(plain(found[-1]), "")
        found = found[:-1]
    found = [w for k, w in enumerate(found) if not k or w != found[k - 1]]
    found = _apart(found)
    if (
        not found
        or len(found) > 6
        or plain(found[0]) == "hurricane"
        or plain(found[-1]) in _NO_SURNAME
        or (len(found) == 1 and _is_nobody(found[0]))
    ):
        return None
    if all(w.isupper() and len(w) > 2 for w in found) or all(w.islower() for w in found):
        found = [_titled(w) for w in found]
    shown = " ".join(w + "." if len(w) == 1 and w.isupper() else w for w in found)
    low = [plain(w) for w in found]
    if _surname_first(low):
        given = tuple(part for w in low[1:] for part in re.split(r"[-‑]", w) if part)
        return Name(("".join(given),), low[0], suffix, shown)
    begin = len(low) - 1
    while begin > 1 and low[begin - 1] in PARTICLES:
        begin -= 1
    if begin == 1 and low[0] in PARTICLES and not _is_given(low):
        begin = 0
    surname = _ARTICLES.sub("", " ".join(low[begin:]))
    if not surname:
        return None  # an article alone
    given = tuple(part for w in low[:begin] for part in _given_parts(w))
    if crowned and not given:
        given, shown = (plain(crowned),), f"{crowned.capitalize()} {shown}"
    return Name(given, surname, suffix, shown + (f" {_suffix_shown(suffix)}" if suffix else ""))


def _is_given(low: list[str]) -> bool:
    """Whether a particle in front of one word is a given name: "Al Gore", "Van Jones"."""
    if low[0] == "al":
        return low[1] not in _ARAB
    return low[0] in ("van", "del", "ben") and low[1] in COMMON_SURNAMES


def _apart(found: list[str]) -> list[str]:
    """Initials written together, apart: "J.R." and "JR" as "J", "R"."""
    out: list[str] = []
    for word in found:
        if re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", word):
            out.extend(word.split("."))
        elif not out and len(found) > 1 and re.fullmatch(r"[A-Z]{2}", word) and not found[-1].isupper():
            out.extend(word)
        else:
            out.append(word)
    return out


def _given_parts(word: str) -> list[str]:
    return [part for part in re.split(r"[-‑.]", word) if part]


def _titled(word: str) -> str:
    if word.startswith("MC") and len(word) > 3:
        return "Mc" + word[2:].capitalize()
    return "-".join(part.capitalize() for part in word.split("-"))


def _suffix_shown(suffix: str) -> str:
    return "Jr." if suffix == "jr" else suffix.upper()


def _is_nobody(word: str) -> bool:
    """Whether a single word is no name: a title, a party and state, a day, an abbreviation."""
    low = plain(word)
    return bool(
        len(low) < 2
        or _NOBODY.fullmatch(word)
        or low in _HONORS | _FURNITURE | _STATES
        or low in words.TITLES | words.ROLES | words.NOT_NAMES | words.PEOPLE | words.BODIES
        or low in SUFFIXES
        or low in words.PRONOUNS | words.DETERMINERS | _SOMEBODY
    )


def _surname_first(low: list[str]) -> bool:
    """Whether a name is written as in China or Korea: "Kim Jong Un", "Moon Jae-in", "Xi Jinping"."""
    if len(low) < 2 or low[0] not in _FIRST:
        return False
    rest = [part for w in low[1:] for part in re.split(r"[-‑]", w) if part]
    gender = words.given_names().gender
    if any(len(part) == 1 for part in rest):
        return False
    if len(low) == 3 or (len(low) == 2 and len(rest) == 2):
        return all(len(part) <= 6 and part not in gender for part in rest)
    return len(rest) == 1 and (low[0] == "xi" or (low[0] in _ALONE and len(rest[0]) > 4 and rest[0] not in gender))


def block_of(name: Name) -> str:
    """The block of a name: `person:` and the consonants of its surname's last part, by sound."""
    return f"person:{skeleton(last_part(name.surname))}"


def last_part(surname: str) -> str:
    """The last word of a surname, where a double name is one: "ocasio-cortez" is "cortez"."""
    parts = [p for p in re.split(r"[-‑ ]", surname) if p and p not in PARTICLES]
    return parts[-1] if parts else surname


@functools.lru_cache(maxsize=100_000)
def skeleton(word: str) -> str:
    """The consonants of a word by sound, doubles once; its first letter always."""
    low = plain(word)
    low = re.sub(r"[^a-z]", "", low) or low
    low = re.sub(r"ph", "f", re.sub(r"(?:gh|kh|ck|qh)", "k", re.sub(r"(?:dh|th|dt)", "t", low)))
    head, rest = low[:1].translate(_CLASSES), re.sub(r"[aeiouyh]", "", low[1:].translate(_CLASSES).replace("y", ""))
    head = "a" if head in "aeiou" else head
    return re.sub(r"(.)\1+", r"\1", head + rest)


@functools.cache
def _nicknames() -> dict[str, frozenset[str]]:
    """Short forms with the given names that they stand for."""
    table = json.loads(Path(__file__).with_name("nicknames.json").read_text(encoding="utf-8"))
    return {short: frozenset(full) for short, full in table["short"].items()}


@functools.lru_cache(maxsize=200_000)
def related(a: str, b: str) -> bool:
    """Whether two given names may be one person's: equal, initial, nickname, one letter apart in a long name."""
    if a == b:
        return True
    if len(a) == 1 or len(b) == 1:
        return a[0] == b[0]
    if _ENDING.sub("y", a) == _ENDING.sub("y", b):
        return True
    table = _nicknames()
    if b in table.get(a, ()) or a in table.get(b, ()):
        return True
    shared = table.get(a, frozenset()) & table.get(b, frozenset())
    return (bool(shared) and a[0] == b[0]) or sounds_alike(a, b)


def is_slip(a: str, b: str) -> bool:
    """Whether two given names are alike by spelling only, as two different ones may be: Ivana and Ivanka."""
    if a == b or min(len(a), len(b)) < 2 or _ENDING.sub("y", a) == _ENDING.sub("y", b):
        return False
    table = _nicknames()
    short = (
        b in table.get(a, ()) or a in table.get(b, ()) or bool(table.get(a, frozenset()) & table.get(b, frozenset()))
    )
    return not short and sounds_alike(a, b)


@functools.lru_cache(maxsize=200_000)
def sounds_alike(a: str, b: str) -> bool:
    """Whether two words are spellings of one: the same consonants by sound and hardly other vowels, or one slip."""
    if a == b:
        return True
    if not a or not b:  # a name without letters is like no other
        return False
    if one_slip(a, b):
        return (a[0] == b[0] or skeleton(a) == skeleton(b)) and min(len(a), len(b)) > 4
    if skeleton(a) != skeleton(b) or len(skeleton(a)) < 3:
        return False
    return slips(a, b) <= 2 and (min(len(a), len(b)) > 5 or a[0] == b[0])


def slips(a: str, b: str) -> int:
    """How many letters must be added, left out or changed to make one word of the other; 3 stands for more."""
    if abs(len(a) - len(b)) > 2:
        return 3
    row = list(range(len(b) + 1))
    for k, x in enumerate(a, 1):
        before, row[0] = row[0], k
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(before + (x != y), row[j] + 1, row[j - 1] + 1)
    return min(3, row[-1])


def one_slip(a: str, b: str) -> bool:
    """Whether one letter added, left out, changed, or two neighbours swapped make one word of the other."""
    if abs(len(a) - len(b)) > 1:
        return False
    if len(a) > len(b):
        a, b = b, a
    at = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) == len(b):
        swapped = a[at + 1 : at + 2] == b[at : at + 1] and a[at : at + 1] == b[at + 1 : at + 2]
        return a[at + 1 :] == b[at + 1 :] or (swapped and a[at + 2 :] == b[at + 2 :])
    return a[at:] == b[at + 1 :]


def fits(a: Name, b: Name) -> Fit:
    """Whether two names of one block may be one person's."""
    if not _surnames_fit(a.surname, b.surname):
        return "never"
    if any("-" in x.surname and not x.given and x.surname != y.surname for x, y in ((a, b), (b, a))):
        return "never"  # "Grassley-Graham" is no Graham
    exact = a.surname == b.surname or last_part(a.surname) == last_part(b.surname)
    if a.suffix and b.suffix and a.suffix != b.suffix:
        return "never"
    if not a.given or not b.given:
        return "open"
    if a.given == b.given:
        return ("same" if a.suffix == b.suffix else "open") if exact else "near"
    if a.first == b.first and len(a.first) > 1:
        if a.middles and b.middles and not _middles_fit(a, b):
            return "never"
        return ("same" if a.suffix == b.suffix else "open") if exact else "near"
    whole_a, whole_b = {w for w in a.given if len(w) > 1}, {w for w in b.given if len(w) > 1}
    if not whole_a and not whole_b:
        return "near" if a.given[0] == b.given[0] and _middles_fit(a, b) else "never"
    if _only_initials(a) != _only_initials(b) and not (a.middles and b.middles):
        return "never"
    if a.first and b.first and related(a.first, b.first):
        if a.middles and b.middles and not _middles_fit(a, b):
            return "never"
        # Mike Flynn may be the father of Michael Flynn Jr.
        return "open" if "jr" in (a.suffix, b.suffix) and a.suffix != b.suffix else "near"
    # "Willard Mitt Romney" and "Mitt Romney", "J. Edgar Hoover" and "Edgar Hoover"
    shorter, longer = sorted((a.given, b.given), key=len)
    if len(shorter) < len(longer) and len(shorter[0]) > 1 and shorter[0] in longer[1:]:
        return "near"
    return "never"


def _only_initials(name: Name) -> bool:
    """Whether somebody goes by two initials or more: C. S. Lewis is no Chris Lewis."""
    return len(name.given) > 1 and all(len(w) == 1 for w in name.given)


def _middles_fit(a: Name, b: Name) -> bool:
    mine, others = [w[0] for w in a.given[1:]], [w[0] for w in b.given[1:]]
    return not mine or not others or mine[: len(others)] == others[: len(mine)]


def _surnames_fit(a: str, b: str) -> bool:
    if a == b or sounds_alike(a, b):
        return True
    x, y = last_part(a), last_part(b)
    if x != a or y != b:
        return x == y or (min(len(x), len(y)) > 4 and sounds_alike(x, y))
    return False


def variants_of(given: str, known: Container[str]) -> list[str]:
    """Those of some given names that may be another form of one: itself, its short and full forms, near spellings."""
    table, longer = _nicknames(), _short_forms()
    out = {given, *table.get(given, ()), *longer.get(given, ())}
    for full in table.get(given, ()):
        out.update(longer.get(full, ()))
    out.update(_slips(given))
    return sorted(name for name in out if name in known)


@functools.cache
def _short_forms() -> dict[str, frozenset[str]]:
    out: dict[str, set[str]] = {}
    for short, every in _nicknames().items():
        for full in every:
            out.setdefault(full, set()).add(short)
    return {full: frozenset(short) for full, short in out.items()}


@functools.lru_cache(maxsize=20_000)
def _slips(word: str) -> frozenset[str]:
    """What one letter left out, added, changed or swapped makes of a word of four letters or more."""
    if len(word) < 4:
        return frozenset()
    letters = "abcdefghijklmnopqrstuvwxyz"
    cuts = [(word[:k], word[k:]) for k in range(len(word) + 1)]
    out = {a + b[1:] for a, b in cuts if b}
    out |= {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    out |= {a + c + b[1:] for a, b in cuts if b for c in letters}
    out |= {a + c + b for a, b in cuts for c in letters}
    return frozenset(out)
