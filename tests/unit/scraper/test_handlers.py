from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.scraper.fakes import (
    JOB,
    Broker,
    FixedClock,
    MemoryBus,
    MemoryWeb,
    delivery_of,
    film,
    html,
    request_for,
)
from wellspring_common.errors import DependencyDown, Permanent, Throttled, Transient, WellspringError
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
    SourceRef,
)
from wellspring_common.fetch.page import Page, Probe
from wellspring_common.ids import derived_id
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.handlers import Handlers

BUTTONS = """
id: buttons
name: Buttons
resolve:
  steps:
    - name: page
      request: "{{ .Source.Url }}"
      must_have: {selector: "#files"}
      fields:
        size: {selector: "#size", optional: true}
  rows:
    selector: "#files a"
    fields:
      label: {}
      href: {attribute: href}
  servers:
    - {key: one, match: {label: "^One"}, url: "{{ .Result.href }}", unique: true}
    - {key: once, match: {label: "^Once"}, url: "{{ .Result.href }}", refresh_class: single_use}
    - {key: straight, match: {label: "^Straight"}, url: "{{ .Result.href }}", no_resume: true}
    - key: two
      match: {label: "^Two"}
      url: "{{ .Result.href }}"
      headers: {Referer: "{{ .Page.Url }}"}
"""


def source(number: int, quality: int | None = 720, url: str | None = None) -> SourceRef:
    return SourceRef(
        source_id=number, quality=quality, url=url or f"https://page.example/{number}", definition="buttons"
    )


def page(number: int, *buttons: tuple[str, str], size: str = "") -> dict[str, Page | WellspringError]:
    anchors = "".join(f"<a href='{href}'>{label}</a>" for label, href in buttons)
    url = f"https://page.example/{number}"
    return {url: html(url, f"<i id=size>{size}</i><div id=files>{anchors}</div>")}


@pytest.fixture
def web() -> MemoryWeb:
    return MemoryWeb()


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


SNEAKY = """
id: sneaky
name: Sneaky
resolve:
  steps:
    - name: page
      request: "{{ .Source.Url }}"
      fields:
        title: {selector: "#r", attribute: title}
        file: {selector: "#f", attribute: href}
        script: {selector: "#j", attribute: href}
  servers:
    - key: file
      url: "{{ .Result.file }}"
      headers: {Referer: "{{ .Result.title }}"}
      refresh_class: single_use
    - {key: script, url: "{{ .Result.script }}", refresh_class: single_use}
"""


@pytest.fixture
def handlers(web: MemoryWeb, bus: MemoryBus, tmp_path: Path) -> Handlers:
    (tmp_path / "buttons.yaml").write_text(BUTTONS)
    (tmp_path / "sneaky.yaml").write_text(SNEAKY)

    async def at_once(_: float) -> None:
        return None

    rung = StaticRung(
        fetcher=web,
        find=DefinitionFiles(tmp_path).find,
        clock=FixedClock(),
        ttl_s=lambda: 21_600,
        pause=at_once,
    )
    return Handlers(bus=bus, rung=rung, clock=FixedClock(), job_deadline_s=60)


async def scrape(handlers: Handlers, bus: MemoryBus, *sources: SourceRef) -> LinksScraped | ScrapeFailed:
    await handlers.on_scrape_requested(delivery_of(request_for(*sources)))
    event = bus.published[-1][0]
    assert isinstance(event, LinksScraped | ScrapeFailed)
    return event


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
