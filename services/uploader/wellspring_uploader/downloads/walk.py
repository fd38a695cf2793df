"""From link to link until a film is whole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from wellspring_common import metrics
from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.tunables import Tunables

from ..adapters.downloads_disk import PartFile
from ..domain.downloads_choice import Candidate, LinkKey, Wanted, in_order, usable
from ..domain.downloads_ends import (
    DISK_FULL,
    MOST_RESTARTS,
    NO_SOURCES,
    UNCOUNTED,
    NoLinks,
    NotAFilm,
    OtherFile,
)
from ..domain.downloads_part import Part
from .course import Course, Ground
from .files import fetch_file
from .opening import Opener
from .segments import fetch_segments

MOST_CUTS = 50
"""So often one link may break off in a run and be gone on with."""
ENOUGH_TO_WAIT = 4
"""A quarter of a film is worth waiting for links that lead to the same one."""
_OURS = UNCOUNTED | {DISK_FULL, "dependency_down"}
"""What is no link's fault."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Walk:
    """Fetches a film from the best link there is, and from the next one where that breaks."""

    ground: Ground
    opener: Opener
    tunables: Callable[[], Tunables]

    async def bring(self, course: Course, sound: PartFile) -> None:
        """Go from link to link until the part is whole. Raises what the last one did, or `NoLinks`."""
        refused: set[LinkKey] = {(one[0], one[1]) for one in course.part.bad}
        others: list[Candidate] = []
        cuts = 0
        last: WellspringError | None = None
        while not _is_whole(course.part, course.file):
            links = await self._links(course, refused)
            if not links:
                if not self._may_begin_again(course.part, others):
                    raise self._nothing_left(course, others, last)
                await self._begin_again(course, sound)
                refused -= {one.key for one in others}
                others.clear()
                continue
            link = links[0]
            before = course.came
            try:
                await self._fetch(link, course, sound)
            except OtherFile as error:
                others.append(link)
                refused.add(link.key)
                metrics.DOWNLOAD_LINKS.labels("other_file").inc()
                log.info("download.link_refused", **_named(course, link), reason=error.message)
            except (Transient, Permanent) as error:
                if isinstance(error, NotAFilm) or error.code in _OURS:
                    raise
                last = error
                await course.settle()
                metrics.DOWNLOAD_LINKS.labels("broke").inc()
                log.info("download.link_broke", **_named(course, link), code=error.code, came=course.came)
                cuts += 1
                if course.came == before or isinstance(error, Permanent) or cuts > MOST_CUTS:
                    refused.add(link.key)

    async def _fetch(self, link: Candidate, course: Course, sound: PartFile) -> None:
        log.info("download.link_opened", **_named(course, link), at=course.file.size)
        if link.is_stream:
            await fetch_segments(link, course, self.opener, sound)
        else:
            await fetch_file(link, course, self.opener)
            await course.file.sync()
        metrics.DOWNLOAD_LINKS.labels("served").inc()

    async def _links(self, course: Course, refused: set[LinkKey]) -> list[Candidate]:
        tunables = self.tunables()
        part, job = course.part, course.job
        trust = timedelta(minutes=2 * tunables.probe_interval_minutes)
        links = await self.ground.downloads.links(job.episode_id)
        wanted = Wanted(
            job.quality,
            tunables.preferred_servers,
            part.link if part.has_begun else None,
            part.quality,
        )
        return in_order(usable(links, now=course.now(), trust=trust, refused=refused), wanted)

    def _may_begin_again(self, part: Part, others: list[Candidate]) -> bool:
        if not others or part.restarts >= MOST_RESTARTS:
            return False
        is_much = part.size is not None and part.done * ENOUGH_TO_WAIT >= part.size
        return part.asked_for_same or not is_much

    async def _begin_again(self, course: Course, sound: PartFile) -> None:
        log.info("download.begun_again", download_id=str(course.job.id), lost=course.file.size)
        await course.file.cut(0)
        await sound.cut(0)
        await course.keep(course.part.afresh(restarts=course.part.restarts + 1, asked_for_same=False))

    def _nothing_left(
        self, course: Course, others: list[Candidate], last: WellspringError | None
    ) -> WellspringError:
        if not course.job.has_sources:
            return Permanent("The episode has no source that links could come from.", code=NO_SOURCES)
        if others:
            course.part = course.part.model_copy(update={"asked_for_same": True})
            if course.part.restarts >= MOST_RESTARTS:
                return Transient("Every link leads to another file.", code=OtherFile.code)
        if isinstance(last, Transient):
            return last
        why = "" if last is None else f" The last one: {last.message}"
        return NoLinks(f"No link of the episode works.{why}")


def _is_whole(part: Part, file: PartFile) -> bool:
    if part.kind == "stream":
        return part.segments is not None and part.segments.is_whole and file.size == part.done
    return part.size is not None and file.size == part.size and part.size > 0


def _named(course: Course, link: Candidate) -> dict[str, object]:
    return {
        "download_id": str(course.job.id),
        "episode_id": course.job.episode_id,
        "link_id": link.link_id,
        "server": link.server,
    }
