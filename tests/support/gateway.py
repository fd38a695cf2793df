"""The gateway's HTTP API, as tests use it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

PATIENCE_S = 60.0


async def eventually(
    ask: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool], *, patience_s: float = PATIENCE_S
) -> Any:
    """Return the first answer that holds. Fails with the last one when none does in time.

    A refused connection counts as no answer yet: whoever is asked may be starting again.
    """
    answer: Any = None
    loop = asyncio.get_running_loop()
    end, pause_s = loop.time() + patience_s, 0.01
    while loop.time() < end:
        try:
            answer = await ask()
            if holds(answer):
                return answer
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
            answer = error
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, 0.1)
    raise AssertionError(f"not within {patience_s:g} s; last answer: {answer!r}")


@dataclass
class Operator:
    """Somebody who signed in by the API."""

    session: aiohttp.ClientSession
    url: str
    csrf: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def sign_in(self, username: str, password: str) -> None:
        """Open a session."""
        body = {"username": username, "password": password}
        async with self.session.post(f"{self.url}/api/v1/session", json=body) as response:
            assert response.status == 200, await response.text()
            self.csrf = (await response.json())["csrf_token"]
        self.headers = {"X-CSRF-Token": self.csrf, "Origin": self.url}

    async def add_episode(self, show: str, episode: float, pages: Mapping[int, str], **fields: str) -> int:
        """Add an episode and return its id. `fields` are further ones of the form."""
        body: dict[str, Any] = {"show": show, "episode": f"{episode:g}", **fields}
        body |= {f"link{quality}": url for quality, url in pages.items()}
        url = f"{self.url}/admin/add_episode"
        async with self.session.post(url, json=body, headers=self.headers) as response:
            assert response.status == 200, await response.text()
            assert await response.json() == {
                "status": "ok",
                "player_link": f"/player?show={show}&ep={episode:g}",
            }
        params = {"show": show, "ep": f"{episode:g}"}
        async with self.session.get(f"{self.url}/player", params=params) as response:
            page = await response.text()
        return int(page.partition("/api/v1/live?episode=")[2].partition('"')[0])

    async def change_settings(self, **values: Any) -> None:
        """Change run-time settings."""
        url = f"{self.url}/api/v1/settings"
        async with self.session.patch(url, json=values, headers=self.headers) as response:
            assert response.status == 200, await response.text()

    async def force_scrape(self, episode_id: int) -> dict[str, Any]:
        """Ask for a scrape and return the answer with its status under `http`."""
        url = f"{self.url}/api/v1/episodes/{episode_id}/scrape"
        async with self.session.post(url, headers=self.headers) as response:
            return {"http": response.status, **await response.json()}

    async def state(self, episode_id: int) -> dict[str, Any]:
        """Return the live state of an episode."""
        async with self.session.get(f"{self.url}/api/v1/episodes/{episode_id}/live-state") as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def get_link(self, show: str, episode: float) -> dict[str, Any]:
        """Return the seeds' answer for an episode."""
        params = {"show": show, "ep": f"{episode:g}"}
        async with self.session.get(f"{self.url}/get_link", params=params) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def links(
        self, episode_id: int, at_least: int, *, patience_s: float = PATIENCE_S
    ) -> dict[str, Any]:
        """Return the live state once so many links are offered."""
        answer: dict[str, Any] = await eventually(
            lambda: self.state(episode_id),
            lambda state: sum(link["offered"] for link in state.get("links", [])) >= at_least,
            patience_s=patience_s,
        )
        return answer
