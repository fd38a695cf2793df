"""What the clients of the seeds' WebSocket are told."""

from typing import Any

from wellspring_gateway.domain.messages import is_for_operators, message_of

OF_EPISODE = {
    "upload_id": "0199f3a0",
    "episode_id": 12345,
    "title_id": 123,
    "title": "Series Name",
    "ordinal": 15,
}
SENT = {"bytes_sent": 450, "bytes_total": 1000}
EPISODE = {
    "uploadId": "0199f3a0",
    "episodeId": 12345,
    "seriesId": 123,
    "seriesTitle": "Series Name",
    "episodeIndex": 15,
}


def test_the_four_upload_events_have_the_seeds_names_and_shapes() -> None:
    told: dict[str, dict[str, Any]] = {
        "upload.scheduled": {
            "title_id": 123,
            "title": "Series Name",
            "episodes": 50,
            "starts_at": "2024-01-15T10:00:00Z",
        },
        "live.upload.123": {**OF_EPISODE, "percent": 45, "state": "sending", "seq": 9, **SENT},
        "upload.completed": {**OF_EPISODE, "video_id": "x8ab12"},
        "upload.failed": {**OF_EPISODE, "code": "connection_reset", "detail": "Error message"},
        "upload.skipped": {**OF_EPISODE, "code": "too_long", "detail": "Longer than two hours."},
    }
    messages = [message_of(subject, said) for subject, said in told.items()]
    assert messages == [
        {
            "type": "upload_scheduled",
            "data": {
                "seriesId": 123,
                "seriesTitle": "Series Name",
                "episodesScheduled": 50,
                "scheduleStartTime": "2024-01-15T10:00:00.000Z",
            },
        },
        {
            "type": "upload_progress",
            "data": {
                **EPISODE,
                "progress": 45,
                "state": "sending",
                "seq": 9,
                "bytesSent": 450,
                "bytesTotal": 1000,
            },
        },
        {"type": "upload_complete", "data": {**EPISODE, "videoId": "x8ab12", "videoUrl": None}},
        {"type": "upload_error", "data": {**EPISODE, "error": "Error message", "code": "connection_reset"}},
        {"type": "upload_error", "data": {**EPISODE, "error": "Longer than two hours.", "code": "too_long"}},
    ]
    assert all(message is not None and is_for_operators(message) for message in messages)


def test_downloads_are_told_to_operators_with_how_far_they_are() -> None:
    of_episode = {"download_id": "d1", "title_id": 1, "episode_id": 7}
    shown = {"downloadId": "d1", "seriesId": 1, "episodeId": 7}
    moving = {**of_episode, "at": "2026-01-01T00:00:00Z", "state": "running", "bytes_done": 99}
    told: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("live.download.7", {**moving, "bytes_total": 400, "server": "pixel"}, {"progress": 24}),
        ("live.download.7", {**moving, "bytes_total": None}, {"progress": None}),
        ("download.completed", {**of_episode, "media_file_id": 3, "size_bytes": 9}, {}),
        ("download.failed", {**of_episode, "code": "no_links", "detail": "None left."}, {"code": "no_links"}),
    ]
    types = ["download_progress", "download_progress", "download_complete", "download_error"]
    for (subject, said, more), name in zip(told, types, strict=True):
        message = message_of(subject, said)
        assert message is not None
        assert is_for_operators(message)
        assert message["type"] == name
        assert message["data"].items() >= {**shown, **more}.items()


def test_a_fact_goes_out_without_addresses() -> None:
    said = {"episode_id": 7, "reason": "http_404", "links": [{"url": "https://secret.example"}], "url": "x"}
    message = message_of("links.died", said)
    assert message == {"type": "links_died", "data": {"episodeId": 7, "reason": "http_404", "links": 1}}
    assert message_of("scrape.requested.interactive.default", {"job_id": "j"}) == {
        "type": "scrape_queued",
        "data": {"jobId": "j"},
    }
    assert message_of("settings.changed", {"keys": []}) is None
