"""Runs a history on the real worker and the real database, and judges what came of it."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.integration.uploader.histories.drawing import History
from tests.integration.uploader.histories.stormy import Broken, Edges, Opening, StormyTarget, Weather
from tests.integration.uploader.publishing_rig import Rig
from tests.support.platform import Crash
from wellspring_common.testing.clock import FrozenClock
from wellspring_uploader.domain.states import ENDED
from wellspring_uploader.ports.turns import FenceLostError
from wellspring_uploader.ports.uploads import OutrunError
from wellspring_uploader.publishing.worker import Worker

HOUR = timedelta(hours=1)
LONGEST = timedelta(days=25)
QUIET = timedelta(hours=3)
"""So long nothing more may happen at the end: doubts last an hour."""
_ENDED = {state.value for state in ENDED}
_EMPTY = (
    "truncate uploads.targets, uploads.schedules, uploads.uploads, uploads.ledger, uploads.steps, "
    "uploads.media_files, uploads.outbox, catalog.titles cascade"
)


@dataclass(frozen=True)
class Ledger:
    """What came of histories."""

    histories: int = 0
    films: int = 0
    published: int = 0
    faults: int = 0
    deaths: int = 0
    passed: int = 0

    def __add__(self, other: "Ledger") -> "Ledger":
        return Ledger(*(mine + theirs for mine, theirs in zip(self._all(), other._all(), strict=True)))

    def _all(self) -> Sequence[int]:
        return tuple(vars(self).values())

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in vars(self).items()) + " lost=0 twice=0"


class Run:
    """One history under way."""

    def __init__(
        self, history: History, database: Any, admin: Any, folder: Path, kind: type[StormyTarget]
    ) -> None:
        self.history = history
        self.clock = FrozenClock()
        self.weather = Weather(
            self.clock,
            lag=timedelta(seconds=history.lag_s),
            videos_per_day=history.videos_per_day,
            encodes_for=timedelta(seconds=history.encodes_s),
            mishaps=history.mishaps,
            judged=dict(history.verdicts),
        )
        self.rig = Rig(database, admin, self.clock, folder, kind(self.weather))
        self.edges = Edges(self.rig.uploads, history.deaths)
        self.rig.uploads = self.edges  # type: ignore[assignment]
        opening = Opening(self.weather, kind, history.makes_by_sending)
        self.rig.opening = opening  # type: ignore[assignment]
        self.deaths = 0

    async def whole(self, longest: timedelta = LONGEST) -> Ledger:
        """Let everything happen, and judge. Raises `Broken`."""
        rig = self.rig
        await rig.admin.execute(_EMPTY)
        await rig.add_target(limits="custom", custom_limits={})
        for number, episodes in enumerate(self.history.episodes):
            await rig.schedule(await rig.add_series(f"Show {number}", episodes=episodes))
        end = self.clock.now() + longest
        worker = await rig.worker()
        quiet_since = None
        while quiet_since is None or self.clock.now() - quiet_since < QUIET:
            if self.clock.now() > end:
                raise Broken(f"no end: {await rig.rows('u.state', 'u.error_code', 'u.waits_for')}")
            worker = await self._on(worker)
            await rig.admin.execute("update uploads.targets set state = 'ready' where state <> 'ready'")
            is_over = set(await rig.states()) <= _ENDED and not self.weather.drafts
            quiet_since = (quiet_since or self.clock.now()) if is_over else None
        await self.judge()
        out = len(self.weather.published)
        films = sum(self.history.episodes)
        faults = sum(self.weather.excuses.values()) + sum(self.weather.refusals.values())
        return Ledger(1, films, out, faults, self.deaths, films - out)

    async def _on(self, worker: Worker) -> Worker:
        """Let the worker go on for a while. Whoever dies is followed by another, and may yet move."""
        try:
            await self.rig.run_for(worker, 3 * HOUR)
        except Crash:
            self.deaths += 1
            # A death between asking and answering is a film that has to be looked for: that may be a try.
            self.weather.excuses[self.weather.about] += 1
        else:
            return worker
        follower, made = await self.rig.worker(), len(self.weather.made)
        with suppress(FenceLostError, OutrunError, Crash):
            await worker.step()  # as a paused process that wakes up
        if len(self.weather.made) > made and not self.history.makes_by_sending:
            raise Broken("who lost its turn has made a video")
        return follower

    async def judge(self) -> None:
        """Hold what came of it against what is promised."""
        await self._published_once_in_order()
        await self._rows_are_true()
        await self._nobody_was_charged_for_a_full_day()

    async def _published_once_in_order(self) -> None:
        out = [title for call, title in self.weather.log if call == "publish"]
        if twice := [title for title, times in Counter(out).items() if times > 1]:
            raise Broken(f"published twice: {twice}")
        if self.weather.drafts:
            raise Broken(f"drafts are left: {self.weather.drafts}")
        wanted = [
            f"Show {series} - Episode {number + 1}"
            for series, episodes in enumerate(self.history.episodes)
            for number in range(episodes)
        ]
        if out != [title for title in wanted if title in out]:
            raise Broken(f"out of order: {out}")
        starts = [at for (at,) in await self.rig.rows("u.started_at") if at is not None]
        if any(later - earlier < HOUR - self.rig.rules.on_time for earlier, later in pairwise(starts)):
            raise Broken(f"too soon after each other: {starts}")

    async def _rows_are_true(self) -> None:
        rig = self.rig
        there = {video.video_id: video for video in self.weather.published}
        rows = await rig.admin.fetch("select * from uploads.uploads")
        events = await rig.admin.fetch("select subject, payload from uploads.outbox order by id")
        for row in rows:
            is_out = row["state"] in {"live", "rejected"}
            title = row["video_title"]
            if is_out != (row["video_id"] in there) or (is_out and there[row["video_id"]].title != title):
                raise Broken(f"{title} is {row['state']} as {row['video_id']}, the platform has {there}")
            kept = await rig.admin.fetchval(
                "select count(*) from uploads.ledger where episode_id = $1 and published_at is not null",
                row["episode_id"],
            )
            if kept != int(is_out):
                raise Broken(f"{title} is {kept} times in the ledger")
            self._said(row, [each for each in events if str(row["id"]) in str(each["payload"])])

    def _said(self, row: Any, events: Sequence[Any]) -> None:
        ends = [each["subject"].removeprefix("upload.") for each in events if "failed" not in each["subject"]]
        wanted = {"live": ["completed"], "rejected": ["completed", "skipped"]}.get(row["state"], ["skipped"])
        # A film that was given up and is published after all has said both, in this order.
        if ends[-len(wanted) :] != wanted or ends.count("completed") != wanted.count("completed"):
            raise Broken(f"{row['video_title']} is {row['state']} and said {ends}")
        told = [each for each in self.rig.told if each.upload_id == row["id"]]
        if row["id"] in self.edges.untold or not told:
            return
        last = told[-1]
        seen = (last.state.value, last.tries, last.bytes_sent, last.reason)
        stored = (row["state"], row["tries"], self._shown(row), row["error_code"])
        if last.seq == row["seq"] and seen != stored:
            raise Broken(f"the last that was told is {seen}, the row {stored}")
        if last.seq > row["seq"] or [each.seq for each in told] != sorted(each.seq for each in told):
            raise Broken(f"{row['video_title']} counted {[each.seq for each in told]}, row {row['seq']}")

    def _shown(self, row: Any) -> int:
        return int(row["size_bytes"] if row["state"] in {"live", "rejected"} else row["bytes_sent"])

    async def _nobody_was_charged_for_a_full_day(self) -> None:
        for title, tries in await self.rig.rows("u.video_title", "u.tries"):
            if tries > self.weather.excuses[title]:
                raise Broken(f"{title} had {tries} tries for {self.weather.excuses[title]} failures")


async def run(
    history: History,
    rig: Rig,
    database: Any,
    kind: type[StormyTarget] = StormyTarget,
    longest: timedelta = LONGEST,
) -> Ledger:
    """Run one history. Raises `Broken`, or whatever the worker raised."""
    return await Run(history, database, rig.admin, rig.folder, kind).whole(longest)


async def least(history: History, fails: Any) -> History:
    """Return the smallest history that still fails."""
    found = True
    while found:
        found = False
        for smaller in history.smaller():
            if await fails(smaller):
                history, found = smaller, True
                break
    return history
