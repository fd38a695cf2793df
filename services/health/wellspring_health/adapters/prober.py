"""Probing by the safe fetcher."""

from wellspring_common import metrics
from wellspring_common.errors import Throttled, WellspringError
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.media import sniff
from wellspring_common.fetch.pace import NotOurTurn
from wellspring_common.metering import count_by_host

from ..domain.evidence import NOT_ASKED, Evidence, outcome_of
from ..ports import DueLink


class FetchProber:
    """One bounded ranged GET a link."""

    def __init__(self, fetcher: Fetcher, *, deadline_s: float) -> None:
        self._fetcher = fetcher
        self._deadline_s = deadline_s

    async def probe(self, link: DueLink) -> Evidence:
        """Return what one bounded request showed."""
        try:
            seen = await self._fetcher.probe(link.url, headers=link.headers, deadline_s=self._deadline_s)
        except NotOurTurn as error:
            return Evidence(NOT_ASKED, retry_after_s=error.retry_after)
        except Throttled as error:
            evidence = Evidence(error.code, retry_after_s=error.retry_after)
        except WellspringError as error:
            evidence = Evidence(error.code)
        else:
            verdict = sniff(seen)
            metrics.LINK_CHECK_DURATION.observe(seen.latency_ms / 1000)
            evidence = Evidence(verdict.reason, seen.status, seen.latency_ms, seen.retry_after)
        count_by_host(metrics.LINK_CHECKS, link.server, outcome=outcome_of(evidence.reason))
        return evidence
