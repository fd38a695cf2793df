"""Streams, consumers and buckets as the server is told of them, and what counts as a difference."""

from dataclasses import fields
from typing import Any

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

from wellspring_common.events.specs import (
    BucketSpec,
    ConsumerSpec,
    Retention,
    StreamSpec,
    bucket_name,
    stream_name,
    subject_on,
)
from wellspring_common.events.topology import DEDUPE_WINDOW_S

_BUCKET_WINDOW_S = 120.0

STREAM_FACTS = (
    "subjects",
    "retention",
    "discard",
    "max_age",
    "max_bytes",
    "max_msg_size",
    "duplicate_window",
    "storage",
    "max_msgs",
    "max_msgs_per_subject",
    "no_ack",
    "persist_mode",
)
CONSUMER_FACTS = (
    "filter_subjects",
    "ack_policy",
    "ack_wait",
    "max_ack_pending",
    "max_deliver",
    "backoff",
    "inactive_threshold",
    "headers_only",
)
BUCKET_FACTS = ("subjects", "discard", "max_age", "max_bytes", "max_msgs_per_subject", "storage")


def stream_config(spec: StreamSpec, prefix: str) -> StreamConfig:
    """Return the complete configuration of a stream: a partial one would reset the rest."""
    return StreamConfig(
        name=stream_name(prefix, spec.name),
        subjects=[subject_on(prefix, subject) for subject in spec.subjects],
        retention=RetentionPolicy.WORK_QUEUE
        if spec.retention is Retention.WORK_QUEUE
        else RetentionPolicy.LIMITS,
        discard=DiscardPolicy.OLD if spec.discard_old else DiscardPolicy.NEW,
        max_age=spec.max_age_s,
        max_bytes=spec.max_bytes,
        max_msgs=-1,
        max_msg_size=spec.largest,
        duplicate_window=DEDUPE_WINDOW_S,
        storage=StorageType.FILE,
        num_replicas=1,
    )


def consumer_config(spec: ConsumerSpec, prefix: str) -> ConsumerConfig:
    """Return the configuration of a consumer. Attempts are ours to count, so `max_deliver` is without end."""
    return ConsumerConfig(
        durable_name=spec.name,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=spec.ack_wait_s,
        max_deliver=-1,
        max_ack_pending=spec.max_ack_pending,
        filter_subjects=[subject_on(prefix, subject) for subject in spec.heard],
    )


def bucket_config(spec: BucketSpec, prefix: str) -> StreamConfig:
    """Return the complete configuration of the stream under a KV bucket, as nats-py would make it."""
    name = bucket_name(prefix, spec.name)
    return StreamConfig(
        name=f"KV_{name}",
        subjects=[f"$KV.{name}.>"],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        max_age=spec.ttl_s,
        max_bytes=spec.max_bytes,
        max_msgs=-1,
        max_consumers=-1,
        max_msgs_per_subject=1,
        duplicate_window=min(spec.ttl_s, _BUCKET_WINDOW_S) if spec.ttl_s else _BUCKET_WINDOW_S,
        storage=StorageType.FILE,
        num_replicas=1,
        allow_rollup_hdrs=True,
        allow_msg_ttl=True,
        deny_delete=True,
    )


def differences(ours: Any, theirs: Any, facts: tuple[str, ...]) -> list[str]:
    """Return one line for each of the named facts that differs."""
    found = []
    names = {field.name for field in fields(ours)}
    for fact in facts:
        declared, actual = _plain(fact, ours), _plain(fact, theirs)
        if fact in names and declared != actual:
            found.append(f"{fact}: declared {declared!r}, the server has {actual!r}")
    return found


def _plain(fact: str, config: Any) -> Any:
    value = getattr(config, fact, None)
    if fact == "filter_subjects" and not value:
        value = [config.filter_subject] if config.filter_subject else []
    if isinstance(value, list):
        return sorted(value) or None
    return value or None
