"""What people may ask of downloads, and what is answered."""

import asyncio
import json
from typing import Any
from uuid import uuid4

from tests.integration.common.deliveries import delivery_of
from tests.integration.uploader.downloads.films import Films
from tests.integration.uploader.downloads.outside import Outside
from tests.integration.uploader.downloads.rig import Rig, at_work
from wellspring_common.clock import SystemClock
from wellspring_common.events.catalog import CatalogChange, CatalogChanged
from wellspring_common.events.downloads import DownloadRequested
from wellspring_common.events.jobs import JobCancelled
from wellspring_common.events.links import LinkRef, LinksUpdated
from wellspring_common.ids import uuid7
from wellspring_uploader.adapters.media import present_files
from wellspring_uploader.questions.downloads import DownloadAnswers


async def said(rig: Rig, question: str, **asked: Any) -> dict[str, Any]:
    parts = rig.parts
    answers = DownloadAnswers(rig.database, parts.folder, parts.bringing, parts.worker, SystemClock())
    reply = answers.replies()[f"ask.uploader.{question}"]
    found: dict[str, Any] = json.loads(
        await reply(json.dumps({"asked_by": "ann", **asked}, default=str).encode())
    )
    return found


async def test_a_title_is_asked_for_once(rig: Rig, outside: Outside, films: Films) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one))
    wish = {"request_id": uuid4(), "title_id": episode.title_id, "requested_by": "ann"}
    assert await said(rig, "download", **wish) == {"ok": True, "queued": 1, "running": 0, "present": 0}
    assert await said(rig, "download", **wish) == {"ok": True, "queued": 0, "running": 1, "present": 0}
    again = {**wish, "request_id": uuid4()}
    assert (await said(rig, "download", **again))["running"] == 1
    assert await rig.once()
    assert await said(rig, "download", **again) == {"ok": True, "queued": 0, "running": 0, "present": 1}
    other = {**again, "request_id": uuid4(), "quality": 1080}
    assert (await said(rig, "download", **other))["queued"] == 1
    async with rig.database.connection() as connection:
        assert list(await present_files(connection, episode.title_id)) == [episode.episode_id]


async def test_a_question_that_is_none_is_answered_with_what_is_wrong(rig: Rig) -> None:
    refused = await said(rig, "download", title_id="x")
    assert (refused["ok"], refused["code"]) == (False, "bad_question")
    assert "request_id" in refused["detail"]
    none = await said(rig, "download", request_id=uuid4(), title_id=99, requested_by="ann")
    assert none["code"] == "title_not_found"
    gone = await said(rig, "decide_download", download_id=uuid4(), action="cancel")
    assert gone["code"] == "no_download"


async def test_a_running_download_is_paused_gone_on_with_and_cancelled(
    rig: Rig, outside: Outside, films: Films
) -> None:
    episode = await rig.episode()
    outside.put("a.mp4", films.one, gate=asyncio.Event())
    await rig.link(episode, f"{outside.url}/a.mp4")
    await rig.ask(episode)
    async with at_work(rig):
        await asyncio.wait_for(outside.middle.wait(), 10)
        row = await rig.row(episode)
        assert (await said(rig, "decide_download", download_id=row["id"], action="pause"))["ok"]
        await rig.until(episode, "paused")
        outside.middle.clear()
        assert (await said(rig, "decide_download", download_id=row["id"], action="resume"))["ok"]
        await asyncio.wait_for(outside.middle.wait(), 10)
        assert rig.part(row).exists()
        assert (await said(rig, "decide_download", download_id=row["id"], action="cancel"))["ok"]
        row = await rig.until(episode, "cancelled")
        refused = await said(rig, "decide_download", download_id=row["id"], action="pause")
        assert refused["code"] == "not_now"
    assert list((rig.folder / ".parts").iterdir()) == []


async def test_a_download_that_failed_is_tried_again(rig: Rig, outside: Outside, films: Films) -> None:
    episode = await rig.episode()
    await rig.link(episode, outside.put("a.mp4", films.one))
    await rig.ask(episode)
    await rig.admin.execute(
        "update uploads.downloads set state = 'failed', error_code = 'no_links', attempts = 8, "
        'part = \'{"waits": 9, "bad": [[1, 1]]}\''
    )
    row = await rig.row(episode)
    assert (await said(rig, "decide_download", download_id=row["id"], action="retry"))["ok"]
    assert await rig.once()
    assert (await rig.row(episode))["state"] == "succeeded"


async def test_a_request_that_comes_twice_counts_once(rig: Rig) -> None:
    episode = await rig.episode()
    event = DownloadRequested(
        request_id=uuid4(), title_id=episode.title_id, requested_by="ann", requested_at=SystemClock().now()
    )
    delivery = delivery_of(event)
    await rig.parts.handlers.on_requested(delivery)
    await rig.parts.handlers.on_requested(delivery)
    assert await rig.admin.fetchval("select count(*) from uploads.downloads") == 1


async def test_fresh_links_wake_what_waits_for_them(rig: Rig, outside: Outside, films: Films) -> None:
    episode = await rig.episode()
    row = await rig.bring(episode)
    assert (row["state"], row["error_code"]) == ("queued", "waiting_for_links")
    [wish] = await rig.said("links.wanted")
    assert (wish["episode_id"], wish["why"]) == (episode.episode_id, "download")
    link_id = await rig.link(episode, outside.put("a.mp4", films.one))
    ref = LinkRef(link_id=link_id, generation=1, source_id=episode.source_ids[0], server="a")
    event = LinksUpdated(episode_id=episode.episode_id, job_id=uuid7(), state="succeeded", changed=(ref,))
    await rig.parts.handlers.on_links_updated(delivery_of(event))
    assert await rig.once()
    assert (await rig.row(episode))["state"] == "succeeded"


async def test_an_episode_without_sources_is_given_up_at_once(rig: Rig) -> None:
    episode = await rig.episode()
    await rig.admin.execute("delete from catalog.sources")
    row = await rig.bring(episode)
    assert (row["state"], row["error_code"]) == ("failed", "no_sources")
    [told] = await rig.said("download.failed")
    assert told["code"] == "no_sources"


async def test_a_job_that_somebody_cancels_ends(rig: Rig) -> None:
    episode = await rig.episode()
    await rig.ask(episode)
    row = await rig.row(episode)
    now = SystemClock().now()
    await rig.parts.handlers.on_job_cancelled(
        delivery_of(JobCancelled(job_id=row["id"], cancelled_by="ann", cancelled_at=now))
    )
    assert (await rig.row(episode))["state"] == "cancelled"
    await rig.parts.handlers.on_job_cancelled(
        delivery_of(JobCancelled(job_id=uuid4(), cancelled_by="ann", cancelled_at=now))
    )


async def test_what_is_gone_from_the_library_is_not_downloaded(rig: Rig) -> None:
    episode = await rig.episode()
    await rig.ask(episode)
    await rig.admin.execute("update catalog.titles set deleted_at = now()")
    event = CatalogChanged(
        title_id=episode.title_id, episode_ids=(episode.episode_id,), change=CatalogChange.REMOVED
    )
    await rig.parts.handlers.on_catalog_changed(delivery_of(event))
    row = await rig.row(episode)
    assert (row["state"], row["error_code"]) == ("cancelled", "episode_gone")
