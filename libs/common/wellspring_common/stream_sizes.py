"""How large the streams may grow: an operator's to say, the same for services and for `topology apply`."""

from dataclasses import replace

from pydantic import Field

from .events.specs import DAY_S, MIB, StreamSpec
from .events.topology import BUCKETS, COMMANDS, EVENTS, LEASES, PLAYBACK, STREAMS
from .settings import EnvSettings


class StreamSizes(EnvSettings):
    """Sizes of the streams. EVENTS needs 2 x events a second x bytes of one x seconds that it keeps them."""

    nats_events_mib: int = Field(default=EVENTS.max_bytes // MIB, ge=8)
    nats_events_days: int = Field(default=EVENTS.max_age_s // DAY_S, ge=1, le=30)
    nats_commands_mib: int = Field(default=COMMANDS.max_bytes // MIB, ge=8)
    nats_playback_mib: int = Field(default=PLAYBACK.max_bytes // MIB, ge=8)


def streams(sizes: StreamSizes | None = None) -> tuple[StreamSpec, ...]:
    """Return the streams with the sizes of this installation. Raises `SettingsError`."""
    said = sizes or StreamSizes()
    sized = {
        EVENTS.name: replace(
            EVENTS, max_bytes=said.nats_events_mib * MIB, max_age_s=said.nats_events_days * DAY_S
        ),
        COMMANDS.name: replace(COMMANDS, max_bytes=said.nats_commands_mib * MIB),
        PLAYBACK.name: replace(PLAYBACK, max_bytes=said.nats_playback_mib * MIB),
    }
    return tuple(sized.get(stream.name, stream) for stream in STREAMS)


def promised_bytes(sizes: StreamSizes | None = None) -> int:
    """Return how much room all streams and buckets may take together."""
    return sum(stream.max_bytes for stream in streams(sizes)) + sum(
        bucket.max_bytes for bucket in (*BUCKETS, LEASES)
    )


def store_bytes(sizes: StreamSizes | None = None) -> int:
    """Return what a server must be allowed to store: all of that and a quarter more, 1 GiB at least."""
    return max(1024 * MIB, -(-promised_bytes(sizes) * 5 // 4 // MIB) * MIB)
