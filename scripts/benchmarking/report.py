"""The figures as tables, from what `--json` writes."""

from collections.abc import Iterable
from typing import Any

from scripts.benchmarking.engines import MAKERS, OURS
from scripts.evaluation.table import Table

_AIMS: dict[tuple[str, str, str], str] = {
    ("plain", "tantivy", "p50"): "≤ 0.5",
    ("plain", "tantivy", "p95"): "≤ 0.33",
    ("plain", "tantivy", "mean"): "≤ 0.35",
    ("real", "tantivy", "p50"): "≤ 0.8",
    ("real", "tantivy", "p95"): "≤ 0.6",
    ("plain", "fts5", "p50"): "≤ 1/60",
    ("plain", "fts5", "p95"): "≤ 1/300",
    ("real", "tantivy", "built"): "≥ 1",
    ("real", "fts5", "built"): "≥ 1.7",
    ("real", "tantivy", "disk"): "≤ 2.5",
}
"""What each of our figures should be, as a multiple of a peer's."""
_ROW_TITLES = {
    "plain": "Exact words of the quotation, filters as part of the question",
    "real": "All fields and stems, facets under all filters but their own",
}


def number(value: float | None) -> str:
    """A figure in three digits; a dash where there is none."""
    if value is None:
        return "–"
    for least, digits in ((100.0, 0), (10.0, 1), (1.0, 2)):
        if abs(value) >= least:
            return f"{value:,.{digits}f}"
    return f"{value:.3f}"


def search_tables(figures: dict[str, Any]) -> list[Table]:
    """Every table of a search run."""
    made = [_targets(figures)]
    for row, measured in figures["rows"].items():
        made += [_engines(figures, row, measured), _kinds(row, measured)]
        if measured["agreement"]:
            made.append(_agreement(row, measured))
    return [*made, _builds(figures)]


def speed_note(figures: dict[str, Any]) -> str:
    """The machine, and what its matrix products did meanwhile."""
    speed = figures["gflops"]
    said = (
        f"{figures['machine']}; a matrix product does {speed['before']:.0f} GFLOPS on one core before, "
        f"{speed['after']:.0f} after"
    )
    if max(speed.values()) > 1.2 * min(speed.values()):
        said += ". These differ: the machine was not quiet, run it again"
    return said


def notes(figures: dict[str, Any]) -> list[str]:
    """What must be said beside a search run's tables: the machine, and what was left out."""
    said = [
        speed_note(figures),
        f"CPU time of the whole process; for each question the best of {figures['passes']} warm passes; one process an "
        "engine, and the engines take turns pass by pass",
    ]
    versions = ", ".join(f"{name} {version}" for name, version in figures["versions"].items())
    said += [f"Versions: {versions}"] if versions else []
    said += [f"{name} is {why}" for name, why in figures["left_out"].items() if why]
    for row, measured in figures["rows"].items():
        for name, engine in measured["engines"].items():
            for why, count in engine["refused"].items():
                said.append(f"{row}: {count} questions are left out for {name}: {why}")
            if engine["asked_once_more"]:
                count = engine["asked_once_more"]
                said.append(f"{row}: {count} questions took {name} more than a second and got one warm pass")
        for name, one in measured["agreement"].items():
            if one["examples"] and MAKERS[name].differs:
                said.append(f"{row}: {name} counts otherwise, since {MAKERS[name].differs}")
            said += [f"{row}: {name} counts otherwise: {example}" for example in one["examples"]]
    return said


def _targets(figures: dict[str, Any]) -> Table:
    rows = [
        (f"{row}, {figure}", peer, _ratio(ratio), _AIMS.get((row, peer, figure), ""))
        for row, measured in figures["rows"].items()
        for peer, ratios in measured["ratios"].items()
        for figure, ratio in ratios.items()
    ]
    ours = next(built for name, built in figures["build"].items() if name.startswith(f"{OURS} "))
    for name, theirs in figures["build"].items():
        peer, row = name.split()
        if peer == OURS:
            continue
        for figure, key, title in (("built", "per_cpu_s", "quotations a CPU second"), ("disk", "disk_mb", "disk")):
            aim = _AIMS.get((row, peer, figure), "")
            rows.append((f"{title}, all our fields by their {row}", peer, _ratio(ours[key] / theirs[key]), aim))
    return Table("Ours by theirs", ("measured", "peer", "ratio", "aim"), rows)


def _ratio(value: float) -> str:
    return f"1/{1 / value:.0f}" if value < 0.05 else f"{value:.2f}"


def _engines(figures: dict[str, Any], row: str, measured: dict[str, Any]) -> Table:
    rows = [
        (
            name,
            str(of["questions"]),
            *(number(of[figure]) for figure in ("p50", "p95", "mean")),
            number(of["first_pass"]["p50"]),
            number(of["open_ms"]),
            number(of["anonymous_mb"]),
            number(of["disk_mb"]),
            of["info"],
        )
        for name, of in measured["engines"].items()
    ]
    headings = ("engine", "questions", "p50, ms", "p95", "mean", "first pass p50", "open, ms", "memory, MB", "disk, MB")
    return Table(f"{_ROW_TITLES[row]} ({row}): {figures['size']:,} quotations", (*headings, "index"), rows)


def _kinds(row: str, measured: dict[str, Any]) -> Table:
    engines = measured["engines"]
    rows = [
        (kind, *(_pair(of["kinds"].get(kind)) for of in engines.values()))
        for kind in dict.fromkeys(question["kind"] for question in measured["questions"])
    ]
    return Table(f"The same by kind of question ({row}): p50 / p95, ms", ("kind", *engines), sorted(rows))


def _pair(of: dict[str, float] | None) -> str:
    return f"{number(of['p50'])} / {number(of['p95'])}" if of else "–"


def _agreement(row: str, measured: dict[str, Any]) -> Table:
    rows = [
        (
            name,
            f"{of['equal']} of {of['asked']}",
            f"{100 * of['typical']:.2f} %",
            f"{100 * of['furthest']:.2f} %",
            f"{100 * of['hits_shared']:.0f} %" if MAKERS[name].timed else "–",
        )
        for name, of in measured["agreement"].items()
    ]
    headings = ("peer", "questions with equal counts", "else typically off by", "at most", "of our best hits shared")
    return Table(f"Do the counts agree? ({row})", headings, rows)


def _builds(figures: dict[str, Any]) -> Table:
    rows = [
        (
            name,
            *(number(of[figure]) for figure in ("per_cpu_s", "cpu_s", "wall_s", "peak_anonymous_mb", "disk_mb")),
            number(of["gflops"]),
            of["made"],
        )
        for name, of in figures["build"].items()
    ]
    headings = ("index", "quotations/CPU s", "CPU s", "wall s", "memory, MB", "disk, MB", "GFLOPS then", "made")
    return Table("Building, from entries on disk to an index that answers", headings, rows)


def growth_table(figures: dict[str, Any]) -> Table:
    """One line a size and engine."""
    rows = [
        (
            f"{of['size']:,}",
            of["engine"],
            number(of["p50"]),
            number(of["p95"]),
            _pair(of["cold"]),
            f"{number(of['open_cold_ms'])} / {number(of['open_warm_ms'])}",
            number(of["anonymous_mb"]),
            number(of["peak_build_mb"]),
            number(of["disk_mb"]),
            number(of["per_cpu_s"]),
        )
        for of in figures["sizes"]
    ]
    headings = (
        "quotations",
        "engine",
        "p50, CPU ms",
        "p95",
        "page cache cold: p50 / p95, wall ms",
        "open cold / warm, ms",
        "memory, MB",
        "building, MB",
        "disk, MB",
        "built/CPU s",
    )
    return Table("Growth (row real)", headings, rows)


def growth_notes(figures: dict[str, Any]) -> list[str]:
    """What must be said beside the table of growth."""
    held = max(of["held_in_cache"] for of in figures["sizes"])
    return [
        speed_note(figures),
        "p50 and p95: CPU time, the best of the warm passes",
        "cold: by the clock, everything asked once in a new process after the index's files were dropped from the page "
        f"cache ({held:.1%} of their pages at most were still there)",
        "memory: anonymous, of the process that answers, with Python and its modules; the files are mapped and shared",
        "building: the most anonymous memory of the process that wrote the index",
    ]


def load_table(figures: dict[str, Any]) -> Table:
    """The endpoint under load."""
    spent = figures["server_cpu_ms"]
    rows: Iterable[tuple[str, str, str]] = [
        ("requests a second", number(figures["per_second"]), "1,000"),
        ("latency at the client, p50 / p95, ms", _pair(figures["latency_ms"]), ""),
        ("search in the server (took_ms), p50 / p95, ms", _pair(figures["took_ms"]), "3 /"),
        ("the server's CPU time a request, ms", number(spent), ""),
        ("cores that the server kept busy", f"{figures['server_cores']:.2f} of {figures['cores']}", ""),
        ("cores that the client kept busy", f"{figures['client_cores']:.2f} of {figures['cores']}", ""),
        ("cores that others kept busy", f"{figures['other_cores']:.2f} of {figures['cores']}", "0"),
        ("answers other than 200", str(figures["errors"]), "0"),
    ]
    title = f"JSON endpoint, {figures['size']:,} quotations, {figures['connections']} connections, {figures['client']}"
    return Table(title, ("measured", "figure", "aim"), list(rows))


def publish_table(figures: dict[str, Any]) -> Table:
    """What askers see while builds are published; latency at a client in Python."""
    rows = [
        (
            name,
            f"{one['requests']:,}",
            *(f"{one[key]:.1f}" if key in one else "" for key in ("p50", "p95", "p99", "max")),
        )
        for name, one in ((name, figures[name]) for name in ("quiet", "beside runs", "around switches"))
    ]
    slow = figures["slower than allowed around switches"]
    title = (
        f"Publishing {figures['builds']} builds of {figures['size']:,} quotations and more under {figures['workers']} "
        f"workers: {figures['requests']:,} answers, {figures['errors']} errors, {figures['switches']} switches seen, "
        f"{slow} slower than 250 ms around them"
    )
    return Table(title, ("latency, ms", "answers", "p50", "p95", "p99", "most"), rows)


def export_table(figures: dict[str, Any]) -> Table:
    """Every row as a file; anonymous memory of the process that writes, in the first tenth of the time and at most."""
    rows: Iterable[tuple[str, ...]] = [
        (
            row["name"],
            f"{row['per_second']:,.0f}",
            f"{row['seconds']:.1f}",
            f"{row['bytes'] / 1e6:,.0f}",
            f"{row['early'] / 1e6:,.0f} / {row['peak'] / 1e6:,.0f}",
        )
        for row in figures["rows"]
    ]
    head = ("form", "rows a second", "seconds", "MB", "memory, MB, first tenth / most")
    return Table(f"Exports of {figures['size']:,} quotations", head, list(rows))
