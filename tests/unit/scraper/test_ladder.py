"""Which rungs a source is tried on, and what is remembered of its host."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.scraper.fakes import Broker, FixedClock, MemoryBus, MemoryWeb, delivery_of, html, request_for
from tests.unit.scraper.scraping import BUTTONS, page, source
from wellspring_common.events.scrape import LinksScraped, Problem, Rung, ScrapeFailed, SourceRef, SourceResult
from wellspring_common.testing.clock import FrozenClock
from wellspring_common.testing.kv import MemoryValues
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.ladder import KEY, Habits, Ladder
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.domain import rungs
from wellspring_scraper.domain.rungs import BROWSER_ONLY, TRY_AGAIN_EVERY
from wellspring_scraper.handlers import Handlers
from wellspring_scraper.ports import Scraped, Watch

URL = "https://page.example/1"
BROWSER = 'browser: {wait_for: "#files a"}\n'


class Browser:
    """Gives a source the links of a page that scripts have filled."""

    def __init__(self, static: StaticRung) -> None:
        self.static, self.asked, self.is_away = static, list[str](), False

    async def climb(
        self, sources: Sequence[SourceRef], scraped: Sequence[Scraped], watch: Watch, until: float
    ) -> list[Scraped]:
        results = list(scraped)
        for at, one in enumerate(scraped):
            if not one.result.links and not self.is_away:
                self.asked.append(sources[at].url)
                filled = page(1, ("One", "https://f.example/1.mp4"))[URL]
                assert not isinstance(filled, Exception)
                web = MemoryWeb({URL: filled})
                plain = await StaticRung(
                    fetcher=web, find=self.static.find, clock=FixedClock(), ttl_s=lambda: 60
                ).scrape(sources[at], watch, until)
                result = plain.result.model_copy(update={"rung": Rung.BROWSER, "escalated_because": "few"})
                results[at] = Scraped(result)
        return results


class Resolver:
    """Says that it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def scrape(self, source: SourceRef, watch: Watch, until: float) -> Scraped:
        self.asked.append(source.url)
        problem = Problem(code="drift", detail="Nothing.")
        return Scraped(
            SourceResult(
                source_id=source.source_id,
                quality=source.quality,
                rung=Rung.RESOLVER,
                links=(),
                problems=(problem,),
                pages=1,
                elapsed_ms=0,
            )
        )


class Scraper:
    """A scraper with all rungs."""

    def __init__(self, folder: Path, text: str) -> None:
        (folder / "buttons.yaml").write_text(text)
        self.web, self.values, self.clock = MemoryWeb(), MemoryValues(), FrozenClock()
        self.static = StaticRung(
            fetcher=self.web, find=DefinitionFiles(folder).find, clock=FixedClock(), ttl_s=lambda: 3600
        )
        self.browser, self.resolver = Browser(self.static), Resolver()
        self.start()

    def start(self) -> None:
        self.habits = Habits(self.values, self.clock)
        self.ladder = Ladder(self.static, self.resolver, self.browser, self.habits, at_least=lambda: 1)

    async def scrape(self, url: str = URL) -> LinksScraped | ScrapeFailed:
        bus = MemoryBus()
        handlers = Handlers(bus, self.ladder, FixedClock(), 60.0, next_rung=self.ladder)
        await handlers.on_scrape_requested(delivery_of(request_for(source(1, url=url)), Broker()))
        event = bus.published[-1][0]
        assert isinstance(event, LinksScraped | ScrapeFailed)
        return event

    def take(self) -> int:
        """Return how many pages were fetched without a browser since the last time."""
        found = len(self.web.fetched)
        self.web.fetched.clear()
        return found


@pytest.fixture
def build(tmp_path: Path) -> Callable[[str], Scraper]:
    return lambda text: Scraper(tmp_path, text)


@pytest.fixture
def scripted(build: Callable[[str], Scraper]) -> Scraper:
    """A scraper and a page that only scripts fill."""
    scraper = build(BUTTONS + BROWSER)
    scraper.web.pages = {URL: html(URL, "<p>Nothing without scripts.</p>")}
    return scraper


async def test_a_host_that_always_needs_a_browser_gets_it_at_once(scripted: Scraper) -> None:
    for _ in range(BROWSER_ONLY):
        event = await scripted.scrape()
        assert (scripted.take(), event.results[0].rung) == (1, Rung.BROWSER)
    event = await scripted.scrape()
    assert (scripted.take(), event.results[0].rung, len(scripted.browser.asked)) == (0, Rung.BROWSER, 4)
    assert event.results[0].links


async def test_now_and_then_plain_http_gets_another_chance(scripted: Scraper) -> None:
    fetched = []
    for _ in range(BROWSER_ONLY + 2 * TRY_AGAIN_EVERY):
        await scripted.scrape()
        fetched.append(scripted.take())
    later = fetched[BROWSER_ONLY:]
    assert later == ([0] * (TRY_AGAIN_EVERY - 1) + [1]) * 2


async def test_after_a_day_plain_http_gets_another_chance(scripted: Scraper) -> None:
    for _ in range(BROWSER_ONLY + 1):
        await scripted.scrape()
    scripted.take()
    scripted.clock.advance(timedelta(hours=24))
    await scripted.scrape()
    assert scripted.take() == 1


async def test_what_works_without_a_browser_is_never_left_out_again(scripted: Scraper) -> None:
    for _ in range(BROWSER_ONLY):
        await scripted.scrape()
    scripted.clock.advance(timedelta(hours=24))
    scripted.web.pages = dict(page(1, ("One", "https://f.example/1.mp4")))
    event = await scripted.scrape()
    assert event.results[0].rung is Rung.STATIC
    assert rungs.read(await scripted.values.get(KEY)) == {}


async def test_another_process_knows_it_too(scripted: Scraper) -> None:
    for _ in range(BROWSER_ONLY):
        await scripted.scrape()
    scripted.start()
    await scripted.habits.load()
    scripted.take()
    await scripted.scrape()
    assert scripted.take() == 0


async def test_without_a_browser_what_was_left_out_is_tried_after_all(scripted: Scraper) -> None:
    for _ in range(BROWSER_ONLY):
        await scripted.scrape()
    scripted.take()
    scripted.browser.is_away = True
    scripted.web.pages = dict(page(1, ("One", "https://f.example/1.mp4")))
    event = await scripted.scrape()
    assert (scripted.take(), event.results[0].rung) == (1, Rung.STATIC)
    assert event.results[0].links


async def test_a_memory_that_is_away_is_no_trouble(scripted: Scraper) -> None:
    scripted.values.down = True
    for _ in range(BROWSER_ONLY + 1):
        assert (await scripted.scrape()).results[0].links
    await scripted.habits.load()


async def test_a_definition_may_begin_with_the_browser(build: Callable[[str], Scraper]) -> None:
    scraper = build(BUTTONS + BROWSER + "ladder: [browser]\n")
    event = await scraper.scrape()
    assert (scraper.take(), event.results[0].rung) == (0, Rung.BROWSER)


async def test_the_resolver_is_asked_only_where_a_definition_wants_it(
    build: Callable[[str], Scraper],
) -> None:
    plain = build(BUTTONS)
    await plain.scrape()
    assert plain.resolver.asked == []
    wanted = build(BUTTONS + "ladder: [static, resolver]\n")
    wanted.browser.is_away = True
    event = await wanted.scrape()
    assert wanted.resolver.asked == [URL]
    assert {one.code for one in event.results[0].problems} == {"not_found", "drift"}
    wanted.web.pages = dict(page(1, ("One", "https://f.example/1.mp4")))
    await wanted.scrape()
    assert wanted.resolver.asked == [URL]


async def test_a_file_needs_no_ladder(build: Callable[[str], Scraper]) -> None:
    scraper = build(BUTTONS)
    event = await scraper.scrape("https://f.example/film.mp4")
    assert event.results[0].rung is Rung.DIRECT


def test_habits_are_bounded_and_survive_what_nobody_can_read() -> None:
    now = FrozenClock().now()
    known: dict[str, rungs.Habit] = {}
    for number in range(rungs.MOST_HOSTS + 10):
        known = rungs.needed_browser(known, f"h{number}.example", now, skipped=False)
    assert len(known) == rungs.MOST_HOSTS
    assert "h0.example" not in known
    assert rungs.read(rungs.written(known)) == known
    for broken in (b"[1]", b"{", b'{"a": 1}', b'{"a": [1, 2, "x"]}'):
        assert rungs.read(broken) == {}
