"""What counts as drift, and what the configuration must never say."""

from dataclasses import replace
from typing import Any

import pytest
from nats.js.api import ConsumerConfig, DiscardPolicy, RetentionPolicy, StorageType

from wellspring_common.bus.nats.topology_config import (
    CONSUMER_FACTS,
    STREAM_FACTS,
    consumer_config,
    differences,
    stream_config,
)
from wellspring_common.events.specs import stream_name, subject_on
from wellspring_common.events.topology import (
    ADVISORIES,
    COMMANDS,
    CONSUMERS,
    EVENTS,
    REFRESHER,
    SCRAPER_INTERACTIVE,
    STREAMS,
)


def test_the_same_configuration_is_no_drift() -> None:
    for stream in STREAMS:
        assert differences(stream_config(stream, "ws"), stream_config(stream, "ws"), STREAM_FACTS) == []
    for consumer in CONSUMERS:
        ours = consumer_config(consumer, "ws")
        assert differences(ours, consumer_config(consumer, "ws"), CONSUMER_FACTS) == []


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("max_age", 3600),
        ("max_bytes", 1024),
        ("discard", DiscardPolicy.OLD),
        ("retention", RetentionPolicy.INTEREST),
        ("storage", StorageType.MEMORY),
        ("duplicate_window", 120),
        ("subjects", ["ws.links.>"]),
    ],
)
def test_a_stream_that_differs_is_told_by_fact(fact: str, value: Any) -> None:
    ours = stream_config(EVENTS, "ws")
    (line,) = differences(ours, replace(ours, **{fact: value}), STREAM_FACTS)
    assert line.startswith(f"{fact}: declared ")
    assert repr(value) in line


@pytest.mark.parametrize(
    ("fact", "value"),
    [("ack_wait", 1), ("max_ack_pending", 1), ("max_deliver", 5), ("backoff", [1.0, 2.0])],
)
def test_a_consumer_that_differs_is_told_by_fact(fact: str, value: Any) -> None:
    ours = consumer_config(REFRESHER, "ws")
    (line,) = differences(ours, replace(ours, **{fact: value}), CONSUMER_FACTS)
    assert line.startswith(f"{fact}: declared ")


def test_the_order_of_subjects_is_no_drift() -> None:
    ours = stream_config(EVENTS, "ws")
    assert ours.subjects is not None
    theirs = replace(ours, subjects=list(reversed(ours.subjects)))
    assert differences(ours, theirs, STREAM_FACTS) == []


def test_one_filter_and_a_list_of_one_are_the_same() -> None:
    subject = "ws.scrape.requested.interactive.default"
    ours = replace(consumer_config(SCRAPER_INTERACTIVE, "ws"), filter_subjects=[subject])
    theirs = replace(ours, filter_subjects=None, filter_subject=subject)
    assert differences(ours, theirs, CONSUMER_FACTS) == []
    assert differences(ours, replace(theirs, filter_subject="ws.>"), CONSUMER_FACTS) != []


def test_zero_and_nothing_are_the_same() -> None:
    assert differences(ConsumerConfig(backoff=None), ConsumerConfig(backoff=[]), ("backoff",)) == []


def test_attempts_are_ours_to_count() -> None:
    for consumer in CONSUMERS:
        config = consumer_config(consumer, "ws")
        assert config.max_deliver == -1
        assert config.backoff is None
        assert config.inactive_threshold is None


def test_a_few_delayed_messages_do_not_stop_a_consumer() -> None:
    """A delayed nak counts as pending: a small limit would stop delivery (events reference, finding 8)."""
    for consumer in CONSUMERS:
        assert consumer.max_ack_pending >= 8 * consumer.working


def test_nothing_that_is_not_yet_handled_is_discarded() -> None:
    for stream in (COMMANDS, EVENTS):
        config = stream_config(stream, "ws")
        assert config.discard is DiscardPolicy.NEW
        assert config.retention is not RetentionPolicy.INTEREST


def test_all_streams_fit_into_the_embedded_store() -> None:
    assert sum(stream.max_bytes for stream in STREAMS) <= 512 * 1024**2


def test_names_and_subjects_carry_the_prefix() -> None:
    assert stream_name("ws", "EVENTS") == "WS_EVENTS"
    assert subject_on("ws", "links.died") == "ws.links.died"


def test_an_advisory_subject_has_whole_tokens_only() -> None:
    """A wildcard stands for a whole token: `WS_*` is a literal name that no advisory ever has."""
    for subject in ADVISORIES.subjects:
        for token in subject_on("ws", subject).split("."):
            assert token in {"*", ">"} or ("*" not in token and ">" not in token)
