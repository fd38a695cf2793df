"""One id finds everything that was said about one forced scrape, whichever service said it."""

import asyncio
import json
import secrets
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.gateway import eventually
from tests.support.running import Running
from wellspring_cli.logbook import traced_lines
from wellspring_cli.places import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SERVICES = ("gateway", "scraper", "refresher", "health")
FOUND = {
    "gateway": {"scrape.requested"},
    "scraper": {"scrape.started", "scrape.completed"},
    "refresher": {"links.stored"},
    "health": {"links.learned"},
}
FAILED = {
    "gateway": {"scrape.requested"},
    "scraper": {"scrape.started", "scrape.completed"},
    "refresher": {"scrape.failed"},
}


async def forced(running: Running, episode_id: int, traceparent: str) -> tuple[str, str]:
    """Force a scrape inside a trace and return the job and the id that the answer names."""
    operator = running.operator
    url = f"{operator.url}/api/v1/episodes/{episode_id}/scrape"
    headers = operator.headers | {"traceparent": traceparent}
    async with operator.session.post(url, headers=headers) as response:
        assert response.status == 202, await response.text()
        return response.headers["Location"].rpartition("/")[2], response.headers["X-Trace-Id"]


def lines_about(running: Running, words: str) -> list[tuple[str, Mapping[str, Any]]]:
    said = traced_lines(running.stack.data.logs, SERVICES, words)
    return [(name, json.loads(line)) for name, line in said]


async def story_of(running: Running, trace_id: str, told: Mapping[str, set[str]]) -> list[tuple[str, Any]]:
    """Return the lines of a trace once every service said what it says at the end."""

    async def lines() -> list[tuple[str, Any]]:
        return lines_about(running, trace_id)

    def whole(found: list[tuple[str, Any]]) -> bool:
        said: dict[str, set[str]] = {}
        for name, line in found:
            said.setdefault(name, set()).add(line["event"])
        return all(words <= said.get(name, set()) for name, words in told.items())

    found: list[tuple[str, Any]] = await eventually(lines, whole)
    return found


@pytest.mark.parametrize(("broken", "told"), [(False, FOUND), (True, FAILED)], ids=["found", "failed"])
async def test_one_trace_finds_every_line_of_a_forced_scrape(
    running: Running, *, broken: bool, told: Mapping[str, set[str]]
) -> None:
    show = f"A Thread Through The Maze {broken}"
    pages = await running.demo.mint(show, 1)
    if broken:
        pages = {quality: f"{url}-gone" for quality, url in pages.items()}
    episode_id = await running.operator.add_episode(show, 1, pages)
    trace_id, span = secrets.token_hex(16), secrets.token_hex(8)
    job_id, answered = await forced(running, episode_id, f"00-{trace_id}-{span}-01")
    assert answered == trace_id

    story = await story_of(running, trace_id, told)
    assert {line["trace_id"] for _, line in story} == {trace_id}
    about_job = lines_about(running, job_id)
    assert [(name, line["event"]) for name, line in about_job if line.get("trace_id") != trace_id] == []
    times = [line["timestamp"] for _, line in story]
    assert times == sorted(times)


async def test_the_command_line_tells_the_story_of_one_trace(running: Running) -> None:
    pages = await running.demo.mint("The Second Thread", 1)
    episode_id = await running.operator.add_episode("The Second Thread", 1, pages)
    traceparent = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
    _, trace_id = await forced(running, episode_id, traceparent)
    await story_of(running, trace_id, FOUND)
    for words in (trace_id, traceparent):
        code, said = await shown(running, words)
        assert code == 0
        assert [
            word for word in ("scrape.requested", "scrape.started", "links.learned") if word not in said
        ] == []
        assert all(trace_id in line for line in said.splitlines())
    code, said = await shown(running, secrets.token_hex(16))
    assert (code, "No log has a line" in said) == (1, True)
    code, said = await shown(running, "nonsense")
    assert (code, "is no trace" in said) == (1, True)


async def shown(running: Running, trace: str) -> tuple[int | None, str]:
    words = ("logs", "--trace", trace, "--data-dir", str(running.stack.data.root))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "wellspring_cli",
        *words,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()
