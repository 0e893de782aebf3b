"""An article's words in one pass: where each stands, its runs of capitals, and what stands beside a name."""

import collections
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.extract import words
from index.extract.words import word_set
from index.identity.bodies import expansions
from index.identity.common_names import COMMON_SURNAMES
from index.identity.names import Name, read_name, related
from index.identity.places import PLACE_OF, state_of
from index.records import SpeakerType

MOST_BESIDE = 12
MOST_TOPICS = 12
_REACH = 14
_TOKEN = re.compile(r"[^\W_]+(?:[-‑'’.&][^\W_]+)*|[,.;:()“”\"\n—]")
_PARTY = re.compile(r"([RDI])[-‑](.+)")
_HE = {"he": "m", "his": "m", "him": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f"}
_LOWER = re.compile(r"[a-z]{5,}")
_COMMON = word_set(
    """
    about above across after again against ahead along already although always among another around asked away became
    because become before began being believe below better between beyond bring called cannot change clear close comes
    could country course despite doing during early either enough every everyone everything example expected first
    following found front further getting given going great group groups happen having himself herself house however
    important including inside instead issue issues itself later least leave likely little local longer looking major
    makes making matter maybe means members might moment month months morning names nearly needs never night nothing
    number office often other others ourselves outside party people percent perhaps place point points political
    president public quite rather really recent recently reported reports right saying second seems several should
    since small something sometimes spoke state states still story support taken takes talking their theirs themselves
    there these thing things think third those though thought three through times today together tonight toward trying
    under united until using wants watch weeks where whether which while whole whose within without woman words working
    world would write wrote years yesterday young yourself former official officials percent statement spokesman
    spokeswoman according added including several against government national american
    """
)
_STOPS = frozenset(',.;:()“”"\n—')
_ROLE_OF = {
    **dict.fromkeys(("sen", "sens", "senators"), "senator"),
    **dict.fromkeys(("rep", "reps", "congressman", "congresswoman"), "representative"),
    **dict.fromkeys(("gov", "govs"), "governor"),
    **dict.fromkeys(("gen",), "general"),
    **dict.fromkeys(("spokeswoman", "spokesperson"), "spokesman"),
    **dict.fromkeys(("chairwoman", "chair"), "chairman"),
    **dict.fromkeys(("prof",), "professor"),
    **dict.fromkeys(("lt", "col", "capt", "sgt", "maj", "cpl", "adm"), "officer"),
}
_HONORIFIC = word_set("mr mr. mrs mrs. ms ms. miss sir lord lady dame madam dr dr.")
_MALE, _FEMALE = word_set("mr mr. sir lord"), word_set("mrs mrs. ms ms. miss lady dame madam")
_ROLES = words.ROLES | {t.rstrip(".") for t in words.TITLES} - {t.rstrip(".") for t in _HONORIFIC}
_OPENS = frozenset('.“"\n:—(')
_KIN = word_set("wife husband son daughter brother sister mother father widow")
_HEADS = word_set(
    "a an the who president director chief leader head former one founder author spokesman spokeswoman ceo"
)
_ENDS = word_set("said says who whose which that has had was is were and but told added wrote")


_ABBREVIATED = word_set("sen rep gov gen lt col maj capt sgt cpl adm rev prof hon mr mrs ms dr sens reps jr sr")
_CUT = word_set(
    "a an and or but by with from to in on at as that than says said told when while because if it he she his her"
) | word_set("is was were are has had have be been will would who whom whose which")
_ADJECTIVES = word_set("former then current longtime acting deputy republican democratic democrat senior new associate")
_PLAIN_ADJECTIVES = word_set("new american national british us u.s big royal first global the")
_SKIPPED = (
    set(words.TITLES)
    | word_set("the a an in on at for and but or by with from to as he she it they we i his her their our this that")
    | word_set(
        "these those if when while after before because since although even so then there what who how why where"
    )
    | word_set("monday tuesday wednesday thursday friday saturday sunday")
)


@dataclass(slots=True)
class Seen:
    """What is gathered of one speaker while the article's words go by."""

    name: str
    type: SpeakerType
    parsed: Name | None
    block: str
    count: int
    known_as: str = ""
    homes: collections.Counter[str] = field(default_factory=collections.Counter)
    forms: collections.Counter[str] = field(default_factory=collections.Counter)
    titles: set[str] = field(default_factory=set)
    organizations: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    parties: collections.Counter[str] = field(default_factory=collections.Counter)
    votes: collections.Counter[str] = field(default_factory=collections.Counter)


class ArticleWords:
    """An article's words, where each stands, and its runs of capitals."""

    def __init__(self, text: str) -> None:
        self.line = " ".join(text.split())
        self.words: list[str] = _TOKEN.findall(text)
        self.low = [w.lower().replace("’", "'") for w in self.words]
        self.places: dict[str, list[int]] = collections.defaultdict(list)
        self.runs: collections.Counter[str] = collections.Counter()
        self.small = {w for w in self.words if w.islower()}
        run: list[str] = []
        for at, word in enumerate(self.words):
            if word[0].isupper():
                low = self.low[at]
                self.places[low[:-2] if low.endswith("'s") else low].append(at)
                run.append(word)
                continue
            if len(run) > 1 and not (word == "." and len(run[-1]) == 1):
                self._keep(run)
            if run and not (word == "." and len(run[-1]) == 1):
                run = []
        if len(run) > 1:
            self._keep(run)

    def _keep(self, run: list[str]) -> None:
        if len(run) > 5:
            return
        last = run[-1]
        if last.endswith(("'s", "’s")):
            run = [*run[:-1], last[:-2]]
        while len(run) > 1 and run[0].lower() in _SKIPPED:
            run = run[1:]
        if len(run) > 1:
            self.runs[" ".join(run)] += 1

    def beside(self) -> tuple[str, ...]:
        """The names that stand in the article, the commonest first."""
        found = sorted(self.runs.items(), key=lambda pair: (-pair[1], pair[0]))[: MOST_BESIDE + 4]
        return tuple(name.lower() for name, _ in found)[:MOST_BESIDE]

    def topics(self) -> tuple[str, ...]:
        """The small words of weight that are most at home in the article."""
        count = collections.Counter(w for w in self.words if _LOWER.fullmatch(w) and w not in _COMMON)
        found = sorted(count.items(), key=lambda pair: (-pair[1] * min(len(pair[0]), 9), pair[0]))[:MOST_TOPICS]
        return tuple(word for word, _ in found)

    def whole(self, head: str, source: str) -> str:
        """The one body of the article whose name ends in a word: "the Times" of a paper that is one."""
        ending = [(count, run) for run, count in self.runs.items() if run.lower().endswith(" " + head)]
        ending.sort(key=lambda pair: (-pair[0], pair[1]))
        if ending and (len(ending) == 1 or ending[0][0] > 2 * ending[1][0]):
            return ending[0][1]
        outlet = re.sub(r"\s*\(.*", "", source)
        return outlet if not ending and outlet.lower().endswith(" " + head) else ""

    def in_full(self, given: str) -> str:
        """The one full name of the article that begins with a given name; none for what may be a surname too."""
        if given.lower() in COMMON_SURNAMES:
            return ""
        found = {run for run in self.runs if run.startswith(given + " ") and len(run.split()) in (2, 3)}
        found = {run for run in found if read_name(run) is not None and run.split()[-1].lower() not in words.BODIES}
        surnames = {run.split()[-1] for run in found}
        return min(found, key=lambda r: (-self.runs[r], r)) if len(surnames) == 1 else ""

    def bears(self, surname: str) -> bool:
        """Whether somebody is called by a given name and this surname."""
        gender = words.given_names().gender
        for run, count in self.runs.items():
            found = run.split()
            if found[-1] == surname and found[-2].lower() not in _PLAIN_ADJECTIVES | _ROLES:
                titled = len(found) > 2 and found[-3].lower() in _ROLES
                if titled or count > 1 or found[-2].lower() in gender:
                    return True
        return False

    def is_name(self, word: str) -> bool:
        """Whether a word has its capital elsewhere than where sentences begin, or has no small form here."""
        places = self.places.get(word, ())
        inside = any(at and self.words[at - 1] not in _OPENS for at in places)
        return inside or word not in self.small

    def acronyms_of(self, name: str) -> list[str]:
        """The acronym that the article puts in brackets behind a name."""
        last = name.split()[-1].lower()
        out = []
        for at in self.places.get(last, ())[:4]:
            if self.words[at + 1 : at + 2] == ["("] and self.words[at + 3 : at + 4] == [")"]:
                inner = self.words[at + 2]
                if inner.isupper() and expansions(inner, [name]):
                    out.append(inner)
        return out

    def look(self, at: int, people: Sequence[Seen]) -> None:
        """Takes in what stands beside a surname at token `at`, for whom it means."""
        first, given = self._given(at, people)
        if given:
            fitting = [one for one in people if one.parsed is not None and _fits(one.parsed, given)]
            if len(fitting) != 1:
                return
            one = fitting[0]
            one.forms[" ".join([*given, self.words[at].removesuffix("'s").removesuffix("’s")])] += 1
        elif len(people) != 1 or self._somebody_else(at):
            return
        else:
            one = people[0]
            one.forms[self.words[at].removesuffix("'s").removesuffix("’s")] += 1
        self._before(first, one)
        self._behind(at + 1, one)

    def _given(self, at: int, people: Sequence[Seen]) -> tuple[int, list[str]]:
        """Where a name begins whose surname is at `at`, and its given names as they are written."""
        known = {w for one in people if one.parsed is not None for w in one.parsed.given}
        given: list[str] = []
        k = at - 1
        while k >= 0 and at - k < 8:
            word, low = self.words[k], self.low[k]
            if word == "." and k and len(self.words[k - 1].rstrip(".")) <= 3 and self.words[k - 1][0].isupper():
                if len(self.words[k - 1]) > 1 and "." not in self.words[k - 1]:
                    break
                k -= 1
                continue
            initial = len(low.replace(".", "")) <= 2 and word.isupper() and (len(low) == 1 or "." in low)
            if (
                word[0].isupper()
                and low not in _ROLES
                and (low in known or initial or (not given and any(related(low, w) for w in known if len(w) > 2)))
            ):
                given.insert(0, word)
            elif not (low in words.PARTICLES and word.islower()):
                break
            k -= 1
        return k + 1, given

    def _somebody_else(self, at: int) -> bool:
        """Whether another given name stands in front of a surname."""
        low = self.low[at - 1] if at else ""
        return bool(low) and self.words[at - 1][0].isupper() and words.given_names().gender.get(low) is not None

    def _before(self, first: int, one: Seen) -> None:
        """Titles and roles in front of a name: "Defense Secretary Mark Esper", "White House aide"."""
        k = first - 1
        if k >= 0 and self.words[k] == "." and k and self.low[k - 1] in _ABBREVIATED:
            k -= 1
        if k < 0:
            return
        low = self.low[k]
        if low in _HONORIFIC:
            one.votes["m"] += 6 * (low in _MALE)
            one.votes["f"] += 6 * (low in _FEMALE)
            if first < len(self.words) and low[:1] == "m":
                one.forms[("Ms. " if low in _FEMALE else "Mr. ") + self.words[first]] += 1
            return
        if low.endswith("'s") and self.words[k][0].isupper():
            one.organizations.update(self._owner(k))
            return
        if low not in _ROLES or (low in _KIN):
            return
        span: list[str] = []
        while k >= 0 and first - k < 9:
            word, low = self.words[k], self.low[k]
            if word == "." and k and self.low[k - 1] in _ABBREVIATED:
                k -= 1
                continue
            if word in _STOPS or low in _CUT:
                break
            span.insert(0, word)
            k -= 1
        self._take(span, one)

    def _owner(self, at: int) -> set[str]:
        """The outlet or body in "CNN's Ann Lee", "the New York Times's Ann Lee"."""
        run = [self.low[at].removesuffix("'s")]
        k = at - 1
        while k >= 0 and len(run) < 4 and self.words[k][0].isupper() and self.low[k] not in _SKIPPED:
            run.insert(0, self.low[k])
            k -= 1
        return {" ".join(run)}

    def _behind(self, at: int, one: Seen) -> None:
        """What follows a name: "(R-Ohio)", ", D-Pa.", ", a spokesman for the NRA,", "of Ohio"; and he or she."""
        low, tokens = self.low, self.words
        if at + 1 < len(low) and tokens[at] == "," and low[at + 1].rstrip(".") in ("jr", "sr"):
            at += 2
        if at + 1 < len(low) and tokens[at] in "(,—":
            party = _PARTY.fullmatch(tokens[at + 1])
            if party is not None:
                one.parties[party[1].lower()] += 1
                place = state_of(party[2])
                if place:
                    one.places.add(place)
                    one.homes[place] += 2
            elif low[at + 1] in _HEADS or low[at + 1] in _ROLES:
                stop = at + 1
                while stop < len(low) and stop - at < _REACH and tokens[stop] not in _STOPS and low[stop] not in _ENDS:
                    stop += 1
                if any(w in _ROLES for w in low[at + 1 : stop]):
                    self._take(tokens[at + 1 : stop], one)
        elif at + 1 < len(low) and low[at] == "of" and low[at + 1] in PLACE_OF:
            one.places.add(PLACE_OF[low[at + 1]])
            if state_of(low[at + 1]):
                one.homes[PLACE_OF[low[at + 1]]] += 1
        for k in range(at, min(len(low), at + _REACH)):
            if tokens[k] in ".\n" or (tokens[k][0].isupper() and k > at and low[k] not in _HE):
                break
            if low[k] in _HE:
                one.votes[_HE[low[k]]] += 1
                break

    def _take(self, span: Sequence[str], one: Seen) -> None:
        """Sorts the words of a description into titles, bodies and places."""
        run: list[str] = []
        for word in [*span, ""]:
            low = word.lower().replace("’", "'").removesuffix("'s")
            role = low.rstrip(".") in _ROLES
            if word and word[0].isupper() and not role and low not in _ADJECTIVES:
                run.append(low)
                continue
            if run:
                whole = " ".join(run)
                place = PLACE_OF.get(whole) or state_of(whole)
                if place:
                    one.places.add(place)
                else:
                    one.organizations.add(whole)
                run = []
            if role:
                title = low.rstrip(".")
                one.titles.add(_ROLE_OF.get(title, title))
            elif low in ("republican", "democratic", "democrat"):
                one.parties["r" if low == "republican" else "d"] += 1
        for word in span:
            low = word.lower()
            if low in ("republican", "democratic", "democrat"):
                one.parties["r" if low == "republican" else "d"] += 1
            if low in words.MALE_ROLES or low in words.FEMALE_ROLES:
                one.votes["m" if low in words.MALE_ROLES else "f"] += 1


def _fits(name: Name, given: Sequence[str]) -> bool:
    low = [part.lower() for w in given for part in re.split(r"[-.]", w) if part]
    if not name.given:
        return False
    return any(related(low[0], w) for w in name.given) or any(len(w) > 1 and w in name.given for w in low)
