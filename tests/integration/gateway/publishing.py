"""An uploader for the gateway's tests: it answers as it is told to, and rows are as it keeps them."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.support.gateway import eventually
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.bus.port import Reply
from wellspring_common.errors import DependencyDown
from wellspring_common.settings import NatsSettings
from wellspring_common.uploading import Question

from .running import PATIENCE_S, Gateway

START = datetime(2030, 1, 15, 10, tzinfo=UTC)
CHOICES = {"is_for_kids": False, "visibility": "private", "category": "tv"}


@dataclass
class Answers:
    """What is answered by question, and what was asked."""

    said: dict[str, dict[str, Any]]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def last(self) -> tuple[str, dict[str, Any]]:
        """Return the question that was asked last, without who asked."""
        name, question = self.asked[-1]
        apart = {"asked_by", "requested_by"}
        return name, {key: value for key, value in question.items() if key not in apart}


@asynccontextmanager
async def uploader(gateway: Gateway, **said: dict[str, Any]) -> AsyncGenerator[Answers]:
    """Play an uploader that answers each question as it is told, and any other with "it is so"."""
    answers = Answers(said)

    def reply(name: str) -> Reply:
        async def answer(payload: bytes) -> bytes:
            question = json.loads(payload)
            if question:
                answers.asked.append((name, question))
            return json.dumps({"ok": True, **answers.said.get(name, {})}).encode()

        return answer

    settings = NatsSettings.model_validate({"nats_url": gateway.nats_url, "nats_prefix": gateway.prefix})
    async with open_bus(settings, service="uploader") as bus:
        replies = {f"ask.uploader.{question}": reply(question.value) for question in Question}
        answering = asyncio.create_task(bus.answer(replies))

        async def heard() -> bool:
            with suppress(DependencyDown):
                for subject in replies:
                    await bus.ask(subject, b"{}", patience_s=0.5)
                return True
            return False

        await eventually(heard, bool, patience_s=PATIENCE_S)
        try:
            yield answers
        finally:
            answering.cancel()
            with suppress(asyncio.CancelledError):
                await answering


async def add_target(gateway: Gateway, name: str = "mine", **changes: Any) -> int:
    """Store a channel as the uploader does."""
    row: dict[str, Any] = {
        "kind": "dailymotion",
        "settings": {"generation": "v2", "limits": "standard"},
        "state": "ready",
    }
    row |= {"from_environment": False, **changes}
    return int(
        await gateway.sql.fetchval(
            "insert into uploads.targets (name, kind, settings, state, from_environment)"
            " values ($1, $2, $3::jsonb, $4, $5) returning id",
            name,
            row["kind"],
            json.dumps(row["settings"]),
            row["state"],
            row["from_environment"],
        )
    )


async def add_schedule(gateway: Gateway, target: int, title: int, states: list[str], name: str) -> list[UUID]:
    """Store a series on a schedule with an upload in each of these states, and return the uploads."""
    schedule = await gateway.sql.fetchval(
        "insert into uploads.schedules (title_id, target_id, title, position, choices, starts_at)"
        " values ($1, $2, $3, 1, $4::jsonb, $5) returning id",
        title,
        target,
        name,
        json.dumps(CHOICES),
        START,
    )
    ids = []
    for ordinal, state in enumerate(states, 1):
        ids.append(uuid4())
        failed = state in {"failed", "skipped"}
        await gateway.sql.execute(
            "insert into uploads.uploads (id, schedule_id, target_id, title_id, episode_id, season, number,"
            " ordinal, state, planned_at, waits_for, tries, error_code, error_detail, bytes_sent, size_bytes,"
            " seq, marker) values"
            " ($1, $2, $3, $4, $5, 1, $6::int, $6::int, $7, $8, $9, $10, $11, $12, $13, 1000, 5, $14)",
            ids[-1],
            schedule,
            target,
            title,
            12340 + ordinal,
            ordinal,
            state,
            START + timedelta(hours=ordinal - 1) if state in {"planned", "failed"} else None,
            "slot" if state == "planned" else None,
            1 if failed else 0,
            "session_lost" if failed else None,
            "Error message" if failed else None,
            450 if state == "sending" else 0,
            str(ids[-1]),
        )
    return ids


async def add_download(gateway: Gateway, title: int, episode: int, state: str, **changes: Any) -> UUID:
    """Store a download as the uploader does."""
    row = {"error_code": None, "bytes_done": 450, "bytes_total": 1000, "server": "pixel", **changes}
    number = uuid4()
    await gateway.sql.execute(
        "insert into uploads.downloads (id, request_id, title_id, episode_id, state, error_code, bytes_done,"
        " bytes_total, server, requested_by) values ($1, $1, $2, $3, $4, $5, $6, $7, $8, 'sari')",
        number,
        title,
        episode,
        state,
        row["error_code"],
        row["bytes_done"],
        row["bytes_total"],
        row["server"],
    )
    return number
