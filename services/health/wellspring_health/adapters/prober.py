"""Probing by the safe fetcher."""

import hashlib

from wellspring_common import metrics
from wellspring_common.errors import Throttled, WellspringError
from wellspring_common.fetch.faults import UnknownNameError
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.media import MANIFESTS, sniff
from wellspring_common.fetch.page import Probe
from wellspring_common.metering import count_by_host

from ..domain.evidence import ANOTHER_FILE, NOT_ASKED, Evidence, cause_of, outcome_of
from ..domain.looks import DueLink
from .manifests import follow

CANARY_DEADLINE_S = 5.0
_OURS = frozenset({"blocked_address", "bad_url"})


class FetchProber:
    """One bounded ranged GET a link, and for a manifest those that lead to its first segment."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def probe(self, link: DueLink, *, deadline_s: float) -> Evidence:
        """Return what one bounded request showed. A host whose turn is far away is not asked."""
        away = self.wait(link.host)
        if away > 0:
            return Evidence(NOT_ASKED, retry_after_s=away)
        try:
            evidence = await self._look(link, deadline_s)
        except Throttled as error:
            # An answer of 429 is a probe with a status: what is raised was never sent.
            return Evidence(NOT_ASKED, retry_after_s=error.retry_after)
        except UnknownNameError:
            evidence = Evidence("dns_unknown")
        except WellspringError as error:
            evidence = Evidence(error.code)
        count_by_host(metrics.LINK_CHECKS, link.server, outcome=outcome_of(evidence))
        metrics.LINK_EVIDENCE.labels(cause_of(evidence).value).inc()
        return evidence

    def wait(self, host: str) -> float:
        """Return in how many seconds a host may be asked by work that nobody waits for."""
        return self._fetcher.pacer.background_wait(host)

    async def answers(self, url: str) -> bool:
        """Return whether anything at all answers there."""
        try:
            await self._fetcher.probe(url, deadline_s=CANARY_DEADLINE_S)
        except Throttled:
            return True
        except WellspringError as error:
            return error.code in _OURS
        return True

    async def _look(self, link: DueLink, deadline_s: float) -> Evidence:
        seen = await self._fetcher.probe(link.url, headers=link.headers, deadline_s=deadline_s)
        metrics.LINK_CHECK_DURATION.observe(seen.latency_ms / 1000)
        verdict = sniff(seen, expected_size=link.size_bytes)
        if verdict.ok and verdict.container in MANIFESTS:
            verdict = await follow(self._fetcher, seen, verdict, headers=link.headers, deadline_s=deadline_s)
        ok_file = verdict.ok and verdict.container not in MANIFESTS
        is_file = ok_file or verdict.reason == ANOTHER_FILE
        return Evidence(
            verdict.reason,
            seen.status,
            seen.latency_ms,
            seen.retry_after,
            size_bytes=seen.size if ok_file else None,
            fingerprint=_fingerprint(seen) if is_file else None,
        )


def _fingerprint(seen: Probe) -> str | None:
    if seen.size is None or not seen.first_bytes:
        return None
    start = hashlib.sha1(seen.first_bytes, usedforsecurity=False).hexdigest()
    return f"{seen.size}|{seen.etag or ''}|{start}"
