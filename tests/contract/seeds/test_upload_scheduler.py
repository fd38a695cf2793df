"""`upload-scheduler.md`, line by line, against a running gateway and a scripted uploader."""

import json
from typing import Any

import pytest

from tests.integration.gateway.publishing import add_schedule, add_target, uploader
from tests.integration.gateway.running import Answer, Gateway, Visitor
from tests.integration.gateway.test_live import bus_of
from tests.integration.gateway.test_sockets import message, socket_of

from .quoting import Document

DOCUMENT = Document("upload-scheduler.md")
SCHEDULED = DOCUMENT.block(
    """
    {
      "success": true,
      "message": "Scheduled 50 episodes for upload",
      "seriesTitle": "My Series Title",
      "episodesScheduled": 50,
      "scheduleStartTime": "2024-01-15T10:00:00.000Z"
    }
    """
)
REMOVED = DOCUMENT.block('{ "success": true, "message": "Removed 45 scheduled uploads" }')
STATES = ("pending", "uploading", "completed", "failed", "skipped")
ANSWERS = {
    "schedule": {
        "schedule_id": 1,
        "title": "My Series Title",
        "episodes": 50,
        "starts_at": "2024-01-15T10:00:00Z",
    },
    "remove": {"removed": 45, "title": "My Series Title"},
}
OF_EPISODE = {
    "upload_id": "0199f3a0-7c1e-7a55-8b1f-0a4a8d7f4e11",
    "episode_id": 12345,
    "title_id": 123,
    "title": "Series Name",
    "ordinal": 15,
}
FAILED = {"tries": 1, "code": "session_lost", "detail": "Error message"}


def refusal(code: str) -> dict[str, Any]:
    return {"ok": False, "code": code, "detail": "In words."}


async def refused(visitor: Visitor, body: Any, **headers: str) -> Answer:
    answer = await visitor.send("POST", "/api/upload/schedule", body, **headers)
    assert answer.json["success"] is False
    return answer


def shaped_as(shape: Any, given: Any) -> bool:
    """Return whether all that a document shows is there, in the same shape."""
    if isinstance(shape, dict):
        return isinstance(given, dict) and all(
            name in given and shaped_as(part, given[name]) for name, part in shape.items()
        )
    if isinstance(shape, list):
        return isinstance(given, list)
    return isinstance(given, type(shape))


def test_no_address_of_the_document_is_without_a_quote() -> None:
    assert DOCUMENT.unquoted() == []
    assert len(DOCUMENT.quoted) > 30


@DOCUMENT.quotes(
    "curl -X POST http://localhost:3000/api/upload/schedule \\",
    '-H "Content-Type: application/json" \\',
    "-d '{\"seriesId\": 123}'",
    "### POST /api/upload/schedule",
    "POST /api/upload/schedule",
    '{"seriesId": 123}',
)
async def test_a_series_is_put_on_the_schedule(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    async with uploader(gateway, **ANSWERS) as answers:
        answer = await operator.send("POST", "/api/upload/schedule", {"seriesId": 123})
        assert (answer.status, answer.json) == (200, json.loads(SCHEDULED))
        name, asked = answers.last()
        assert (name, asked["title_id"], asked["download_first"]) == ("schedule", 123, False)
        again = await operator.send("POST", "/api/upload/schedule", {"seriesId": "123"})
        assert again.status == 200, "a number in quotes is one too"


@DOCUMENT.quotes(
    "- `400`: Series ID required",
    "- `404`: Series not found",
    "- `400`: Not all episodes downloaded",
    "Sistem akan check dan reject jika ada episode yang belum di-download.",
)
async def test_refusals_have_the_documents_status(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    nothing: tuple[Any, ...] = ({}, {"seriesId": None}, {"seriesId": "abc"}, {"seriesId": True}, [])
    for body in nothing:
        assert (await refused(operator, body)).status == 400
    async with uploader(gateway, schedule=refusal("title_not_found")) as answers:
        assert (await refused(operator, {"seriesId": 123})).status == 404
        answers.said["schedule"] = {**refusal("not_downloaded"), "episodes": [3, 4]}
        answer = await refused(operator, {"seriesId": 123})
        assert (answer.status, answer.json["code"], answer.json["episodes"]) == (
            400,
            "not_downloaded",
            [3, 4],
        )
        for code in ("rights_unknown", "no_target", "several_targets", "no_choices"):
            answers.said["schedule"] = refusal(code)
            assert (await refused(operator, {"seriesId": 123})).status == 409
        assert (await refused(operator, {"seriesId": 10**20})).status in {400, 404}
    away = await refused(operator, {"seriesId": 123})
    assert (away.status, away.json["code"]) == (503, "uploader_away")


@DOCUMENT.quotes(
    "curl http://localhost:3000/api/upload/schedule",
    "### GET /api/upload/schedule",
    "- `seriesId` (optional): Filter by series ID",
    '"bySeries": [',
    '"seriesTitle": "Series Name",',
    '"episodes": [...]',
    "- `pending`: Waiting to be uploaded",
    "- `uploading`: Currently uploading",
    "- `completed`: Successfully uploaded",
    "- `failed`: Failed but will retry",
    "- `skipped`: Failed 3x, skipped",
)
async def test_the_schedule_is_counted_and_grouped_by_series(gateway: Gateway) -> None:
    operator, target = await gateway.signed_in("operator"), await add_target(gateway)
    await add_schedule(
        gateway, target, 123, ["planned", "sending", "live", "failed", "skipped"], "Series Name"
    )
    await add_schedule(gateway, await add_target(gateway, "other"), 124, ["quota_wait"], "Another")
    found = (await operator.get("/api/upload/schedule")).json
    shape = {**dict.fromkeys(("total", *STATES), 1), "bySeries": []}
    assert shaped_as({"success": True, "schedule": shape}, found)
    schedule = found["schedule"]
    assert [schedule[name] for name in ("total", *STATES)] == [6, 2, 1, 1, 1, 1]
    one = (await operator.get("/api/upload/schedule?seriesId=123")).json["schedule"]
    assert one["total"] == 5
    [series] = one["bySeries"]
    assert (series["seriesId"], series["seriesTitle"]) == (123, "Series Name")
    assert [episode["status"] for episode in series["episodes"]] == list(STATES)


async def test_a_series_that_was_scheduled_again_is_there_once(gateway: Gateway) -> None:
    operator, target = await gateway.signed_in("operator"), await add_target(gateway)
    await add_schedule(gateway, target, 123, ["live", "skipped"], "Series Name")
    await gateway.sql.execute("update uploads.schedules set state = 'done'")
    await gateway.sql.execute("update uploads.uploads set state = 'removed' where ordinal = 2")
    await add_schedule(gateway, await add_target(gateway, "other"), 123, ["planned"], "Series Name")
    found = (await operator.get("/api/upload/schedule")).json["schedule"]
    assert found["total"] == 2
    [series] = found["bySeries"]
    assert [episode["status"] for episode in series["episodes"]] == ["completed", "pending"]


@DOCUMENT.quotes(
    "series_id INTEGER NOT NULL,",
    "episode_id INTEGER NOT NULL,",
    "status TEXT NOT NULL DEFAULT 'pending',",
    "dailymotion_video_id TEXT,",
    "upload_progress INTEGER DEFAULT 0,",
    "retry_count INTEGER DEFAULT 0,",
    "error_message TEXT,",
    "scheduled_at TIMESTAMP,",
    "started_at TIMESTAMP,",
    "completed_at TIMESTAMP,",
)
async def test_an_episode_has_the_columns_of_the_documents_table(gateway: Gateway) -> None:
    operator, target = await gateway.signed_in("operator"), await add_target(gateway)
    await add_schedule(gateway, target, 123, ["sending", "failed"], "Series Name")
    found = (await operator.get("/api/upload/schedule")).json["schedule"]["bySeries"][0]["episodes"]
    columns = {"series_id", "episode_id", "status", "dailymotion_video_id", "upload_progress", "retry_count"}
    columns |= {"error_message", "scheduled_at", "started_at", "completed_at", "created_at", "updated_at"}
    assert columns <= set(found[0])
    assert (found[0]["upload_progress"], found[0]["series_id"]) == (45, 123)
    assert (found[1]["retry_count"], found[1]["error_message"]) == (1, "Error message")
    assert found[1]["scheduled_at"] == "2030-01-15T11:00:00.000Z"


@DOCUMENT.quotes(
    "curl -X DELETE http://localhost:3000/api/upload/schedule/123",
    "### DELETE /api/upload/schedule/:seriesId",
)
async def test_a_series_is_removed(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    async with uploader(gateway, **ANSWERS) as answers:
        answer = await operator.send("DELETE", "/api/upload/schedule/123", None)
        assert (answer.status, answer.json) == (200, json.loads(REMOVED))
        assert answers.last() == ("remove", {"schedule_id": None, "title_id": 123})
        answers.said["remove"] = refusal("schedule_not_found")
        assert (await operator.send("DELETE", "/api/upload/schedule/123", None)).status == 404


@DOCUMENT.quotes(
    "### GET /api/upload/scheduler/status",
    '"isRunning": true,',
    '"currentUpload": {',
    '"episodeIndex": 15,',
)
async def test_the_status_tells_what_goes_out_now(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    idle = (await operator.get("/api/upload/scheduler/status")).json
    assert idle == {"success": True, "status": {"isRunning": False, "currentUpload": None}}
    await add_schedule(gateway, await add_target(gateway), 123, ["live", "sending"], "Series Name")
    gone = (await operator.get("/api/upload/scheduler/status")).json
    assert gone == idle, "no uploader runs: nothing goes out, whatever its rows say"
    async with uploader(gateway):
        status = (await operator.get("/api/upload/scheduler/status")).json["status"]
    current = {"seriesTitle": "Series Name", "episodeIndex": 2, "episodeId": 12342}
    assert status["isRunning"] is True
    assert status["currentUpload"].items() >= current.items()


@pytest.mark.parametrize(
    ("subject", "said", "shown"),
    [
        (
            "upload.scheduled",
            {"title_id": 123, "title": "Series Name", "episodes": 50, "starts_at": "2024-01-15T10:00:00Z"},
            """{ "type": "upload_scheduled", "data": { "seriesTitle": "Series Name",
            "episodesScheduled": 50 } }""",
        ),
        (
            "live.upload.123",
            {"percent": 45, "seq": 1, "state": "sending"},
            """{ "type": "upload_progress", "data": { "episodeId": 12345, "seriesId": 123,
            "seriesTitle": "Series Name", "episodeIndex": 15, "progress": 45 } }""",
        ),
        (
            "upload.completed",
            {"video_id": "x8"},
            """{ "type": "upload_complete", "data": { "episodeId": 12345, "seriesId": 123,
            "seriesTitle": "Series Name", "episodeIndex": 15 } }""",
        ),
        (
            "upload.failed",
            FAILED,
            """{ "type": "upload_error", "data": { "episodeId": 12345, "seriesId": 123,
            "seriesTitle": "Series Name", "episodeIndex": 15, "error": "Error message" } }""",
        ),
    ],
    ids=["scheduled", "progress", "complete", "error"],
)
async def test_the_web_socket_tells_the_documents_messages(
    gateway: Gateway, subject: str, said: dict[str, Any], shown: str
) -> None:
    wanted = json.loads(DOCUMENT.block(shown))
    operator = await gateway.signed_in("operator")
    async with socket_of(operator) as socket, bus_of(gateway) as bus:
        await message(socket)
        payload = json.dumps({**OF_EPISODE, **said}).encode()
        await bus._connection.client.publish(f"{gateway.prefix}.{subject}", payload)
        heard = await message(socket)
    assert heard["type"] == wanted["type"]
    assert heard["data"].items() >= wanted["data"].items()


@DOCUMENT.quotes("POST /api/search", "POST /api/scrape", '{"tagId": "25", "limit": 20}')
async def test_the_workflow_begins_with_a_search_and_a_scrape(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    body = json.loads('{"seriesId": "7498275267933113345", "download": true}')
    for path, said in (("/api/search", {"tagId": "25", "limit": 20}), ("/api/scrape", body)):
        answer = await operator.send("POST", path, said)
        assert answer.problem(404, "no_catalogue"), "they are there, and say what is missing"


async def test_strangers_and_viewers_see_nothing_of_it(gateway: Gateway) -> None:
    for visitor, status in ((await gateway.visitor(), 401), (await gateway.signed_in("viewer"), 403)):
        for path in ("/api/upload/schedule", "/api/upload/scheduler/status"):
            assert (await visitor.get(path)).status == status
