"""Archives -> the articles in them: what is taken, what ids it gets, and archives that are made to do harm."""

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from index.readers import archives as archives_module
from index.records import Article, Failure
from tests.reading import TEXT, a_page, articles, failure, items, write

Files = Mapping[str, bytes | str]
Packer = Callable[[Files], bytes]


def content(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, value in files.items():
            archive.writestr(name, content(value))
    return out.getvalue()


def tarred(files: Files, format: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for name, value in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content(value))
            archive.addfile(info, io.BytesIO(content(value)))
    return out.getvalue()


PACKERS: dict[str, Packer] = {
    "news.zip": zipped,
    "stored.zip": lambda files: zipped(files, zipfile.ZIP_STORED),
    "bzip2.zip": lambda files: zipped(files, zipfile.ZIP_BZIP2),
    "lzma.zip": lambda files: zipped(files, zipfile.ZIP_LZMA),
    "news.tar": tarred,
    "gnu.tar": lambda files: tarred(files, tarfile.GNU_FORMAT),
    "news.tar.gz": lambda files: gzip.compress(tarred(files)),
    "news.tgz": lambda files: gzip.compress(tarred(files)),
    "news.tar.bz2": lambda files: bz2.compress(tarred(files)),
    "news.tar.xz": lambda files: lzma.compress(tarred(files)),
}
FILES: Files = {
    "a.txt": TEXT,
    "Gazette/2020-01-05/b.txt": TEXT,
    "c.jsonl": json.dumps({"text": TEXT, "id": "c-1"}),
    "d.csv.gz": gzip.compress(f"text,title\n{TEXT},T\n".encode()),
    "page.html": a_page(),
    "README.md": "about",
    ".hidden/e.txt": TEXT,
    "__MACOSX/._a.txt": b"\0\0",
    "picture.png": b"\x89PNG",
}


@pytest.mark.parametrize("name", PACKERS)
def test_what_is_in_an_archive_is_read_as_from_a_folder(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, PACKERS[name](FILES))
    for sources in ([path], [tmp_path]):
        found = articles(*sources)
        stem = name.split(".")[0]
        assert [a.id for a in found] == [
            f"{stem}/a", f"{stem}/Gazette/2020-01-05/b", "c-1", f"{stem}/d:2", f"{stem}/page",
        ]  # fmt: skip
    assert found[0].text == TEXT
    assert (found[1].date, found[1].date_basis, found[1].source) == ("2020-01-05", "folder", "Gazette")
    assert found[3].origin == f"{path}/d.csv.gz:2"


@pytest.mark.parametrize("name", PACKERS)
def test_from_a_pipe(name: str) -> None:
    found = articles("-", stdin=io.BytesIO(PACKERS[name]({"a.txt": TEXT})))
    assert [(a.id, a.text) for a in found] == [("a", TEXT)]


@pytest.mark.parametrize(
    ("ending", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), ("", gzip.compress)]
)
def test_single_files_are_packed_in_many_ways(tmp_path: Path, ending: str, pack: Callable[[bytes], bytes]) -> None:
    path = write(tmp_path / f"a.txt{ending}", pack(TEXT.encode()))
    assert [(a.id, a.text) for a in articles(path)] == [("a", TEXT)]


def test_several_streams_in_one_file_are_one_text(tmp_path: Path) -> None:
    for name, pack in (("a.txt.gz", gzip.compress), ("b.txt.bz2", bz2.compress), ("c.txt.xz", lzma.compress)):
        path = write(tmp_path / name, pack(b"One. ") + pack(b"Two."))
        assert articles(path)[0].text == "One. Two."
    padded = lzma.compress(b"One. ") + bytes(8) + lzma.compress(b"Two.")
    assert articles(write(tmp_path / "c.txt.xz", padded))[0].text == "One. Two."


def test_archives_within_archives_down_to_a_limit(tmp_path: Path) -> None:
    data = zipped({"a.txt": TEXT})
    for number in range(2):
        data = zipped({f"in{number}.zip": data, f"b{number}.txt": TEXT})
    path = write(tmp_path / "out.zip", data)
    assert [a.id for a in articles(path)] == ["out/in1/in0/a", "out/in1/b0", "out/b1"]
    bad, *good = items(path, limits={"depth": 2})
    assert isinstance(bad, Failure)
    assert bad.origin == f"{path}/in1.zip/in0.zip"
    assert "packed more than 2 times" in bad.reason
    assert len(good) == 2


def test_gzip_in_gzip(tmp_path: Path) -> None:
    data = TEXT.encode()
    for _ in range(3):
        data = gzip.compress(data)
    assert articles(write(tmp_path / "a.txt.gz", data))[0].text == TEXT
    assert (
        "packed more than 3 times, gzip within others"
        in failure(write(tmp_path / "b.txt.gz", gzip.compress(data))).reason
    )


def test_a_quine_that_holds_itself_for_ever_ends(tmp_path: Path) -> None:
    data = TEXT.encode()
    for _ in range(200):
        data = gzip.compress(data)
    assert "packed more than 3 times" in failure(write(tmp_path / "a.gz", data)).reason


# --- made to do harm ---


@pytest.mark.parametrize(
    "name", ["../../etc/a.txt", "/etc/a.txt", "in/../../a.txt", "..\\..\\a.txt", "C:\\a.txt", "\\\\host\\share\\a.txt"]
)
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_lead_out_are_not_read(tmp_path: Path, pack: Packer, name: str) -> None:
    bad, good = items(write(tmp_path / "news.archive", pack({name: "secret", "b.txt": TEXT})))
    assert isinstance(bad, Failure)
    assert "leads out of the archive" in bad.reason
    assert isinstance(good, Article)
    assert [p.name for p in tmp_path.rglob("*")] == ["news.archive"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_not_followed(tmp_path: Path, kind: bytes) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    reason = failure(write(tmp_path / "a.tar", out.getvalue())).reason
    assert "is a link, not a file" in reason or "is a device, not a file" in reason


def test_a_zips_link_is_not_followed(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.txt")
    info.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "is a link, not a file" in failure(write(tmp_path / "a.zip", out.getvalue())).reason


def zeros_zipped(size: int) -> bytes:
    """A zip with one member of so many zeros, without making them all at once."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.jsonl", "w") as member:
        for _ in range(size >> 20):
            member.write(bytes(1 << 20))
    return out.getvalue()


def test_a_bomb_in_a_zip_is_given_up_and_the_rest_goes_on(tmp_path: Path) -> None:
    out = io.BytesIO(zeros_zipped(64 << 20))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("b.txt", TEXT)
    started = time.monotonic()
    bad, good = items(write(tmp_path / "a.zip", out.getvalue()), limits={"article": "1MB", "ratio": 200})
    assert isinstance(bad, Failure)
    assert bad.origin.endswith("a.zip/a.jsonl")
    assert isinstance(good, Article)
    assert time.monotonic() - started < 20


def test_a_claim_of_ten_gigabytes_costs_no_more_than_the_limit(tmp_path: Path) -> None:
    # 10 GB of zeros are 10 MB in a zip; what is read of them is what the limit allows.
    data = bytearray(zeros_zipped(32 << 20))
    for at in (data.index(b"PK\x01\x02") + 24, 22):
        struct.pack_into("<I", data, at, 0xFFFFFFF0)
    started = time.monotonic()
    assert isinstance(items(write(tmp_path / "a.zip", bytes(data)), limits={"article": "1MB"})[0], Failure)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_bomb_of_lines_is_given_up(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(b'{"text": "a"}\n' * 200_000)
    *_, bad = items(write(tmp_path / "a.jsonl", bomb), limits={"article": "100kB", "ratio": 20})
    assert isinstance(bad, Failure)
    assert "unpacks to more than 20 times its size, as a bomb does" in bad.reason


def test_a_bomb_of_bombs_is_given_up_as_a_whole(tmp_path: Path) -> None:
    inner = zeros_zipped(8 << 20)
    path = write(tmp_path / "a.zip", zipped({f"{n}.zip": inner for n in range(200)}))
    found = items(path, limits={"article": "1MB", "ratio": 50})
    assert all(isinstance(f, Failure) for f in found)
    assert len(found) < 200
    assert "as a bomb does" in getattr(found[-1], "reason", "")


def test_the_sum_of_what_comes_out_is_limited(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", zipped({f"{n}.txt": TEXT * 1000 for n in range(20)}))
    *good, bad = items(path, limits={"unpacked": "300kB", "ratio": 0})
    assert len(good) == 6
    assert isinstance(bad, Failure)
    assert "unpacks to more than 300 kB" in bad.reason


def test_the_number_of_files_is_limited(tmp_path: Path) -> None:
    files = {f"{n}.txt": TEXT for n in range(20)}
    assert (
        "holds more than 10 files" in failure(write(tmp_path / "a.zip", zipped(files)), limits={"members": 10}).reason
    )
    *good, bad = items(write(tmp_path / "a.tar", tarred(files)), limits={"members": 10})
    assert len(good) == 10
    assert "holds more than 10 files" in getattr(bad, "reason", "")


def test_a_header_of_gigabytes_is_not_read_into_memory(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 8 << 30
    data = info.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20)
    assert "a header of 8,589,934,592 bytes" in failure(write(tmp_path / "a.tar", data)).reason


def test_a_sparse_file_of_nothing_is_not_read(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.txt")
    info.pax_headers = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.size": str(1 << 50),
        "GNU.sparse.map": "0,0",
    }
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info)
    assert "sparse" in failure(write(tmp_path / "a.tar", out.getvalue())).reason


def test_xz_that_asks_for_gigabytes_of_memory(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 16 << 20}]
    data = bytearray(lzma.compress(TEXT.encode(), filters=filters))
    at = data.index(b"\x21\x01") + 2
    data[at] = 39  # 3 GB
    header = data[12 : at + 4]
    data[12 : 12 + len(header)] = header
    size = (data[12] + 1) * 4
    struct.pack_into("<I", data, 12 + size - 4, zlib.crc32(bytes(data[12 : 12 + size - 4])))
    assert "damaged" in failure(write(tmp_path / "a.txt.xz", bytes(data))).reason


# --- broken ---


def test_an_encrypted_member_is_set_aside(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": TEXT, "b.txt": TEXT}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    bad, good = items(write(tmp_path / "a.zip", bytes(data)))
    assert "is encrypted" in getattr(bad, "reason", "")
    assert isinstance(good, Article)


def test_a_member_with_a_wrong_checksum_is_set_aside(tmp_path: Path) -> None:
    data = zipped({"a.txt": "Anything.", "b.txt": TEXT}, zipfile.ZIP_STORED).replace(b"Anything.", b"Somethin.", 1)
    bad, good = items(write(tmp_path / "a.zip", data))
    assert "is damaged in its archive (Bad CRC-32" in getattr(bad, "reason", "")
    assert isinstance(good, Article)


def test_a_method_that_nobody_has_is_set_aside(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": TEXT, "b.txt": TEXT}))
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 10, 99)
    bad, good = items(write(tmp_path / "a.zip", bytes(data)))
    assert "cannot be unpacked" in getattr(bad, "reason", "")
    assert isinstance(good, Article)


MANY: Files = {f"{n}.txt": f"{TEXT} {n} " * 50 for n in range(20)}


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.zip", zipped(MANY)[:-10], "damaged or cut short"),
        ("a.zip", zipped(MANY)[: len(zipped(MANY)) // 2], "damaged or cut short"),
        ("a.zip", b"PK\x03\x04" + bytes(100), "damaged or cut short"),
        ("a.zip", b"PK\x05\x06" + b"\xff" * 18, "damaged or cut short"),
        ("a.zip", zipped({"picture.png": "x"}), "holds no articles"),
        ("a.zip", zipped({}), "holds no articles"),
        ("a.tar", tarred({}), "holds no articles"),
        ("a.tar", b"x" * 2000, "is a tar file that is damaged"),
        ("a.tar.gz", gzip.compress(tarred(MANY), mtime=0)[:100], "cut short"),
        ("a.tar.xz", lzma.compress(tarred(MANY))[:-20], "cut short"),
        ("a.tar.bz2", bz2.compress(tarred(MANY))[:-20], "cut short"),
        ("a.txt.bz2", b"BZh9" + b"x" * 100, "damaged"),
        ("a.txt.xz", b"\xfd7zXZ\0" + b"x" * 100, "damaged"),
        ("a.txt.xz", b"not packed", "ends in .xz but is no xz file"),
        ("a.txt.bz2", b"not packed", "ends in .bz2 but is no bzip2 file"),
        ("a.txt.xz", lzma.compress(b""), "is empty"),
        ("a.zip", b"", "is empty"),
    ],
)  # fmt: skip
def test_a_damaged_archive_is_a_failure_and_the_rest_goes_on(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    *_, bad, good = items(write(tmp_path / name, data), write(tmp_path / "z.txt", TEXT))
    assert isinstance(bad, Failure)
    assert says in bad.reason
    assert isinstance(good, Article)


@pytest.mark.parametrize("cut", [1, 512, 1024, 3000, 10_000])
def test_a_cut_tar_says_so_and_keeps_what_came_before(tmp_path: Path, cut: int) -> None:
    whole = tarred(MANY)
    end = len(whole.rstrip(b"\0"))
    *good, bad = items(write(tmp_path / "a.tar", whole[: end - cut]))
    assert good
    assert isinstance(bad, Failure)
    assert "cut short" in bad.reason


def test_nothing_is_written_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for forbidden in ("extract", "extractall"):
        monkeypatch.setattr(zipfile.ZipFile, forbidden, None)
        monkeypatch.setattr(tarfile.TarFile, forbidden, None)
    assert archives_module.kind_of(b"PK\x03\x04") == "zip"
    assert len(articles(write(tmp_path / "a.zip", zipped(MANY)))) == 20
