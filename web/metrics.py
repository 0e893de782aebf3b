"""/metrics: what the server counts, for Prometheus and whatever reads its format (text, or OpenMetrics where asked)."""

import datetime
import ipaddress
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, current_app, request
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

from index.errors import SaywhoError
from index.glance import CAUSES, Looker
from index.settings import Settings
from search.engine import Engine
from search.library import Library
from search.results import Stats
from web import watching
from web.meters import BOUNDS, Meters, Reading
from web.problems import answer

PATH = "/metrics"
_PASSED_ON = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip", "Via")
"""What proxies add: a question of somebody else's that reaches this machine by itself."""


def blueprint(library: Library, settings: Settings, archive: Looker, meters: Meters) -> Blueprint:
    """/metrics, for those whom the settings let read it."""
    metrics = Blueprint("metrics", __name__)
    held: dict[str, Stats] = {}

    def stats_of(engine: Engine) -> Stats:
        if engine.build.id not in held:  # once a build
            stats = engine.stats()
            held.clear()
            held[engine.build.id] = stats
        return held[engine.build.id]

    def families() -> Iterator[Metric]:
        routes = watching.routes_of(current_app)
        counts = meters.read(len(routes))
        yield from _asked(counts, routes)
        yield from _processes(counts.processes)
        try:
            stats: Stats | None = stats_of(library.current())
        except SaywhoError:
            stats = None
        yield from _published(stats)
        seen = archive.look()
        if seen is not None:
            held_there = seen.counts
            yield _gauge("saywho_archive_articles", "Articles in the archive.", held_there.articles)
            yield _gauge("saywho_archive_quotations", "Quotations in the archive.", held_there.quotations)
            yield _gauge("saywho_archive_earlier_articles", "Earlier versions of articles.", held_there.earlier)
            yield _gauge("saywho_archive_revision", "Counted up with every change of the archive.", held_there.revision)
            causes = GaugeMetricFamily("saywho_set_aside", "Articles and files that were set aside.", labels=["cause"])
            for name, _, _ in CAUSES:
                causes.add_metric([name], seen.set_aside.get(name, 0))
            yield causes

    @metrics.get(PATH)
    def shown() -> Response:
        if not may_read(settings.metrics):
            return answer(
                HTTPStatus.FORBIDDEN,
                "The figures of this server are shown to its own machine alone. Who runs it can set SAYWHO_METRICS.",
            )
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Families(families()))
        write, kind = choose_encoder(request.headers.get("Accept", ""))
        response = Response(write(registry), content_type=kind)
        response.vary.add("Accept")
        response.headers["Cache-Control"] = "no-store"
        return response

    return metrics


def may_read(allowed: str) -> bool:
    """Whether whoever asks now may read the figures, where `allowed` is `local` or `all`."""
    if allowed == "all":
        return True
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
        here = (getattr(address, "ipv4_mapped", None) or address).is_loopback
    except ValueError:
        here = False
    return here and not any(name in request.headers for name in _PASSED_ON)


class _Families(Collector):
    """What is told, once."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _asked(counts: Reading, routes: tuple[str, ...]) -> Iterator[Metric]:
    """Requests."""
    requests = CounterMetricFamily(
        "saywho_requests", "Requests answered; status 0 is any that is rare.", labels=["route", "method", "status"]
    )
    for (route, method, status), count in sorted(counts.requests.items()):
        requests.add_metric([routes[route], method, str(status)], count)
    yield requests
    times = HistogramMetricFamily(
        "saywho_request_seconds", "From the request's arrival to the last byte of its answer.", labels=["kind"]
    )
    sent = CounterMetricFamily("saywho_sent_bytes", "Bytes of answers, without their headers.", labels=["kind"])
    for one in counts.times:
        bins, above = [], 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), one.bins, strict=True):
            above += count
            bins.append((bound, float(above)))
        times.add_metric([one.kind], bins, one.seconds)
        sent.add_metric([one.kind], one.bytes)
    yield times
    yield sent
    failures = CounterMetricFamily("saywho_failures", "Requests that failed by this server's doing.", labels=["cause"])
    for name, count in counts.failures.items():
        failures.add_metric([name], count)
    yield failures
    yield _counter(
        "saywho_rate_limited_requests", "Requests refused because an address asked too often.", counts.limited
    )
    yield _counter("saywho_cut_answers", "Answers that were not read to their end.", counts.cut)
    yield _gauge(
        "saywho_requests_under_way", "Requests that are being answered, this one among them.", counts.under_way
    )
    yield _gauge("saywho_export_streams", "Exports that are being read.", counts.streams)


def _published(stats: Stats | None) -> Iterator[Metric]:
    """The build that answers."""
    yield _gauge("saywho_ready", "Whether a build is published and open (1) or not (0).", stats is not None)
    if stats is None:
        return
    build = stats.build
    yield InfoMetricFamily(
        "saywho_build", "The build that answers.", value={"id": build.id, "extractor": build.extractor}
    )
    published = datetime.datetime.fromisoformat(build.published).timestamp()
    yield _gauge("saywho_build_published_timestamp_seconds", "When the build was published.", published)
    yield _gauge("saywho_build_age_seconds", "Since then.", max(0.0, time.time() - published))
    yield _gauge("saywho_published_articles", "Articles that are published.", stats.articles)
    yield _gauge("saywho_published_quotations", "Quotations that are published.", stats.quotations)
    yield _gauge("saywho_published_speakers", "Speakers that are published.", stats.speakers)
    yield _gauge("saywho_published_sources", "Outlets that are published.", stats.sources)


def _processes(processes: Mapping[int, int]) -> Iterator[Metric]:
    """Processes that answer. Where the system has no /proc, their number alone."""
    yield _gauge("saywho_processes", "Processes that answer.", len(processes))
    memory = GaugeMetricFamily(
        "saywho_process_memory_bytes",
        "Memory of each process: all that is resident, and what no file backs.",
        labels=["process", "of"],
    )
    spent = CounterMetricFamily("saywho_process_cpu_seconds", "Processor time of each process.", labels=["process"])
    for number, process in processes.items():
        told = _status(process)
        for of, name in (("resident", "VmRSS"), ("anonymous", "RssAnon")):
            if name in told:
                memory.add_metric([str(number), of], told[name])
        if (seconds := _seconds(process)) is not None:
            spent.add_metric([str(number)], seconds)
    yield memory
    yield spent


def _status(process: int) -> Mapping[str, int]:
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return {}
    sizes = (line.partition(":") for line in lines if line.endswith(" kB"))
    return {name: int(size.split()[0]) * 1024 for name, _, size in sizes}


def _seconds(process: int) -> float | None:
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=float(value))


def _counter(name: str, about: str, value: float) -> Metric:
    return CounterMetricFamily(name, about, value=float(value))
