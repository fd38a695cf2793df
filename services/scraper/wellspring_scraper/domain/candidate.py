"""A link as a page offers it, before anybody has looked at the file behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wellspring_common.events.scrape import Container, LinkKind, RefreshClass


@dataclass(frozen=True)
class FileFacts:
    """What a page says about a file."""

    size_bytes: int | None = None
    quality: int | None = None
    language: str | None = None


@dataclass(frozen=True)
class Candidate:
    """One offered link. `lifetime_s` counts from `issued_at` (unix time), else from now.

    `facts` are about its own file, where the page lists several. With a `quota` it is left to the viewer.
    """

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
    quota: bool = False
    facts: FileFacts = FileFacts()

    def facts_with(self, of_page: FileFacts) -> FileFacts:
        """Return what is known of the file: from its own row, else from the page."""
        own = self.facts
        return FileFacts(
            size_bytes=own.size_bytes if own.size_bytes is not None else of_page.size_bytes,
            quality=own.quality if own.quality is not None else of_page.quality,
            language=own.language or of_page.language,
        )
