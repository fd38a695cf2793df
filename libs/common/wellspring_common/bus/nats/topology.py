"""Streams, consumers and buckets on the server: made once, asserted at every start."""

import asyncio
from dataclasses import fields
from typing import Any

import nats.errors
import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

from wellspring_common.errors import DependencyDown, Permanent, reason_of
from wellspring_common.events.topology import (
    BUCKETS,
    CONSUMERS,
    DEDUPE_WINDOW_S,
    STREAMS,
    BucketSpec,
    ConsumerSpec,
    Retention,
    StreamSpec,
    bucket_name,
    stream_name,
    subject_on,
)

from .cancellation import heeding
from .connection import connected
from .errors import AWAY
from .lease import ensure_bucket as ensure_leases

_STREAM_FACTS = (
    "subjects",
    "retention",
    "discard",
    "max_age",
    "max_bytes",
    "max_msg_size",
    "duplicate_window",
    "storage",
)
_CONSUMER_FACTS = ("filter_subjects", "ack_policy", "ack_wait", "max_ack_pending", "max_deliver", "backoff")


class TopologyDrift(Permanent):
    """The server holds another topology than the code declares."""

    code = "topology_drift"


class TopologyMissing(DependencyDown):
    """Nobody has made the topology yet."""

    code = "topology_missing"


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


async def ensure(url: str, *, prefix: str, mend: bool = False) -> list[str]:
    """Make what is missing, and with `mend` change what differs. Returns what was done, a line each.

    Needs a user who may manage JetStream. Raises `TopologyDrift` with the differences otherwise.
    """
    async with connected(url, "topology") as connection:
        context = connection.client.jetstream(timeout=10)
        done: list[str] = []
        drift: list[str] = []
        for stream in STREAMS:
            await _ensure_stream(context, stream, prefix, mend=mend, done=done, drift=drift)
        for consumer in CONSUMERS:
            await _ensure_consumer(context, consumer, prefix, mend=mend, done=done, drift=drift)
        for bucket in BUCKETS:
            await _ensure_bucket(context, bucket, prefix, done)
        await ensure_leases(context, prefix, done)
        if drift:
            raise TopologyDrift(_explain(drift))
        return done


async def _ensure_stream(
    context: JetStreamContext, spec: StreamSpec, prefix: str, *, mend: bool, done: list[str], drift: list[str]
) -> None:
    config = stream_config(spec, prefix)
    assert config.name is not None  # noqa: S101  (set one line above: for the type checker)
    try:
        info = await context.stream_info(config.name)
    except nats.js.errors.NotFoundError:
        await context.add_stream(config)
        done.append(f"made stream {config.name}")
        return
    wrong = differences(config, info.config, _STREAM_FACTS)
    if wrong and mend:
        await context.update_stream(config)
        done.append(f"mended stream {config.name}: " + "; ".join(wrong))
    else:
        drift += [f"stream {config.name}, {line}" for line in wrong]


async def _ensure_consumer(
    context: JetStreamContext,
    spec: ConsumerSpec,
    prefix: str,
    *,
    mend: bool,
    done: list[str],
    drift: list[str],
) -> None:
    config, stream = consumer_config(spec, prefix), stream_name(prefix, spec.stream)
    try:
        info = await context.consumer_info(stream, spec.name)
    except nats.js.errors.NotFoundError:
        await context.add_consumer(stream, config)
        done.append(f"made consumer {stream}/{spec.name}")
        return
    wrong = differences(config, info.config, _CONSUMER_FACTS)
    if wrong and mend:
        await context.add_consumer(stream, config)
        done.append(f"mended consumer {stream}/{spec.name}: " + "; ".join(wrong))
    else:
        drift += [f"consumer {stream}/{spec.name}, {line}" for line in wrong]


async def _ensure_bucket(context: JetStreamContext, spec: BucketSpec, prefix: str, done: list[str]) -> None:
    name = bucket_name(prefix, spec.name)
    try:
        await context.key_value(name)
    except nats.js.errors.NotFoundError:
        await context.create_key_value(
            bucket=name, history=1, max_bytes=spec.max_bytes, ttl=spec.ttl_s or None
        )
        done.append(f"made bucket {name}")


def _explain(drift: list[str]) -> str:
    lines = "\n  ".join(drift)
    return (
        f"NATS differs from what this version declares:\n  {lines}\n"
        "Run `wellspring topology apply` to mend it."
    )


async def check(context: JetStreamContext, service: str, prefix: str) -> None:
    """Raise unless the server holds what `service` needs, as declared.

    Raises `TopologyMissing` (wait for it) or `TopologyDrift` (refuse to start).
    """
    drift: list[str] = []
    try:
        for stream in STREAMS:
            config = stream_config(stream, prefix)
            with heeding():
                info = await context.stream_info(stream_name(prefix, stream.name))
            drift += [
                f"stream {config.name}, {line}" for line in differences(config, info.config, _STREAM_FACTS)
            ]
        for consumer in (each for each in CONSUMERS if each.service == service):
            with heeding():
                held = await context.consumer_info(stream_name(prefix, consumer.stream), consumer.name)
            wrong = differences(consumer_config(consumer, prefix), held.config, _CONSUMER_FACTS)
            drift += [f"consumer {consumer.name}, {line}" for line in wrong]
    except nats.js.errors.NotFoundError as error:
        raise TopologyMissing(
            "NATS has no Wellspring streams yet: run `wellspring topology apply`."
        ) from error
    except AWAY as error:
        raise DependencyDown(f"NATS does not answer: {reason_of(error)}") from error
    if drift:
        raise TopologyDrift(_explain(drift))


async def wait_for(context: JetStreamContext, service: str, prefix: str) -> None:
    """Wait until the topology is there. Raises `TopologyDrift` at once when it differs."""
    while True:
        try:
            return await check(context, service, prefix)
        except DependencyDown:
            await asyncio.sleep(1)
