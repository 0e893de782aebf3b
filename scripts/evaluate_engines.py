#!/usr/bin/env python3
"""Both engines over the same collections: do they answer alike, and what does it take? Prints tables.

    scripts/evaluate_engines.py --made 100000 --data ../shared/data       a made collection (its words are real ones)
    scripts/evaluate_engines.py --polnear ../shared/data/polnear          real articles
    scripts/evaluate_engines.py --entries corpus.jsonl --limit 5000       entries that are there already
    scripts/evaluate_engines.py --made 100000 --data … --kill             and one of three nodes killed meanwhile

The cluster is started here (`scripts/clustering/nodes.py`), unless --url names one.
"""

import argparse
import contextlib
import itertools
import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from index import whoosh_codec
from index.article_store import FILE_NAME, write_articles
from index.cluster.opensearch import Connection
from index.cluster.opensearch_builds import build_of, published
from index.cluster.opensearch_publish import Collection, new_build_id, publish
from index.intake import index_sources
from index.manifest import check, write_manifest
from index.manifest import publish as publish_folder
from index.manifest import published as published_folder
from index.people_store import FILE_NAME as PEOPLE_FILE
from index.people_store import write_people
from index.records import Entry, entry_from_json, to_json
from index.run_records import Options
from index.settings import Settings
from scripts.benchmarking.machine import folder_bytes, gflops
from scripts.benchmarking.queries import make_questions
from scripts.benchmarking.workplace import Workplace
from scripts.clustering.agreement import compare, request_of, table
from scripts.clustering.nodes import Nodes, distribution
from search.cluster_engine import ClusterEngine
from search.request import SearchRequest
from search.whoosh_engine import WhooshEngine, open_engine


def main() -> None:
    """Prints what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--made", type=int, metavar="N", help="a made collection of so many quotations")
    parser.add_argument("--entries", type=Path, metavar="FILE", help="entries in order of date, one a line, in JSON")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first so many of them")
    parser.add_argument("--polnear", type=Path, metavar="FOLDER", help="PolNeAR's articles, read and extracted")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="what made collections are made of")
    parser.add_argument("--work", type=Path, default=Path("benchmarks"), help="where corpora lie between runs")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--shards", type=int, default=3)
    parser.add_argument("--url", help="a cluster that is there already")
    parser.add_argument("--kill", action="store_true", help="kill one node under questions in the end")
    args = parser.parse_args()
    with contextlib.ExitStack() as stack:
        nodes = None if args.url else stack.enter_context(_own_nodes())
        url = args.url or (nodes.url if nodes else "")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        one, entries = _whoosh(args, folder)
        stack.callback(one.close)
        print(f"machine: {gflops():.1f} GFLOPS of matrix products")
        settings = Settings(engine="opensearch", opensearch_url=url, opensearch_name=f"evaluate{len(entries)}")
        other = _cluster(settings, entries, args.shards)
        corpus = folder / "corpus.jsonl"
        with corpus.open("w", encoding="ascii") as file:
            file.writelines(json.dumps(_line(entry)) + "\n" for entry in entries[:100_000])
        questions = make_questions(corpus, args.seed)
        for request in map(request_of, questions[:20]):
            other.search(request)  # the cluster's code is compiled as it is used
        found = [compare(one, other, request_of(question)) for question in questions]
        print(table(found))
        for each in found:
            if not each.equal:
                print(f"different: {each}")
        if args.kill and nodes:
            print(_killed(nodes, other, request_of(questions[0])))


def _line(entry: Entry) -> dict[str, object]:
    return {**to_json(entry), "source": entry.source or ""}


@contextlib.contextmanager
def _own_nodes() -> Iterator[Nodes]:
    folder = Path(tempfile.mkdtemp(prefix="saywho-nodes-"))
    folder.chmod(0o755)
    try:
        with Nodes(folder, distribution(folder / "server")) as nodes:
            yield nodes
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _whoosh(args: argparse.Namespace, folder: Path) -> tuple[WhooshEngine, list[Entry]]:
    """The collection on this machine, and its entries in order."""
    settings = Settings(data=folder / "data")
    if args.polnear:
        index_sources(settings, [str(args.polnear)], options=Options(jobs=2))
        build = published_folder(settings.builds)
        engine = open_engine(build, check(build))
        return engine, [engine.core.entry(row) for row in range(engine.core.rows)]
    path = args.entries or Workplace(args.work, size=args.made, seed=args.seed, data=args.data).corpus()
    with path.open(encoding="ascii") as file:
        entries = [entry_from_json(json.loads(line)) for line in itertools.islice(file, args.limit)]
    build_id = new_build_id()
    build = settings.builds / build_id
    build.mkdir(parents=True)
    begun = time.perf_counter()
    whoosh_codec.write(build, entries)
    print(f"Whoosh: {len(entries) / (time.perf_counter() - begun):,.0f} quotations/s written, {_size(build, entries)}")
    write_articles(build / FILE_NAME, ())
    write_people(build / PEOPLE_FILE, (), {})
    about = {"published": "2026-01-01T00:00:00+00:00", "extractor": "made", "articles": 0, "revision": 1}
    manifest = write_manifest(build, id=build_id, quotations=len(entries), **about)
    publish_folder(settings.builds, build_id)
    return open_engine(build, manifest), entries


def _size(build: Path, entries: list[Entry]) -> str:
    return f"{folder_bytes(build) / len(entries):,.0f} bytes a quotation"


def _cluster(settings: Settings, entries: list[Entry], shards: int) -> ClusterEngine:
    connection = Connection(settings)
    begun = time.perf_counter()
    publish(connection, Collection(entries=entries, articles=()), shards=shards)
    taken = time.perf_counter() - begun
    index = published(connection)
    with connection.asking() as client:
        stats = client.indices.stats(index=f"{index}*", metric="store")["_all"]["primaries"]["store"]["size_in_bytes"]
    print(
        f"OpenSearch: {len(entries) / taken:,.0f} quotations/s published and copied, {stats / len(entries):,.0f} bytes "
        f"a quotation and copy, {shards} shards"
    )
    build = build_of(connection, index)
    assert build is not None  # noqa: S101 - it was just published
    return ClusterEngine(connection, build)


def _killed(nodes: Nodes, engine: ClusterEngine, request: SearchRequest) -> str:
    """One node of three is killed while two threads ask without pause."""
    wanted = engine.search(request)
    right = wrong = 0
    failed: list[str] = []
    slowest = 0.0
    stop = threading.Event()

    def ask() -> None:
        nonlocal right, wrong, slowest
        while not stop.is_set():
            begun = time.perf_counter()
            try:
                page = engine.search(request)
            except Exception as error:
                failed.append(str(error))
                continue
            slowest = max(slowest, time.perf_counter() - begun)
            same = (page.total, page.results, page.facets) == (wanted.total, wanted.results, wanted.facets)
            right, wrong = right + same, wrong + (not same)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(5)
    nodes.kill(1)
    time.sleep(20)
    stop.set()
    for thread in threads:
        thread.join()
    return f"a node killed under questions: {right} right, {wrong} wrong, {len(failed)} failed; slowest {slowest:.1f} s"


if __name__ == "__main__":
    main()
