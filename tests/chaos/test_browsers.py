"""A scraper that is killed while its browser is open: the job goes on, and nothing of the browser does."""

import asyncio
import re
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import nats
import pytest

from tests.chaos.ledger import Ledger, is_idle, stored, told_of_an_episode
from tests.support.gateway import eventually
from tests.support.running import Running
from wellspring_cli.chromium import ensure_chromium
from wellspring_cli.stack import DEFAULT_PREFIX
from wellspring_common.events.scrape import LinksScraped
from wellspring_common.events.specs import subject_on
from wellspring_common.events.topology import SCRAPER_INTERACTIVE
from wellspring_scraper.adapters import processes

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

LINKS = 6
PATIENCE_S = 90.0
LAUNCHES = re.compile(r"^wellspring_browser_launches_total\{[^}]*\} (\d+)", re.MULTILINE)

Tell = Callable[[Ledger], None]


@dataclass(frozen=True)
class Scraper:
    """One scraper process with everything that it has started."""

    pid: int

    def below(self) -> list[int]:
        return processes.tree(self.pid)

    def has_page(self) -> bool:
        return any(processes.is_page(pid) for pid in self.below())

    def folders(self) -> list[Path]:
        return [*Path(tempfile.gettempdir()).glob(f"wellspring-browser-{self.pid}-*")]


async def launches(running: Running) -> int:
    """Return how many browsers the scraper that runs now has started."""
    url = f"{running.stack.ops_url('scraper')}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return sum(int(found) for found in LAUNCHES.findall(await answer.text()))


def scraper_of(running: Running) -> Scraper:
    return Scraper(running.stack.pids["scraper"])


@asynccontextmanager
async def hearing_results(running: Running) -> AsyncGenerator[asyncio.Event]:
    """Yield an event that is set as soon as the broker passes on that a job is done."""
    heard = asyncio.Event()

    async def on_message(_: object) -> None:
        heard.set()

    client = await nats.connect(running.stack.nats_url())
    try:
        await client.subscribe(subject_on(DEFAULT_PREFIX, LinksScraped.subject), cb=on_message)
        await client.flush()
        yield heard
    finally:
        await client.close()


async def results_of(running: Running, episode_id: int) -> int:
    """Return how many results of an episode lie in the stream."""
    said = await stored(running.stack, LinksScraped.subject)
    return sum(each.payload["episode_id"] == episode_id for each in said)


async def at_work(moment: str, scraper: Scraper, told: asyncio.Event) -> None:
    """Wait for the moment of the kill."""
    waits: dict[str, Callable[[], Awaitable[bool]]] = {
        "driver": lambda: asyncio.sleep(0, bool(scraper.below())),
        "page": lambda: asyncio.sleep(0, scraper.has_page()),
        "told": told.wait,
    }
    await eventually(waits[moment], bool)


@pytest.mark.parametrize(
    ("moment", "first", "second"),
    [
        pytest.param("page", {1}, {1}, id="with a page open"),
        pytest.param("driver", {0, 1}, {1}, id="as its driver starts"),
        # it may have been told that its result is stored, and said that it is done, before the kill
        pytest.param("told", {1}, {0, 1}, id="as it tells"),
    ],
)
async def test_a_browser_dies_with_its_scraper_and_the_job_ends_once(
    running: Running, tell: Tell, moment: str, first: set[int], second: set[int]
) -> None:
    assert ensure_chromium() is not None
    await running.stack.wait_ready("scraper")
    show, scraper, before = f"Killed With Its Browser: {moment}", scraper_of(running), await launches(running)
    await running.demo.fault(target="site", kind="slow", path_prefix="/j/", delay_s=1)
    pages = await running.demo.mint(show, 1, (480, 720), scripted=True)
    episode_id = await running.operator.add_episode(show, 1, pages)
    try:
        async with hearing_results(running) as told:
            await running.operator.force_scrape(episode_id)
            await at_work(moment, scraper, told)
        launched, below, folders = await launches(running) - before, scraper.below(), scraper.folders()
        running.stack.kill("scraper")
        await running.stack.supervisor.processes["scraper"].gone()
    finally:
        await running.demo.heal()
    if moment != "told":
        assert below != [], "there was a browser to outlive its scraper"
        assert len(folders) == 1
    assert launched in first
    await eventually(
        lambda: asyncio.sleep(0, [pid for pid in below if processes._alive(pid)]),
        lambda left: left == [],
        patience_s=5,
    )
    await running.stack.wait_ready("scraper")
    assert [holder for folder in folders for holder in processes.holders(folder)] == []
    assert scraper.folders() == []
    await running.operator.links(episode_id, LINKS, patience_s=PATIENCE_S)
    await eventually(lambda: is_idle(running.stack, SCRAPER_INTERACTIVE), bool, patience_s=PATIENCE_S)
    again, successor = await launches(running), scraper_of(running)
    found, results = (
        await told_of_an_episode(running.stack, episode_id),
        await results_of(running, episode_id),
    )
    tell(
        Ledger(
            accepted=found["jobs"],
            counted=found["succeeded"],
            told=results,
            lost=found["jobs"] - min(found["succeeded"], results, found["told"]),
            twice=max(results, found["told"], found["generation"]) - 1,
            launches=launched + again,
            kills=1,
        )
    )
    assert again in second
    assert found == {"jobs": 1, "succeeded": 1, "links": LINKS, "generation": 1, "told": 1}
    assert results == 1
    assert (successor.below(), successor.folders()) == ([], [])
