"""Links of one page that have qualities, sizes and kinds of their own."""

import asyncio
from pathlib import Path

import pytest

from tests.unit.scraper.fakes import FixedClock, MemoryWeb, film, html
from wellspring_common.events.live import Step
from wellspring_common.events.scrape import FoundLink, LinkKind, SourceRef, SourceResult
from wellspring_common.events.topology import SCRAPER_INTERACTIVE
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.static import StaticRung

PAGE = "https://page.example/1"
MB = 1024 * 1024
DEFINITION = """
id: several
name: Several qualities
resolve:
  steps:
    - name: page
      request: "{{ .Source.Url }}"
      fields: {quality: {selector: h1, optional: true}, size: {selector: h2, optional: true}}
  rows:
    selector: li
    fields:
      label: {selector: a}
      href: {selector: a, attribute: href}
      quality: {selector: b, optional: true}
      size: {selector: i, optional: true}
      language: {selector: u, optional: true}
  servers:
    - {key: player, match: {label: Player}, kind: embed, url: "{{ .Result.href }}"}
    - {key: counted, match: {label: Counted}, quota: true, url: "{{ .Result.href }}"}
    - key: slow
      match: {label: Slow}
      steps:
        - {name: hop, request: {url: "{{ .Result.href }}", wait: 7}, fields: {file: {selector: p}}}
      url: "{{ .Result.file }}"
    - {key: file, url: "{{ .Result.href }}"}
"""


class Silence:
    """Says nothing, and remembers what it heard."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.spared: frozenset[str] = frozenset()

    async def step(self, step: Step, source: SourceRef | None = None, **told: object) -> None:
        self.steps.append(step)


class Scraper:
    """One page, read by the definition above."""

    def __init__(self, folder: Path) -> None:
        (folder / "several.yaml").write_text(DEFINITION)
        self.web, self.pauses, self.heard = MemoryWeb(), list[float](), Silence()
        self.rung = StaticRung(
            fetcher=self.web,
            find=DefinitionFiles(folder).find,
            clock=FixedClock(),
            ttl_s=lambda: 3600,
            pause=self._pause,
        )

    async def scrape(
        self, body: str, quality: int | None = None, language: str | None = None
    ) -> SourceResult:
        self.web.pages[PAGE] = html(PAGE, body)
        source = SourceRef(source_id=1, quality=quality, url=PAGE, definition="several", language=language)
        until = asyncio.get_running_loop().time() + 30
        return (await self.rung.scrape(source, self.heard, until)).result

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.fixture
def scraper(tmp_path: Path) -> Scraper:
    return Scraper(tmp_path)


def row(label: str, href: str, quality: str = "", size: str = "", language: str = "") -> str:
    return f"<li><a href={href}>{label}</a><b>{quality}</b><i>{size}</i><u>{language}</u></li>"


def known(link: FoundLink) -> tuple[str, int | None, str | None]:
    return link.server, link.quality, link.language


async def test_links_of_one_source_have_their_own_qualities_and_languages(scraper: Scraper) -> None:
    body = row("File", "/1", "480p", language="id") + row("File", "/2", "720p") + row("File", "/3")
    found = await scraper.scrape(body + "<h1>1080p</h1>", language="en")
    assert [known(one) for one in found.links] == [
        ("file", 480, "id"),
        ("file", 720, "en"),
        ("file", 1080, "en"),
    ]


async def test_the_quality_of_a_source_is_that_of_links_which_have_none(scraper: Scraper) -> None:
    found = await scraper.scrape(row("File", "/1", "480p") + row("File", "/2") + "<h1>1080p</h1>", 720)
    assert [one.quality for one in found.links] == [480, 720]


async def test_a_file_is_compared_with_the_size_in_its_own_row(scraper: Scraper) -> None:
    scraper.web.files["https://page.example/1"] = film("https://page.example/1", size=100 * MB)
    scraper.web.files["https://page.example/2"] = film("https://page.example/2", size=100 * MB)
    body = row("File", "/1", "480p", "100 MB") + row("File", "/2", "720p", "900 MB") + "<h2>100 MB</h2>"
    found = await scraper.scrape(body)
    assert [one.quality for one in found.links] == [480]
    assert [one.code for one in found.problems] == ["wrong_size"]


async def test_players_and_counted_links_are_left_to_the_viewer(scraper: Scraper) -> None:
    found = await scraper.scrape(row("Player", "/p", "480p") + row("Counted", "/c", "720p", "70 MB"))
    assert [(one.server, one.kind, one.verified) for one in found.links] == [
        ("player", LinkKind.EMBED, False),
        ("counted", LinkKind.STREAM, False),
    ]
    assert found.links[1].size_bytes == 70 * MB
    assert scraper.web.probed == []


async def test_a_wait_that_a_definition_wants_is_waited_for_once(scraper: Scraper) -> None:
    scraper.web.pages["https://page.example/s"] = html("https://page.example/s", "<p>/film.mp4</p>")
    found = await scraper.scrape(row("Slow", "/s"))
    assert [one.url for one in found.links] == ["https://page.example/film.mp4"]
    assert sum(scraper.pauses) == 7.0


async def test_while_a_page_is_waited_for_the_broker_hears_that_the_work_goes_on(scraper: Scraper) -> None:
    scraper.web.pages["https://page.example/s"] = html("https://page.example/s", "<p>/film.mp4</p>")
    await scraper.scrape(row("Slow", "/s"))
    assert max(scraper.pauses) < SCRAPER_INTERACTIVE.ack_wait_s / 2
    assert scraper.heard.steps.count(Step.FETCHING) == 2 + len(scraper.pauses)  # the page, the hop, the wait
