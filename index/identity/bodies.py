"""A body's or group's name as a key that its other names share, and which group names are no names at all."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from index.extract import words
from index.extract.words import word_set
from index.identity.names import plain

_COUNTRIES = """
afghanistan afghan kabul|argentina argentine|armenia armenian yerevan|australia australian canberra
austria austrian|azerbaijan azerbaijani baku|bahrain bahraini manama|bangladesh bangladeshi dhaka
belarus belarusian minsk|belgium belgian|bolivia bolivian|brazil brazilian brasilia|bulgaria bulgarian
myanmar burmese naypyidaw|cambodia cambodian|canada canadian ottawa|chile chilean|china chinese beijing
colombia colombian bogota|croatia croatian|cuba cuban havana|denmark danish|ecuador ecuadorian quito
egypt egyptian cairo|estonia estonian tallinn|ethiopia ethiopian|finland finnish helsinki|france french
georgia georgian tbilisi|germany german|ghana ghanaian|greece greek|guatemala guatemalan|haiti haitian
honduras honduran|hungary hungarian budapest|iceland icelandic|india indian|indonesia indonesian jakarta
iran iranian tehran|iraq iraqi baghdad|ireland irish|israel israeli|italy italian|jamaica jamaican|japan japanese tokyo
jordan jordanian amman|kazakhstan kazakh astana|kenya kenyan nairobi|kuwait kuwaiti|latvia latvian riga
lebanon lebanese|libya libyan|lithuania lithuanian vilnius|malaysia malaysian|mali malian
mexico mexican|moldova moldovan|morocco moroccan rabat|nepal nepalese kathmandu|netherlands dutch
nicaragua nicaraguan managua|nigeria nigerian abuja|norway norwegian oslo|oman omani|pakistan pakistani islamabad
panama panamanian|paraguay paraguayan|peru peruvian lima|philippines philippine manila|poland polish warsaw
portugal portuguese|qatar qatari doha|romania romanian|russia russian moscow|rwanda rwandan kigali|serbia serbian
singapore singaporean|slovakia slovak|slovenia slovenian|somalia somali mogadishu|spain spanish
sudan sudanese khartoum|sweden swedish stockholm|switzerland swiss|syria syrian damascus|taiwan taiwanese taipei
thailand thai bangkok|tunisia tunisian|turkey turkish ankara|uganda ugandan kampala|ukraine ukrainian kiev kyiv
uruguay uruguayan|uzbekistan uzbek|venezuela venezuelan caracas|vietnam vietnamese hanoi|yemen yemeni sanaa
zambia zambian|zimbabwe zimbabwean harare
"""
_COUNTRY: dict[str, str] = {
    word: entry.split()[0] for line in _COUNTRIES.split("\n") for entry in line.split("|") for word in entry.split()
}
"""Names of a country, of its people, and of a capital that papers use for its government and for little else."""
_TWO_WORDS = {
    "north korean": "north korea",
    "south korean": "south korea",
    "saudi arabian": "saudi arabia",
    "saudi": "saudi arabia",
    "pyongyang": "north korea",
    "seoul": "south korea",
    "riyadh": "saudi arabia",
    "british": "britain",
    "uk": "britain",
    "united kingdom": "britain",
    "great britain": "britain",
    "england": "england",
    "us": "united states",
    "usa": "united states",
    "america": "united states",
    "american": "united states",
    "federal": "united states",
    "eu": "european union",
    "european": "european union",
    "palestinian": "palestinian authority",
}
_COUNTRY_NAMES = frozenset(_COUNTRY.values()) | frozenset(_TWO_WORDS.values()) - {"palestinian authority"}

_SAME = """
pentagon=defense department|dod=defense department|department defence=defense department
defence department=defense department|doj=justice department|department justice=justice department
dhs=homeland security department|homeland security=homeland security department
hhs=health and human services department|health and human services=health and human services department
hud=housing and urban development department|va=veterans affairs department
veterans affairs=veterans affairs department|veterans administration=veterans affairs department
foggy bottom=state department|treasury=treasury department|labor=labor department|dot=transportation department
doe=energy department|usda=agriculture department|agriculture=agriculture department|fed=federal reserve
federal reserve board=federal reserve|us federal reserve=federal reserve|us central bank=federal reserve
scotus=supreme court|high court=supreme court|us house=house|house of representatives=house
us house of representatives=house|us senate=senate|us congress=congress|united states congress=congress
united states senate=senate|white house press office=white house|trump white house=white house|gop=republicans
republican party=republicans|the gop=republicans|us republicans=republicans|democratic party=democrats
democrat party=democrats|dems=democrats|us democrats=democrats|house gop=house republicans|gop house=house republicans
republicans in the house=house republicans|senate gop=senate republicans|gop senators=senate republicans
republican senators=senate republicans|gop leaders=republican leaders|gop leadership=republican leaders
republican leadership=republican leaders|gop lawmakers=republican lawmakers|gop officials=republican officials
congressional gop=congressional republicans|republicans in congress=congressional republicans
democrats in congress=congressional democrats|democratic senators=senate democrats|senate dems=senate democrats
house dems=house democrats|nyt=new york times|ny times=new york times|new york times newspaper=new york times
wapo=washington post|wsj=wall street journal|ap=associated press|afp=agence francepresse
agence france presse=agence francepresse|un=united nations|uno=united nations|isil=islamic state|isis=islamic state
daesh=islamic state|is group=islamic state|islamic state group=islamic state|fox=fox news|fox news channel=fox news
cnncom=cnn|cnn news=cnn|abc=abc news|cbs=cbs news|nbc=nbc news|usatoday=usa today|latimes=los angeles times
la times=los angeles times|google inc=google|alphabet=alphabet|wikileaks=wikileaks|mueller team=mueller team
special counsel office=special counsel|office special counsel=special counsel
special counsel robert mueller team=mueller team|ice=immigration and customs enforcement
cbp=customs and border protection|uscis=citizenship and immigration services|irs=internal revenue service
fbi=federal bureau of investigation|cia=central intelligence agency|nsa=national security agency
epa=environmental protection agency|cbo=congressional budget office|fda=food and drug administration
fcc=federal communications commission|ftc=federal trade commission|sec=securities and exchange commission
cdc=centers for disease control and prevention|nsc=national security council
centers for disease control=centers for disease control and prevention|dnc=democratic national committee
rnc=republican national committee|dccc=democratic congressional campaign committee
nrcc=national republican congressional committee|dscc=democratic senatorial campaign committee
nrsc=national republican senatorial committee|fec=federal election commission|nra=national rifle association
aclu=american civil liberties union|naacp=naacp|imf=international monetary fund|who=world health organization
wto=world trade organization|splc=southern poverty law center|adl=antidefamation league
faa=federal aviation administration|fema=federal emergency management agency|omb=office of management and budget
gao=government accountability office|dea=drug enforcement administration
atf=bureau of alcohol tobacco firearms and explosives|tsa=transportation security administration
odni=office director national intelligence|osce=osce|iaea=international atomic energy agency|pew=pew research center
pew research=pew research center|breitbart=breitbart news|bloomberg news=bloomberg|gallup poll=gallup
quinnipiac=quinnipiac university|labour=labour party|tories=conservative party|npr=national public radio|nasa=nasa
nato=nato|north atlantic treaty organization=nato|aipac=aipac|nypd=new york police department
new york city police department=new york police department|lapd=los angeles police department
sba=small business administration
"""
_CANONICAL = dict(pair.split("=") for line in _SAME.split("\n") for pair in line.split("|") if pair.strip())
_BRANDS = frozenset(
    {
        "mother jones",
        "page six",
        "crystal ball",
        "goldman sachs",
        "jp morgan",
        "morgan stanley",
        "daily kos",
        "ms magazine",
    }
    | {
        "wells fargo",
        "rolling stone",
        "vanity fair",
        "cook political",
        "cook report",
        "planned parenthood",
        "drudge report",
    }
    | {"club for growth", "emilys list", "axios am", "truth social", "fox friends", "meet press", "black lives matter"}
)
"""Bodies that look like people."""
_OWNED_BY_STATE = word_set(
    """
    department court congress senate house government army navy force forces marine marines embassy attorney
    attorneys district circuit treasury reserve military customs citizenship food geological census chamber
    coast mission justice air secret immigration postal capitol intelligence border environmental
    """
)
_TAIL = word_set("inc inc. corp corp. co co. ltd llc plc newspaper website magazine report reports network lp sa ag nv")
_LEAD = word_set("the a an")
_WEAK = word_set("the a an of for and in on at to by with")
_SEAM = re.compile(r"[a-z]{3}(?=(?:[A-Z]{2,}|20\d\d\s|House|Senate|Dem|Five|Trump|Poll|The|Overnight|Juan)\b)")
_WORD = re.compile(r"[^\W_]+(?:[’'.&][^\W_]+)*")
_GENERIC = words.PEOPLE - word_set("democrats republicans conservatives liberals progressives")
_PROPER = word_set("republican democratic house senate gop congressional libertarian labour conservative")
_SOME = word_set("most many some several all few other two three both these those")
HEADS = word_set(
    """
    times post journal herald tribune globe department court committee ministry bureau agency commission university
    center institute foundation council association union bank board administration
    """
)
"""Words that are no body's whole name: "the Department" is one that its article named before."""
_PEOPLES = word_set(
    "democrats republicans libertarians muslims christians jews catholics evangelicals kurds arabs taliban houthis"
)
_PLURAL_ROLES = frozenset(f"{role}s" for role in words.ROLES - word_set("democrat republican libertarian"))


@dataclass(frozen=True, slots=True)
class Body:
    """A body's or group's name: its block, the key within it, and how it may be shown."""

    block: str
    key: str
    shown: str
    acronym: bool
    """Whether the key is letters only that stand for words which the block's longer names may hold."""


@functools.lru_cache(maxsize=200_000)
def read_body(text: str) -> Body | None:
    """The name of a body or group; None for a description that is no name ("many senators", "the hosts")."""
    shown = _shown(text)
    if re.search(r"(?:[A-Z]\.)+[A-Z]$", shown):
        shown += "."
    found = [plain(w).replace(".", "") for w in _WORD.findall(re.sub(r"['’]s?\b(?!\w)", " ", shown))]
    found = [w for w in found if w]
    if not found or len(found) > 12:
        return None
    if not any(c.isupper() for c in shown) or is_generic(found, shown):
        return None
    acronym = len(found) == 1 and _is_acronym(shown)
    key = canonical(found)
    if key in _COUNTRY_NAMES:
        shown = " ".join(w.capitalize() for w in key.split())
    if key in _CANONICAL.values():
        acronym = False
    letters = "".join(w[0] for w in key.split() if w not in _WEAK)
    return Body(f"body:{letters if len(letters) > 2 else key}", key, shown, acronym)


def is_known_body(text: str) -> bool:
    """Whether a name that was taken for a person's is one of the bodies, countries and peoples that the tables hold."""
    found = [plain(w).replace(".", "") for w in _WORD.findall(text)]
    if not found or len(found) > 3:
        return False
    name = " ".join(found)
    if len(found) == 1 and (name in words.NAMED_BODIES | words.PLACES or (len(name) > 6 and name.endswith("ians"))):
        return True
    return name in _CANONICAL or name in _BRANDS or _government(found) is not None


def is_description(text: str) -> bool:
    """Whether a group's name is a common noun with a capital because it opened its sentence."""
    first, *inner = text.split() or [""]
    low = [plain(w) for w in text.split()]
    if low and low[0] in _SOME:
        return True
    if any(w[:1].isupper() for w in inner) or (first.isupper() and len(first) > 1) or (low and low[0] in _PROPER):
        return False
    return not low or not (low[-1] in _PEOPLES or low[-1].endswith(("ans", "ians", "ese", "ists of")))


def is_generic(found: list[str], shown: str) -> bool:
    """Whether a name is a common noun that opened its sentence: "Critics", "Many senators"."""
    first, *inner = shown.split()
    if any(w[:1].isupper() for w in inner):
        return _opens(found) and found[0] in words.INDEFINITE | {"some", "many", "several", "other"}
    proper = (first.isupper() and len(first) > 1) or found[0] in _PROPER
    return not proper and (found[-1] in _GENERIC | _PLURAL_ROLES or _opens(found))


def _opens(found: list[str]) -> bool:
    return found[0] in words.INDEFINITE | word_set(
        "some many most several other others few all both two three four five those these numerous various her his "
        "their our my its any no more early old new another certain"
    )


def _shown(text: str) -> str:
    """A name without what a page has run into it, without an article, a possessive and the furniture of firms."""
    text = " ".join(text.split()).strip("“”\"'‘’.,;:* ")
    seams = list(_SEAM.finditer(text))
    if seams:
        text = text[seams[-1].end() :].strip()
    found = text.split()
    while len(found) > 1 and plain(found[0]) in _LEAD:
        found = found[1:]
    while len(found) > 1 and plain(found[-1]).strip(",") in _TAIL:
        found = found[:-1]
    return re.sub(r"['’]s?$", "", " ".join(found)).rstrip(",")


def _is_acronym(shown: str) -> bool:
    letters = shown.replace(".", "").replace("&", "")
    return 2 <= len(letters) <= 7 and sum(c.isupper() for c in letters) >= len(letters) - 1 and letters[0].isupper()


def canonical(found: list[str]) -> str:
    """The key of a name given as small words: one for all ways of writing it that a rule or the table knows."""
    while len(found) > 1 and found[0] in ("us", "united", "federal") and _of_the_state(found):
        found = found[2:] if found[0] == "united" and found[1] == "states" else found[1:]
    if len(found) > 1:
        found = [{"dept": "department", "defence": "defense"}.get(w, w) for w in found]
    found = _turned(found)
    whole = " ".join(found)
    if whole in _CANONICAL:
        return _CANONICAL[whole]
    if len(found) > 1 and found[-1] in ("administration", "campaign", "team") and "of" not in found:
        # "President Donald Trump's campaign" is the Trump campaign
        owner = [w for w in found[:-1] if w not in words.TITLES and w not in ("presidential", "transition", "legal")]
        gender = words.given_names().gender
        if len(owner) > 1 and owner[0] in gender:
            return " ".join([owner[-1], found[-1]])
    return _government(found) or whole


def _of_the_state(found: list[str]) -> bool:
    rest = found[2:] if found[0] == "united" and found[1:2] == ["states"] else found[1:]
    return bool(rest) and (found[0] != "united" or rest != found[1:]) and bool(set(rest) & _OWNED_BY_STATE)


def _turned(found: list[str]) -> list[str]:
    """ "department of defense" as "defense department"; "ministry of foreign affairs" as "foreign ministry"."""
    for noun in ("department", "ministry"):
        if noun in found[:-1]:
            at = found.index(noun)
            if found[at + 1] == "of" and len(found) > at + 2:
                what = [w for w in found[at + 2 :] if w not in ("the",)]
                if noun == "ministry":
                    what = ["foreign"] if what[:2] == ["foreign", "affairs"] else what
                return [*found[:at], *what, noun]
    return found


def _government(found: list[str]) -> str | None:
    """The country whose government is named by it, by its capital, or as "the Iranian government"."""
    rest = [w for w in found if w not in ("of", "the")]
    if len(rest) > 1 and "government" in (rest[0], rest[-1]):
        rest = rest[1:] if rest[0] == "government" else rest[:-1]
    if len(rest) > 2 or not rest:
        return None
    name = " ".join(rest)
    return _COUNTRY.get(name) or _TWO_WORDS.get(name) or (name if name in _COUNTRY_NAMES else None)


def initials(name: str) -> str:
    """First letters of a name's capitalised words, in capitals."""
    return "".join(w[0] for w in name.split() if w[:1].isupper())


def expansions(acronym: str, names: Iterable[str]) -> list[str]:
    """Those of some names whose capitals an acronym is."""
    letters = acronym.replace(".", "").upper()
    return [name for name in names if len(name.split()) > 1 and initials(name) == letters]
