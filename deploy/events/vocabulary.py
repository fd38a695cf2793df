"""Reads the event models, the topology and the permissions as one list of what is said by whom to whom."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from wellspring_common.events.crawl import CrawlRequested, CrawlStep
from wellspring_common.events.downloads import DownloadProgress
from wellspring_common.events.envelope import Event
from wellspring_common.events.live import ScrapeStep
from wellspring_common.events.permissions import SERVICES, may_hear, may_say
from wellspring_common.events.scrape import ScrapeRequested
from wellspring_common.events.specs import ConsumerSpec, StreamSpec
from wellspring_common.events.topology import CONSUMERS, STREAMS
from wellspring_common.events.uploads import UploadProgress

PACKAGE = "wellspring_common.events."
# Importing the permissions imports every family but what is never stored: named here, and tested.
TAILS: dict[type[Event], tuple[str, ...]] = {
    ScrapeRequested: ("lane", "pool"),
    CrawlRequested: ("pool",),
    ScrapeStep: ("episode_id",),
    CrawlStep: ("catalogue_id",),
    DownloadProgress: ("episode_id",),
    UploadProgress: ("title_id",),
}
"""The fields that a class adds to its subject, in order."""


@dataclass(frozen=True)
class Word:
    """One event class with everything that is said about it elsewhere."""

    kind: type[Event]
    family: str
    stream: StreamSpec | None
    said_by: tuple[str, ...]
    consumers: tuple[ConsumerSpec, ...]
    listeners: tuple[str, ...]
    """Services that may hear it as it is said, without acknowledging."""

    @property
    def schema(self) -> str:
        """Return what the `ws-schema` header says."""
        return f"{self.kind.subject}/{self.kind.version}"

    @property
    def name(self) -> str:
        """Return the name of its channel and its message: newer versions stand beside the first."""
        version = f"V{self.kind.version}" if self.kind.version > 1 else ""
        return f"{self.kind.__name__.removesuffix(version)}{version}"

    @property
    def tail(self) -> tuple[str, ...]:
        """Return the fields that follow its name in the subject."""
        return TAILS.get(self.kind, ())


def covers(pattern: str, subject: str) -> bool:
    """Return whether a relative pattern of NATS includes a subject or a narrower pattern."""
    return pattern in {">", subject} or (pattern.endswith(".>") and f"{subject}.".startswith(pattern[:-1]))


def vocabulary() -> Sequence[Word]:
    """Return every event class, family by family, in the order of their declaration."""
    kinds: list[type[Event]] = []
    waiting: list[type[Event]] = [Event]
    while waiting:
        subclasses = [kind for kind in waiting.pop().__subclasses__() if kind.__module__.startswith(PACKAGE)]
        kinds += subclasses
        waiting += subclasses
    kinds.sort(
        key=lambda kind: (kind.__module__, list(vars(sys.modules[kind.__module__])).index(kind.__name__))
    )
    return [_word(kind) for kind in kinds]


def _word(kind: type[Event]) -> Word:
    def hears(patterns: Sequence[str]) -> bool:
        return any(
            covers(pattern, kind.subject) or covers(kind.subject + ".>", pattern) for pattern in patterns
        )

    return Word(
        kind=kind,
        family=kind.__module__.removeprefix(PACKAGE),
        stream=next((stream for stream in STREAMS if hears(stream.subjects)), None),
        said_by=tuple(service for service in SERVICES if hears(may_say(service))),
        consumers=tuple(consumer for consumer in CONSUMERS if hears(consumer.filters)),
        listeners=tuple(service for service in SERVICES if hears(may_hear(service))),
    )
