"""A build is checked before anything of it is opened."""

import json
from pathlib import Path

import pytest

from index.errors import IndexDamagedError, NotPublishedError, SchemaVersionError
from index.manifest import MANIFEST, check, publish, published, write_manifest
from index.schema import SCHEMA_VERSION

ID = "20200304T050607000000Z-0123abcd"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "builds" / ID
    (made / "deep").mkdir(parents=True)
    (made / "small").write_bytes(b"words")
    (made / "deep" / "large").write_bytes(b"x" * 200_000)
    write_manifest(
        made, id=ID, published="2020-03-04T05:06:07+00:00", extractor="e", articles=1, quotations=2, revision=3
    )
    return made


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


def test_a_cut_file_is_found(folder: Path) -> None:
    (folder / "small").write_bytes(b"word")
    with pytest.raises(IndexDamagedError, match="small"):
        check(folder)


def test_a_missing_file_is_found(folder: Path) -> None:
    (folder / "small").unlink()
    with pytest.raises(IndexDamagedError, match="small: is missing; type: saywho rebuild"):
        check(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"schema_version": %d}' % SCHEMA_VERSION, b"\xff\xfe"])
def test_a_damaged_manifest_is_named(folder: Path, content: bytes) -> None:
    (folder / MANIFEST).write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"manifest\.json: is damaged"):
        check(folder)


def test_another_schema_version_asks_for_a_rebuild(folder: Path) -> None:
    row = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps({**row, "schema_version": 99}))
    with pytest.raises(SchemaVersionError, match="schema version 99.*saywho rebuild"):
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
