"""Fetching one file by ranges: from where it stands, and never bytes of another film."""

import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence

from wellspring_common.errors import Permanent, Transient
from wellspring_common.fetch.answers import is_challenge
from wellspring_common.fetch.media import sniff
from wellspring_common.fetch.page import Probe
from wellspring_common.fetch.streams import Stream
from wellspring_common.fetch.wire import FIRST_BYTES, whole_size

from ..domain.downloads_choice import Candidate
from ..domain.downloads_ends import OtherFile
from ..domain.downloads_part import Sample, content_range, local_ranges, matches, sampled_ranges, strong
from .course import Course
from .opening import Opener

SMALLEST = 16 * 1024
"""In bytes: what is smaller is a notice, whatever it says it is."""


async def fetch_file(link: Candidate, course: Course, opener: Opener) -> None:
    """Bring the file of a link into the part until it is whole.

    What is there already is gone on with where the link leads to the same file. Raises `OtherFile` where it
    does not, `Transient` and `Permanent` for what the link's server did.
    """
    part = course.part
    if part.has_begun:
        if part.kind != "file" or not await _is_same(link, course, opener):
            raise OtherFile(f"{link.server} has another file than the one that has begun.")
        taken_over = part.model_copy(
            update={"link": link.key, "server": link.server, "quality": part.quality or link.quality}
        )
        if part.link != link.key:
            taken_over = taken_over.model_copy(update={"validator": None})
        course.part = taken_over
    else:
        await course.file.cut(0)
        course.part = part.afresh(link=link.key, server=link.server, quality=link.quality)
        course.total = None
        if link.may_be_asked_twice:
            await _look_first(link, course, opener)
    if course.part.size is not None:
        course.room_for(course.part.size - course.file.size)
    await _take_rest(link, course, opener)


async def _look_first(link: Candidate, course: Course, opener: Opener) -> None:
    """Remember what the file is like at its beginning, middle and end, before any of it is believed."""
    async with opener.open(link.url, _ranged(link, range(sampled_ranges(1 << 40)[0].stop))) as stream:
        told = content_range(stream.headers.get("content-range", ""))
        if stream.status != 206 or told is None or told[0] != 0:  # noqa: PLR2004  (an HTTP status)
            return  # no ranges here: it comes as a whole or not at all
        first = await _read(stream, told[1] + 1)
        _vet(link, stream, first, told[2])
    size = told[2]
    validator = strong(stream.headers.get("etag"))
    ranges = sampled_ranges(size)
    samples = await _samples(link, opener, ranges, size)
    if samples is None:
        return
    course.total = size
    course.part = course.part.model_copy(
        update={"size": size, "validator": validator, "samples": tuple(samples)}
    )


async def _is_same(link: Candidate, course: Course, opener: Opener) -> bool:
    """Return whether a link leads to the file that has begun. One that can't show it comes as a whole."""
    part, file = course.part, course.file
    if part.link == link.key and part.validator is not None:
        return True  # the server itself says whether it changed
    if part.size is None:
        return False
    if not link.may_be_asked_twice:
        return False
    here = []
    for wanted in local_ranges(part.done):
        data = await file.read(wanted.start, len(wanted))
        here.append(Sample(at=wanted.start, length=len(data), sha256=hashlib.sha256(data).hexdigest()))
    known = {(one.at, one.length): one for one in (*here, *part.samples)}
    ranges = [range(at, at + length) for at, length in sorted(known)]
    found = await _samples(link, opener, ranges, part.size)
    return found is None or matches([*here, *part.samples], found)


async def _samples(
    link: Candidate, opener: Opener, ranges: Sequence[range], size: int
) -> list[Sample] | None:
    """Return samples of a link's file, or nothing where its server knows no ranges. Raises `OtherFile`."""
    found = []
    for wanted in ranges:
        async with opener.open(link.url, _ranged(link, wanted)) as stream:
            if stream.status != 206:  # noqa: PLR2004  (an HTTP status)
                return None
            told = content_range(stream.headers.get("content-range", ""))
            if told != (wanted.start, wanted.stop - 1, size):
                raise OtherFile(f"{link.server} has a file of another size.")
            data = await _read(stream, len(wanted))
        if len(data) != len(wanted):
            raise Transient(f"{link.server} sent less than it said.", code="connect")
        digest = hashlib.sha256(data).hexdigest()
        found.append(Sample(at=wanted.start, length=len(wanted), sha256=digest))
    return found


async def _take_rest(link: Candidate, course: Course, opener: Opener) -> None:
    part, have = course.part, course.file.size
    if part.size is not None and have == part.size:
        return
    headers = {**link.headers, "Range": f"bytes={have}-"}
    if have and part.validator is not None and part.link == link.key:
        headers["If-Range"] = part.validator
    async with opener.open(link.url, headers) as stream:
        size = whole_size(stream.status, stream.headers)
        told = content_range(stream.headers.get("content-range", ""))
        is_rest = stream.status == 206  # noqa: PLR2004  (an HTTP status)
        if is_rest and (told is None or told[0] != have):
            raise Transient(f"{link.server} sent another range than was asked for.", code="garbage")
        if have and size != part.size:
            raise OtherFile(f"{link.server} has a file of another size.")
        if not have and part.size is not None and size is not None and size != part.size:
            raise OtherFile(f"{link.server} changed its file.")
        if size is not None:
            course.total = size
            course.part = part.model_copy(update={"size": size})
            course.room_for(size - have)
        await _pour(link, course, stream, at=have if is_rest else 0)


async def _pour(link: Candidate, course: Course, stream: Stream, *, at: int) -> None:
    """Take a body that begins at `at`. What is there already has to be the same, and is not written again."""
    file, size = course.file, course.part.size
    async for piece in _vetted(link, stream, size) if at == 0 else stream.chunks():
        fresh = piece
        if at < file.size:
            known = await file.read(at, min(len(piece), file.size - at))
            if piece[: len(known)] != known:
                raise OtherFile(f"{link.server} has another file than the one that has begun.")
            fresh = piece[len(known) :]
        at += len(piece)
        if size is not None and at > size:
            raise Transient(f"{link.server} sent more than it said.", code="garbage")
        if fresh:
            await course.add(fresh)
        if course.is_checkpoint_due:
            await _store(course)
        await course.tell()
    if size is not None and file.size < size:
        raise Transient(f"{link.server} stopped after {file.size} of {size} bytes.", code="connect")
    course.part = course.part.model_copy(update={"size": file.size})
    course.total = file.size


async def _store(course: Course) -> None:
    done = await course.file.sync()
    await course.keep(course.part.model_copy(update={"done": done}))


async def _vetted(link: Candidate, stream: Stream, size: int | None) -> AsyncGenerator[bytes]:
    """Give a body piece by piece once its beginning is that of a film."""
    start, is_vetted = b"", False
    async for chunk in stream.chunks():
        if is_vetted:
            yield chunk
            continue
        start += chunk
        if len(start) >= FIRST_BYTES:
            _vet(link, stream, start, size)
            is_vetted = True
            yield start
    if not is_vetted:
        _vet(link, stream, start, size)
        yield start


def _vet(link: Candidate, stream: Stream, start: bytes, size: int | None) -> None:
    """Raise `Permanent` unless this is the beginning of a film."""
    probe = Probe(
        link.url,
        stream.url,
        stream.status,
        content_type=stream.headers.get("content-type", "").split(";", 1)[0].strip().lower(),
        size=size,
        first_bytes=start[:FIRST_BYTES],
        challenge=is_challenge(stream.status, stream.headers, start),
        hops=() if stream.url == link.url else (stream.url,),
    )
    verdict = sniff(probe, smallest=SMALLEST, expected_size=link.size_bytes)
    if not verdict.ok:
        raise Permanent(f"{link.server} has no film there: {verdict.reason}.", code=verdict.reason)


def _ranged(link: Candidate, wanted: range) -> Mapping[str, str]:
    return {**link.headers, "Range": f"bytes={wanted.start}-{wanted.stop - 1}"}


async def _read(stream: Stream, length: int) -> bytes:
    """Return the beginning of a body: no more than was asked for, however much comes."""
    found = bytearray()
    async for chunk in stream.chunks():
        found += chunk
        if len(found) >= length:
            break
    return bytes(found[:length])
