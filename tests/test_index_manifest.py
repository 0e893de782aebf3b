"""A build is checked before anything of it is opened."""

import json
import os
import shutil
from pathlib import Path

import pytest

from index import manifest as manifests
from index.errors import IndexDamagedError, NotPublishedError, SchemaVersionError
from index.manifest import (
    MANIFEST,
    FileDigest,
    check,
    faults,
    publish,
    published,
    read_manifest,
    write_manifest,
)
from index.schema import SCHEMA_VERSION

ID = "20200304T050607000000Z-0123abcd"
LONG_AGO = (1_600_000_000, 1_600_000_000)
VALUES = {"published": "2020-03-04T05:06:07+00:00", "extractor": "e", "articles": 1, "quotations": 2, "revision": 3}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "builds" / ID
    (made / "deep").mkdir(parents=True)
    (made / "small").write_bytes(b"words")
    (made / "deep" / "large").write_bytes(b"x" * 200_000)
    write_manifest(made, id=ID, **VALUES)
    return made


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are hashed from here on."""
    names: list[str] = []
    real = manifests._digest

    def digest(path: Path) -> FileDigest:
        names.append(path.name)
        return real(path)

    monkeypatch.setattr(manifests, "_digest", digest)
    return names


def test_a_sound_build_gives_its_manifest(folder: Path) -> None:
    manifest = check(folder)
    assert (manifest.id, manifest.quotations, sorted(manifest.files)) == (ID, 2, ["deep/large", "small"])


def test_it_is_checked_again_after_it_was_found_sound(folder: Path) -> None:
    assert check(folder) == check(folder)


@pytest.mark.parametrize("name", ["small", "deep/large"])
@pytest.mark.parametrize("checked_before", [False, True])
def test_a_flipped_bit_is_found(folder: Path, name: str, checked_before: bool) -> None:
    if checked_before:
        check(folder)
    content = bytearray((folder / name).read_bytes())
    content[3] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(IndexDamagedError, match=f"{name}: is not the file that was built .*saywho rebuild"):
        check(folder)


def test_a_large_file_is_hashed_once(folder: Path, hashed: list[str]) -> None:
    os.utime(folder / "deep" / "large", LONG_AGO)
    check(folder)
    check(folder)
    assert hashed == ["large", "small", "small"]


def test_a_file_that_has_just_changed_is_hashed_again(folder: Path, hashed: list[str]) -> None:
    os.utime(folder / "deep" / "large")
    check(folder)
    check(folder)
    assert hashed == ["large", "small"] * 2


def test_another_link_to_a_file_does_not_change_it(folder: Path, tmp_path: Path, hashed: list[str]) -> None:
    os.utime(folder / "deep" / "large", LONG_AGO)
    check(folder)
    (tmp_path / "link").hardlink_to(folder / "deep" / "large")
    check(folder)
    (tmp_path / "link").unlink()
    check(folder)
    assert hashed.count("large") == 1


def test_what_is_linked_to_an_earlier_build_keeps_its_digest(folder: Path, tmp_path: Path, hashed: list[str]) -> None:
    other = tmp_path / "builds" / "other"
    (other / "deep").mkdir(parents=True)
    (other / "deep" / "large").hardlink_to(folder / "deep" / "large")
    (other / "small").write_bytes(b"verbs")
    made = write_manifest(other, earlier=folder, id=ID, **VALUES)
    assert hashed == ["small"]
    assert made.files["deep/large"] == read_manifest(folder).files["deep/large"]
    assert faults(other, made) == []


def test_a_copy_is_hashed_though_its_name_and_size_are_known(folder: Path, tmp_path: Path, hashed: list[str]) -> None:
    other = tmp_path / "builds" / "other"
    shutil.copytree(folder, other)
    (other / "deep" / "large").write_bytes(b"y" * 200_000)
    made = write_manifest(other, earlier=folder, id=ID, **VALUES)
    assert hashed == ["large", "small"]
    assert made.files["deep/large"] != read_manifest(folder).files["deep/large"]


def test_every_fault_is_named(folder: Path) -> None:
    (folder / "small").unlink()
    (folder / "deep" / "large").write_bytes(b"x" * 200_001)
    (folder / "stranger").write_bytes(b"")
    assert faults(folder, read_manifest(folder)) == [
        f"{folder / 'deep' / 'large'}: is not the file that was built (damaged?)",
        f"{folder / 'small'}: is missing",
        f"{folder / 'stranger'}: is no part of the build",
    ]


def test_a_cut_file_is_found(folder: Path) -> None:
    (folder / "small").write_bytes(b"word")
    with pytest.raises(IndexDamagedError, match="small"):
        check(folder)


def test_a_missing_file_is_found(folder: Path) -> None:
    (folder / "small").unlink()
    with pytest.raises(IndexDamagedError, match="small: is missing; type: saywho rebuild"):
        check(folder)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"schema_version": %d}' % SCHEMA_VERSION, b"\xff\xfe", b'{"schema_version": "3"}'],
)
def test_a_damaged_manifest_is_named(folder: Path, content: bytes) -> None:
    (folder / MANIFEST).write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"manifest\.json: is damaged"):
        check(folder)


@pytest.mark.parametrize(
    ("version", "remedy"), [(1, "; type: saywho rebuild"), (99, "; use the newer saywho that wrote it, or type: .*")]
)
def test_another_schema_version_asks_for_a_rebuild(folder: Path, version: int, remedy: str) -> None:
    row = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps({**row, "schema_version": version}))
    with pytest.raises(SchemaVersionError, match=f"schema version {version}, and .* reads version [0-9]+{remedy}"):
        check(folder)


def test_a_build_in_a_folder_without_rights_to_write_is_still_checked(folder: Path) -> None:
    check(folder)
    (folder / "checked.json").write_text("{}")
    assert check(folder).id == ID


def test_published_follows_the_pointer(folder: Path) -> None:
    publish(folder.parent, ID)
    assert published(folder.parent) == folder


def test_nothing_published_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotPublishedError, match="nothing is indexed here yet; type: saywho index"):
        published(tmp_path / "builds")


@pytest.mark.parametrize("name", ["../../etc", "20200101T000000000000Z-00000000", "", "\N{SNOWMAN}"])
def test_a_pointer_to_nowhere_is_not_followed(folder: Path, name: str) -> None:
    (folder.parent / "published").write_text(name, encoding="utf-8")
    with pytest.raises(IndexDamagedError, match="published"):
        published(folder.parent)
