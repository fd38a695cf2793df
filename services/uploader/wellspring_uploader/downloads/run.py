"""One download from its claim to its file, over as many links as it takes."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from wellspring_common import metrics
from wellspring_common.errors import Permanent, WellspringError

from ..adapters.downloads import Job
from ..adapters.downloads_disk import PartFile
from ..domain.downloads_ends import EPISODE_GONE, MOST_BAD, NotAFilm, end_of
from ..domain.downloads_part import Finish, Part
from .course import ClaimLost, Course, Ground
from .finishing import Finisher
from .walk import Walk

GIVE_BACK_S = 3.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Runner:
    """Runs downloads."""

    ground: Ground
    walk: Walk
    finisher: Finisher

    async def run(self, job: Job) -> None:
        """Bring a file, or write down what follows from not having brought it."""
        if not job.is_there:
            now = self.ground.clock.now()
            detail = "The episode is not in the library any more."
            await self.ground.downloads.drop(job, code=EPISODE_GONE, detail=detail, now=now)
            metrics.DOWNLOADS.labels("cancelled").inc()
            return
        try:
            async with self._course(job) as (course, sound):
                await self._held(course, sound)
        except asyncio.CancelledError:
            await self._give_back(job, job.part)
            raise
        except WellspringError as error:
            await self._ended(job, job.part, error, progressed=False)

    @asynccontextmanager
    async def _course(self, job: Job) -> AsyncGenerator[tuple[Course, PartFile]]:
        folder = self.ground.folder
        keep = job.part.done
        sound_keep = 0 if job.part.segments is None else job.part.segments.sound_bytes
        async with (
            _opened(folder.part(job.id), keep=keep) as file,
            _opened(folder.part(job.id, "sound"), keep=sound_keep) as sound,
        ):
            course = Course(self.ground, job, file, sound)
            if job.part.finish is None and (file.size < keep or sound.size < sound_keep):
                course.part = job.part.afresh()  # somebody has deleted it
            yield course, sound

    async def _held(self, course: Course, sound: PartFile) -> None:
        """Work, and leave to the next one what there is when this process ends."""
        try:
            await self._worked(course, sound)
        except asyncio.CancelledError:
            with contextlib.suppress(WellspringError, TimeoutError):
                async with asyncio.timeout(GIVE_BACK_S):
                    await course.settle()
                    await self._give_back(course.job, course.part)
            raise

    async def _worked(self, course: Course, sound: PartFile) -> None:
        job = course.job
        try:
            finish = await self.finisher.finished_before(course)
            if finish is None:
                await self.walk.bring(course, sound)
                finish = await self.finisher.finish(course, sound)
            await self._done(course, finish)
        except ClaimLost:
            log.info("download.left", download_id=str(job.id), episode_id=job.episode_id)
        except Exception as error:  # whatever fails, the row says so
            if not isinstance(error, WellspringError):
                log.error("download.crashed", download_id=str(job.id), exc_info=error)
            with contextlib.suppress(WellspringError, OSError):
                await course.settle()
            await self._ended(job, course.part, error, progressed=course.came > 0)
            await course.tell("failed", code=getattr(error, "code", "bug"))

    async def _done(self, course: Course, finish: Finish) -> None:
        folder, job = self.ground.folder, course.job
        mtime = (await asyncio.to_thread(folder.path(finish.path).stat)).st_mtime_ns
        file_id = await self.ground.downloads.succeed(job, finish, mtime_ns=mtime, now=course.now())
        if file_id is None:
            raise ClaimLost
        await folder.forget(job.id)
        course.total = finish.size
        metrics.DOWNLOADS.labels("succeeded").inc()
        await course.tell("succeeded", done=finish.size)
        log.info(
            "download.completed",
            download_id=str(job.id),
            episode_id=job.episode_id,
            path=finish.path,
            size_bytes=finish.size,
            duration_s=finish.duration_s,
        )

    async def _give_back(self, job: Job, part: Part) -> None:
        """Leave a download to the next one. Where it has ended or was given back, nothing changes."""
        with contextlib.suppress(WellspringError, TimeoutError):
            async with asyncio.timeout(GIVE_BACK_S):
                await self.ground.downloads.give_back(job, part, now=self.ground.clock.now())

    async def _ended(self, job: Job, part: Part, error: Exception, *, progressed: bool) -> None:
        now = self.ground.clock.now()
        waited = now - (part.waiting_since or now)
        attempts = job.attempts
        if isinstance(error, NotAFilm):
            progressed = False
            if len(part.bad) >= MOST_BAD and not isinstance(error, Permanent):
                error = Permanent(error.message, code=error.code)
        if progressed:
            part = part.model_copy(update={"waits": 0, "waiting_since": None})
        end = end_of(error, attempts=attempts, progressed=progressed, waits=part.waits, waited=waited)
        try:
            if end.again_after is None:
                if await self.ground.downloads.fail(job, end, now=now):
                    metrics.DOWNLOADS.labels("failed").inc()
                    log.warning("download.failed", download_id=str(job.id), code=end.code, reason=end.detail)
            else:
                await self.ground.downloads.postpone(job, part, end, now=now)
                wait_s = end.again_after.total_seconds()
                log.info(
                    "download.postponed",
                    download_id=str(job.id),
                    code=end.code,
                    reason=end.detail,
                    wait_s=wait_s,
                )
        except WellspringError as away:
            # The claim ends by itself, and whoever takes it then goes on from the last checkpoint.
            log.warning("download.unsettled", download_id=str(job.id), reason=away.message)


@asynccontextmanager
async def _opened(path: Path, *, keep: int) -> AsyncGenerator[PartFile]:
    file = await PartFile.open(path, keep=keep)
    try:
        yield file
    finally:
        await asyncio.to_thread(file.close)
