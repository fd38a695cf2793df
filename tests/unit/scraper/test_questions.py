"""What the scraper answers when it is asked."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.scraper.fakes import FixedClock, MemoryWeb, html
from tests.unit.scraper.scraping import BUTTONS
from wellspring_common.errors import Permanent
from wellspring_common.events.scrape import Problem, Rung, SourceRef, SourceResult
from wellspring_common.fetch.page import Page, Request
from wellspring_common.testing.bus import MemoryBus
from wellspring_common.testing.kv import MemoryValues
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.definitions import Definitions, StoredDefinitions
from wellspring_scraper.adapters.robots import RobotsTxt
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.ports import Scraped, Watch
from wellspring_scraper.questions.answers import LARGEST_ANSWER, Answers
from wellspring_scraper.questions.trying import Trial
from wellspring_scraper.sites.loader import MOST_MISTAKES

PAGE = "https://page.example/1"


class Desk:
    """Somebody who asks."""

    def __init__(self, folder: Path) -> None:
        (folder / "buttons.yaml").write_text(BUTTONS)
        self.bus, self.web = MemoryBus(), MemoryWeb()
        stored = StoredDefinitions(self.bus, MemoryValues(), keep_in=None)
        definitions = Definitions(DefinitionFiles(folder), stored)
        rung = StaticRung(fetcher=self.web, find=definitions.find, clock=FixedClock(), ttl_s=lambda: 3600)
        robots = RobotsTxt(self.web, "Wellspring/1", FixedClock())
        trial = Trial(rung, self.web, robots, FixedClock())
        self.answers = Answers(definitions, trial, default=lambda: "buttons")

    async def ask(self, name: str, **question: object) -> Any:
        raw = await self.bus.ask(f"ask.scraper.{name}", json.dumps(question).encode(), patience_s=5)
        return json.loads(raw)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncGenerator[Desk]:
    desk = Desk(tmp_path)
    task = asyncio.create_task(desk.bus.answer(desk.answers.replies()))
    await asyncio.sleep(0)
    yield desk
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_every_definition_is_listed_with_its_origin(desk: Desk) -> None:
    said = await desk.ask("list")
    found = {one["id"]: one for one in said["definitions"]}
    assert (found["buttons"]["origin"], found["vcloud"]["origin"]) == ("folder", "shipped")
    assert found["buttons"]["resolves"] is True
    assert found["buttons"]["scopes"] == []


async def test_a_sound_text_is_said_to_be_sound(desk: Desk) -> None:
    assert await desk.ask("check", text=BUTTONS) == {"ok": True, "id": "buttons", "mistakes": []}


async def test_each_mistake_is_told_with_its_place(desk: Desk) -> None:
    said = await desk.ask("check", text="id: UPPER\nname: x\nwrong: 1\n")
    assert said["ok"] is False
    assert {(one["line"], one["field"]) for one in said["mistakes"]} >= {(1, "id"), (3, "wrong")}
    assert all(one["expected"] for one in said["mistakes"])


FIXTURE = """
fixtures:
  - name: one button
    source: https://page.example/1
    pages: {https://page.example/1: '<div id=files><a href="/a.mp4">Mirror</a></div>'}
    expected: [{url: "https://page.example/b.mp4"}]
"""
READS = """id: own
name: Own
resolve:
  steps: [{name: page, request: "{{ .Source.Url }}"}]
  rows: {selector: "#files a", fields: {href: {attribute: href}}}
  servers: [{key: one, url: "{{ .Result.href }}"}]
"""


async def test_a_check_runs_the_fixtures_of_a_definition(desk: Desk) -> None:
    said = await desk.ask("check", text=READS + FIXTURE)
    assert said["ok"] is False
    mistake = said["mistakes"][0]
    assert (mistake["line"], mistake["field"]) == (8, "fixtures.0")
    assert "a.mp4" in mistake["expected"]
    assert (await desk.ask("check", text=READS + FIXTURE.replace("b.mp4", "a.mp4")))["ok"] is True


async def test_a_try_tells_each_step_and_what_came_out(desk: Desk) -> None:
    body = "<i id=size>500 MB</i><div id=files><a href='https://f.example/a.mp4'>One</a></div>"
    desk.web.pages[PAGE] = html(PAGE, body)
    said = await desk.ask("try", url=PAGE)
    assert (said["ok"], said["definition"], len(said["steps"])) == (True, "buttons", 1)
    step = said["steps"][0]
    assert (step["step"], step["url"], step["status"]) == ("page", PAGE, 200)
    assert step["fields"] == {"size": "500 MB"}
    assert step["rows"][0]["href"] == "https://f.example/a.mp4"
    assert [(one["server"], one["verified"]) for one in step["links"]] == [("one", True)]


async def test_a_text_is_tried_that_nobody_has_stored(desk: Desk) -> None:
    desk.web.pages[PAGE] = html(PAGE, "<div id=files></div>")
    text = BUTTONS.replace("id: buttons", "id: pasted")
    said = await desk.ask("try", url=PAGE, text=text)
    assert (said["ok"], said["definition"], said["code"]) == (False, "pasted", "drift")
    assert said["steps"][0]["status"] == 200


async def test_what_speaks_against_a_page_is_told(desk: Desk) -> None:
    desk.web.pages[PAGE] = html(PAGE, "<p>Nothing.</p>")
    said = await desk.ask("try", url=PAGE)
    assert said["code"] == "drift"
    assert "must_have" in said["steps"][0]["problems"][0]["detail"]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({}, "bad_question"),
        ({"url": PAGE, "definition": "nothing"}, "unknown_definition"),
        ({"url": PAGE, "text": "id: ["}, "bad_definition"),
        ({"url": "x" * 9000}, "bad_question"),
        ({"url": PAGE}, "not_found"),
    ],
)
async def test_a_refusal_is_an_answer_with_a_code(desk: Desk, question: dict[str, str], code: str) -> None:
    said = await desk.ask("try", **question)
    assert (said["ok"], said["code"]) == (False, code)


async def test_what_is_no_question_is_refused(desk: Desk) -> None:
    for payload in (b"[1]", b"\xff", b"{"):
        said = json.loads(await desk.bus.ask("ask.scraper.check", payload, patience_s=5))
        assert said["code"] == "bad_question"


async def test_one_try_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: Request, **_: object) -> Page:
        begun.set()
        await go_on.wait()
        raise Permanent("gone", code="not_found")

    monkeypatch.setattr(desk.web, "fetch", slow)
    first = asyncio.create_task(desk.ask("try", url=PAGE))
    await asyncio.wait_for(begun.wait(), 5)
    assert (await desk.ask("try", url=PAGE))["code"] == "busy"
    go_on.set()
    assert (await first)["code"] == "not_found"


async def test_a_definition_that_leaves_its_pages_to_yt_dlp_is_tried_by_it(desk: Desk) -> None:
    asked: list[str] = []

    class Resolver:
        async def scrape(self, source: SourceRef, _watch: Watch, _until: float) -> Scraped:
            asked.append(source.url)
            problem = Problem(code="resolver_unavailable", detail="not here", url=source.url)
            return Scraped(
                SourceResult(
                    source_id=0,
                    quality=None,
                    rung=Rung.RESOLVER,
                    links=(),
                    problems=(problem,),
                    pages=1,
                    elapsed_ms=1,
                )
            )

    desk.answers = replace(desk.answers, trial=replace(desk.answers.trial, resolver=Resolver()))
    said = await desk.answers.try_out({"definition": "yt-dlp", "url": PAGE})
    assert (said["ok"], said["code"], asked) == (False, "resolver_unavailable", [PAGE])


async def test_a_text_of_nothing_but_mistakes_gets_an_answer_that_the_broker_carries(desk: Desk) -> None:
    said = await desk.ask("check", text="".join(f"a{number}: 1\n" for number in range(12_000)))
    assert (said["ok"], len(said["mistakes"])) == (False, MOST_MISTAKES)
    assert len(json.dumps(said)) < LARGEST_ANSWER
