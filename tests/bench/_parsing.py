"""What reading pages costs: against BeautifulSoup on one page, against Scrapy over many."""

import asyncio
import gc
import json
import statistics
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from wellspring_common.clock import SystemClock
from wellspring_common.fetch.fetcher import Fetcher
from wellspring_common.fetch.guard import Guard
from wellspring_common.fetch.pace import PaceRule
from wellspring_common.fetch.page import Page, Request
from wellspring_scraper.sites.asking import Run
from wellspring_scraper.sites.definition import Definition
from wellspring_scraper.sites.document import Document, text_of
from wellspring_scraper.sites.leads import leads_of
from wellspring_scraper.sites.walking import without_asking

from ._episode_pages import CROWDED_BYTES, crowded_page
from ._table import Row

BASELINES = Path(__file__).parent / "baselines"
ROUNDS = 3
PARSED = 7
PAGES = 400
AT_ONCE = 16
TIMES_SOUP, TIMES_SCRAPY = 30.0, 5.0
DEFINITION = Definition.model_validate(
    yaml.safe_load(
        """
        id: crowded
        name: A page of many links
        resolve:
          steps: [{name: page, request: "{{ .Source.Url }}"}]
          rows: {selector: "a.srv", fields: {label: {}, href: {attribute: href}}}
          servers: [{key: any, match: {label: "^Server 0$"}, url: "{{ .Result.href }}"}]
        """
    )
)


@dataclass
class Parsing:
    """Seconds for one page of 100 KB, and pages for each second of processor, by who reads them."""

    ours: list[float] = field(default_factory=list)
    by_rows: list[float] = field(default_factory=list)
    soup: list[float] = field(default_factory=list)
    our_rate: list[float] = field(default_factory=list)
    scrapy_rate: list[float] = field(default_factory=list)


async def measure(port: int) -> Parsing:
    """Take the figures, each in turn with its baseline."""
    found = Parsing()
    body = crowded_page(0).encode()
    anchors = body.count(b"<a ")
    for _ in range(ROUNDS):
        found.ours += [_timed(_anchors, body) for _ in range(PARSED)]
        found.by_rows += [_timed(_rows, body) for _ in range(PARSED)]
        found.soup += json.loads(await _baseline("soup.py", str(PARSED), given=body))
        found.our_rate.append(await _our_crawl(port))
        found.scrapy_rate.append(await _scrapy_crawl(port, anchors))
    return found


def _timed(work: Callable[[bytes], object], body: bytes) -> float:
    gc.collect()
    began = time.perf_counter()
    work(body)
    return time.perf_counter() - began


async def _baseline(script: str, *arguments: str, given: bytes = b"") -> bytes:
    python = BASELINES / ".venv" / "bin" / "python"
    process = await asyncio.create_subprocess_exec(
        python, BASELINES / script, *arguments, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    said, _ = await process.communicate(given)
    if process.returncode:
        raise SystemExit(f"The baseline {script} failed. It is installed by ./wellspring bench.")
    return said


def _document(body: bytes) -> Document:
    return Document(Page("http://127.0.0.1/page", 200, {"content-type": "text/html"}, body))


def _anchors(body: bytes) -> list[tuple[str, str | None]]:
    """Read what the baselines read, behind the guards that every page passes."""
    return [(text_of(node), node.attributes.get("href")) for node in _document(body).select("a")]


def _rows(body: bytes) -> None:
    """Read a page as a scrape does: rows, their fields, and whose they are."""
    run = Run(SystemClock().now)
    leads, _ = without_asking(leads_of(DEFINITION.resolving(), _document(body), {}, run))
    if len(leads) != 1:
        raise SystemExit(f"The benchmark's page gave {len(leads)} rows.")


async def _our_crawl(port: int) -> float:
    pace = PaceRule(concurrency=AT_ONCE, burst=100_000, rate_per_s=100_000)
    numbers = iter(range(PAGES))
    async with Fetcher(Guard(frozenset({f"127.0.0.1:{port}"})), pace=pace) as fetcher:

        async def work() -> None:
            for number in numbers:
                page = await fetcher.fetch(Request(f"http://127.0.0.1:{port}/page/{number}"))
                _anchors(page.body)

        worked = time.process_time()
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        return PAGES / (time.process_time() - worked)


async def _scrapy_crawl(port: int, anchors: int) -> float:
    found = json.loads(await _baseline("spider.py", str(port), str(PAGES), str(AT_ONCE)))
    if found["pages"] != PAGES or found["links"] < PAGES * anchors * 0.9:
        raise SystemExit(f"Scrapy read {found['pages']} pages and {found['links']} links.")
    return PAGES / float(found["cpu_s"])


def rows(found: Parsing) -> list[Row]:
    """Return what the figures claim."""
    ours, soup = statistics.median(found.ours), statistics.median(found.soup)
    by_rows = statistics.median(found.by_rows)
    rate, scrapy = statistics.median(found.our_rate), statistics.median(found.scrapy_rate)
    return [
        Row(
            f"a page of {CROWDED_BYTES // 1000} KB: guards, parse, text and address of all anchors",
            f"{ours * 1000:.1f} ms",
            f"BeautifulSoup: {soup * 1000:.1f} ms",
            f"{soup / ours:.0f} times",
            f"{TIMES_SOUP:.0f} times",
            soup >= TIMES_SOUP * ours,
        ),
        Row(
            "the same page as rows of a definition, some 460 with two fields each",
            f"{by_rows * 1000:.1f} ms",
            f"BeautifulSoup, its anchors: {soup * 1000:.1f} ms",
            f"{soup / by_rows:.0f} times",
            "-",
            holds=True,
        ),
        Row(
            "such pages fetched and read, for a second of processor",
            f"{rate:.0f}",
            f"Scrapy with parsel: {scrapy:.0f}",
            f"{rate / scrapy:.1f} times",
            f"{TIMES_SCRAPY:.0f} times",
            rate >= TIMES_SCRAPY * scrapy,
        ),
    ]
