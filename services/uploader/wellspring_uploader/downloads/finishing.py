"""A film that is whole: looked at, named, and found again after a kill in between."""

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path

from wellspring_common.errors import Permanent, Transient

from ..adapters.downloads_disk import MediaFolder, PartFile, sha256_of
from ..adapters.ffmpeg import Ffmpeg
from ..adapters.media import MediaFiles
from ..domain.downloads_ends import MOST_BAD, NotAFilm
from ..domain.downloads_names import file_of, folder_of
from ..domain.downloads_part import Finish, Part
from ..domain.media_facts import SHORTEST_STREAM, MediaFacts, lines_of
from .course import Course


@dataclass(frozen=True)
class Finisher:
    """Turns a whole part into a film with a name."""

    folder: MediaFolder
    ffmpeg: Ffmpeg
    media: MediaFiles

    async def finish(self, course: Course, sound: PartFile) -> Finish:
        """Look at the whole file, give it its name, and return what it is. Raises `NotAFilm`."""
        folder, job = self.folder, course.job
        path = folder.part(job.id)
        is_stream = course.part.kind == "stream"
        await course.settle()
        await course.keep(course.part)
        try:
            if is_stream:
                course.room_for(course.file.size + sound.size)
                packed = folder.part(job.id, "packed")
                await self.ffmpeg.pack(path, folder.part(job.id, "sound") if sound.size else None, packed)
                path = packed
            facts = await self.ffmpeg.read(path)
            _mind_length(facts, course.part)
        except NotAFilm:
            link = course.part.link
            bad = (*course.part.bad, *([link] if link is not None else []))[-MOST_BAD * 4 :]
            course.part = course.part.afresh(bad=bad)
            await course.file.cut(0)
            await sound.cut(0)
            raise
        digest = (await sha256_of(path)).hex() if is_stream else course.file.hexdigest()
        size = (await asyncio.to_thread(path.stat)).st_size
        finish = await self._named(course, facts, digest, size)
        await course.keep(course.part.model_copy(update={"finish": finish}))
        await folder.adopt(path, finish.path)
        return finish

    async def _named(self, course: Course, facts: MediaFacts, digest: str, size: int) -> Finish:
        job = course.job
        assert job.slug is not None and job.season is not None and job.number is not None  # noqa: S101, PT018
        quality = course.part.quality or lines_of(facts.height, facts.width)
        for ordinal in range(1, 100):
            path = file_of(
                folder=folder_of(job.slug, job.title_id),
                season=job.season,
                number=job.number,
                quality=quality,
                container=facts.container,
                ordinal=ordinal,
            )
            known = await self.media.at(path)
            is_there = await asyncio.to_thread(self.folder.path(path).exists)
            ours = known is not None and known.episode_id == job.episode_id and known.origin == "downloaded"
            if ours or (known is None and not is_there):
                return Finish(
                    path=path,
                    sha256=digest,
                    size=size,
                    duration_s=facts.duration_s,
                    container=facts.container,
                    quality=quality,
                )
        raise Permanent("There are a hundred files of that name already.", code="no_name")

    async def finished_before(self, course: Course) -> Finish | None:
        """Return the file that a run before was about to name, where it has its name."""
        finish = course.part.finish
        if finish is None:
            return None
        path: Path = self.folder.path(finish.path)
        with contextlib.suppress(Transient):  # it has no such name yet
            if (await sha256_of(path)).hex() == finish.sha256:
                return finish
        course.part = course.part.model_copy(update={"finish": None})
        if course.file.size < course.part.done:
            course.part = course.part.afresh()
        return None


def _mind_length(facts: MediaFacts, part: Part) -> None:
    """Raise `NotAFilm` where segments hold far less than their playlist says: a server sends empty ones."""
    told = 0.0 if part.segments is None else part.segments.seconds
    if facts.duration_s < SHORTEST_STREAM * told:
        raise NotAFilm(f"Its segments hold {facts.duration_s:.0f} of {told:.0f} seconds.")
