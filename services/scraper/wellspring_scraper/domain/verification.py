"""Whether a candidate becomes a link, decided from one look at its file."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from wellspring_common.events.scrape import Container, FoundLink, LinkKind, RefreshClass
from wellspring_common.fetch.media import MANIFESTS, container_of_path, sniff
from wellspring_common.fetch.page import Probe

from .candidate import Candidate, FileFacts
from .expiry import Expiry, expiry_of

# the page's size is rounded, the file behind an error is a few seconds long
_LEAST_SHARE = 0.5
_HARMLESS = frozenset({"throttled"})


@dataclass(frozen=True)
class Verdict:
    """What the look showed: a link, or the code of why there is none."""

    link: FoundLink | None
    code: str | None = None
    detail: str = ""


def worth_a_look(candidate: Candidate) -> bool:
    """Return whether there is a file to look at, and looking does not use the link up."""
    if candidate.kind is LinkKind.EMBED or candidate.quota:
        return False
    return candidate.refresh_class is not RefreshClass.SINGLE_USE


def unseen(candidate: Candidate, facts: FileFacts, now: datetime, default_ttl_s: int) -> Verdict:
    """Return the link as the page offers it, for what cannot or may not be looked at now."""
    return _accepted(candidate, facts, None, None, _expiry(candidate, now, default_ttl_s))


def seen(candidate: Candidate, facts: FileFacts, probe: Probe, now: datetime, default_ttl_s: int) -> Verdict:
    """Return the verdict on a candidate whose file was looked at."""
    verdict = sniff(probe)
    if not verdict.ok:
        if verdict.reason in _HARMLESS:
            return unseen(candidate, facts, now, default_ttl_s)
        detail = f"The server answered {probe.status} with {probe.content_type or 'no content type'}."
        return Verdict(None, verdict.reason, detail)
    if _too_short(facts, probe, verdict.container):
        detail = f"The page promises {facts.size_bytes} bytes, the file has {probe.size}."
        return Verdict(None, "wrong_size", detail)
    return _accepted(
        candidate, facts, probe, verdict.container, _expiry(candidate, now, default_ttl_s, probe.sunset)
    )


def _too_short(facts: FileFacts, probe: Probe, container: Container | None) -> bool:
    if facts.size_bytes is None or probe.size is None or container in MANIFESTS:
        return False
    return probe.size < facts.size_bytes * _LEAST_SHARE


def _accepted(
    candidate: Candidate,
    facts: FileFacts,
    probe: Probe | None,
    container: Container | None,
    expiry: Expiry | None,
) -> Verdict:
    if expiry is None:
        return Verdict(None, "expired", "The link had already expired when the page offered it.")
    by_name = container_of_path(urlsplit(candidate.url).path)
    size = None if probe is None or container in MANIFESTS else probe.size
    link = FoundLink(
        server=candidate.server,
        label=candidate.label,
        kind=_kind(candidate, probe),
        container=container or by_name or candidate.container or Container.OTHER,
        url=candidate.url,
        headers=dict(candidate.headers),
        quality=facts.quality,
        size_bytes=size if size is not None or container in MANIFESTS else facts.size_bytes,
        language=facts.language,
        expires_at=expiry.at,
        expiry_basis=expiry.basis,
        expiry_evidence=expiry.evidence,
        refresh_class=candidate.refresh_class,
        verified=probe is not None,
        http_status=None if probe is None else probe.status,
        latency_ms=None if probe is None else probe.latency_ms,
    )
    return Verdict(link)


def _expiry(
    candidate: Candidate, now: datetime, default_ttl_s: int, sunset: datetime | None = None
) -> Expiry | None:
    found = expiry_of(
        candidate.url,
        now,
        issued_at=candidate.issued_at,
        lifetime_s=candidate.lifetime_s,
        default_ttl_s=default_ttl_s,
        sunset=sunset,
    )
    return found if found.at > now else None


def _kind(candidate: Candidate, probe: Probe | None) -> LinkKind:
    seekable = probe is not None and probe.accept_ranges
    return LinkKind.DOWNLOAD if candidate.no_resume and not seekable else candidate.kind
