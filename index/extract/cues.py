"""Words that tie what was said to who said it, and where they stand in an article (spaCy's PhraseMatcher).

The tables hold lemmas; `_forms` inflects them. A cue's manner says what may stand after it.
"""

import functools
from dataclasses import dataclass
from typing import Literal

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from index.extract.tokens import Page, pipeline
from index.extract.words import word_set

Manner = Literal["say", "tell", "think", "act", "name", "show", "according"]
"""say: words or a clause; tell: the same after the one addressed; think: a clause, of a mind; act: a thing done to
somebody's words or by words ("dismissed", "called on"); name: a thing and what it is called; show: a document's word;
according: a preposition, with the source after it."""

Form = Literal["base", "s", "past", "ing", "fixed"]

_SAY = """say add write tweet retweet note argue explain continue reply respond announce claim insist warn declare
state observe recall conclude admit acknowledge concede suggest contend maintain assert stress emphasize emphasise
reiterate joke quip complain lament reveal predict pledge promise vow remark comment testify post shout yell scream
chant whisper mutter exclaim interject retort counter allege charge boast brag muse wonder opine caution confess
confirm repeat deny report ask demand estimate swear cry answer affirm proclaim disclose elaborate gush sigh speculate
hint imply caption text email recount stipulate theorize deadpan summarize begin agree rule propose recommend threaten
point_out go_on make_clear make_it_clear made_clear chime_in fire_back shoot_back clarify posit tout beg
thunder murmur declaim intone enthuse scoff snap bemoan fume rage sneer laugh rejoin marvel hit_back write_back"""
_TELL = "tell remind assure inform notify advise convince persuade instruct urge"
_THINK = """think believe hope fear feel expect know want worry suspect doubt guess understand realize wish consider
prefer assume anticipate"""
_ACT = """dismiss reject condemn criticize criticise blast slam denounce praise defend mock oppose endorse cite
question describe accuse blame quote mention discuss propose support favor back attack decry deride lambast ridicule
applaud hail laud tout welcome rip bash disavow slam outline pan trash echo acknowledge express voice call_for call_on
refer_to talk_about speak_of speak_about push_for allude_to apologize_for lash_out plead vow pledge promise refuse
decline threaten urge seek characterize portray liken compare paint cast criticise challenge raise repudiate rebuke
scold chide taunt insult thank address highlight underscore respond react"""
_NAME = "call dub label brand term deem nickname describe"
_SHOW = "show find indicate suggest read reveal conclude"

_IRREGULAR = {
    "say": ("says", "said", "saying"),
    "tell": ("tells", "told", "telling"),
    "write": ("writes", "wrote", "writing"),
    "think": ("thinks", "thought", "thinking"),
    "feel": ("feels", "felt", "feeling"),
    "know": ("knows", "knew", "knowing"),
    "understand": ("understands", "understood", "understanding"),
    "swear": ("swears", "swore", "swearing"),
    "begin": ("begins", "began", "beginning"),
    "go": ("goes", "went", "going"),
    "make": ("makes", "made", "making"),
    "shoot": ("shoots", "shot", "shooting"),
    "hit": ("hits", "hit", "hitting"),
    "speak": ("speaks", "spoke", "speaking"),
    "find": ("finds", "found", "finding"),
    "read": ("reads", "read", "reading"),
    "cast": ("casts", "cast", "casting"),
    "seek": ("seeks", "sought", "seeking"),
    "beg": ("begs", "begged", "begging"),
    "brag": ("brags", "bragged", "bragging"),
    "admit": ("admits", "admitted", "admitting"),
    "quip": ("quips", "quipped", "quipping"),
    "rip": ("rips", "ripped", "ripping"),
    "pan": ("pans", "panned", "panning"),
    "slam": ("slams", "slammed", "slamming"),
    "dub": ("dubs", "dubbed", "dubbing"),
    "prefer": ("prefers", "preferred", "preferring"),
    "refer": ("refers", "referred", "referring"),
    "label": ("labels", "labeled", "labeling"),
    "snap": ("snaps", "snapped", "snapping"),
    "chime": ("chimes", "chimed", "chiming"),
}
_MORE: dict[str, tuple[Manner, Form]] = {
    "according to": ("according", "fixed"),
    "went on to say": ("say", "past"),
    "labelled": ("name", "past"),
    "'s words": ("say", "fixed"),
    "put it": ("say", "past"),
    "puts it": ("say", "s"),
    "made it clear": ("say", "past"),
    "in the words of": ("according", "fixed"),
    "said in a statement": ("say", "past"),
    "says in a statement": ("say", "s"),
    "released a statement": ("say", "past"),
    "issued a statement": ("say", "past"),
    "released the following statement": ("say", "past"),
    "issued the following statement": ("say", "past"),
}
NOUN_LIKE = word_set(
    """
    claim claims report reports demand demands call calls comment comments remark remarks note notes state
    states charge charges promise promises question questions answer answers support supports post posts text
    texts email emails cries cry laugh rage back backs attack attacks propose express voice offer offers issue
    issues address addresses use uses estimate estimates blast worry worries doubt doubts hope hopes fear fears
    guess wish wishes show shows term terms label labels brand brands quote quotes rule rules threat retort
    counter pledge pledges joke jokes challenge challenges raise raises cast paint read used thought wanted
    found finding findings feeling chants shouts yells screams thanks thank meaning writing thinking
    understanding offering ruling reporting asking
    """
)
"""Forms that are as often a noun or an adjective: they need a subject beside them."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue's tokens [first, stop) on a page, outside of quotations."""

    first: int
    stop: int
    manner: Manner
    form: Form
    text: str


def _forms(lemma: str) -> tuple[tuple[str, Form], ...]:
    head, _, rest = lemma.partition("_")
    rest = " " + rest.replace("_", " ") if rest else ""
    if head in _IRREGULAR:
        s, past, ing = _IRREGULAR[head]
    elif head.endswith("e"):
        s, past, ing = head + "s", head + "d", head[:-1] + "ing"
    elif head.endswith("y") and head[-2] not in "aeiou":
        s, past, ing = head[:-1] + "ies", head[:-1] + "ied", head + "ing"
    else:
        s, past, ing = head + ("es" if head.endswith(("s", "sh", "ch", "x")) else "s"), head + "ed", head + "ing"
    return ((head + rest, "base"), (s + rest, "s"), (past + rest, "past"), (ing + rest, "ing"))


@functools.cache
def _table() -> dict[str, tuple[Manner, Form]]:
    out: dict[str, tuple[Manner, Form]] = {}
    groups: list[tuple[Manner, str]] = [
        ("act", _ACT),
        ("show", _SHOW),
        ("think", _THINK),
        ("say", _SAY),
        ("name", _NAME),
        ("tell", _TELL),
    ]
    for manner, lemmas in groups:
        for lemma in lemmas.split():
            for form, kind in _forms(lemma):
                out[form] = (manner, kind)
    return out | _MORE


@functools.cache
def cue_matcher() -> PhraseMatcher:
    """The matcher of all cues, made once."""
    nlp = pipeline()
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("cue", [Doc(nlp.vocab, words=phrase.split()) for phrase in _table()])
    return matcher


def find_cues(page: Page) -> list[Cue]:
    """The cues of a page outside of quotations, in order; of those that overlap the longest."""
    to_page = {at: number for number, at in enumerate(page.place)}
    found = sorted(cue_matcher()(page.doc), key=lambda m: (m[1], -m[2]))
    out: list[Cue] = []
    for _, first, stop in found:
        a, b = to_page[first], to_page[stop - 1] + 1
        if page.stretch[a] >= 0 or (out and a < out[-1].stop):
            continue
        manner, form = _table()[" ".join(page.doc[first:stop].text.lower().split())]
        out.append(Cue(a, b, manner, form, " ".join(page.low[a:b])))
    return out
