"""Streams, consumers and buckets on the server: made once, asserted at every start and while running."""

import asyncio
from collections.abc import Sequence

import nats.js.errors
import structlog
from nats.js import JetStreamContext
from nats.js.api import StreamConfig

from wellspring_common import metrics
from wellspring_common.errors import DependencyDown, Permanent, WellspringError, reason_of
from wellspring_common.events.specs import MIB, BucketSpec, ConsumerSpec, StreamSpec, stream_name
from wellspring_common.stream_sizes import promised_bytes

from .cancellation import within
from .connection import connected
from .errors import AWAY
from .survey import Finding, surplus, survey
from .topology_config import bucket_config, consumer_config, stream_config

WATCH_S = 5.0
WHOLE_S = 60.0
"""How long all of it may take to be compared or mended."""
NO_ROOM = frozenset({10002, 10023, 10028, 10047})
"""What the server says to a stream for which it has no disk left to promise."""

log = structlog.get_logger(__name__)


class TopologyDrift(Permanent):
    """The server holds another topology than the code declares."""

    code = "topology_drift"


class TopologyTooLarge(Permanent):
    """The server may not store as much as the streams are promised."""

    code = "topology_too_large"


class TopologyMissing(DependencyDown):
    """Somebody must make the topology, or part of it."""

    code = "topology_missing"


async def differs(url: str, *, prefix: str) -> list[Finding]:
    """Return everything that is not as declared, surplus included.

    Needs a user who may manage JetStream. Raises `DependencyDown`.
    """
    async with connected(url, "topology") as connection:
        context = connection.client.jetstream(timeout=10)
        try:
            async with within(WHOLE_S):
                return [*await survey(context, prefix), *await surplus(context, prefix)]
        except AWAY as error:
            raise _refused(error) from error


async def ensure(url: str, *, prefix: str, mend: bool = False) -> list[str]:
    """Make what is missing, and with `mend` change what differs. Returns what was done, a line each.

    Consumers that nobody declares go with `mend`. Streams that nobody declares stay: they may hold something.
    Needs a user who may manage JetStream. Raises `TopologyDrift` with the differences otherwise,
    `TopologyTooLarge` and `DependencyDown`.
    """
    async with connected(url, "topology") as connection:
        context = connection.client.jetstream(timeout=10)
        try:
            async with within(WHOLE_S):
                found = await survey(context, prefix)
                drift = [finding for finding in found if finding.state == "differs"]
                done = await (_mended(context, found, prefix) if mend else _made(context, found, prefix))
        except AWAY as error:
            raise _refused(error) from error
    if drift and not mend:
        raise TopologyDrift(_explain(drift))
    return done


async def _made(context: JetStreamContext, found: Sequence[Finding], prefix: str) -> list[str]:
    drift = [finding for finding in found if finding.state == "differs"]
    try:
        return [await _mend(context, each, prefix) for each in found if each.state == "missing"]
    except nats.js.errors.APIError as error:
        if drift:  # a missing stream may want the subjects of one that differs
            raise TopologyDrift(_explain(drift)) from error
        raise


async def _mended(context: JetStreamContext, found: Sequence[Finding], prefix: str) -> list[str]:
    await _release_subjects(context, [finding for finding in found if finding.state == "differs"], prefix)
    gone = [finding for finding in await surplus(context, prefix) if finding.what == "consumer"]
    for finding in gone:
        await context.delete_consumer(*finding.name.split("/"))
    order = ("stream", "consumer", "bucket")
    whole = sorted([*found, *gone], key=lambda each: (order.index(each.what), each.state != "differs"))
    return [await _mend(context, finding, prefix) for finding in whole]


def _refused(error: Exception) -> WellspringError:
    if isinstance(error, nats.js.errors.APIError) and error.err_code in NO_ROOM:
        return TopologyTooLarge(
            f"streams and buckets are promised {promised_bytes() // MIB} MiB together, "
            f"and NATS may not store as much ({error.description})"
        )
    return DependencyDown(f"NATS refuses: {reason_of(error)}")


async def _release_subjects(context: JetStreamContext, drift: Sequence[Finding], prefix: str) -> None:
    """Take from each stream the subjects that it may not keep, before another stream is given them."""
    for finding in drift:
        if not isinstance(finding.spec, StreamSpec):
            continue
        ours = stream_config(finding.spec, prefix)
        held = (await context.stream_info(finding.name)).config.subjects or []
        kept = sorted(set(held) & set(ours.subjects or []))
        if len(kept) < len(held):
            ours.subjects = kept or [f"{prefix}.moving.{finding.spec.name.lower()}"]
            await context.update_stream(ours)


async def _mend(context: JetStreamContext, finding: Finding, prefix: str) -> str:
    match finding.spec:
        case StreamSpec() as spec:
            await _put(context, stream_config(spec, prefix), finding)
        case BucketSpec() as spec:
            await _put(context, bucket_config(spec, prefix), finding)
        case ConsumerSpec() as spec:
            await context.add_consumer(stream_name(prefix, spec.stream), consumer_config(spec, prefix))
        case None:
            return f"removed {finding.what} {finding.name}"
    if finding.state == "missing":
        return f"made {finding.what} {finding.name}"
    return f"mended {finding.what} {finding.name}: " + "; ".join(finding.lines)


async def _put(context: JetStreamContext, config: StreamConfig, finding: Finding) -> None:
    if finding.state == "missing":
        await context.add_stream(config)
    else:
        await context.update_stream(config)


def _explain(drift: Sequence[Finding]) -> str:
    lines = "\n  ".join(
        f"{finding.what} {finding.name}, {line}" for finding in drift for line in finding.lines or ["missing"]
    )
    return (
        f"NATS differs from what this version declares:\n  {lines}\n"
        "Run `wellspring topology apply` to mend it."
    )


async def check(context: JetStreamContext, service: str, prefix: str) -> None:
    """Raise unless the server holds what `service` needs, as declared.

    Raises `TopologyMissing` (wait for it) or `TopologyDrift` (refuse to start).
    """
    try:
        found = await survey(context, prefix, service)
    except AWAY as error:
        raise DependencyDown(f"NATS does not answer: {reason_of(error)}") from error
    missing = [finding for finding in found if finding.state == "missing"]
    if missing:
        names = ", ".join(f"{each.what} {each.name}" for each in missing)
        raise TopologyMissing(f"NATS has no {names}: run `wellspring topology apply`.")
    if found:
        raise TopologyDrift(_explain(found))


async def wait_for(context: JetStreamContext, service: str, prefix: str) -> None:
    """Wait until the topology is there, and say for what. Raises `TopologyDrift` at once when it differs."""
    told = ""
    while True:
        try:
            return await check(context, service, prefix)
        except DependencyDown as error:
            if error.message != told:
                log.warning("topology.awaited", code=error.code, reason=error.message)
                told = error.message
            await asyncio.sleep(1)


class TopologyWatch:
    """Looks now and then whether the topology is still there: somebody may delete or change it by hand."""

    def __init__(self, context: JetStreamContext, service: str, prefix: str) -> None:
        self._context = context
        self._service = service
        self._prefix = prefix
        self._wrong: TopologyDrift | TopologyMissing | None = None
        self._gauge = metrics.TOPOLOGY_OK.labels(service)
        self._gauge.set(1)

    async def run(self) -> None:
        """Look until cancelled. A server that is away changes nothing that is known."""
        while True:
            await asyncio.sleep(WATCH_S)
            try:
                await check(self._context, self._service, self._prefix)
            except (TopologyDrift, TopologyMissing) as error:
                if self._wrong is None or self._wrong.message != error.message:
                    log.error("topology.broken", code=error.code, reason=error.message)
                self._wrong = error
            except DependencyDown:
                continue
            except Exception:  # a look that fails must not be the last one
                log.exception("topology.unread")
                continue
            else:
                if self._wrong is not None:
                    log.info("topology.mended")
                self._wrong = None
            self._gauge.set(self._wrong is None)

    async def ping(self) -> None:
        """Raise what was found wrong at the last look."""
        if self._wrong is not None:
            raise self._wrong
