"""What a scrape makes of pages that fail, that lie, or that it does not understand."""

from dataclasses import replace

import pytest

from tests.unit.scraper.fakes import (
    MemoryBus,
    MemoryWeb,
    delivery_of,
    html,
    request_for,
)
from tests.unit.scraper.scraping import page, scrape, source
from wellspring_common.errors import DependencyDown, Permanent, Throttled, Transient, WellspringError
from wellspring_common.events.scrape import (
    LinksScraped,
    Rung,
    ScrapeFailed,
    SourceRef,
)
from wellspring_scraper.handlers import Handlers


@pytest.mark.parametrize(
    ("problems", "expected"),
    [
        ((Permanent("x", code="not_found"), Permanent("x", code="not_found")), ("not_found", False)),
        ((Permanent("x", code="not_found"), Transient("x", code="timeout")), ("not_found", True)),
        ((Transient("x", code="dns"), Transient("x", code="timeout")), ("dns", True)),
        ((Throttled("x", retry_after=9), Transient("x", code="timeout")), ("throttled", True)),
        ((Permanent("x", code="blocked"), Permanent("x", code="not_found")), ("blocked", False)),
    ],
)
async def test_a_job_is_named_after_what_a_person_has_to_act_on(
    handlers: Handlers,
    web: MemoryWeb,
    bus: MemoryBus,
    problems: tuple[WellspringError, WellspringError],
    expected: tuple[str, bool],
) -> None:
    web.pages["https://page.example/1"], web.pages["https://page.example/2"] = problems
    event = await scrape(handlers, bus, source(1), source(2))
    assert isinstance(event, ScrapeFailed)
    assert (event.code, event.retryable) == expected
    assert bus.told[-1].code == event.code


async def test_a_page_that_answers_and_yields_nothing_is_drift(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    web.pages |= page(1, ("Casino", "/c"))
    event = await scrape(handlers, bus, source(1))
    assert isinstance(event, ScrapeFailed)
    assert event.code == "drift"


async def test_a_connection_that_fails_once_is_tried_once_more(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    web.pages |= page(1, ("One", "/f/1"))
    web.flaky["https://page.example/1"] = [Transient("reset", code="connect")]
    assert isinstance(await scrape(handlers, bus, source(1)), LinksScraped)
    web.flaky["https://page.example/1"] = [Transient("reset", code="connect")] * 2
    assert isinstance(await scrape(handlers, bus, source(1)), ScrapeFailed)


async def test_a_page_cannot_slip_in_headers_or_other_kinds_of_address(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    url = "https://page.example/1"
    sneaky = SourceRef(source_id=1, quality=720, url=url, definition="sneaky")
    web.pages[url] = html(
        url, "<a id=r title='x\r\nHost: y'></a><a id=f href='/f'></a><a id=j href='javascript:1'></a>"
    )
    event = await scrape(handlers, bus, sneaky)
    (link,) = event.results[0].links
    assert link.headers == {"Referer": "xHost: y"}
    assert [(one.server, one.code) for one in event.results[0].problems] == [("script", "bad_url")]


@pytest.mark.parametrize("url", ["http://[", "", "javascript:1", "http://\ud800/"])
async def test_a_source_that_is_no_url_is_a_named_failure(
    handlers: Handlers, bus: MemoryBus, url: str
) -> None:
    event = await scrape(handlers, bus, source(1).model_copy(update={"url": url}))
    assert isinstance(event, ScrapeFailed)
    assert event.code in {"bad_url", "not_found"}


async def test_an_unknown_definition_and_no_sources_are_named_failures(
    handlers: Handlers, bus: MemoryBus
) -> None:
    unknown = source(1).model_copy(update={"definition": "nobody"})
    event = await scrape(handlers, bus, unknown)
    assert isinstance(event, ScrapeFailed)
    assert (event.code, event.retryable) == ("unknown_definition", False)
    nothing = await scrape(handlers, bus)
    assert isinstance(nothing, ScrapeFailed)
    assert nothing.code == "no_links"


async def test_a_job_out_of_time_keeps_what_it_has(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    web.pages |= page(1, ("One", "/f/1"))
    late = replace(handlers, job_deadline_s=-1.0)
    event = await scrape(late, bus, source(1))
    assert isinstance(event, ScrapeFailed)
    assert (event.code, event.retryable) == ("timeout", True)


async def test_a_source_that_is_a_file_is_its_own_link(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    event = await scrape(handlers, bus, source(1, url="https://media.example/film.mp4"))
    (result,) = event.results
    assert (result.rung, result.pages) == (Rung.DIRECT, 0)
    assert [(link.server, link.url) for link in result.links] == [
        ("direct", "https://media.example/film.mp4")
    ]


async def test_a_broker_that_is_down_is_left_to_the_bus(handlers: Handlers, bus: MemoryBus) -> None:
    bus.down = DependencyDown("away")
    with pytest.raises(DependencyDown):
        await handlers.on_scrape_requested(delivery_of(request_for(source(1))))


async def test_both_lanes_are_listened_to(handlers: Handlers) -> None:
    names = [one.consumer.name for one in handlers.subscriptions()]
    assert names == ["scraper_interactive", "scraper_background"]
