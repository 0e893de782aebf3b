#!/usr/bin/env python3
"""Makes a people file (`--people`) of the American federal officeholders: names, Wikidata ids, offices with dates.

    scripts/make_people_file.py ../shared/data/people/us-federal-officeholders.jsonl people.jsonl

The input is CC0: one JSON object a line with name, first, middle, last, suffix, nickname, gender, wikidata, terms
(office, begin, end) and first_term.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

_OFFICE = {"prez": "president", "viceprez": "vice president", "sen": "senator", "rep": "representative"}


def entry_of(row: dict[str, Any], number: int) -> dict[str, Any]:
    """A line of the people file: the name that people use first, then the others."""
    first, last = row["first"], row["last"]
    called = row.get("nickname") or first
    suffix = f" {row['suffix']}" if row.get("suffix") else ""
    names = [f"{called} {last}", f"{first} {last}", row["name"], f"{first} {last}{suffix}"]
    if row.get("middle"):
        names += [
            f"{first} {row['middle']} {last}{suffix}",
            f"{row['middle']} {last}" if len(row["middle"]) > 2 else "",
        ]
    terms = row["terms"]
    # only the last term has dates of its own; whoever began earlier held some office since
    begin = min([row.get("first_term", "9999"), *(t[1] for t in terms)])
    titles = [{"title": _OFFICE.get(office, office), "from": start, "to": end} for office, start, end in terms]
    if begin < min(t[1] for t in terms) and terms[0][0] in ("sen", "rep"):
        titles.insert(0, {"title": _OFFICE[terms[0][0]], "from": begin, "to": terms[0][1]})
    return {
        "id": row.get("wikidata") or f"officeholder-{number}",
        "name": f"{called} {last}",
        "names": list(dict.fromkeys(n for n in names[1:] if n)),
        "wikidata": row.get("wikidata", ""),
        "gender": row.get("gender", "").lower(),
        "titles": titles,
    }


def main() -> None:
    """Writes the file and says how many people it holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("officeholders", type=Path)
    parser.add_argument("people", type=Path)
    args = parser.parse_args()
    if not args.officeholders.is_file():
        sys.exit(f"{args.officeholders}: not there; it is people/us-federal-officeholders.jsonl of the shared data")
    lines = args.officeholders.read_text(encoding="utf-8").splitlines()
    entries = [entry_of(json.loads(line), number) for number, line in enumerate(lines, 1)]
    args.people.write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in entries), encoding="utf-8")
    print(f"{len(entries)} people in {args.people}")


if __name__ == "__main__":
    main()
