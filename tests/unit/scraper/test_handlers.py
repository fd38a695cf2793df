"""What a scrape publishes of what it found."""

import pytest

from tests.unit.scraper.fakes import (
    JOB,
    Broker,
    MemoryBus,
    MemoryWeb,
    delivery_of,
    film,
    request_for,
)
from tests.unit.scraper.scraping import page, scrape, source
from wellspring_common.errors import Permanent, Throttled, Transient, WellspringError
from wellspring_common.events.live import Step
from wellspring_common.events.scrape import (
    Container,
    ExpiryBasis,
    LinkKind,
    LinksScraped,
    RefreshClass,
    Rung,
    ScrapeFailed,
    ScrapeStarted,
)
from wellspring_common.fetch.page import Probe
from wellspring_common.ids import derived_id
from wellspring_scraper.handlers import Handlers


async def test_links_are_published_with_all_that_is_known_of_them(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    web.pages |= page(1, ("One", "/f/1"), ("Two", "https://two.example/f.mkv?exp=1795258390"))
    event = await scrape(handlers, bus, source(1))
    assert isinstance(event, LinksScraped)
    (result,) = event.results
    one, two = result.links
    assert (one.server, one.url, one.quality, one.verified) == ("one", "https://page.example/f/1", 720, True)
    assert (one.container, one.size_bytes, one.http_status, one.latency_ms) == (
        Container.MP4,
        500_000_000,
        206,
        12,
    )
    assert (one.expiry_basis, two.expiry_basis) == (ExpiryBasis.DEFAULT, ExpiryBasis.PARAMETER)
    assert two.headers == {"Referer": "https://page.example/1"}
    assert (result.rung, result.pages, result.problems) == (Rung.STATIC, 1, ())


async def test_what_is_published_can_be_published_twice(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    web.pages |= page(1, ("One", "/f/1"))
    for _ in range(2):
        await handlers.on_scrape_requested(delivery_of(request_for(source(1)), attempt=3))
    ids = [envelope.event_id for _, envelope in bus.published]
    expected = [derived_id(JOB, "started", 3), derived_id(JOB, "links.scraped")]
    assert ids == expected * 2
    started = bus.published[0][0]
    assert isinstance(started, ScrapeStarted)
    assert started.attempt == 3
    assert all(envelope.cause_id == JOB for _, envelope in bus.published)


async def test_people_and_the_broker_hear_of_every_step(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    web.pages |= page(1, ("One", "/f/1"))
    broker = Broker()
    await handlers.on_scrape_requested(delivery_of(request_for(source(1)), broker))
    assert bus.steps == [
        Step.STARTED,
        Step.FETCHING,
        Step.FOUND,
        Step.VERIFYING,
        Step.VERIFIED,
        Step.FINISHED,
    ]
    assert broker.told == len(bus.told)
    assert bus.told[1].host == "page.example"


async def test_sources_are_scraped_at_the_same_time(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    for number in (1, 2, 3):
        web.pages |= page(number, ("One", f"/f/{number}"))
    event = await scrape(handlers, bus, source(1, 480), source(2, 720), source(3, 1080))
    assert web.most_at_once == 3
    assert [one.source_id for one in event.results] == [1, 2, 3]


async def test_one_link_is_a_success_and_the_problems_stay_with_it(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    web.pages |= page(1, ("One", "/f/1"))
    event = await scrape(handlers, bus, source(1), source(2, 480))
    assert isinstance(event, LinksScraped)
    good, bad = event.results
    assert len(good.links) == 1
    assert [problem.code for problem in bad.problems] == ["not_found"]


@pytest.mark.parametrize(
    ("probe", "code"),
    [
        (film("x", start=b"<!DOCTYPE html>File expired"), "html_body"),
        (film("x", size=900), "too_small"),
        (film("x", size=10_000_000), "wrong_size"),
        (film("x", status=404), "not_found"),
        (film("x", status=403), "forbidden"),
        (film("x", status=403)._replace(challenge=True), "blocked"),
        (Transient("no answer", code="timeout"), "timeout"),
        (Permanent("private", code="blocked_address"), "blocked_address"),
    ],
)
async def test_a_link_without_its_film_is_not_reported(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus, probe: Probe | WellspringError, code: str
) -> None:
    web.pages |= page(1, ("One", "/f/1"), size="476.8 MB")
    web.files["https://page.example/f/1"] = probe
    event = await scrape(handlers, bus, source(1))
    assert isinstance(event, ScrapeFailed)
    assert event.code == code
    assert event.results[0].problems[0].server == "one"
    assert Step.REJECTED in bus.steps


async def test_a_host_that_is_busy_leaves_the_link_unseen(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    web.pages |= page(1, ("One", "/f/1"), ("Two", "/f/2"))
    web.files["https://page.example/f/1"] = Throttled("busy", retry_after=60)
    web.files["https://page.example/f/2"] = film("x", status=429)
    event = await scrape(handlers, bus, source(1))
    assert isinstance(event, LinksScraped)
    assert [link.verified for link in event.results[0].links] == [False, False]


async def test_a_link_that_works_once_is_left_for_the_viewer(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    web.pages |= page(1, ("Once", "/f/once"))
    event = await scrape(handlers, bus, source(1))
    (link,) = event.results[0].links
    assert (link.refresh_class, link.verified) == (RefreshClass.SINGLE_USE, False)
    assert web.probed == []


async def test_a_server_without_resume_is_for_downloads_unless_it_serves_ranges(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    web.pages |= page(1, ("Straight", "/f/s"))
    with_ranges = await scrape(handlers, bus, source(1))
    web.files["https://page.example/f/s"] = film("x", status=200)
    without = await scrape(handlers, bus, source(1))
    assert with_ranges.results[0].links[0].kind is LinkKind.STREAM
    assert without.results[0].links[0].kind is LinkKind.DOWNLOAD


async def test_a_file_that_claims_to_be_two_qualities_is_a_decoy(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    web.pages |= page(1, ("One", "https://x.example/dead"), ("Two", "https://x.example/1"))
    web.pages |= page(2, ("One", "https://x.example/dead"), ("Two", "https://x.example/2"))
    event = await scrape(handlers, bus, source(1, 480), source(2, 720))
    assert [[link.server for link in one.links] for one in event.results] == [["two"], ["two"]]
    assert [problem.code for one in event.results for problem in one.problems] == ["decoy", "decoy"]


async def test_two_buttons_of_one_server_give_one_link(
    handlers: Handlers, web: MemoryWeb, bus: MemoryBus
) -> None:
    buttons = [("One", f"/f/{number}") for number in range(10)]
    web.pages |= page(1, *buttons)
    web.files["https://page.example/f/0"] = Permanent("gone", code="not_found")
    event = await scrape(handlers, bus, source(1))
    assert [link.url for link in event.results[0].links] == ["https://page.example/f/1"]
    assert len(web.probed) == 3
