"""What a crawl remembers of a title, and what that saves it from asking."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from wellspring_common.events.crawl import CrawledTitle

LONGEST_TRUST = timedelta(days=7)
"""After so long a title is asked for again, whatever the list says."""
_WORTH_WRITING = timedelta(days=1)


@dataclass(frozen=True)
class Validators:
    """What a host said with a page, so that it need not send the same page again."""

    etag: str = ""
    modified: str = ""

    def headers(self) -> dict[str, str]:
        """Return the headers of a conditional request, none where the host said nothing."""
        found = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: text for name, text in found.items() if text}


@dataclass(frozen=True)
class Remembered:
    """One title as it was read last. `definition` and `digest` are digests, `mark` is the list's."""

    definition: str
    url: str
    digest: str
    mark: str
    read_at: datetime
    validators: Validators = Validators()

    def fits(self, definition: str, url: str) -> bool:
        """Return whether this was read by the same definition at the same address."""
        return (self.definition, self.url) == (definition, url)


def need_not_ask(known: Remembered | None, mark: str, now: datetime) -> bool:
    """Return whether the list itself shows that a title is as it was."""
    return known is not None and mark != "" and mark == known.mark and now - known.read_at < LONGEST_TRUST


def worth_writing(known: Remembered | None, fresh: Remembered) -> bool:
    """Return whether the memory of an unchanged title has to be renewed."""
    if known is None or fresh.read_at - known.read_at >= _WORTH_WRITING:
        return True
    return (known.digest, known.mark, known.validators) != (fresh.digest, fresh.mark, fresh.validators)


def validators_of(headers: Mapping[str, str]) -> Validators:
    """Return what the headers of a page (lower case names) say about asking again."""
    return Validators(headers.get("etag", "")[:200], headers.get("last-modified", "")[:60])


def digest_of(title: CrawledTitle) -> str:
    """Return what differs when anything about a title does."""
    return short(title.model_dump_json())


def short(text: str) -> str:
    """Return a name for a text that no other text has."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
