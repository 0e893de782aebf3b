"""B-cubed F1 of people across articles on ECB+, mentions given: ours beside "same surname, same person".

Counted are the mentions of type HUMAN_PART_PER that have an `instance`, over all topics together. *Named*: those that
hold a name. *All*: descriptions and pronouns too, which are tied to the names of their article by simple means, since
the measure is of who is who across articles; what they cannot be tied to is a person by its head noun and article.
"""

import collections
import gzip
import json
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.extract import words
from index.identity.evidence import local_speakers
from index.identity.linking import link_people
from index.identity.names import Name, fits, last_part, plain, read_name
from index.identity.records import LocalSpeaker
from index.records import Article, Quotation

_PRONOUNS = {
    **dict.fromkeys(("he", "him", "his", "himself"), "m"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "f"),
    **dict.fromkeys(("i", "me", "my", "myself", "who", "whose", "whom"), ""),
}
_MANY = {"they", "them", "their", "we", "us", "our", "themselves", "those", "both"}


@dataclass(slots=True)
class _Given:
    """A mention of the gold, as it is handed to the method: where it stands, not whom it means."""

    key: tuple[str, int]
    first: int
    stop: int
    words: tuple[str, ...]
    name: Name | None = None
    entity: "_Entity | None" = None

    @property
    def low(self) -> str:
        return re.sub(r"['’](?:s|d|ll|ve|re|m)?$", "", " ".join(self.words).lower().strip("\"'`"))


@dataclass(slots=True, eq=False)
class _Entity:
    """Somebody of one article."""

    article: str
    name: str = ""
    gender: str = ""
    heads: set[str] = field(default_factory=set)


def read_documents(path: Path) -> list[dict[str, Any]]:
    """The documents of ecbplus.jsonl.gz."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def gold_of(documents: Sequence[dict[str, Any]]) -> dict[tuple[str, int], str]:
    """The person that each counted mention means, by document and number of the mention."""
    return {
        (d["id"], number): mention["instance"]
        for d in documents
        for number, mention in enumerate(d["mentions"])
        if mention["type"] == "HUMAN_PART_PER" and mention["instance"]
    }


def b_cubed(gold: Mapping[tuple[str, int], Hashable], found: Mapping[tuple[str, int], Hashable]) -> dict[str, float]:
    """Precision, recall and F1 in percent over the mentions of `gold`."""
    true: dict[Hashable, set[tuple[str, int]]] = collections.defaultdict(set)
    made: dict[Hashable, set[tuple[str, int]]] = collections.defaultdict(set)
    for key in gold:
        true[gold[key]].add(key)
        made[found[key]].add(key)
    precision = recall = 0.0
    for key in gold:
        both = len(true[gold[key]] & made[found[key]])
        precision += both / len(made[found[key]])
        recall += both / len(true[gold[key]])
    p, r = 100 * precision / len(gold), 100 * recall / len(gold)
    return {"precision": round(p, 1), "recall": round(r, 1), "f1": round(2 * p * r / (p + r), 1)}


def figures(path: Path) -> dict[str, Any]:
    """All the figures of the table."""
    documents = read_documents(path)
    gold = gold_of(documents)
    naming = words_that_name(documents)
    given = {d["id"]: mentions_of(d, gold, naming) for d in documents}
    named = {m.key for found in given.values() for m in found if m.name is not None}
    ours = across(documents, given)
    surname = {
        m.key: last_part(m.name.surname) if m.name is not None else m.key for found in given.values() for m in found
    }
    tied = {
        m.key: (last_part(m.entity_name.surname) if m.entity_name else surname[m.key])
        for found in given.values()
        for m in _with_entity_names(found)
    }
    only = {key: person for key, person in gold.items() if key in named}
    return {
        "mentions": len(gold),
        "named mentions": len(only),
        "people": len(set(gold.values())),
        "named": {"same surname": b_cubed(only, surname), "ours": b_cubed(only, ours)},
        "all": {"same surname": b_cubed(gold, tied), "ours": b_cubed(gold, ours)},
        "errors": errors(only, ours, given),
    }


@dataclass(frozen=True, slots=True)
class _Tied:
    key: tuple[str, int]
    entity_name: Name | None


def _with_entity_names(found: Sequence[_Given]) -> list[_Tied]:
    return [_Tied(m.key, read_name(m.entity.name) if m.entity is not None and m.entity.name else None) for m in found]


def words_that_name(documents: Sequence[dict[str, Any]]) -> set[str]:
    """The words that stand with a capital more often than without: "Cheeks" there, "Killer" of a headline not."""
    capital: collections.Counter[str] = collections.Counter()
    small: collections.Counter[str] = collections.Counter()
    for document in documents:
        for token in document["tokens"]:
            (capital if token[:1].isupper() else small)[_bare(token)] += 1
    return {word for word, count in capital.items() if count > small[word]}


def _bare(token: str) -> str:
    return re.sub(r"(?:['’](?:s|d|ll|ve|re|m)|['’])$", "", token.strip("\"'`“”,.:")).lower()


def mentions_of(document: dict[str, Any], gold: Mapping[tuple[str, int], str], naming: set[str]) -> list[_Given]:
    """The counted mentions of a document in the order of its text, each with its name where it holds one."""
    out = []
    for number, mention in enumerate(document["mentions"]):
        if (document["id"], number) in gold:
            tokens = [document["tokens"][t] for t in mention["tokens"]]
            one = _Given((document["id"], number), mention["tokens"][0], mention["tokens"][-1] + 1, tuple(tokens))
            one.name = name_in([t if _bare(t) in naming else t.lower() for t in tokens])
            out.append(one)
    return sorted(out, key=lambda m: (m.first, m.stop))


def name_in(tokens: Sequence[str]) -> Name | None:
    """The name that a mention holds: its last run of capitals, titles and callings apart; None where there is none."""
    clean = [re.sub(r"(?:['’](?:s|d|ll|ve|re|m)|['’])$", "", t).strip("\"'`“”,.:") for t in tokens]
    run: list[str] = []
    runs: list[list[str]] = []
    for word in clean:
        low = word.lower()
        usual = low in words.ROLES | words.PEOPLE | words.NOT_NAMES or low.rstrip(".") in words.TITLES
        usual = usual or low in _PRONOUNS or low in _MANY or low in ("the", "a", "an", "it")
        if (word[:1].isupper() and not usual) or (run and low in words.PARTICLES):
            run.append(word)
        elif run:
            runs.append(run)
            run = []
    runs += [run] if run else []
    for found in reversed(runs):
        name = read_name(" ".join(found))
        if name is not None:
            return name
    return None


def across(documents: Sequence[dict[str, Any]], given: Mapping[str, Sequence[_Given]]) -> dict[tuple[str, int], str]:
    """The person that the method gives to each mention."""
    speakers: list[LocalSpeaker] = []
    for document in documents:
        speakers += _speakers(document, given[document["id"]])
    person: dict[tuple[str, str], str] = {}
    blocks: dict[str, list[LocalSpeaker]] = collections.defaultdict(list)
    for speaker in speakers:
        blocks[speaker.block].append(speaker)
    for block in sorted(blocks):
        linked = link_people(blocks[block])
        for number, cluster in enumerate(linked.clusters):
            person.update({(m.article_id, m.name): f"{block} {number}" for m in cluster.members})
        # undecided: a person of its own, as a reader sees it
        person.update({(o.member.article_id, o.member.name): f"{block} open {o.member.key}" for o in linked.open})
    out: dict[tuple[str, int], str] = {}
    for mentions in given.values():
        for m in mentions:
            entity = m.entity
            if entity is not None and entity.name:
                out[m.key] = person.get((entity.article, entity.name), f"{entity.article} {entity.name}")
            elif entity is not None:
                out[m.key] = f"{entity.article} {sorted(entity.heads)}"
            else:
                out[m.key] = str(m.key)
    return out


def _speakers(document: dict[str, Any], mentions: Sequence[_Given]) -> list[LocalSpeaker]:
    """Ties an article's mentions to one another, and tells what the article says of those with names."""
    tokens = document["tokens"]
    text = _text(document)
    entities = _named_entities(document["id"], mentions)
    article = Article(id=document["id"], text=text, source=document["topic"])
    quotations = [
        Quotation(
            article_id=article.id,
            kind="indirect",
            content=((0, 1),),
            text=text[:1],
            speaker=e.name,
            speaker_type="person",
        )
        for e in entities
    ]
    speakers = {s.name: s for s in local_speakers(article, quotations)}
    for entity in entities:
        if entity.name in speakers:
            entity.gender = speakers[entity.name].gender
            entity.heads = set(speakers[entity.name].titles)
    _tie(document["id"], tokens, mentions)
    return list(speakers.values())


def _text(document: dict[str, Any]) -> str:
    out = []
    for number, token in enumerate(document["tokens"]):
        new = number and document["sentence"][number] != document["sentence"][number - 1]
        out.append(("\n" if new else " " if number else "") + token)
    return "".join(out)


def _named_entities(article: str, mentions: Sequence[_Given]) -> list[_Entity]:
    """People of an article by name: full names that fit, then surnames to whom they fit; several that fit stay open."""
    entities: list[tuple[Name, _Entity]] = []
    named = [m for m in mentions if m.name is not None]
    for m in sorted(named, key=lambda m: (-len(m.name.given), m.first)):  # type: ignore[union-attr]
        name = m.name
        if name is None:
            continue
        fitting = [e for known, e in entities if fits(name, known) in ("same", "near", "open")]
        if not name.given:
            called = [e for known, e in entities if known.given and known.given[0] == name.surname]
            fitting = fitting or called
        if len({id(e) for e in fitting}) == 1:
            m.entity = fitting[0]
            continue
        own = [e for known, e in entities if known == name]
        if own:
            m.entity = own[0]
            continue
        m.entity = _Entity(article, name.shown)
        entities.append((name, m.entity))
    return [e for _, e in entities]


def _tie(article: str, tokens: Sequence[str], mentions: Sequence[_Given]) -> None:
    """Ties pronouns and descriptions to the names of the article: gender, apposition, nearness, the same noun."""
    nameless: dict[str, _Entity] = {}
    for number, m in enumerate(mentions):
        if m.name is not None:
            continue
        before = [o for o in mentions[:number] if o.entity is not None]
        if m.low in _PRONOUNS:
            wanted = _PRONOUNS[m.low]
            fitting = [o for o in before if wanted in ("", o.entity.gender) or not o.entity.gender]  # type: ignore[union-attr]
            after = [o for o in mentions[number + 1 :] if o.name is not None]
            m.entity = (fitting or after or [m])[-1 if fitting else 0].entity
            continue
        head = plain(m.words[-1]).strip("'")
        beside = [
            o
            for o in mentions
            if o.name is not None
            and (0 <= o.first - m.stop <= 1 or (0 < m.first - o.stop <= 4 and "," in tokens[o.stop : m.first]))
        ]
        known = [o for o in mentions if o.entity is not None and o.name is not None and head in o.entity.heads]
        if beside and m.low not in _MANY:
            m.entity = beside[0].entity
            if m.entity is not None:
                m.entity.heads.add(head)
        elif known:
            m.entity = known[0].entity
        else:
            m.entity = nameless.setdefault(head, _Entity(article, heads={head}))


def errors(
    gold: Mapping[tuple[str, int], str], found: Mapping[tuple[str, int], str], given: Mapping[str, Sequence[_Given]]
) -> dict[str, list[str]]:
    """People whose named mentions fell apart, and made ones that hold several: for reading."""
    shown = {m.key: " ".join(m.words) for every in given.values() for m in every}
    true, made = collections.defaultdict(list), collections.defaultdict(list)
    for key in gold:
        true[gold[key]].append(key)
        made[found[key]].append(key)
    apart = [
        (len(keys), f"{person}: " + ", ".join(sorted({f"{shown[k]} <{found[k]}>" for k in keys})[:8]))
        for person, keys in true.items()
        if len({found[k] for k in keys}) > 1
    ]
    mixed = [
        (len(keys), f"{person}: " + ", ".join(sorted({f"{shown[k]} <{gold[k][-5:]} {k[0]}>" for k in keys})[:8]))
        for person, keys in made.items()
        if len({gold[k] for k in keys}) > 1
    ]
    return {"apart": [t for _, t in sorted(apart, reverse=True)], "mixed": [t for _, t in sorted(mixed, reverse=True)]}
