"""Files of every format, damaged at random: articles and failures come out, and nothing else ever does."""

import bz2
import gzip
import io
import json
import lzma
import os
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from index.records import Article, Failure, LeftOut
from tests.reading import TEXT, a_page, articles, items, write
from tests.test_index_readers_archives import tarred, zipped
from tests.test_index_readers_feed import atom, content, rss
from tests.test_index_readers_warc import record


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"id": ["1", "2"], "text": [TEXT, "Two."], "date": ["2020-01-05", None]}), out)
    return out.getvalue()


MANY = {"a.txt": TEXT, "b.jsonl": json.dumps({"text": TEXT}), "c.csv": f"text,id\n{TEXT},7\n"}
FILES: dict[str, bytes] = {
    "a.txt": f"Title: T\nDate: 2020-01-05\n\n{TEXT}".encode(),
    "a.jsonl": "".join(json.dumps({"id": n, "text": TEXT, "date": "2020-01-05"}) + "\n" for n in range(3)).encode(),
    "a.csv": f'id,text,date\n1,"{TEXT}\n\nMore.",2020-01-05\n2,{TEXT},\n'.encode(),
    "a.parquet": parquet(),
    "a.html": a_page().encode(),
    "a.rss": rss(*(f"<guid>{n}</guid><title>T</title>{content()}" for n in range(2))).encode(),
    "a.atom": atom("<id>7</id><content type='html'>&lt;p&gt;One.&lt;/p&gt;</content>").encode(),
    "a.warc": record() + record(url="https://gazette.example/2"),
    "b.warc.gz": gzip.compress(record(), mtime=0) + gzip.compress(record(), mtime=0),
    "a.zip": zipped(MANY),
    "a.tar": tarred(MANY),
    "a.tar.gz": gzip.compress(tarred(MANY), mtime=0),
    "a.txt.bz2": bz2.compress(TEXT.encode()),
    "a.txt.xz": lzma.compress(TEXT.encode()),
}


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, taken out, doubled, or the end cut off."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(out)) if out else 0
        match chance.randrange(5):
            case 0:
                out[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del out[at : at + chance.choice((1, 4, 100))]
            case 2:
                out[at:at] = out[at : at + chance.choice((1, 4, 100))]
            case 3:
                out[at : at + 4] = chance.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"9999"))
            case _:
                del out[at:]
    return bytes(out)


@pytest.mark.parametrize("name", FILES)
def test_the_whole_file_is_read(tmp_path: Path, name: str) -> None:
    assert articles(write(tmp_path / name, FILES[name]), pages=False)


@pytest.mark.parametrize("name", FILES)
def test_damage_gives_articles_and_failures(tmp_path: Path, name: str) -> None:
    chance = random.Random(name)
    for _ in range(TRIES):
        data = damaged(FILES[name], chance)
        for item in items(write(tmp_path / name, data), pages=False, limits={"article": "1MB", "page": "1MB"}):
            assert isinstance(item, Article | Failure | LeftOut)
            if isinstance(item, Failure):
                assert item.reason.isprintable()
                assert "its reader failed" not in item.reason


TRIES = int(os.environ.get("SAYWHO_DAMAGED", "25"))
"""Damaged files of each format; 2000 take minutes."""
