"""One source's bytes -> its articles: fetched or opened, unpacked as often as needed, given to the format's reader."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from index.errors import ReadError
from index.readers import archives
from index.readers.base import Options, Place
from index.readers.clues import outlet_of
from index.readers.registry import chosen, container_of, endings_of
from index.readers.sources import Found, ending_of, open_found
from index.readers.streams import HEAD, looked_into, shown
from index.readers.unpacking import PACKED, Budget, Counted, name_of, packing_of, unpacked
from index.records import Article, Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """What is being read: the source itself, or something packed in it."""

    named: str
    """Its file's name, for the ending; empty for standard input."""
    place: Place
    wanted: str
    options: Options
    budget: Budget
    depth: int = 0
    media_type: str = ""


def articles_of(item: Found, wanted: str, options: Options, stdin: BinaryIO | None) -> Iterator[Article | Failure]:
    """The articles of one source, and a Failure for each that could not be read.

    Raises ReadError where all of it, or the rest, could not be; OSError, EOFError and zlib.error as streams do.
    """
    if item.url is not None:
        yield from _fetched(item.url, item.place, wanted, options)
        return
    with open_found(item, stdin) as raw:
        budget = Budget(options.limits, packed=item.size)
        file = _File(named=item.named, place=item.place, wanted=wanted, options=options, budget=budget)
        yield from _articles(raw, file)


def _fetched(url: str, place: Place, wanted: str, options: Options) -> Iterator[Article | Failure]:
    from index.readers.fetching import FetchError, NotModifiedError, fetch
    from index.readers.robots import permitted

    ask, memory = permitted(options.limits, allow_private=options.allow_private), options.memory
    try:
        answer = fetch(
            url,
            limits=options.limits,
            allow_private=options.allow_private,
            permitted=ask,
            conditions=memory.conditions() if memory else None,
        )
    except NotModifiedError:
        if memory:
            memory.unmodified()
        return
    except FetchError as error:
        if memory and error.after is not None:
            memory.later(error.after)
        raise
    if memory:
        memory.answered(answer.etag, answer.modified)
    with answer.body as body:
        size = body.seek(0, io.SEEK_END)
        body.seek(0)
        there = Place(
            origin=place.origin,
            name=place.name,
            folders=place.folders,
            url=answer.url,
            charset=answer.charset,
        )
        file = _File(
            named=PurePosixPath(answer.url.partition("?")[0].partition("#")[0]).name,
            place=there,
            wanted=wanted,
            options=options,
            budget=Budget(options.limits, packed=size),
            media_type=answer.media_type or "unknown",
        )
        yield from _articles(body, file)


def _articles(raw: BinaryIO, file: _File) -> Iterator[Article | Failure]:
    head, stream = looked_into(raw)
    named, depth, budget = file.named, file.depth, file.budget
    while (kind := packing_of(head)) is not None:
        depth = _deeper(depth, f"{name_of(kind)} within", file.options)
        if depth == 1 and not budget.packed:
            # A pipe: how much is packed is known only as it comes in.
            stream = cast(BinaryIO, io.BufferedReader(Counted(stream, budget, packed=True), 1 << 16))
        head, stream = looked_into(unpacked(stream, kind, budget))
        named = _without_packing(named)
    if named == file.named and head and (claimed := _packing_claimed(named)):
        raise ReadError(f"ends in {claimed} but is no {name_of(claimed[1:])} file; rename it, or pack it again")
    if not head:
        raise ReadError(f"{'is empty' if file.named else 'nothing came in'}; there is no article to read")
    if (container := container_of(named, head)) is not None:
        depth = _deeper(depth, "an archive within", file.options)
        yield from _members(container, stream, file, depth)
        return
    encoding = file.options.encoding or file.place.charset
    reader = chosen(file.wanted, named, head[:HEAD], encoding, file.media_type)
    yield from reader.read(stream, file.place, file.options)


def _deeper(depth: int, what: str, options: Options) -> int:
    if depth >= options.limits.depth:
        raise ReadError(
            f"is packed more than {options.limits.depth} times, {what} others; unpack it yourself, or raise the limit: "
            "--limit-of depth=N"
        )
    return depth + 1


def _packing_claimed(named: str) -> str | None:
    return next((ending for ending in PACKED if named.lower().endswith(ending)), None)


def _without_packing(named: str) -> str:
    claimed = _packing_claimed(named)
    return named[: -len(claimed)] if claimed else named


def _members(kind: str, stream: BinaryIO, file: _File, depth: int) -> Iterator[Article | Failure]:
    endings = endings_of(file.wanted)

    def wanted(name: str) -> bool:
        return bool(ending_of(Path(name), endings))

    for member in archives.members(kind, stream, file.options, file.budget, wanted):
        place = _place_of(member.name, file.place, endings)
        if member.stream is None:
            yield Failure(origin=place.origin, reason=member.problem or "cannot be read")
            continue
        inner = _File(
            named=PurePosixPath(member.name).name,
            place=place,
            wanted=file.wanted,
            options=file.options,
            budget=member.budget or file.budget,
            depth=depth,
        )
        yield from _guarded(member.stream, inner, file.budget)


def _guarded(stream: BinaryIO, file: _File, whole: Budget) -> Iterator[Article | Failure]:
    """The member's articles; what breaks it is its own Failure, and the next one goes on."""
    try:
        with contextlib.closing(stream):
            yield from _articles(stream, file)
    except ReadError as error:
        if whole.spent:  # then nothing that follows can be read either
            raise
        yield Failure(origin=file.place.origin, reason=str(error))
    except Exception as error:
        yield Failure(origin=file.place.origin, reason=archives.trouble(error))


def _place_of(name: str, outer: Place, endings: tuple[str, ...]) -> Place:
    """Where a member stands: below its archive, as if that were a folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    inner = path.as_posix().removesuffix(ending_of(Path(path), endings))
    folders = path.parent.parts
    own = outer.name.rsplit("/", 1)[-1]
    return Place(
        origin=f"{outer.origin}/{shown(path.as_posix(), 300)}",
        name=f"{outer.name}/{inner}".lstrip("/"),
        folders=(*outer.folders, *([own] if own else []), *folders),
        outlet=outlet_of(folders) or outer.outlet,
    )
