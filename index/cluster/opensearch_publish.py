"""Entries -> a new index of a cluster, counted and looked up -> the alias switched to it in one call.

A build is three indexes: `NAME-BUILD` (quotations), `NAME-BUILD-articles` and `NAME-BUILD-tables` (what is counted of
the whole, as files in pieces). What it is stands in the first one's mapping. Nothing is ever written to a build once it
is published, so that a place in an answer stays one for as long as the build is there: no point in time is held open
for cursors and exports. The alias NAME is what is published; builds before it stay for rollback until they are pruned.
"""

import base64
import contextlib
import dataclasses
import datetime
import hashlib
import itertools
import json
import random
import secrets
import tempfile
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from index.cluster.opensearch import ClusterError, Connection
from index.cluster.opensearch_builds import ClusterBuild, delete, fetch_files, index_of, make_published
from index.cluster.opensearch_mapping import Spelled, document, mapping, plain, spell, spelled, usual_lengths
from index.cluster.opensearch_tables import Counting
from index.errors import BuildError, EngineUnreachableError
from index.manifest import Manifest
from index.people_store import FILE_NAME as PEOPLE_FILE
from index.people_store import write_people
from index.records import Article, Entry, PersonOfCollection, to_json
from index.schema import SCHEMA_VERSION
from index.whoosh_codec.bulk import date_number
from index.whoosh_codec.lexicon import encoded
from index.whoosh_codec.segment import unpacked

_HEAD = 20_000
"""Entries from whose words the fields' usual lengths are guessed before they are known."""
_SAMPLED = 10
_OPENING = 8
"""Words of a quotation by which it must be found."""
_CHUNK = 2**20
"""Bytes of a table's file in one document."""
_ROWS_A_CALL = 500
_BYTES_A_CALL = 8 * 2**20
_AT_ONCE = 2
_TRIES = 5
"""Times that rows are given again to a cluster that has too much to do."""
_WAIT = 600.0
"""Seconds for all copies of a new index."""
_PAUSE = 0.2


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What is published: entries (those of one article one after the other, in the order that equal ones are shown in,
    undated ones first), articles, people, and the ids that people had before."""

    entries: Iterable[Entry]
    articles: Iterable[Article]
    people: Iterable[PersonOfCollection] = ()
    aliases: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    extractor: str = ""
    revision: int = 0
    """The archive's."""
    expected: tuple[int, int] | None = None
    """How many articles and quotations there have to be; None where nobody knows."""


def new_build_id() -> str:
    """The id of a build that begins now."""
    return f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}"


def publish(
    connection: Connection,
    collection: Collection,
    *,
    shards: int = 1,
    build_id: str | None = None,
    progress: Callable[[int], None] | None = None,
    switch: bool = True,
) -> Manifest:
    """Writes a new build, checks it and makes it the published one (`switch`); returns what it is.

    BuildError where it does not hold what it should; nothing of it is left then, and what was published still stands.
    """
    build_id = build_id or new_build_id()
    index = index_of(connection.name, build_id)
    try:
        manifest = _write(connection, collection, build_id, shards, progress)
        if switch:
            make_published(connection, index)
    except BaseException as error:
        with contextlib.suppress(ClusterError, EngineUnreachableError):
            delete(connection, index)
        if isinstance(error, ClusterError | EngineUnreachableError):
            raise BuildError(
                f"the new build was not published: {error}. What was published before still stands"
            ) from error
        raise
    return manifest


def _write(
    connection: Connection,
    collection: Collection,
    build_id: str,
    shards: int,
    progress: Callable[[int], None] | None,
) -> Manifest:
    index = index_of(connection.name, build_id)
    spelt = map(spell, collection.entries)
    head = list(itertools.islice(spelt, _HEAD))
    usual = usual_lengths(head)
    counting, sample = Counting(), _Sample()
    _create(connection, index, mapping({}), shards)
    rows = _rows(itertools.chain(head, spelt), usual, counting, sample, progress)
    _put(connection, index, rows)
    del head
    kept = f"{index}-articles"
    fields = {"id": {"type": "keyword"}, "record": {"type": "keyword", "index": False, "doc_values": False}}
    _create(connection, kept, {"dynamic": "strict", "properties": fields}, shards)
    articles = _put(connection, kept, map(_article, collection.articles))
    manifest = Manifest(
        id=build_id,
        schema_version=SCHEMA_VERSION,
        published=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        extractor=collection.extractor,
        articles=articles,
        quotations=counting.rows,
        revision=collection.revision,
        files={},
    )
    with tempfile.TemporaryDirectory() as folder:
        counting.write(Path(folder))
        write_people(Path(folder) / PEOPLE_FILE, collection.people, collection.aliases)
        tables = _put_files(connection, f"{index}-tables", Path(folder))
    _finish(connection, index)
    _check(connection, index, manifest, collection.expected, sample.entries)
    about = {
        "usual": usual,
        "tables": tables,
        **{k: v for k, v in dataclasses.asdict(manifest).items() if k != "files"},
    }
    with connection.asking() as client:
        client.indices.put_mapping(index=index, body={"_meta": {"saywho": about}})
    return manifest


def _rows(
    spelt: Iterable[Spelled],
    usual: Mapping[str, float],
    counting: Counting,
    sample: "_Sample",
    progress: Callable[[int], None] | None,
) -> Iterator[dict[str, Any]]:
    """The documents, each counted as it goes by."""
    article = None
    for row, one in enumerate(spelt):
        counting.add(one, date_number(one.entry))
        sample.see(one.entry, row)
        yield {"_id": one.entry.id, **document(one, row, usual, opens=one.entry.article_id != article)}
        article = one.entry.article_id
        if progress and row % 1000 == 999:
            progress(1000)


def article_key(article_id: str) -> str:
    """What an article's document goes by: ids of articles may be longer than those of documents."""
    return hashlib.sha256(encoded(article_id)).hexdigest()[:40]


def _article(article: Article) -> dict[str, Any]:
    return {"_id": article_key(article.id), "id": article.id, "record": json.dumps(to_json(article))}


def _create(connection: Connection, index: str, mappings: dict[str, Any], shards: int) -> None:
    # Copies are made when it is whole: that is a copy of files.
    settings = {"number_of_shards": shards, "number_of_replicas": 0, "refresh_interval": "-1"}
    with connection.asking() as client:
        client.indices.create(index=index, body={"settings": settings, "mappings": mappings})


def _put(connection: Connection, index: str, documents: Iterable[dict[str, Any]]) -> int:
    """Writes documents; returns how many there were."""
    # What makes the documents may belong to this thread (the archive does), so only the calls go to others.
    count = 0
    waiting: deque[Future[int]] = deque()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        # Not "create": a call whose answer came too late is made again, and finds its own documents there.
        rows = ({"_op_type": "index", "_index": index, **row} for row in documents)
        while some := list(itertools.islice(rows, _ROWS_A_CALL)):
            waiting.append(pool.submit(_call, connection, some))
            while len(waiting) > 2 * _AT_ONCE:
                count += waiting.popleft().result()
        count += sum(one.result() for one in waiting)
    return count


def _call(connection: Connection, rows: list[dict[str, Any]]) -> int:
    from opensearchpy.helpers import BulkIndexError, bulk

    with connection.asking() as client:
        try:
            return int(
                bulk(client, rows, chunk_size=_ROWS_A_CALL, max_chunk_bytes=_BYTES_A_CALL, max_retries=_TRIES)[0]
            )
        except BulkIndexError as error:
            raise BuildError(f"the new build was not published: {_first_reason(error.errors)}") from error


def _first_reason(errors: list[Any]) -> str:
    one: Any = next(iter(errors[0].values()), {}) if errors and isinstance(errors[0], dict) else {}
    said = one.get("error", {})
    reason = said.get("reason", said) if isinstance(said, dict) else said
    return f"the cluster did not take {one.get('_id', 'a document')}: {str(reason)[:300]}"


def _put_files(connection: Connection, index: str, folder: Path) -> dict[str, Any]:
    """Writes the files of a folder in pieces; returns what they are."""
    fields = {
        "file": {"type": "keyword", "index": False, "doc_values": False},
        "data": {"type": "binary"},
    }
    _create(connection, index, {"dynamic": "strict", "properties": fields}, 1)
    found = {}
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        packed = zlib.compress(content, 6)
        pieces = [packed[at : at + _CHUNK] for at in range(0, len(packed), _CHUNK)]
        found[path.name] = {
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "pieces": len(pieces),
        }
        rows = (
            {"_id": f"{path.name}.{number}", "file": path.name, "data": base64.b64encode(piece).decode()}
            for number, piece in enumerate(pieces)
        )
        _put(connection, index, rows)
    return found


def _finish(connection: Connection, index: str) -> None:
    """Makes everything visible, and copies it where there is more than one node."""
    every = f"{index},{index}-articles,{index}-tables"
    with connection.asking() as client:
        client.indices.refresh(index=every)
        client.indices.put_settings(
            index=every, body={"index": {"auto_expand_replicas": "0-1", "refresh_interval": "1h"}}
        )
    status, end = "", time.monotonic() + _WAIT
    while status != "green" and time.monotonic() < end:
        with connection.asking() as client:
            status = client.cluster.health(index=every)["status"]
        time.sleep(0 if status == "green" else _PAUSE)
    if status != "green":
        raise BuildError(
            f"the new build was not published: not all of its copies were made in {_WAIT:g} s (the cluster says "
            f"{status}); look after its disks and nodes"
        )


def _check(
    connection: Connection, index: str, manifest: Manifest, expected: tuple[int, int] | None, sample: list[Entry]
) -> None:
    with connection.asking() as client:
        quotations = client.count(index=index)["count"]
        articles = client.count(index=f"{index}-articles")["count"]
    wanted = expected or (manifest.articles, manifest.quotations)
    if (articles, quotations) != wanted:
        raise BuildError(
            f"the new build holds {articles} articles and {quotations} quotations, and should hold {wanted[0]} and "
            f"{wanted[1]}; it was not published"
        )
    for entry in sample:
        if not finds(connection, index, entry):
            raise BuildError(
                f"the new build does not find quotation {entry.id} of article {entry.article_id} by its own words; it "
                "was not published"
            )


def faults_of(connection: Connection, build: ClusterBuild) -> Iterator[str]:
    """What is wrong with a build: documents that are missing, files that are not what was published."""
    manifest = build.manifest
    for index, wanted in ((build.index, manifest.quotations), (build.articles, manifest.articles)):
        with connection.asking() as client:
            count = client.count(index=index)["count"]
        if count != wanted:
            yield f"{index}: holds {count:,} documents, and should hold {wanted:,}; type: saywho rebuild"
    with tempfile.TemporaryDirectory() as folder:
        try:
            fetch_files(connection, build, Path(folder))
        except ClusterError as error:
            yield str(error)


def finds(connection: Connection, index: str, entry: Entry) -> bool:
    """Whether an index has this entry, unchanged, and finds it by its own words."""
    opening = next(iter(spelled(entry.text)), [])[:_OPENING]
    said: list[dict[str, Any]] = [{"match_phrase": {"quote_exact": " ".join(opening)}}] if opening else []
    query = {"bool": {"filter": [{"term": {"id": plain(entry.id)}}, *said]}}
    answer = connection.search(index, {"query": query, "_source": ["entry"], "size": 2})
    hits = answer["hits"]["hits"]
    return len(hits) == 1 and unpacked(hits[0]["_source"]["entry"].encode()) == entry


class _Sample:
    """Ten random entries of a stream of unknown length (Vitter 1985, algorithm R)."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._random = random.Random()  # noqa: S311 a sample, not a secret

    def see(self, entry: Entry, number: int) -> None:
        if number < _SAMPLED:
            self.entries.append(entry)
        elif (place := self._random.randint(0, number)) < _SAMPLED:
            self.entries[place] = entry
