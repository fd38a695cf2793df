"""The browser part of a definition, the switches of a launch, and the climb with stand-ins."""

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from yarl import URL

from tests.unit.scraper.fakes import Broker, FixedClock, MemoryBus, MemoryWeb, delivery_of, html, request_for
from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.events.scrape import LinksScraped, Rung, ScrapeFailed, SourceRef
from wellspring_scraper.adapters import launch
from wellspring_scraper.adapters.climb import BrowserRung, jar_of
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.handlers import Handlers
from wellspring_scraper.ports import Cookie, Rendered
from wellspring_scraper.sites.loader import DefinitionError, load_definition

SCRIPTED = """
id: scripted
name: Scripted
resolve:
  steps:
    - name: share
      request: "{{ .Source.Url }}"
      not_found_when: {selector: .gone}
      fields:
        quality: {selector: h1, optional: true}
        next: {selector: "a#next", attribute: href}
    - name: buttons
      request: "{{ .Result.next }}"
      must_have: {selector: "#files"}
  rows:
    selector: "#files a"
    fields: {label: {}, href: {attribute: href}}
  servers:
    - key: one
      match: {label: "^One"}
      url: "{{ .Result.href }}{{ if .Page.Rendered }}{{ else }}?static{{ end }}"
    - {key: two, match: {label: "^Two"}, url: "{{ .Result.href }}"}
browser:
  click: "#go"
  wait_for: "#files a"
"""
BUTTONS = "<h1>480p</h1><div id=files><a href=/1.mp4>One</a><a href=/2.mp4>Two</a></div>"


def test_a_click_is_one_selector_or_a_list_in_order() -> None:
    plan = load_definition(SCRIPTED, "x.yaml").browser
    assert plan is not None
    assert (plan.click, plan.wait_for) == (("#go",), "#files a")
    several = load_definition(SCRIPTED.replace('"#go"', '["#a", "#b"]'), "x.yaml").browser
    assert several is not None
    assert several.click == ("#a", "#b")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('wait_for: "#files a"', 'wait_for: "a["'),
        ('wait_for: "#files a"', "pause: 3"),
        ('click: "#go"', 'click: "::::"'),
    ],
)
def test_a_browser_part_that_cannot_work_is_refused(old: str, new: str) -> None:
    with pytest.raises(DefinitionError):
        load_definition(SCRIPTED.replace(old, new), "x.yaml")


def test_a_browser_needs_a_step_that_reads_its_page() -> None:
    with pytest.raises(DefinitionError, match="steps"):
        load_definition(
            "id: a\nname: A\nresolve:\n  servers: [{key: a, url: '{{ .Source.Url }}'}]\n"
            "browser: {wait_for: a}\n",
            "x.yaml",
        )


def test_switches_repeat_playwrights_features_and_never_switch_any_off() -> None:
    for sandbox in (True, False):
        found = launch.flags(sandbox=sandbox)
        assert [one for one in found if one.startswith("--disable-features")] == []
        features = next(one for one in found if one.startswith("--enable-features="))
        assert "CDPScreenshotNewSurface,SkipListAccountsWithoutGaiaCookies" in features
        assert "--single-process" not in found
        assert any(one.startswith("--host-resolver-rules=MAP * ~NOTFOUND") for one in found)
        assert ("--no-zygote" in found) is not sandbox


def test_the_named_browser_comes_first_and_only_if_it_can_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for path in (mine, other):
        path.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("WELLSPRING_CHROMIUM", str(other))
    assert launch.find_browser(mine) == other
    mine.chmod(0o755)
    assert launch.find_browser(mine) == mine


@pytest.mark.parametrize(
    ("wish", "why_not", "used"),
    [("auto", None, True), ("auto", "root", False), ("never", None, False), ("always", None, True)],
)
def test_the_sandbox_is_used_where_it_works_unless_somebody_wishes_otherwise(
    monkeypatch: pytest.MonkeyPatch, wish: launch.Sandbox, why_not: str | None, used: bool
) -> None:
    monkeypatch.setattr(launch, "why_no_sandbox", lambda: why_not)
    assert launch.with_sandbox(wish) is used


def test_without_the_sandbox_that_must_be_there_is_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "why_no_sandbox", lambda: "root")
    with pytest.raises(Permanent, match="root") as caught:
        launch.with_sandbox("always")
    assert caught.value.code == "browser_unavailable"


def test_the_driver_keeps_its_code_only_where_the_scraper_has_a_place(tmp_path: Path) -> None:
    assert launch.driver_environment(tmp_path, None).get("NODE_COMPILE_CACHE") is None
    kept = launch.driver_environment(tmp_path, tmp_path / "data")
    assert (kept["NODE_COMPILE_CACHE"], kept["TMPDIR"]) == (str(tmp_path / "data" / "driver"), str(tmp_path))


async def test_folders_of_dead_launches_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    names = [f"wellspring-browser-{os.getpid()}-a", "wellspring-browser-999999999-b"]
    for name in (*names, f"wellspring-browser-{os.getppid()}-c", "other"):
        (tmp_path / name / "profile").mkdir(parents=True)
    assert await launch.sweep() == 2
    assert {one.name for one in await asyncio.to_thread(lambda: list(tmp_path.iterdir()))} == {
        f"wellspring-browser-{os.getppid()}-c",
        "other",
    }


def test_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/somewhere")
    monkeypatch.delenv("NODE_OPTIONS", raising=False)
    with launch.environment({"TMPDIR": "/own", "NODE_OPTIONS": "x"}):
        assert (os.environ["TMPDIR"], os.environ["NODE_OPTIONS"]) == ("/own", "x")
    assert os.environ["TMPDIR"] == "/somewhere"
    assert "NODE_OPTIONS" not in os.environ


async def test_cookies_go_back_to_their_own_host_and_path() -> None:
    jar = jar_of(
        [
            Cookie("host", "1", "a.example", "/", secure=False),
            Cookie("wide", "2", ".a.example", "/", secure=False),
            Cookie("deep", "3", "a.example", "/deep", secure=False),
            Cookie("safe", "4", "a.example", "/", secure=True),
            Cookie("address", "5", "127.0.0.1", "/", secure=False),
        ]
    )

    def sent(url: str) -> set[str]:
        return set(jar.filter_cookies(URL(url)))

    assert sent("http://a.example/") == {"host", "wide"}
    assert sent("http://b.a.example/") == {"wide"}
    assert sent("http://a.example/deep/er") == {"host", "wide", "deep"}
    assert sent("https://a.example/") == {"host", "wide", "safe"}
    assert sent("http://127.0.0.1/") == {"address"}


@dataclass
class MemoryBrowsers:
    """Browsers that show what a test says."""

    pages: dict[str, Rendered | WellspringError] = field(default_factory=dict)
    broken: WellspringError | None = None
    dies_at: list[str] = field(default_factory=list)
    dead: bool = False
    opened_for: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    @asynccontextmanager
    async def opened(self, reason: str) -> AsyncGenerator["MemoryBrowsers"]:
        if self.broken is not None:
            raise self.broken
        self.opened_for.append(reason)
        self.dead = False
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        yield self
        self.at_once -= 1

    async def render(self, url: str, *, wait_for: str, click: Sequence[str] = ()) -> Rendered:
        self.asked.append((url, wait_for, tuple(click)))
        if url in self.dies_at:
            self.dies_at.remove(url)
            self.dead = True
        if self.dead:
            raise Transient("dead", code="browser_crash")
        found = self.pages[url]
        if isinstance(found, WellspringError):
            raise found
        return found


@dataclass(frozen=True)
class Job:
    web: MemoryWeb
    browsers: MemoryBrowsers
    bus: MemoryBus
    handlers: Handlers

    async def run(self, *numbers: int) -> LinksScraped | ScrapeFailed:
        refs = [
            SourceRef(source_id=one, quality=None, url=f"https://page.example/{one}", definition="scripted")
            for one in numbers
        ]
        await self.handlers.on_scrape_requested(delivery_of(request_for(*refs), Broker()))
        event = self.bus.published[-1][0]
        assert isinstance(event, LinksScraped | ScrapeFailed)
        return event


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "scripted.yaml").write_text(SCRIPTED)
    web, browsers, bus, clock = MemoryWeb(), MemoryBrowsers(), MemoryBus(), FixedClock()
    for number in (1, 2, 3):
        url = f"https://page.example/{number}"
        web.pages[url] = html(url, "<p>wait</p>")
        browsers.pages[url] = Rendered(html(url, BUTTONS))
    rung = StaticRung(fetcher=web, find=DefinitionFiles(tmp_path).find, clock=clock, ttl_s=lambda: 21_600)
    climb = BrowserRung(rung, browsers, at_least=lambda: 2)
    return Job(web, browsers, bus, Handlers(bus, rung, clock, 60, climb))


async def test_one_browser_serves_all_pages_of_a_job_and_nobody_elses(job: Job) -> None:
    first, _ = await asyncio.gather(job.run(1, 2, 3), job.run(2))
    assert isinstance(first, LinksScraped)
    assert (job.browsers.opened_for, job.browsers.most_at_once) == (["drift", "drift"], 1)
    assert job.browsers.asked[0] == ("https://page.example/1", "#files a", ("#go",))


async def test_a_rendered_page_is_read_by_the_last_step_and_what_earlier_ones_find_on_it(job: Job) -> None:
    event = await job.run(1)
    assert isinstance(event, LinksScraped)
    (found,) = event.results
    assert (found.rung, found.pages) == (Rung.BROWSER, 2)
    assert {link.server: link.url for link in found.links} == {
        "one": "https://page.example/1.mp4",
        "two": "https://page.example/2.mp4",
    }
    assert {link.quality for link in found.links} == {480}


async def test_only_the_pages_that_need_it_are_rendered(job: Job) -> None:
    url = "https://page.example/2"
    job.web.pages[url] = html(url, "<a id=next href=/list>x</a>")
    job.web.pages["https://page.example/list"] = html("https://page.example/list", BUTTONS)
    event = await job.run(1, 2)
    assert [url for url, _, _ in job.browsers.asked] == ["https://page.example/1"]
    assert [one.rung for one in event.results] == [Rung.BROWSER, Rung.STATIC]
    assert event.results[1].escalated_because is None


async def test_one_page_in_trouble_leaves_the_others(job: Job) -> None:
    job.browsers.pages["https://page.example/1"] = Permanent("too much", code="browser_memory")
    event = await job.run(1, 2)
    assert isinstance(event, LinksScraped)
    assert [one.code for one in event.results[0].problems] == ["browser_memory"]
    assert len(event.results[1].links) == 2


async def test_a_browser_that_cannot_start_is_a_problem_of_each_page(job: Job) -> None:
    job.browsers.broken = Permanent("none here", code="browser_unavailable")
    event = await job.run(1, 2)
    assert isinstance(event, ScrapeFailed)
    assert (event.code, event.retryable) == ("browser_unavailable", False)
    assert all("browser_unavailable" in {p.code for p in one.problems} for one in event.results)


async def test_a_page_that_says_gone_in_the_browser_is_gone(job: Job) -> None:
    url = "https://page.example/1"
    job.browsers.pages[url] = Rendered(html(url, "<p class=gone>" + BUTTONS))
    event = await job.run(1)
    assert isinstance(event, ScrapeFailed)
    assert event.code == "not_found"


async def test_a_browser_that_dies_gets_one_successor_for_the_pages_it_left_open(job: Job) -> None:
    job.browsers.dies_at = ["https://page.example/2"]
    event = await job.run(1, 2, 3)
    assert isinstance(event, LinksScraped)
    assert [len(one.links) for one in event.results] == [2, 2, 2]
    assert job.browsers.opened_for == ["drift", "browser_crash"]
    assert [url[-1] for url, _, _ in job.browsers.asked] == ["1", "2", "3", "2", "3"]


async def test_a_page_that_kills_every_browser_kills_two_and_is_a_failure_that_may_pass(job: Job) -> None:
    job.browsers.dies_at = ["https://page.example/1"] * 3
    event = await job.run(1)
    assert isinstance(event, ScrapeFailed)
    assert (event.code, event.retryable) == ("browser_crash", True)
    assert len(job.browsers.opened_for) == 2


async def test_a_page_that_ate_the_memory_is_not_given_a_second_browser(job: Job) -> None:
    job.browsers.pages["https://page.example/1"] = Permanent("too much", code="browser_memory")
    await job.run(1)
    assert job.browsers.opened_for == ["drift"]
