"""The compose file on a real engine: healthy, restrained, apart, playing, and back after each crash."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.e2e.publishing import own
from tests.support.demo import DemoWorld
from tests.support.gateway import Operator, eventually
from wellspring_cli.chromium import ensure_chromium

from .cgroup import MIB, Watch, control_group
from .images import BASE, SERVICES
from .stack import RUNNING, ComposeStack, header_commands

in_one_loop = pytest.mark.asyncio(loop_scope="session")

LIMIT = 512 * MIB
PLAYED = "() => document.querySelector('video')?.currentTime ?? 0"
PLAY_MS = 60_000
PUBLISHED_S = 180.0


@pytest_asyncio.fixture(loop_scope="session")
async def page(stack: ComposeStack) -> AsyncGenerator[Page]:
    """Open a browser of this machine at the gateway."""
    found = ensure_chromium()
    assert found is not None, "a machine with an engine has a Chromium"
    async with async_playwright() as playwright:
        browser: Browser = await playwright.chromium.launch(executable_path=str(found), args=["--no-sandbox"])
        context = await browser.new_context(base_url=stack.url)
        yield await context.new_page()
        await browser.close()


def test_the_header_tells_three_commands() -> None:
    assert [command.split()[0] for command in header_commands()] == ["cp", "deploy/secrets.sh", "docker"]


def test_everything_is_healthy_after_the_three_commands(stack: ComposeStack) -> None:
    states = {name: stack.fact(name, "{{.State.Health.Status}}") for name in RUNNING}
    assert states == dict.fromkeys(RUNNING, "healthy")
    assert stack.fact("migrate", "{{.State.ExitCode}}") == "0"


@pytest.mark.parametrize("name", [*RUNNING, "migrate"])
def test_a_container_may_do_nothing_that_it_need_not(stack: ComposeStack, name: str) -> None:
    host = stack.facts(name)["HostConfig"]
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert host["CapAdd"] is None
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["Privileged"] is False
    assert host["Memory"] > 0
    assert "docker.sock" not in json.dumps(host["Binds"])


def test_the_scraper_has_512_mb_and_no_swap(stack: ComposeStack) -> None:
    host = stack.facts("scraper")["HostConfig"]
    assert (host["Memory"], host["MemorySwap"]) == (LIMIT, LIMIT)


@pytest.mark.parametrize("name", SERVICES)
def test_no_environment_holds_a_password(stack: ComposeStack, name: str) -> None:
    environment = "\n".join(stack.facts(name)["Config"]["Env"])
    for secret in (stack.folder / "secrets").iterdir():
        assert secret.read_text(encoding="utf-8").strip() not in environment


def test_a_service_sees_its_own_secrets_only(stack: ComposeStack) -> None:
    assert set(stack.inside("scraper", "ls", "/run/secrets").split()) == {"nats_scraper"}
    assert set(stack.inside("health", "ls", "/run/secrets").split()) == {"nats_health", "postgres_health"}


def test_the_database_cannot_be_reached_from_the_front_nor_reach_out(stack: ComposeStack) -> None:
    dial = "import socket,sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)"
    dialled = ["python3", "-c", dial]
    postgres = stack.address("postgres")
    front = ("run", "--rm", "--network", f"{stack.project}_front", BASE, *dialled)
    back = ("run", "--rm", "--network", f"{stack.project}_back", BASE, *dialled)
    engine = stack.engine
    assert "Error" in engine.run(*front, postgres, "5432", check=False)
    assert engine.run(*back, postgres, "5432") == ""
    outside = stack.address("demo")
    assert "Error" in engine.run(*back, outside, "9301", check=False)
    assert engine.run(*front, outside, "9301") == ""


@in_one_loop
async def test_an_episode_of_script_only_pages_plays_within_the_scrapers_memory(
    stack: ComposeStack, operator: Operator, demo: DemoWorld, page: Page
) -> None:
    before = launches(stack)
    group = control_group(int(stack.fact("scraper", "{{.State.Pid}}")))
    with Watch(group):
        pages = await demo.mint("Tin Observatory", 1, scripted=True)
        episode_id = await operator.add_episode("Tin Observatory", 1, pages)
        await operator.force_scrape(episode_id)
        state = await operator.links(episode_id, at_least=9)
    assert {link["server"] for link in state["links"]} == {"pixel", "fsl", "10gbps"}
    assert launches(stack) - before == 1
    assert chromium_processes(stack) == []
    assert group.peak < LIMIT
    assert group.kills == 0
    await page.goto(f"/watch/{episode_id}")
    await page.wait_for_function(f"() => ({PLAYED})() > 1", timeout=PLAY_MS)


@in_one_loop
async def test_a_series_is_downloaded_and_published_from_inside_containers(
    stack: ComposeStack, operator: Operator, demo: DemoWorld
) -> None:
    show = "Copper Lighthouse"
    episode_id = await operator.add_episode(show, 1, await demo.mint(show, 1, (480,)))
    await operator.force_scrape(episode_id)
    await operator.links(episode_id, at_least=3)
    title_id = await own(operator, show)
    async with operator.session.get(f"{stack.url}/api/v1/upload-targets") as response:
        (target,) = [one for one in (await response.json())["targets"] if one["name"] == "Demo PeerTube"]
    schedule = f"{stack.url}/api/upload/schedule"
    wish = {"seriesId": title_id, "targetId": target["id"], "downloadFirst": True}
    async with operator.session.post(schedule, json=wish, headers=operator.headers) as response:
        assert response.status == 200, await response.text()

    async def sent() -> str:
        async with operator.session.get(schedule, params={"seriesId": str(title_id)}) as response:
            state: str = (await response.json())["schedule"]["bySeries"][0]["episodes"][0]["state"]
            return state

    assert await eventually(sent, lambda state: state == "live", patience_s=PUBLISHED_S) == "live"


@in_one_loop
@pytest.mark.parametrize(
    "name", ["scraper", "refresher", "health", "uploader", "gateway", "nats", "postgres"]
)
async def test_a_crash_of_any_container_is_mended_without_hands(
    stack: ComposeStack, operator: Operator, demo: DemoWorld, name: str
) -> None:
    began = stack.fact(name, "{{.State.StartedAt}}")
    stack.crash(name)

    def mended() -> None:
        stack.wait(f"{name} started again", lambda: stack.fact(name, "{{.State.StartedAt}}") > began)
        for each in ("postgres", "nats", *SERVICES):
            stack.wait_healthy(each)

    await asyncio.to_thread(mended)
    show = f"After the crash of {name}"
    pages = await demo.mint(show, 1, (720,))
    episode_id = await operator.add_episode(show, 1, pages)
    await operator.force_scrape(episode_id)
    state = await operator.links(episode_id, at_least=3)
    assert {link["server"] for link in state["links"]} == {"pixel", "fsl", "10gbps"}


def test_a_stop_is_quick_and_clean(stack: ComposeStack) -> None:
    for name in SERVICES:
        stack.compose("stop", name)
        assert stack.fact(name, "{{.State.ExitCode}}") == "0", name
    stack.compose("up", "-d", "--wait")


def launches(stack: ComposeStack) -> int:
    """Return how many browsers the scraper has started."""
    text = metrics(stack, "scraper")
    return sum(
        int(float(n))
        for n in re.findall(r"^wellspring_browser_launches_total\{.*\} (\S+)", text, re.MULTILINE)
    )


def metrics(stack: ComposeStack, service: str) -> str:
    """Return what Prometheus would read of a service."""
    code = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9100/metrics').read().decode())"
    return stack.inside(service, "python", "-c", code)


def chromium_processes(stack: ComposeStack) -> list[str]:
    """Return the processes of a browser or its driver in the scraper's container."""
    listed = stack.engine.run("top", stack.container("scraper"), "-eo", "pid,args")
    return [
        line for line in listed.splitlines() if "chrom" in line or "playwright" in line or "/node" in line
    ]
