"""PolNeAR's articles with the names and chains that CoreNLP found in them: silver, with its commonest faults mended.

A line of polnear/corenlp is an article: `sentences` are lists of [start, end, tag, entity, lemma, governor, relation]
(the governor counted from 1 inside its sentence, 0 for none), `coref` lists chains of [sentence, first token, stop
token, whether representative], both counted from 0.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import ReadError, UsageError
from index.extract import words

from .silver_names import Run, Token, names_in
from .texts import PERSONAL, PRONOUNS, Link, Name, Span, Text, lines, merged

NEAR = 2
"""How many sentences back a name must stand where a chain mixes two people; "its" and "they" need one in their own."""
_DEFINITE = words.word_set("the this that his her its their our")
_RELATIVE = words.word_set("who whom whose which that where when")


@dataclass(frozen=True, slots=True)
class _Mention:
    first: int
    stop: int
    head: int


@dataclass(frozen=True, slots=True)
class _Article:
    """An article as CoreNLP sees it, with the mended names."""

    tokens: list[Token]
    runs: list[Run]
    words: dict[Run, tuple[str, ...]]
    """The words of each name, in small letters, without Jr. and the like."""
    by_head: dict[int, Run]
    """The people, bodies and places by their head word."""
    first_names: set[str]
    """What the text uses as a first name and never as a surname."""

    def span(self, run: Run) -> Span:
        """Where a name stands in the text."""
        return self.tokens[run.first].start, self.tokens[run.stop - 1].end


def polnear_silver(data: Path, part: str = "train") -> Iterator[Text]:
    """PolNeAR's articles with mended silver names and links; "dev" is there for figures only.

    Every link has a name: a pronoun or description of a chain without names is left out, as CoreNLP often misses the
    name. So are links that cannot be true (he and an organisation, two people in one chain far off).
    """
    if part not in ("train", "dev"):
        raise UsageError(f"part {part!r}: PolNeAR has train and dev here")
    path = data / "polnear" / "corenlp" / f"{part}.jsonl.gz"
    folder = data / "polnear" / part / "text"
    for number, line in enumerate(lines(path), 1):
        try:
            row = json.loads(line)
            name = Path(row["article_id"]).name
            text_path = folder / f"{name}.txt"
            if not text_path.is_file():
                raise UsageError(f"{text_path}: not there, though {path} analyses it; fetch PolNeAR again")
            with text_path.open(encoding="utf-8", newline="") as handle:
                yield _read(f"polnear:{name}", handle.read(), row)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise ReadError(f"{path}, line {number}: not an analysis ({error!r}); fetch the corpus again") from error


def _read(name: str, text: str, row: dict[str, Any]) -> Text:
    tokens: list[Token] = []
    firsts: list[int] = []
    for sentence, rows in enumerate(row["sentences"]):
        base = len(tokens)
        firsts.append(base)
        for start, end, tag, entity, _, governor, relation in rows:
            if not text[start:end].strip():
                raise ValueError(f"no word stands at {start} of its text")
            head = base + governor - 1 if governor else -1
            tokens.append(Token(start, end, text[start:end], tag, entity, head, relation, sentence))
    article = _article(tokens)
    names: list[Name] = merged((*article.span(run), run.kind) for run in article.runs)
    links: list[Link] = []
    for chain in row["coref"]:
        mentions = [_Mention(firsts[s] + first, firsts[s] + stop, 0) for s, first, stop, _ in chain]
        links += _links(article, sorted((_headed(tokens, m) for m in mentions), key=lambda m: (m.first, m.stop)))
    links += _relative_links(article)
    unique = {(link.start, link.end): link for link in links}
    return Text(name, text, names, [unique[key] for key in sorted(unique)])


def _article(tokens: list[Token]) -> _Article:
    runs = names_in(tokens)
    low: dict[Run, tuple[str, ...]] = {}
    by_head: dict[int, Run] = {}
    for run in runs:
        places = range(run.first, run.stop)
        name = [tokens[place].low.rstrip(".") for place in places if tokens[place].form[0].isalnum()]
        low[run] = tuple(name[:-1] if len(name) > 1 and name[-1] in words.SUFFIXES else name)
        if run.kind != "other":
            by_head |= {place: run for place in places if tokens[place].head not in places}
    full = [name for run, name in low.items() if run.kind == "person" and len(name) > 1]
    return _Article(tokens, runs, low, by_head, {name[0] for name in full} - {name[-1] for name in full})


def _headed(tokens: list[Token], mention: _Mention) -> _Mention:
    """The mention with the word that its other words hang from."""
    places = range(mention.first, mention.stop)
    outside = (place for place in places if tokens[place].head not in places)
    return _Mention(mention.first, mention.stop, next(outside, mention.stop - 1))


def _links(article: _Article, chain: list[_Mention]) -> Iterator[Link]:
    """The links of one chain that can be true."""
    named = [article.by_head[mention.head] for mention in chain if mention.head in article.by_head]
    kinds = Counter(run.kind for run in named)
    if not kinds or (len(kinds) > 1 and kinds.most_common(2)[1][1] * 4 > len(named)):
        return
    kind = kinds.most_common(1)[0][0]
    groups = _groups(article, [run for run in named if run.kind == kind])
    gender = _gender(article, chain)
    for mention in chain:
        head = article.tokens[mention.head]
        pronoun = mention.stop == mention.first + 1 and head.low in PRONOUNS and head.tag in ("PRP", "PRP$", "WP")
        if not (_fits_pronoun(head, kind, gender) if pronoun else _fits_description(article, mention, kind, gender)):
            continue
        group = _group_of(article, mention, groups, pronoun and head.low not in PERSONAL)
        stop = mention.stop if pronoun else _core(article.tokens, mention)
        start, end = article.tokens[mention.first].start, article.tokens[stop - 1].end
        right = [article.span(run) for run in group if _agrees(head, _named_gender(article, [run]))]
        inside = any(start <= span[0] < end for span in right)
        if right and not inside and _agrees(head, _named_gender(article, group)):
            yield Link(start, end, head.end, right, [], pronoun)


def _groups(article: _Article, named: list[Run]) -> list[list[Run]]:
    """A chain's names by whom they name: people of one surname whose first names do not clash, all others together."""
    if not named or named[0].kind != "person":
        return [named]
    full = defaultdict[tuple[str, str], list[Run]](list)
    short: list[Run] = []
    for run in dict.fromkeys(named):
        name = article.words[run]
        if len(name) > 1:
            full[name[-1], words.given_names().short.get(name[0], name[0])[0]].append(run)
        elif name:
            short.append(run)
    groups = list(full.values())
    for run in short:
        (word,) = article.words[run]
        fitting = [group for group in groups if any(word in article.words[other] for other in group)]
        if fitting:
            min(fitting, key=lambda group: min(abs(other.first - run.first) for other in group)).append(run)
        else:
            groups.append([run])
    return groups


def _group_of(article: _Article, mention: _Mention, groups: list[list[Run]], near: bool) -> list[Run]:
    """Every name in the text of the one whom a mention stands for; nothing where that is unclear."""
    sentence = article.tokens[mention.head].sentence

    reach = 0 if near else NEAR

    def close(group: list[Run]) -> bool:
        return any(run.first < mention.head and sentence - article.tokens[run.first].sentence <= reach for run in group)

    candidates = [group for group in groups if close(group)] if near or len(groups) > 1 else groups
    if len(candidates) != 1:
        return []
    clashing = {article.words[run] for group in groups if group is not candidates[0] for run in group}
    return _everywhere(article, candidates[0], clashing)


def _everywhere(article: _Article, group: list[Run], clashing: set[tuple[str, ...]]) -> list[Run]:
    """The names, and all others of the text that are the same, or the same surname where one person only bears it."""
    known = {article.words[run] for run in group}
    kind = group[0].kind
    found = set(group)
    found |= {run for run in article.runs if run.kind == kind and article.words[run] in known - clashing}
    if kind == "person":
        for surname in {name[-1] for name in known if name}:
            found |= _of_surname(article, surname, known)
    return sorted(found, key=lambda run: run.first)


def _of_surname(article: _Article, surname: str, known: set[tuple[str, ...]]) -> set[Run]:
    """The names by this surname that are the same person's.

    Where two people bear it, one who stands without a first name is the one of the title's gender, or else the one
    whom the text names in full most often: that is how news writes.
    """
    bearers = [run for run in article.runs if run.kind == "person" and article.words[run][-1:] == (surname,)]
    by_initial = defaultdict[str, list[Run]](list)
    for run in bearers:
        if len(article.words[run]) > 1:
            by_initial[article.words[run][0][0]].append(run)
    if len(by_initial) == 1:
        return set(bearers)
    own = {name[0][0] for name in known if len(name) > 1 and name[-1] == surname}
    if len(own) != 1 or not by_initial:
        return set()
    (initial,) = own
    genders = {key: _named_gender(article, runs) for key, runs in by_initial.items()}
    main = max(by_initial, key=lambda key: (len(by_initial[key]), -by_initial[key][0].first))

    def bearer(run: Run) -> str:
        title = _titled_gender(article, run)
        fitting = [key for key, gender in genders.items() if not title or gender in (title, "")]
        return fitting[0] if len(fitting) == 1 else main

    return {*by_initial[initial]} | {r for r in bearers if len(article.words[r]) == 1 and bearer(r) == initial}


def _relative_links(article: _Article) -> Iterator[Link]:
    """ "who" after a person's name: the relative clause's verb hangs from the name."""
    for place, token in enumerate(article.tokens):
        if token.low != "who" or token.head < 0 or article.tokens[token.head].relation != "acl:relcl":
            continue
        run = article.by_head.get(article.tokens[token.head].head)
        joined = run is not None and any(
            other.relation.startswith("conj") and run.first <= other.head < run.stop
            for other in article.tokens[run.stop : place]
        )
        if run is not None and run.kind == "person" and run.stop <= place and not joined:
            right = [article.span(other) for other in _everywhere(article, [run], set())]
            yield Link(token.start, token.end, token.end, right, [], True)


def _gender(article: _Article, chain: list[_Mention]) -> str:
    """ "m" or "f" by most of the chain's pronouns, "?" where they are as many, "" where there are none."""
    lone = [article.tokens[m.head].low for m in chain if m.stop == m.first + 1]
    return _majority([PERSONAL[low] for low in lone if low in PERSONAL])


def _named_gender(article: _Article, group: list[Run]) -> str:
    """ "m" or "f" by most titles and given names, "?" where they are as many, "" where they say nothing."""
    found = [_titled_gender(article, run) for run in group]
    given = words.given_names().gender
    named = [article.words[run] for run in group if run.kind == "person" and article.words[run]]
    found += [given.get(name[0], "") for name in named if len(name) > 1 or name[0] in article.first_names]
    return _majority(found)


def _majority(genders: list[str]) -> str:
    male, female = genders.count("m"), genders.count("f")
    if male == female:
        return "?" if male else ""
    return "m" if male > female else "f"


def _titled_gender(article: _Article, run: Run) -> str:
    """ "m" or "f" by the title before a name, "" where there is none that tells."""
    before = article.tokens[run.first - 1].low if run.first else ""
    return "m" if before in words.MALE_TITLES else "f" if before in words.FEMALE_TITLES else ""


def _agrees(head: Token, gender: str) -> bool:
    """Whether a pronoun or a role can be of someone of this gender."""
    if not gender or (gender == "?" and head.low not in PERSONAL):
        return True
    if head.low in PERSONAL:
        return PERSONAL[head.low] == gender
    return head.low not in (words.MALE_ROLES if gender == "f" else words.FEMALE_ROLES)


def _fits_pronoun(head: Token, kind: str, gender: str) -> bool:
    """Whether a pronoun can stand for a name of this kind; "it" is left out, as CoreNLP is mostly wrong about it."""
    if head.low in PERSONAL:
        return kind == "person" and gender == PERSONAL[head.low]
    if head.low == "it":
        return False
    return (kind == "person") == (head.low == "who")


def _fits_description(article: _Article, mention: _Mention, kind: str, gender: str) -> bool:
    """Whether a mention is a description that can be of a name of this kind: "the nominee", "a surgeon" beside it."""
    head, first = article.tokens[mention.head], article.tokens[mention.first]
    if head.tag != "NN" or head.entity != "O" or not head.form.islower() or mention.first == mention.head:
        return False
    beside = head.relation == "appos"
    if not (first.low in _DEFINITE or beside or _owned(article.tokens, mention)):
        return False
    if kind != "person":
        return head.low in (_PLACE_NOUNS if kind == "place" else words.BODIES | words.JOINED_BY_OF | _BODY_NOUNS)
    if head.low not in words.ROLES | words.TITLES | _PEOPLE_NOUNS:
        return False
    return _agrees(head, gender)


def _owned(tokens: list[Token], mention: _Mention) -> bool:
    """Whether a description begins with its owner: "Utah's governor"."""
    return any(tokens[place].tag == "POS" for place in range(mention.first, mention.head))


_PLACE_NOUNS = words.word_set("country nation state city town county region island capital republic kingdom village")
_BODY_NOUNS = words.word_set("outlet regulator giant startup maker union website site militia alliance bloc")
_PEOPLE_NOUNS = words.word_set("man woman boy girl native teenager suspect gunman shooter victim defendant contender")


def _core(tokens: list[Token], mention: _Mention) -> int:
    """Where a description ends: before a mark or a relative clause that follows its head."""
    for place in range(mention.head + 1, mention.stop):
        if not tokens[place].form[0].isalnum() and tokens[place].tag != "POS":
            return place
        if tokens[place].low in _RELATIVE:
            return place
    return mention.stop
