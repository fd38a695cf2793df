"""A link as a page offers it, before anybody has looked at the file behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wellspring_common.events.scrape import Container, LinkKind, RefreshClass


@dataclass(frozen=True)
class Candidate:
    """One offered link. `lifetime_s` counts from `issued_at` (unix time), else from now."""

    server: str
    label: str
    url: str
    kind: LinkKind = LinkKind.STREAM
    container: Container | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    issued_at: int | None = None
    lifetime_s: int | None = None
    refresh_class: RefreshClass = RefreshClass.SAFE
    no_resume: bool = False
    unique: bool = False


@dataclass(frozen=True)
class FileFacts:
    """What the page says about the file behind all of its links."""

    size_bytes: int | None = None
    quality: int | None = None
    language: str | None = None
