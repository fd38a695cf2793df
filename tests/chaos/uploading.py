"""An uploader's process that is killed at a chosen point of its talk with a platform, and what came of it."""

import asyncio
import base64
import hashlib
import json
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tests.chaos.upload_points import UPLOAD_HOSTS, Point
from tests.contract.targets.grounds import AnyGround
from tests.integration.uploader.publishing_rig import Rig
from tests.support.gateway import eventually
from wellspring_common.clock import SystemClock
from wellspring_common.fetch.guard import Guard
from wellspring_common.postgres import Database
from wellspring_common.uploading import SaveTarget
from wellspring_demo.domain.platforms.boxes import tiny_film
from wellspring_uploader.adapters.credentials import load_seal
from wellspring_uploader.adapters.targets import PostgresTargets
from wellspring_uploader.targets.registry import Registry
from wellspring_uploader.targets.settings import CredentialSettings

KEY = base64.b64encode(b"k" * 32).decode()
SIZE = 600_000
OTHERS = ("Lost", "Left out", "Taken off")
_END_OF: Mapping[str, str | None] = {
    "live": "upload.completed",
    **dict.fromkeys(("skipped", "needs_fix", "rejected"), "upload.skipped"),
    "removed": None,
}
"""What was said last of an upload that came to an end."""
QUICK = {
    "WELLSPRING_UPLOADER_UPLOAD_POLL_S": "0.2",
    "WELLSPRING_UPLOADER_RETRY_AFTER_S": "[0.2, 0.2, 0.2]",
    "WELLSPRING_UPLOADER_CONFIRM_OVER_S": "1.5",
    "WELLSPRING_UPLOADER_LOOK_FIRST_S": "0.3",
    "WELLSPRING_UPLOADER_PROGRESS_EVERY_S": "0.05",
}


@dataclass
class Uploaded:
    """The books of a run: what the platform holds, against what was wished."""

    kills: int = 0
    films: int = 0
    published: int = 0
    twice: int = 0
    drafts: int = 0
    out_of_order: int = 0
    bearers_on_upload_hosts: int = 0
    requests: int = 0
    points: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in vars(self).items() if name != "points")


@dataclass
class Killing:
    """One platform, one schedule, and processes that serve it one after the other."""

    rig: Rig
    ground: AnyGround
    environment: Mapping[str, str]
    log: Path
    database: Database
    books: Uploaded = field(default_factory=Uploaded)
    twin_id: int | None = None

    async def prepare(self, *, episodes: int) -> None:
        """Store the target with its credentials, and put a series on its schedule."""
        self.rig.target_id = await self._saved("demo")
        series = await self.rig.add_series("Tides", episodes=episodes)
        for number, episode_id in enumerate(series.episode_ids):
            content = tiny_film(20 + number, SIZE + number)
            (self.rig.folder / f"{episode_id}.mp4").write_bytes(content)
            await self.rig.admin.execute(
                "update uploads.media_files set size_bytes = $2, sha256 = $3, duration_s = $4 "
                "where episode_id = $1",
                episode_id,
                len(content),
                hashlib.sha256(content).digest(),
                float(20 + number),
            )
        await self.rig.schedule(series)
        self.books.films = episodes
        await self._others()

    async def _saved(self, name: str) -> int:
        targets = PostgresTargets(
            self.database,
            Registry(Guard(frozenset(self.ground.world.hosts))),
            load_seal(CredentialSettings(credentials_key=SecretStr(KEY)), None),
        )
        wish = SaveTarget(
            name=name,
            kind=self.ground.kind,
            settings={**self.ground.settings, "limits": "custom", "custom_limits": {}},
            secrets={name: SecretStr(value) for name, value in self.ground.secrets.items()},
            interval_s=1,
            asked_by="anna",
        )
        return await targets.save(wish)

    async def add_twin(self) -> None:
        """Add a second target for the same channel, with a film, once the first is known to be it."""
        known = "select identity from uploads.targets where id = $1"
        if self.twin_id is not None or not await self.rig.admin.fetchval(known, self.rig.target_id):
            return
        self.twin_id = await self._saved("twin")
        await self.rig.schedule(await self.rig.add_series("Twin", episodes=1), target_id=self.twin_id)

    async def _others(self) -> None:
        """Schedule what does not go out: a film that is lost, one that a person skips, one taken off."""
        lost, skipped, removed = [await self.rig.add_series(name, episodes=1) for name in OTHERS]
        for series in (lost, skipped, removed):
            await self.rig.schedule(series)
        (self.rig.folder / f"{lost.episode_ids[0]}.mp4").unlink()
        of_skipped = "select id from uploads.uploads where title_id = $1"
        await self.rig.decide(await self.rig.admin.fetchval(of_skipped, skipped.title_id), "skip")
        await self.rig.remove(removed.title_id)

    async def kill_at(self, point: Point) -> None:
        """Let a process come to a point, and kill it there."""
        faults = self.ground.world.faults
        point.fault(self.ground)
        process = await self._start()
        try:
            await eventually(lambda: _now(list(faults)), lambda left: not left)
            # What comes after the deed is held back: a moment for the deed itself.
            await asyncio.sleep(0.05)
            assert process.returncode is None, "it ended by itself"
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()
            faults.clear()
        self.books.kills += 1
        self.books.points[point.name] += 1

    async def to_the_end(self) -> None:
        """Let a last process bring everything out, and stop in good order."""
        process = await self._start()
        try:
            await eventually(self.states, lambda states: set(states) <= set(_END_OF), patience_s=120)
            if self.twin_id is not None:
                await eventually(self.twin, lambda twin: twin[0] != "ready")
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 30) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def states(self) -> list[str]:
        """Return the states of the first target's uploads, in the order of its queue."""
        rows = await self.rig.rows("u.target_id", "u.state")
        return [state for target_id, state in rows if target_id == self.rig.target_id]

    async def twin(self) -> tuple[str, str, str]:
        """Return the state of the second target, why, and the state of its film."""
        row = await self.rig.admin.fetchrow(
            "select t.state, split_part(t.state_reason, ':', 1) as because, u.state as of_film "
            "from uploads.targets as t join uploads.uploads as u on u.target_id = t.id where t.id = $1",
            self.twin_id,
        )
        return row["state"], row["because"], row["of_film"]

    async def count(self) -> Uploaded:
        """Read the platform's books and its log of requests."""
        books, seen = self.books, self.ground.videos()
        out = Counter(video.title for video in seen if video.is_public)
        books.published = len(out)
        books.twice = sum(times - 1 for times in out.values())
        books.drafts = sum(not video.is_public for video in seen)
        told = await self.rig.rows("u.video_title", "u.published_at")
        moments = [at for _, at in told if at is not None]
        books.out_of_order = sum(later < earlier for earlier, later in pairwise(moments))
        entries = self.ground.world.log.entries()
        books.requests = len(entries)
        books.bearers_on_upload_hosts = sum(
            one.target in UPLOAD_HOSTS and one.authorization is not None for one in entries
        )
        return books

    async def untrue_ends(self) -> list[tuple[Any, ...]]:
        """Return the uploads whose last fact does not say what their row says."""
        rows = await self.rig.admin.fetch(
            "select * from uploads.uploads where target_id = $1 order by id", self.rig.target_id
        )
        kept = await self.rig.admin.fetch("select subject, payload from uploads.outbox order by id")
        facts = [(row["subject"], json.loads(row["payload"])) for row in kept]
        found = []
        for row in rows:
            own = [(name, said) for name, said in facts if said.get("upload_id") == str(row["id"])]
            wanted, names = _END_OF[row["state"]], [name for name, _ in own]
            if wanted is None:
                is_true = not {"upload.completed", "upload.skipped"} & set(names)
            else:
                is_true = bool(own) and own[-1][0] == wanted and _says(own[-1][1], row)
                is_true = is_true and names.count(wanted) == 1
            if not is_true:
                found.append((row["state"], row["error_code"], names))
        return found

    async def _start(self) -> asyncio.subprocess.Process:
        with self.log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "wellspring_uploader",
                env={**self.environment, **QUICK, "WELLSPRING_UPLOADER_CREDENTIALS_KEY": KEY},
                stdout=output,
                stderr=output,
            )


def _says(said: Mapping[str, Any], row: Any) -> bool:
    if row["state"] == "live":
        return bool(said["video_id"] == row["video_id"])
    return (said["state"], said["code"], said["tries"]) == (row["state"], row["error_code"], row["tries"])


async def _now(found: Any) -> Any:
    return found


def clock() -> Any:
    """Return the machine's clock, for a rig whose uploader is a process."""
    return SystemClock()
