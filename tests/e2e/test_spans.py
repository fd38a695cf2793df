"""Spans of one forced scrape, as a collector gets them from several services."""

import secrets

import pytest

from tests.e2e.test_one_trace import forced
from tests.support.collector import Collector, collecting
from tests.support.gateway import eventually
from tests.support.running import running_demo

pytestmark = pytest.mark.e2e

TOLD = {
    ("wellspring-gateway", "gateway publishes scrape.requested"),
    ("wellspring-scraper", "scraper_interactive handles scrape.requested/1"),
    ("wellspring-scraper", "scraper publishes links.scraped"),
    ("wellspring-refresher", "refresher handles links.scraped/1"),
    ("wellspring-refresher", "refresher publishes links.updated"),
    ("wellspring-health", "health handles links.updated/1"),
}


async def spans_of(collector: Collector, trace_id: str) -> set[tuple[str, str]]:
    return {(service, span.name) for service, span in collector.of(trace_id)}


async def test_one_scrape_is_one_trace_through_four_services() -> None:
    async with (
        collecting() as collector,
        running_demo(
            {"WELLSPRING_OTEL_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "500"}
        ) as running,
    ):
        pages = await running.demo.mint("A Long Thread", 1)
        episode_id = await running.operator.add_episode("A Long Thread", 1, pages)
        trace_id, span_id = secrets.token_hex(16), secrets.token_hex(8)
        job_id, _ = await forced(running, episode_id, f"00-{trace_id}-{span_id}-01")
        request = ("wellspring-gateway", f"POST /api/v1/episodes/{episode_id}/scrape")
        await eventually(lambda: spans_of(collector, trace_id), lambda found: found >= TOLD | {request})

    spans = [span for _, span in collector.of(trace_id)]
    known = {span.span_id.hex() for span in spans}
    assert len(known) == len(spans)
    # every span hangs on another, and the first of all on ours
    assert [span.name for span in spans if span.parent_span_id.hex() not in known | {span_id}] == []
    assert [span.name for span in spans if span.parent_span_id.hex() == span_id] == [request[1]]
    handled = next(span for span in spans if span.name.startswith("scraper_interactive"))
    ids = {each.key: each.value.string_value for each in handled.attributes}
    assert ids["wellspring.job_id"] == job_id
    assert ids["wellspring.event_id"]
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in spans)
