"""What the server holds against what is declared: the one comparison behind every check."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import StreamConfig

from wellspring_common.events.specs import BucketSpec, ConsumerSpec, StreamSpec, stream_name
from wellspring_common.events.topology import BUCKETS, CONSUMERS, LEASES, STREAMS
from wellspring_common.stream_sizes import streams

from .cancellation import within
from .topology_config import (
    BUCKET_FACTS,
    CONSUMER_FACTS,
    STREAM_FACTS,
    bucket_config,
    consumer_config,
    differences,
    stream_config,
)
from .unread import unread

LOOK_S = 5.0


@dataclass(frozen=True)
class Finding:
    """One thing on the server that is not as declared. `lines` say what differs."""

    state: Literal["missing", "differs", "surplus"]
    what: Literal["stream", "consumer", "bucket"]
    name: str
    lines: Sequence[str] = ()
    spec: StreamSpec | ConsumerSpec | BucketSpec | None = None

    def __str__(self) -> str:
        said = "; ".join(self.lines)
        return f"{self.what} {self.name} {self.state}{': ' if said else ''}{said}"


async def survey(context: JetStreamContext, prefix: str, service: str | None = None) -> list[Finding]:
    """Return what is not as declared: all of it, or what `service` needs and may look at.

    Raises what nats-py raises where the server does not answer.
    """
    found: list[Finding] = []
    gone = set()
    for stream in streams():
        ours = stream_config(stream, prefix)
        name = stream_name(prefix, stream.name)
        theirs = await _stream(context, name)
        found += _compared("stream", name, stream, ours, theirs)
        if theirs is None:
            gone.add(stream.name)
    for consumer in CONSUMERS:
        if service in {None, consumer.service}:
            found += await _consumer(context, consumer, prefix, gone=consumer.stream in gone)
    for bucket in (*BUCKETS, LEASES):
        if service is None or service in bucket.readers:
            wanted = bucket_config(bucket, prefix)
            theirs = await _stream(context, str(wanted.name))
            found += _compared("bucket", str(wanted.name).removeprefix("KV_"), bucket, wanted, theirs)
    return found


async def surplus(context: JetStreamContext, prefix: str) -> list[Finding]:
    """Return streams, buckets and durable consumers under the prefix that nobody declares."""
    declared = {stream_name(prefix, stream.name) for stream in STREAMS}
    buckets = {str(bucket_config(bucket, prefix).name) for bucket in (*BUCKETS, LEASES)}
    ours = {(stream_name(prefix, each.stream), each.name) for each in CONSUMERS}
    found: list[Finding] = []
    async with within(LOOK_S):
        held = await context.streams_info()
    for info in held:
        name = info.config.name or ""
        if name.startswith(f"KV_{prefix.upper()}_") and name not in buckets:
            found.append(Finding("surplus", "bucket", name.removeprefix("KV_")))
        elif name.startswith(f"{prefix.upper()}_") and name not in declared:
            found.append(Finding("surplus", "stream", name))
        elif name in declared:
            async with within(LOOK_S):
                consumers = await context.consumers_info(name)
            found += [
                Finding("surplus", "consumer", f"{name}/{each.name}")
                for each in consumers
                if each.config.durable_name and (name, each.name) not in ours
            ]
    return found


async def _stream(context: JetStreamContext, name: str) -> StreamConfig | None:
    try:
        async with within(LOOK_S):
            return (await context.stream_info(name)).config
    except nats.js.errors.NotFoundError:
        return None


def _compared(
    what: Literal["stream", "bucket"],
    name: str,
    spec: StreamSpec | BucketSpec,
    ours: StreamConfig,
    theirs: StreamConfig | None,
) -> Iterator[Finding]:
    if theirs is None:
        yield Finding("missing", what, name, spec=spec)
    elif wrong := differences(ours, theirs, BUCKET_FACTS if what == "bucket" else STREAM_FACTS):
        yield Finding("differs", what, name, wrong, spec)


async def _consumer(
    context: JetStreamContext, spec: ConsumerSpec, prefix: str, *, gone: bool
) -> list[Finding]:
    stream = stream_name(prefix, spec.stream)
    name = f"{stream}/{spec.name}"
    if gone:
        return [Finding("missing", "consumer", name, spec=spec)]
    try:
        async with within(LOOK_S):
            held = await context.consumer_info(stream, spec.name)
            more = await unread(context, stream, spec.name)
    except nats.js.errors.NotFoundError:
        return [Finding("missing", "consumer", name, spec=spec)]
    wrong = [*differences(consumer_config(spec, prefix), held.config, CONSUMER_FACTS), *more]
    return [Finding("differs", "consumer", name, wrong, spec)] if wrong else []
