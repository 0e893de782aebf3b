"""Word lists that names and speakers are recognised by: titles, roles, bodies, places. Facts of the language."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


def word_set(text: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(text.split())


MALE_TITLES = word_set("mr mr. sir king prince lord duke father pope imam ayatollah sheikh baron")
FEMALE_TITLES = word_set("mrs mrs. ms ms. miss lady madam queen princess duchess dame baroness sister")
TITLES = (
    MALE_TITLES
    | FEMALE_TITLES
    | word_set(
        """
    dr dr. sen sen. sens sens. rep rep. reps reps. gov gov. govs. gen gen. lt lt. col col. maj maj. capt capt.
    sgt sgt. cpl cpl. adm adm. rev rev. prof prof. hon. judge justice senator senators representative
    congressman congresswoman governor president vice secretary chancellor minister premier attorney general
    mayor chairman chairwoman chair speaker director officer chief ambassador professor candidate nominee reps
    pastor bishop archbishop cardinal rabbi commissioner sheriff detective spokesman spokeswoman spokesperson
    majority minority leader whip admiral colonel captain sergeant lieutenant major commander councilman
    councilwoman assemblyman delegate adviser strategist prosecutor solicitor reporter correspondent anchor host
    analyst manager ceo president-elect superintendent deputy undersecretary coordinator counsel inspector
    constable comrade economist author economists editor columnist founder coach ag pm secretary-general
    first-lady vice-president commander-in-chief brigadier corporal marshal petty warden principal provost auditor
    treasurer comptroller postmaster
    """
    )
)
SUFFIXES = word_set("jr jr. sr sr. ii iii iv")
PARTICLES = word_set(
    """
    de la van von der den del della di da dos bin ibn al el ben ter ten du le abu y
    """
)
NAMELIKE_TITLES = word_set(
    """
    king prince judge pope bishop lord major duke chancellor chase dean cardinal sheriff coach
    """
)
"""Titles that are also surnames: at the end of a name they belong to it."""

FEMALE_ROLES = word_set(
    """
    spokeswoman chairwoman congresswoman businesswoman actress mother wife widow daughter sister woman girl
    girlfriend queen grandmother aunt niece saleswoman policewoman councilwoman heiress
    """
)
MALE_ROLES = word_set(
    """
    spokesman chairman congressman businessman actor father husband son brother man boy boyfriend king
    grandfather uncle nephew councilman policeman assemblyman fisherman
    """
)
SPOKES = word_set("spokesman spokeswoman spokesperson spokespeople spokesmen representative")
ROLES = (
    FEMALE_ROLES
    | MALE_ROLES
    | word_set(
        """
    leader critic president senator governor mayor nominee candidate director lawyer attorney judge justice
    professor author host strategist adviser advisor analyst expert doctor minister chancellor friend rival
    opponent aide manager partner founder executive historian economist boss chief head secretary mogul
    billionaire representative lawmaker pollster officer commissioner democrat republican developer speaker
    libertarian activist journalist reporter writer editor columnist ambassador general official veteran star
    surrogate ceo prosecutor sheriff pastor resident voter teacher student worker witness victim player coach
    captain singer scientist researcher consultant spokesperson premier prime ayatollah cleric bishop pope nurse
    farmer owner trader banker investor commander colonel soldier diplomat envoy deputy frontrunner front-runner
    newcomer businessperson politician member engineer surveyor grower farmer carpenter vice-chancellor lecturer
    curator chair chairperson source insider staffer operative organizer driver neighbor
    """
    )
)
UNNAMED = word_set(
    """
    source insider official aide voter resident worker witness victim staffer neighbor person
    """
)
"""Roles that a text gives to people whom it does not name."""
BODIES = word_set(
    """
    cooperative co-operative trust university department commission committee times post news council agency
    court congress senate house bank union association center centre institute institution foundation
    administration campaign group company corporation inc inc. corp corp. ltd federation bureau office service
    services press journal magazine tribune herald network church school college police board army navy ministry
    organization organisation society league coalition fund party alliance authority team club nations
    parliament forces guard government firm hospital museum project initiative caucus republicans democrats
    embassy force command airlines airways motors technologies systems holdings partners associates industries
    pac conference chamber republic states kingdom gazette globe sun chronicle observer guardian telegraph daily
    weekly review watch pentagon kremlin fed reuters treasury cabinet legislature assembly newspaper outlet
    studio publisher regiment militia charity think-tank camp
    """
)
JOINED_BY_OF = word_set(
    """
    department university ministry house bank board bureau secretary office chamber institute college
    association council court league federation society committee city state commission church center centre
    republic united union organization minister speaker chief director school
    """
)
JOINED_BY_FOR = word_set(
    "club center centre institute foundation committee council coalition alliance americans citizens"
)
NAMED_BODIES = word_set(
    """
    google facebook twitter apple amazon microsoft politico breitbart reuters bloomberg axios vox buzzfeed slate
    salon newsweek huffpost netflix uber tesla boeing walmart pfizer exxon gallup quinnipiac monmouth rasmussen
    nielsen pew xinhua sputnik tass haaretz hamas hezbollah taliban isis isil daesh opec nasa nato unicef unesco
    interpol mastercard goldman morgan citigroup barclays hsbc toyota honda samsung huawei sony spacex instagram
    youtube downing congress parliament hollywood trumpworld mediaite politifact
    """
)
"""Bodies whose one-word name has no sign of it."""
DOCUMENTS = word_set(
    """
    report memo article story statement complaint letter poll survey editorial piece ad clip video book ruling
    website document documents post blog study release tweet page filing brief motion memoir account indictment
    lawsuit order opinion decision headline caption email emails message sign law bill text reports polls
    surveys transcript analysis op-ed speech data review column note rules constitution act
    """
)
GOES_ON = word_set("added adds adding continued continues concluded concludes")
"""Cues of somebody who already spoke."""
INDEFINITE = word_set("a an one another")
"""Articles of somebody whom a text has not told of before."""
PEOPLE = word_set(
    """
    people police officials lawmakers democrats republicans men women voters critics aides family staff
    relatives protesters demonstrators experts analysts supporters residents reporters sources authorities
    conservatives liberals progressives senators activists scholars media press
    """
)
PLACES = word_set(
    """
    afghanistan albania algeria america argentina armenia australia austria azerbaijan bahrain bangladesh
    belarus belgium bolivia bosnia brazil britain bulgaria burma cambodia cameroon canada chad chile china
    colombia congo croatia cuba cyprus czechia denmark ecuador egypt england estonia ethiopia europe finland
    france georgia germany ghana greece guatemala haiti honduras hungary iceland india indonesia iran iraq
    ireland israel italy jamaica japan jordan kazakhstan kenya korea kosovo kuwait laos latvia lebanon liberia
    libya lithuania luxembourg malaysia mali malta mexico moldova mongolia montenegro morocco mozambique myanmar
    nepal netherlands nicaragua niger nigeria norway oman pakistan palestine panama paraguay peru philippines
    poland portugal qatar romania russia rwanda scotland senegal serbia singapore slovakia slovenia somalia
    spain sudan sweden switzerland syria taiwan tanzania thailand tunisia turkey uganda ukraine uruguay
    uzbekistan venezuela vietnam wales yemen zambia zimbabwe alabama alaska arizona arkansas california colorado
    connecticut delaware florida hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland
    massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon
    pennsylvania tennessee texas utah vermont virginia wisconsin wyoming washington london paris berlin moscow
    beijing tokyo brussels baghdad tehran kabul damascus jerusalem cairo ankara kiev kyiv geneva chicago boston
    philadelphia houston dallas miami atlanta detroit seattle denver cleveland baltimore manhattan brooklyn
    california's asia africa u.s. us uk u.k. usa u.s.a. eu e.u. uae hollywood tuesday
    """
) - {"tuesday"}
PLACE_PHRASES = frozenset(
    {
        *("new york", "new york city", "new jersey", "new hampshire", "new mexico", "new orleans", "north carolina"),
        *(
            "south carolina",
            "north dakota",
            "south dakota",
            "west virginia",
            "rhode island",
            "los angeles",
            "san francisco",
        ),
        *("las vegas", "san diego", "united states", "united kingdom", "north korea", "south korea", "saudi arabia"),
        *("south africa", "new zealand", "great britain", "northern ireland", "hong kong", "middle east", "st. louis"),
        *("puerto rico", "sri lanka", "costa rica", "el salvador", "capitol hill", "silicon valley", "tel aviv"),
    }
)
NO_GIVEN_NAME = word_set(
    """
    former longtime then-candidate freedom team anti pro watched like even but if when while as after before with
    about longtime veteran fellow young old crooked lying little stop never vote make dump only most many some both
    says said why how what will can did does has is was more via breaking exclusive report watch read see also
    """
)
"""Capitals in front of a surname that are no given name: "Longtime Kelm adviser"."""
ISSUED = word_set(
    """
    statement letter memo memorandum email emails e-mail message post tweet tweets release note filing complaint op-ed
    column article piece book memoir essay editorial report brief lawsuit blog
    """
)
"""Documents that speak for whoever wrote or issued them."""
NOT_NAMES = word_set(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december mr mr. mrs mrs. ms ms. god english
    spanish french german russian chinese american americans british european christian christians muslim
    muslims jewish jews islamic arab democratic republican democrat republicans democrats conservative liberal
    latino latinos hispanic black white internet covid-19 ok okay yes no oh well thanks please dear photo image
    video credit updated getty images advertisement breaking read watch share follow click sign subscribe
    editor's note related more iranian iraqi israeli mexican canadian hide caption captions highlights toggle story
    slideshow gallery photos videos play embed transcript copyright file newsletter subscribe tweet retweet pic via
    exclusive opinion analysis fact check factbox live recap russian syrian turkish saudi egyptian indian african
    european asian italian
    """
)


def is_plural(noun: str) -> bool:
    """Whether a noun, in small letters, looks like several."""
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is", "news")) and len(noun) > 3


@dataclass(frozen=True)
class GivenNames:
    """Given names by the gender they usually go with, and short forms with the full one."""

    gender: Mapping[str, str]
    """"m", "f", or "" where either."""
    short: Mapping[str, str]


@functools.cache
def given_names() -> GivenNames:
    """The project's own list of common given names."""
    table = json.loads(Path(__file__).with_name("given_names.json").read_text(encoding="utf-8"))
    gender = (
        dict.fromkeys(table["male"], "m") | dict.fromkeys(table["female"], "f") | dict.fromkeys(table["either"], "")
    )
    return GivenNames(gender, table["short"])


PRONOUNS = word_set("he she they it we i you who")
DETERMINERS = word_set(
    """
    the a an this that these those his her its their our my your some many several most one two three other
    another both all few no every each any such
    """
)
