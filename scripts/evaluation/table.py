"""The figures as tables: for the terminal, and as Markdown for docs/accuracy.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title; every row has as many cells as there are headings."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def as_text(table: Table) -> str:
    """A table for the terminal: columns lined up, the first to the left and the others to the right."""
    cells = [table.headings, *table.rows]
    widths = [max(len(row[k]) for row in cells) for k in range(len(table.headings))]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in cells
    ]
    return "\n".join([table.title, "-" * len(lines[0]), *(line.rstrip() for line in lines)])


def as_markdown(table: Table) -> str:
    """A table as Markdown."""
    rule = "|".join(["---", *("---:" for _ in table.headings[1:])])
    rows = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in (table.headings, *table.rows)]
    return "\n".join([f"### {table.title}", "", f"| {rows[0]} |", f"|{rule}|", *(f"| {row} |" for row in rows[1:])])


def tables(figures: dict[str, Any]) -> list[Table]:
    """Every table that there are figures for."""
    made = [
        _overview(figures),
        _speakers(figures.get("speakers")),
        *(_calibration(name, of) for name, of in figures.get("calibration", {}).items()),
        _yardstick(figures),
    ]
    return [table for table in made if table is not None]


def _number(value: Any, digits: int = 1) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _overview(figures: dict[str, Any]) -> Table:
    """What there are aims for, one line each."""
    rows: list[tuple[str, str, str]] = []
    quoted, every, speakers = figures["quoted"], figures["all"], figures.get("speakers")
    rows.append(("quotations with marks found, F1", _number(quoted["found_f"]), ""))
    rows.append(("found and given to the right source, F1", _number(quoted["end_to_end_f"]), "93.5"))
    rows.append(("every attribution, found and given to the right source, F1", _number(every["f"]), "77"))
    for role, aims in (("content", "90 / 68"), ("source", "86.5 / 82"), ("cue", "73.5 / 76")):
        of = figures[role]
        rows.append((f"{role}, words / exact spans, F1", f"{_number(of['token_f'])} / {_number(of['strict_f'])}", aims))
    rows.append(
        (
            "canonical speaker right, of all quotations",
            _number(speakers["all"]["right"]) if speakers else "no gold",
            "92",
        )
    )
    rows.append(
        (
            "scare quotes and titles taken for quotations",
            speakers["false_alarms"] if speakers else "no gold",
            "20 of 78",
        )
    )
    rows += _outlets(figures.get("outlets"))
    rows += _gap(figures["gap"])
    for name, of in figures["calibration"].items():
        rows.append((f"expected calibration error, {name}", _number(of["ece"], 3), "0.03"))
    seeds = figures.get("seeds")
    rows.append(
        (
            "the two first articles' stretches right",
            f"{seeds['right']} of {seeds['gold']}" if seeds else "not there",
            "all",
        )
    )
    for name, value in figures["kappa"].items():
        rows.append((f"agreement with the annotator beyond chance, {name}, kappa", _number(value), ""))
    rows += _cost(figures.get("cost"))
    return Table(_title(figures), ("measured", "figure", "aim"), rows)


def _title(figures: dict[str, Any]) -> str:
    return (
        f"{figures['extractor']} on polnear/{figures['set']}: {figures['articles']} articles, "
        f"{figures['quoted']['gold']} quotations with marks"
    )


def _outlets(of: dict[str, Any] | None) -> Iterable[tuple[str, str, str]]:
    if of is None:
        return [("outlets agree on the speaker", "not measured: --agreement", "95 %")]
    name = f"news/{of['year']}, {of['pairs']:,} pairs of outlets"
    return [
        (f"outlets agree on the speaker ({name})", f"{_number(of['agree_percent'])} %", "95 %"),
        ("… one of them gives nobody", f"{_number(of['silent_percent'])} %", "5 %"),
    ]


def _gap(of: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    if "not_measured" in of:
        return [("GAP development, F1 of pronouns", f"not measured: {of['not_measured']}", "75")]
    by_gender = f"{_number(of['feminine']['f1'])} / {_number(of['masculine']['f1'])}"
    return [
        ("GAP development, F1 of pronouns", _number(of["all"]["f1"]), "75"),
        ("… of feminine / masculine ones", by_gender, ""),
    ]


def _cost(of: dict[str, Any] | None) -> Iterable[tuple[str, str, str]]:
    if of is None:
        return [("words a second, memory, growth", "not measured: --no-cost", "")]
    rows = [
        (
            f"words a second on one core that does {of['gflops']:.0f} GFLOPS",
            f"{of['words_per_second']:,}",
            "6,000 at 100",
        ),
        ("memory of a process that extracts", f"{of['megabytes']:.0f} MB", "400 MB"),
    ]
    if "megabytes_large" in of:
        rows.append(("… and after a text of 1 MB", f"{of['megabytes_large']:.0f} MB", "400 MB"))
    for name, ratio in of.get("growth", {}).items():
        spread = f"{ratio['ratio']:.2f}× ({ratio['from']:.2f} to {ratio['to']:.2f})"
        rows.append((f"a byte of 1 MB against one of 10 kB, {name}", spread, "1.2×"))
    return rows


def _speakers(of: dict[str, Any] | None) -> Table | None:
    if of is None:
        return None
    rows = [
        (basis, str(n["gold"]), _number(n["found"]), _number(n["right"]), _number(n["right_of_found"]))
        for basis, n in of.items()
        if isinstance(n, dict)
    ]
    return Table(
        "Canonical speakers, by how the text ties them to the words (percent)",
        ("basis in the gold", "quotations", "found", "right", "right of found"),
        rows,
    )


def _calibration(name: str, of: dict[str, Any]) -> Table:
    rows: list[tuple[str, ...]] = [
        (f"{low:.1f} to {low + 0.1:.1f}", str(count), _number(100 * confidence), _number(100 * right), "")
        for low, count, confidence, right in of["bins"]
    ]
    for how, groups in of.items():
        if not how.startswith("by "):
            continue
        rows += [
            (
                f"{how} {group}",
                str(n["count"]),
                _number(100 * n["confidence"]),
                _number(100 * n["right"]),
                _number(n["ece"], 3),
            )
            for group, n in groups.items()
        ]
    judged = "its canonical speaker" if name == "speakers" else "content and source"
    return Table(
        f"Confidence, judged by {judged} (expected calibration error {of['ece']:.3f} over {of['count']})",
        ("confidence", "how many", "said, %", "right, %", "error"),
        rows,
    )


def _yardstick(figures: dict[str, Any]) -> Table:
    title, headings = "Beside another tool, in the same run", ("tool", "found, F1", "right source, F1", "words/s")
    other = figures.get("yardstick")
    if other is None:
        missing = "not measured: --yardstick (spaCy's parse pipelines are not on PyPI)"
        return Table(title, headings, [("textacy's direct quotations over a spaCy parse", missing, "", "")])
    cost = figures.get("cost")
    rows = []
    for name, of, speed in (
        (figures["extractor"], figures, cost and cost["words_per_second"]),
        (other["name"], other, other["words_per_second"]),
    ):
        quoted = of["quoted"]
        rows.append((name, _number(quoted["found_f"]), _number(quoted["end_to_end_f"]), _number(speed, 0)))
    return Table(title, headings, rows)
