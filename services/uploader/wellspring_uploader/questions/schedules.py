"""The answers about schedules and uploads."""

from collections.abc import Mapping
from dataclasses import dataclass

from wellspring_common.bus.port import Reply
from wellspring_common.clock import Clock
from wellspring_common.errors import Permanent
from wellspring_common.events.permissions import ASK_UPLOADER
from wellspring_common.uploading import (
    AskPresence,
    ChangeSchedule,
    DecideUpload,
    Done,
    Present,
    Preview,
    Question,
    Removed,
    Scheduled,
    ScheduleRef,
    ScheduleSeries,
    Slot,
)

from ..adapters.decisions import PostgresDecisions
from ..adapters.schedules import Gathered, PostgresSchedules
from ..domain.calendar import Turn
from ..domain.preflight import FileFacts, problems
from ..domain.scheduling import Candidate
from ..domain.templates import longest_title, plain, video_title
from ..ports.uploads import Files, Stored
from .answering import answering


@dataclass(frozen=True)
class Schedules:
    """Answers what people wish of schedules."""

    schedules: PostgresSchedules
    decisions: PostgresDecisions
    files: Files
    clock: Clock

    def replies(self) -> Mapping[str, Reply]:
        """Return the table of questions."""
        return {
            f"{ASK_UPLOADER}.{Question.SCHEDULE}": answering(ScheduleSeries, self.schedule),
            f"{ASK_UPLOADER}.{Question.DRY_RUN}": answering(ScheduleSeries, self.dry_run),
            f"{ASK_UPLOADER}.{Question.REMOVE}": answering(ScheduleRef, self.remove),
            f"{ASK_UPLOADER}.{Question.CHANGE}": answering(ChangeSchedule, self.change),
            f"{ASK_UPLOADER}.{Question.DECIDE}": answering(DecideUpload, self.decide),
            f"{ASK_UPLOADER}.{Question.PRESENCE}": answering(AskPresence, self.presence),
        }

    async def presence(self, _: AskPresence) -> Present:
        """Say that the scheduler runs: it starts and ends with this process."""
        return Present()

    async def schedule(self, wish: ScheduleSeries) -> Scheduled:
        """Put a series on a schedule."""
        return await self.schedules.schedule(wish, now=self.clock.now())

    async def remove(self, ref: ScheduleRef) -> Removed:
        """Take off what waits or failed."""
        return await self.decisions.remove(ref, now=self.clock.now())

    async def change(self, wish: ChangeSchedule) -> Done:
        """Pause, resume or move a series."""
        await self.decisions.change(wish, now=self.clock.now())
        return Done()

    async def decide(self, wish: DecideUpload) -> Done:
        """Decide about one upload."""
        return Done(state=await self.decisions.decide(wish, now=self.clock.now()))

    async def dry_run(self, wish: ScheduleSeries) -> Preview:
        """Say what a schedule would do, and what speaks against each episode."""
        found, turns = await self.schedules.preview(wish, now=self.clock.now())
        slots = [
            await self._slot(found, one, turn, wish) for one, turn in zip(found.episodes, turns, strict=True)
        ]
        missing = any("not_downloaded" in slot.problems for slot in slots)
        nothing = not any(one.is_open for one in found.episodes)
        whole = ["not_downloaded"] * missing + ["no_episodes"] * (not slots)
        return Preview(
            slots=tuple(slots), problems=(*whole, *(["nothing_to_do"] if nothing and slots else []))
        )

    async def _slot(self, found: Gathered, one: Candidate, turn: Turn | None, wish: ScheduleSeries) -> Slot:
        wrong: list[str] = []
        title = ""
        try:
            most = longest_title(found.channel.kind)
            title = video_title(found.choices.title_template, found.series.facts(one), most=most)
        except Permanent as error:
            wrong.append(error.code)
        if one.is_out:
            wrong.append("already_published")
        elif one.is_here:
            wrong += await self._of_file(found, one)
        elif not wish.download_first:
            wrong.append("not_downloaded")
        return Slot(
            episode_id=one.episode_id,
            season=one.season,
            number=plain(one.number),
            video_title=title,
            planned_at=None if turn is None else turn.planned_at,
            waits_for=None if turn is None else turn.waits_for.value,
            problems=tuple(wrong),
        )

    async def _of_file(self, found: Gathered, one: Candidate) -> list[str]:
        stored = Stored(
            media_file_id=one.media_file_id or 0,
            path=one.path or "",
            size_bytes=one.size_bytes or 0,
            duration_s=one.duration_s or 0.0,
            sha256=one.sha256 or b"",
        )
        facts: FileFacts = await self.files.look(stored)
        return [problem.code for problem in problems(facts, found.channel.limits)]
