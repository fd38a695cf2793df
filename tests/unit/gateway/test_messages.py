"""What the clients of the seeds' WebSocket are told."""

from typing import Any

from wellspring_gateway.domain.messages import is_for_operators, message_of


def test_the_four_upload_events_have_the_seeds_names_and_shapes() -> None:
    told: dict[str, dict[str, Any]] = {
        "upload.scheduled": {"series_title": "Series Name", "episodes_scheduled": 50},
        "live.upload.12345": {
            "episode_id": 12345,
            "series_id": 123,
            "series_title": "Series Name",
            "episode_index": 15,
            "progress": 45,
        },
        "upload.completed": {"episode_id": 12345, "series_id": 123},
        "upload.failed": {"episode_id": 12345, "error": "Error message"},
    }
    messages = [message_of(subject, said) for subject, said in told.items()]
    assert messages == [
        {"type": "upload_scheduled", "data": {"seriesTitle": "Series Name", "episodesScheduled": 50}},
        {
            "type": "upload_progress",
            "data": {
                "episodeId": 12345,
                "seriesId": 123,
                "seriesTitle": "Series Name",
                "episodeIndex": 15,
                "progress": 45,
            },
        },
        {"type": "upload_complete", "data": {"episodeId": 12345, "seriesId": 123}},
        {"type": "upload_error", "data": {"episodeId": 12345, "error": "Error message"}},
    ]
    assert all(message is not None and is_for_operators(message) for message in messages)


def test_a_fact_goes_out_without_addresses() -> None:
    said = {"episode_id": 7, "reason": "http_404", "links": [{"url": "https://secret.example"}], "url": "x"}
    message = message_of("links.died", said)
    assert message == {"type": "links_died", "data": {"episodeId": 7, "reason": "http_404", "links": 1}}
    assert message_of("scrape.requested.interactive.default", {"job_id": "j"}) == {
        "type": "scrape_queued",
        "data": {"jobId": "j"},
    }
    assert message_of("settings.changed", {"keys": []}) is None
