"""What can be said of a stream, a consumer and a bucket, and their names on the server."""

from dataclasses import dataclass
from enum import StrEnum

DAY_S = 24 * 3600
MIB = 1024 * 1024
REPLAY = "replay"
"""The subject of dead letters that are tried again, before the name of the consumer that gave up on them."""


class Retention(StrEnum):
    """How long a stream keeps a message."""

    WORK_QUEUE = "workqueue"
    LIMITS = "limits"


@dataclass(frozen=True)
class StreamSpec:
    """One stream. Subjects are relative to the prefix unless they start with `$`."""

    name: str
    subjects: tuple[str, ...]
    retention: Retention
    discard_old: bool
    max_age_s: int
    max_bytes: int
    largest: int = 256 * 1024
    """Bytes of a message, headers included."""


@dataclass(frozen=True)
class ConsumerSpec:
    """One durable pull consumer. `working` is how many messages its service handles at once."""

    name: str
    service: str
    stream: str
    filters: tuple[str, ...]
    ack_wait_s: int
    max_ack_pending: int
    working: int

    @property
    def replay(self) -> str:
        """Return the relative subject under which its own dead letters come again."""
        return f"{REPLAY}.{self.stream.lower()}.{self.name}"

    @property
    def heard(self) -> tuple[str, ...]:
        """Return every relative subject that it is brought."""
        return (*self.filters, self.replay)


@dataclass(frozen=True)
class BucketSpec:
    """One KV bucket. `readers` and `writers` are services; `ttl_s` is how long a value stays, 0 for ever."""

    name: str
    readers: tuple[str, ...]
    writers: tuple[str, ...]
    max_bytes: int
    ttl_s: float = 0


def stream_name(prefix: str, stream: str) -> str:
    """Return the name that the server knows the stream by."""
    return f"{prefix.upper()}_{stream}"


def bucket_name(prefix: str, bucket: str) -> str:
    """Return the name that the server knows the KV bucket by."""
    return f"{prefix.upper()}_{bucket}"


def subject_on(prefix: str, subject: str) -> str:
    """Return a subject as it stands on the wire."""
    if subject.startswith("$"):
        return subject.replace("{prefix}", prefix.upper())
    return f"{prefix}.{subject}"
