"""The vocabulary: what goes out comes back, and no version changes once it is out."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.compatibility import ADVICE, breaks
from tests.unit.common.event_samples import JOB, NOW, SAMPLES
from wellspring_common.events.envelope import Envelope, Event
from wellspring_common.events.scrape import Lane, ScrapeRequested
from wellspring_common.events.topology import CONSUMERS, STREAMS

GOLDEN = Path(__file__).parents[2] / "fixtures" / "events"
UPDATE = "UPDATE_GOLDEN"


def every_class() -> list[type[Event]]:
    """Return every event class that the vocabulary declares."""
    found, waiting = [], [Event]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        waiting += kinds
        found += [kind for kind in kinds if kind.__module__.startswith("wellspring_common.events.")]
    return found


def named(event: Event) -> str:
    return type(event).__name__


def test_every_event_class_has_a_sample() -> None:
    assert {type(sample) for sample in SAMPLES} == set(every_class())


def test_no_two_classes_share_a_subject_and_a_version() -> None:
    schemas = [(kind.subject, kind.version) for kind in every_class()]
    assert len(schemas) == len(set(schemas))


@pytest.mark.parametrize("event", SAMPLES, ids=named)
def test_an_event_comes_back_as_it_was_sent(event: Event) -> None:
    assert type(event).decode(event.model_dump_json().encode()) == event


@pytest.mark.parametrize("event", SAMPLES, ids=named)
def test_a_field_of_a_newer_sender_is_ignored_at_every_depth(event: Event) -> None:
    def grown(value: Any) -> Any:
        if isinstance(value, list):
            return [grown(each) for each in value]
        if isinstance(value, dict):
            # the request headers of a link are a mapping, not a part of the schema
            parts = {key: each if key == "headers" else grown(each) for key, each in value.items()}
            return parts | {"added_in_v2": {"deep": True}}
        return value

    newer = json.dumps(grown(event.model_dump(mode="json")))
    assert type(event).decode(newer.encode()) == event


@pytest.mark.parametrize("event", SAMPLES, ids=named)
def test_an_event_cannot_be_made_with_a_field_it_does_not_have(event: Event) -> None:
    with pytest.raises(ValidationError, match="added_in_v2"):
        type(event).model_validate(event.model_dump() | {"added_in_v2": 1})


@pytest.mark.parametrize("event", SAMPLES, ids=named)
def test_an_event_cannot_be_changed(event: Event) -> None:
    name = next(iter(type(event).model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(event, name, None)


@pytest.mark.parametrize("kind", every_class(), ids=lambda kind: kind.__name__)
def test_a_published_schema_never_changes(kind: type[Event]) -> None:
    file = GOLDEN / f"{kind.subject}.v{kind.version}.json"
    schema = json.dumps(kind.model_json_schema(), indent=2, sort_keys=True) + "\n"
    if os.environ.get(UPDATE) == "1":
        broken = (
            breaks(json.loads(file.read_text(encoding="utf-8")), json.loads(schema)) if file.exists() else []
        )
        assert broken == [], ADVICE
        file.write_text(schema, encoding="utf-8")
    assert file.exists(), f"new event: set {UPDATE}=1 once and read what it wrote"
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(schema), (
        "A breaking change is a new version beside the old one. For an addition with a default set "
        f"{UPDATE}=1 and read the difference."
    )


def test_no_golden_schema_is_left_over() -> None:
    declared = {f"{kind.subject}.v{kind.version}.json" for kind in every_class()}
    assert {file.name for file in GOLDEN.glob("*.json")} == declared


def test_a_request_is_routed_by_its_lane_and_pool() -> None:
    request = next(sample for sample in SAMPLES if isinstance(sample, ScrapeRequested))
    assert request.routing() == "scrape.requested.interactive.default"
    background = request.model_copy(update={"lane": Lane.BACKGROUND, "pool": "eu"})
    assert background.routing() == "scrape.requested.background.eu"


@pytest.mark.parametrize("event", SAMPLES, ids=named)
def test_every_event_but_live_words_is_stored_by_exactly_one_stream(event: Event) -> None:
    streams = [
        stream.name
        for stream in STREAMS
        if any(_covers(pattern, event.routing()) for pattern in stream.subjects)
    ]
    assert len(streams) == (0 if event.subject.startswith("live.") else 1)


def test_every_consumer_filters_what_its_stream_holds() -> None:
    by_name = {stream.name: stream for stream in STREAMS}
    for consumer in CONSUMERS:
        for subject in consumer.filters:
            assert any(_covers(pattern, subject) for pattern in by_name[consumer.stream].subjects)


def test_no_two_consumers_of_a_work_queue_want_the_same_message() -> None:
    filters = [subject for each in CONSUMERS if each.stream == "COMMANDS" for subject in each.filters]
    assert len(filters) == len(set(filters))


def test_an_envelope_comes_back_from_its_headers() -> None:
    whole = Envelope(
        event_id=JOB,
        emitted_at=NOW,
        correlation_id=JOB,
        cause_id=JOB,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        schema_name="links.died/1",
    )
    bare = Envelope(event_id=JOB, emitted_at=NOW, correlation_id=JOB)
    assert Envelope.from_headers(whole.headers()) == whole
    assert Envelope.from_headers(bare.headers()) == bare


@pytest.mark.parametrize("headers", [None, {}, {"ws-event-id": "x"}])
def test_headers_without_an_id_are_no_envelope(headers: dict[str, str] | None) -> None:
    with pytest.raises(ValidationError):
        Envelope.from_headers(headers)


def _covers(pattern: str, subject: str) -> bool:
    return subject == pattern or (pattern.endswith(".>") and subject.startswith(pattern[:-1]))
