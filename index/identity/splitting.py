"""Two people of one name: a name's speakers in parts, where what articles say of them cannot be one person's."""

import collections
from collections.abc import Callable, Sequence

from index.identity.records import LocalSpeaker

_LEAST = 2
"""Articles that must say where somebody is from before that makes two people of one."""
_SHARE = 0.1
_OFFICES = frozenset({"senator", "representative", "governor", "mayor", "sheriff", "judge", "professor", "coach"})
_MOST = 40
"""People named in more articles than this are well known: their callings vary, and they are one."""


def parts_of(members: Sequence[LocalSpeaker], *, common: bool) -> list[list[LocalSpeaker]]:
    """The members in parts, the largest first; one part where nothing tells two people apart.

    Politicians of two states are two people; so are two men and women; so are, with a common surname, a sheriff and a
    professor whose articles share nothing. Articles that do not say go to the part whose company they share.
    """
    for kind in (_home, _gender, _calling if common and len(members) <= _MOST else _nothing):
        parts = _by(members, kind)
        if len(parts) > 1:
            return parts
    return [list(members)]


def _by(members: Sequence[LocalSpeaker], kind: Callable[[LocalSpeaker], str]) -> list[list[LocalSpeaker]]:
    said: dict[str, list[LocalSpeaker]] = collections.defaultdict(list)
    for member in members:
        said[kind(member)].append(member)
    total = sum(len(found) for value, found in said.items() if value)
    least, share = (_LEAST + 1, 2.5 * _SHARE) if kind is _gender else (_LEAST, _SHARE)
    values = [v for v, found in said.items() if v and len(found) >= least and len(found) >= share * total]
    if len(values) < 2:
        return [list(members)]
    values.sort(key=lambda v: (-len(said[v]), v))
    if kind is _calling and _share_company([said[v] for v in values]):
        return [list(members)]
    parts = [list(said[v]) for v in values]
    company = [_company(part) for part in parts]
    for value in sorted(said):
        if value not in values:
            for member in said[value]:
                parts[_nearest(member, company, parts)].append(member)
    return sorted(parts, key=lambda p: (-len(p), min(m.key for m in p)))


def _nearest(
    member: LocalSpeaker, company: Sequence[collections.Counter[str]], parts: Sequence[Sequence[LocalSpeaker]]
) -> int:
    """The part that a member shares most with; the largest where it shares nothing."""
    signs = (*member.titles, *member.places, *member.beside, *member.topics, member.source)
    shared = [sum(min(3, c[s]) for s in signs) / (sum(c.values()) + 20) for c in company]
    best = max(shared)
    return shared.index(best) if best > 0 else 0


def _company(members: Sequence[LocalSpeaker]) -> collections.Counter[str]:
    return collections.Counter(s for m in members for s in {*m.titles, *m.places, *m.beside, *m.topics, m.source} if s)


def _share_company(parts: Sequence[Sequence[LocalSpeaker]]) -> bool:
    """Whether any two parts share somebody, a body or a topic."""
    signs = [{s for m in part for s in (*m.beside, *m.organizations, *m.topics)} for part in parts]
    return any(a & b for k, a in enumerate(signs) for b in signs[k + 1 :])


def _home(member: LocalSpeaker) -> str:
    return member.home


def _gender(member: LocalSpeaker) -> str:
    return member.gender


def _calling(member: LocalSpeaker) -> str:
    return next((t for t in member.titles if t in _OFFICES), "")


def _nothing(member: LocalSpeaker) -> str:
    return ""
