"""Sources that will not work: each job ends with a reason that can be looked up, and nothing half stored."""

from typing import Any

import pytest

from tests.support.gateway import eventually
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

CASES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "answers 500": ({"kind": "status", "status": 500}, {"server_error"}),
    "answers 403": ({"kind": "status", "status": 403}, {"forbidden"}),
    "answers 404": ({"kind": "status", "status": 404}, {"not_found"}),
    "answers garbage": ({"kind": "garbage"}, {"drift", "garbage", "not_html"}),
    "never ends": ({"kind": "endless"}, {"too_large", "timeout", "page_too_complex"}),
    "shows a bot wall": ({"kind": "challenge"}, {"blocked"}),
    "sends us to a private address": (
        {"kind": "redirect_to", "url": "http://10.1.2.3/"},
        {"blocked_address"},
    ),
    # where there is no browser to make sure, that is said first
    "changed its layout": ({"kind": "drift"}, {"drift", "browser_unavailable"}),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_source_that(running: Running, case: str) -> None:
    fault, codes = CASES[case]
    pages = await running.demo.mint(f"A page that {case}", 1, (480,))
    await running.demo.fault(target="site", path_prefix="/" + pages[480].split("/", 3)[3], **fault)
    try:
        await _fails_with(running, f"A page that {case}", pages[480], codes)
    finally:
        await running.demo.heal()


async def test_a_source_whose_host_is_gone(running: Running) -> None:
    await _fails_with(running, "A host that is gone", "http://nowhere.invalid/v/abc", {"dns"})


async def _fails_with(running: Running, show: str, page: str, codes: set[str]) -> None:
    episode_id = await running.operator.add_episode(show, 1, {480: page})
    answer = await running.operator.force_scrape(episode_id)
    state = await eventually(
        lambda: running.operator.state(episode_id),
        lambda seen: seen["job"]["state"] not in {"queued", "running"},
    )
    job = state["job"]
    assert (job["state"], job["id"]) == ("failed", answer["job"]["id"])
    assert job["error_code"] in codes
    assert job["error_detail"]
    assert state["links"] == []
    seeds = await running.operator.get_link(show, 1)
    assert (seeds["status"], seeds["links"]) == ("master", {"480": page})
    async with running.operator.session.get(f"{running.url}/api/v1/jobs/{job['id']}") as response:
        problems = (await response.json())["problems"]
    assert {problem["code"] for problem in problems} & codes
