"""Keeping pages that a definition could not read: few of them, and never at the cost of the job."""

from collections import OrderedDict
from dataclasses import dataclass, field

import structlog

from wellspring_common.bus.port import Bus
from wellspring_common.clock import Clock
from wellspring_common.errors import WellspringError
from wellspring_common.events.envelope import MESSAGE_ID
from wellspring_common.fetch.page import Page
from wellspring_common.kept_pages import KeptPage, packed

MOST_AN_HOUR = 6
"""Different pages of one definition."""
_MOST_REMEMBERED = 1000

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PageKeeper:
    """Stores pages with the broker: each content once an hour, and few an hour of one definition."""

    bus: Bus
    clock: Clock
    _lately: OrderedDict[tuple[str, str], set[str]] = field(default_factory=OrderedDict)

    async def keep(self, definition_id: str, page: Page, *, code: str, step: str) -> None:
        """Keep a page, if there is room for it. Never fails."""
        now = self.clock.now()
        kept = KeptPage(
            definition=definition_id,
            url=page.url,
            at=now,
            code=code,
            step=step,
            body=page.body,
            content_type=page.content_type,
            status=page.status,
            headers=page.headers,
        )
        hour = f"{now:%Y%m%d%H}"
        lately = self._lately.setdefault((definition_id, hour), set())
        while len(self._lately) > _MOST_REMEMBERED:
            self._lately.popitem(last=False)
        if kept.id in lately or len(lately) >= MOST_AN_HOUR:
            return
        lately.add(kept.id)
        payload, headers = packed(kept)
        try:
            message_id = f"{definition_id}.{kept.id}.{hour}"
            await self.bus.publish_raw(kept.subject, payload, {**headers, MESSAGE_ID: message_id})
        except WellspringError as error:
            lately.discard(kept.id)
            log.warning("page.not_kept", definition=definition_id, code=error.code, reason=error.message)
            return
        log.info("page.kept", definition=definition_id, code=code, step=step, id=kept.id)
