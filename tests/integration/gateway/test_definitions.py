"""Site definitions: checked and tried by the scraper, stored here, copied to where it reads them."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from tests.support.gateway import eventually
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.errors import DependencyDown
from wellspring_common.events.topology import DEFINITIONS_BUCKET
from wellspring_common.settings import NatsSettings

from .running import PATIENCE_S, Gateway, OwnGateway, Visitor

YAML = "id: my-site\nname: My site\n"
MISTAKE = {"file": "definition.yaml", "line": 3, "field": "resolve.start", "expected": "a step"}


@pytest.fixture
def gateway(own_gateway: OwnGateway) -> Gateway:
    """Lend a gateway of its own to each test: definitions reach further than rows."""
    return own_gateway


@asynccontextmanager
async def scraper(gateway: Gateway) -> AsyncGenerator[list[dict[str, Any]]]:
    """Play a scraper that answers questions, and yield what it was asked to try."""
    tried: list[dict[str, Any]] = []

    async def listing(_: bytes) -> bytes:
        known = {"id": "otakudesu", "name": "Anime <b>site</b>", "origin": "shipped", "scopes": ["all"]}
        return json.dumps({"ok": True, "definitions": [known]}).encode()

    async def check(question: bytes) -> bytes:
        right = json.loads(question)["text"] == YAML
        said = {"ok": right, "id": "my-site" if right else None, "mistakes": [] if right else [MISTAKE]}
        return json.dumps(said).encode()

    async def attempt(question: bytes) -> bytes:
        tried.append(json.loads(question))
        step = {"step": "start", "method": "GET", "url": "https://a.example/<i>", "status": 200}
        links = [{"server": "fsl", "url": "https://f.example/1.mp4"}]
        return json.dumps({"ok": True, "steps": [{**step, "links": links}]}).encode()

    settings = NatsSettings.model_validate({"nats_url": gateway.nats_url, "nats_prefix": gateway.prefix})
    async with open_bus(settings, service="scraper") as bus:
        replies = {"ask.scraper.list": listing, "ask.scraper.check": check, "ask.scraper.try": attempt}
        answering = asyncio.create_task(bus.answer(replies))

        async def heard() -> bool:
            with suppress(DependencyDown):
                return bool(await bus.ask("ask.scraper.list", b"{}", patience_s=0.5))
            return False

        await eventually(heard, bool, patience_s=PATIENCE_S)
        try:
            yield tried
        finally:
            answering.cancel()
            with suppress(asyncio.CancelledError):
                await answering


async def edit(visitor: Visitor, do: str, **fields: str) -> Any:
    await visitor.page("/admin/definitions/edit")
    return await visitor.form(
        "/admin/definitions/edit", do=do, **{"id": "", "yaml": YAML, "url": "", **fields}
    )


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "The scraper does not answer"), ("id", "Pengikis tidak menjawab")]
)
async def test_a_scraper_that_does_not_answer_is_named(
    gateway: Gateway, language: str, sentence: str
) -> None:
    admin = await gateway.signed_in("admin", language=language)
    page = await admin.page("/admin/definitions")
    assert (page.status, sentence in page.text) == (200, True)
    for do in ("check", "save"):
        answer = await edit(admin, do)
        assert (answer.status, sentence in answer.text) == (503, True)
        assert "id: my-site" in answer.text, "what was written is not lost"
    assert await gateway.count("catalog.definitions") == 0


async def test_a_definition_is_checked_stored_copied_and_withdrawn(gateway: Gateway) -> None:
    admin = await gateway.signed_in("admin")
    settings = NatsSettings.model_validate({"nats_url": gateway.nats_url, "nats_prefix": gateway.prefix})
    async with scraper(gateway), open_bus(settings, service="scraper") as bus:
        bucket = bus.bucket(DEFINITIONS_BUCKET)

        async def copy() -> Any:
            value = await bucket.get("stored")
            return json.loads(value) if value else None

        assert "my-site is right." in (await edit(admin, "check")).text
        assert await gateway.count("catalog.definitions") == 0
        answer = await edit(admin, "save")
        assert answer.headers["Location"] == "/admin/definitions?saved=my-site"
        page = await admin.page(answer.headers["Location"])
        assert "my-site is stored" in page.text
        assert "Anime &lt;b&gt;site&lt;/b&gt;" in page.text
        stored = {"revision": 1, "definitions": {"my-site": YAML}}
        await eventually(copy, lambda found: found == stored, patience_s=PATIENCE_S)
        await admin.form("/admin/definitions/my-site/withdraw")
        gone = {"revision": 2, "definitions": {}}
        await eventually(copy, lambda found: found == gone, patience_s=PATIENCE_S)
    told = await gateway.told("definitions.changed")
    assert [(event["ids"], event["revision"]) for event in told] == [(["my-site"], 1), (["my-site"], 2)]


async def test_mistakes_are_shown_with_line_and_field_and_nothing_is_stored(gateway: Gateway) -> None:
    admin = await gateway.signed_in("admin")
    async with scraper(gateway):
        for do in ("check", "save"):
            answer = await edit(admin, do, yaml="id: my-site\n")
            assert answer.status == 422
            for shown in ("Line 3", "resolve.start", "a step"):
                assert shown in answer.text
    assert await gateway.count("catalog.definitions") == 0


async def test_a_try_shows_each_step(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    async with scraper(gateway) as tried:
        answer = await edit(operator, "try", id="otakudesu", yaml="", url="https://a.example/v/1")
        assert "https://a.example/&lt;i&gt;" in answer.text
        assert "https://f.example/1.mp4" in answer.text
        assert tried == [{"definition": "otakudesu", "url": "https://a.example/v/1"}]
        assert (await edit(operator, "try", url="")).status == 422


async def test_only_an_admin_stores_and_withdraws(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    async with scraper(gateway):
        assert (await edit(operator, "save")).status == 403
        assert (await operator.form("/admin/definitions/my-site/withdraw")).status == 403
    viewer = await gateway.signed_in("viewer")
    assert (await viewer.page("/admin/definitions")).status == 403
    assert await gateway.count("catalog.definitions") == 0


async def test_drift_is_counted_by_definition(gateway: Gateway) -> None:
    admin = await gateway.signed_in("admin")
    episode = await gateway.add_episode()
    await gateway.add_job(episode, state="failed", error_code="drift")
    await gateway.sql.execute(
        "insert into catalog.definitions (id, yaml, revision) values ('vcloud', 'id: vcloud', 1)"
    )
    assert "1 job met a changed page this week" in (await admin.page("/admin/definitions")).text
