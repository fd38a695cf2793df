"""What is made of videos that are there: found, made or published, each is written down at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..domain.faults import Phase
from ..domain.looking import sort_out
from ..domain.own_films import has_marker
from ..domain.states import Happening
from ..domain.upload import Upload, lasting
from ..ports.targets import Card, Film
from ..ports.uploads import Note
from . import telling
from .desk import Desk, Step

ALIKE = "alike"
"""In a session: its draft was known by title and length alone, and may be somebody's own."""


async def made(
    desk: Desk, upload: Upload, happening: Happening, video_id: str, at: datetime | None = None, **more: Any
) -> Step:
    """Keep that a video is made, which nobody sees yet."""
    changes = {"created_on_target_at": at or desk.clock.now(), "next_try_at": None} | more
    note = Note(enters_ledger=True, quota_free=True)
    await desk.happen(upload, happening, note, video_id=video_id, **changes)
    return Step(did=f"{happening}")


async def out(
    desk: Desk,
    upload: Upload,
    happening: Happening,
    *,
    video_id: str,
    url: str | None,
    more: Mapping[str, Any] | None = None,
) -> Step:
    """Keep that a film is published: the fact, the ledger, and where it is."""
    now = desk.clock.now()
    changes: dict[str, Any] = {
        **(more or {}),
        "video_id": video_id,
        "video_url": url,
        "session": lasting(upload.session, "listed"),
        "created_on_target_at": upload.created_on_target_at or now,
        "published_at": now,
        "completed_at": now,
        "bytes_sent": upload.size_bytes or 0,
        "next_try_at": now,
        "error_code": None,
        "error_detail": None,
    }
    event = telling.completed(replace(upload, video_id=video_id, video_url=url))
    note = Note(events=(event,), enters_ledger=True, quota_free=True)
    await desk.happen(upload, happening, note, **changes)
    return Step(did="published")


async def take_found(desk: Desk, upload: Upload, card: Card, film: Film) -> Step | None:
    """Go on with the video that is there already, and take away what is one too many."""
    since = (upload.intended_at or desk.clock.now()) - desk.rules.quota_margin
    found = await desk.ask(Phase.FIND, lambda target: target.find(card, film, since=since))
    found = [each for each in found if each.video_id not in upload.session.get("down", ())]
    there = sort_out(found, marker=upload.marker)
    if there.ours is None:
        return None
    for twin in there.twins:
        await desk.discard_twin(upload, twin.video_id)
    ours = there.ours
    session = {**upload.session, "doubt": True}
    if not has_marker(ours.tags, upload.marker):
        session[ALIKE] = True
    changes: dict[str, Any] = {
        "session": session,
        "looks": upload.looks + 1,
        "looked_at": desk.clock.now(),
    }
    if ours.is_published:
        return await out(
            desk, upload, Happening.FOUND_PUBLISHED, video_id=ours.video_id, url=ours.url, more=changes
        )
    return await made(desk, upload, Happening.FOUND, ours.video_id, at=ours.created_at, **changes)
