"""`sites`, as somebody who writes a definition uses it: against real pages, and with a real broker."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.support.terminal import wellspring
from tests.unit.scraper.saved_pages import SITES
from wellspring_cli.embedded.nats import Nats
from wellspring_cli.places import ROOT
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.clock import SystemClock
from wellspring_common.fetch.page import Page
from wellspring_common.settings import NatsSettings
from wellspring_demo.world import World, running_world
from wellspring_scraper.adapters.kept_pages import PageKeeper

WRONG = "id: mine\nname: Mine\nresolve:\n  stepz: []\n  servers:\n    - {key: one, url: 7}\n"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with running_world(tmp_path / "world", clip_seconds=12) as running:
        yield running


async def sites(*words: str, **environ: str) -> tuple[int, str]:
    """Run the verb and return its exit code and all it said."""
    env = {**os.environ, "COLUMNS": "200", **environ}
    code, said, complained = await wellspring("sites", *words, cwd=ROOT, env=env)
    return code, said + complained


async def test_every_definition_is_listed_and_an_own_one_says_where_it_is_from(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text('id: mine\nname: Mine\nresolve: {servers: [{key: a, url: "x"}]}\n')
    code, said = await sites("list", "--folder", str(tmp_path))
    assert code == 0
    shown = {line.split()[0]: line for line in said.splitlines() if line.strip()}
    assert {"vcloud", "otakudesu", "archive-org", "peertube", "wikimedia-commons", "generic-html"} <= set(
        shown
    )
    assert ("shipped" in shown["vcloud"], "folder" in shown["mine"]) == (True, True)


async def test_mistakes_are_told_as_compilers_do(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(WRONG)
    code, said = await sites("check", str(file))
    assert code == 1
    assert f"{file}:4: resolve.stepz: expected no such word here" in said
    shipped = ROOT / "services/scraper/wellspring_scraper/sites/definitions/vcloud.yaml"
    code, said = await sites("check", str(shipped))
    assert (code, "vcloud is sound" in said) == (0, True)
    code, said = await sites("check", str(tmp_path / "none.yaml"))
    assert (code, "There is no file" in said) == (1, True)


async def test_a_page_is_read_step_by_step(world: World) -> None:
    url = world.page_url(world.mint("Nine Lanterns", stock=True))
    code, said = await sites("test", "vcloud", url, "--allow", ",".join(world.hosts))
    assert code == 0, said
    assert "Nine.Lanterns.S01E01.480p.mp4" in said
    assert "Downoad From Telegram: left out" in said
    assert said.count("✓") == 3
    code, said = await sites("test", "vcloud", url)
    assert (code, "--allow HOST:PORT" in said) == (1, True)
    code, said = await sites("test", "nothing", url)
    assert (code, "sites list" in said) == (1, True)


async def test_a_list_and_a_title_of_a_catalogue_are_read(world: World) -> None:
    allow = ("--allow", ",".join(world.hosts))
    base = world.addresses["anime"]
    code, said = await sites("test", "otakudesu", base, "--as", "ongoing", *allow)
    assert code == 0, said
    entry = next(line for line in said.splitlines() if "• key" in line)
    key = entry.split("key ")[1].split(",")[0]
    code, said = await sites("test", "otakudesu", f"{base}/anime/{key}/", "--as", "title", *allow)
    assert (code, "episodes:" in said) == (0, True), said


async def test_a_page_that_has_changed_is_listed_saved_and_read_again(
    nats_server: Nats, topology: str, tmp_path: Path
) -> None:
    broker = {"WELLSPRING_NATS_URL": nats_server.url(), "WELLSPRING_NATS_PREFIX": topology}
    code, said = await sites("replay", **broker)
    assert (code, "No page is kept" in said) == (0, True)
    drifted = (SITES / "vcloud/drift/02-generated.html").read_bytes()
    page = Page("https://pages.example/generated", 200, {"content-type": "text/html"}, drifted)
    settings = NatsSettings(nats_url=nats_server.url(), nats_prefix=topology)
    async with open_bus(settings, service="admin") as bus:
        await PageKeeper(bus, SystemClock()).keep("vcloud", page, code="drift", step="source 2")
    code, said = await sites("replay", **broker)
    row = next(line for line in said.splitlines() if "pages.example" in line)
    name = row.split()[0]
    code, said = await sites("replay", name, "--save", str(tmp_path / "page.html"), **broker)
    assert (code, "drift" in said) == (1, True), said
    assert (tmp_path / "page.html").read_bytes() == drifted
    mended = (
        (ROOT / "services/scraper/wellspring_scraper/sites/definitions/vcloud.yaml")
        .read_text()
        .replace('selector: "a.btn, a.server"', 'selector: "body"')
    )
    (tmp_path / "mended.yaml").write_text(mended)
    _, said = await sites("replay", name, "--definition", str(tmp_path / "mended.yaml"), **broker)
    assert "must_have" not in said
    code, said = await sites("replay", "0000", **broker)
    assert (code, "No kept page has the id 0000" in said) == (1, True)
