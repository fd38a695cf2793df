"""The demo world's control API, as tests use it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

QUALITIES = (480, 720, 1080)
FILM_S = aiohttp.ClientTimeout(total=60)
"""How long the world may take to make the first film of a quality, on a machine that does much else."""


@dataclass(frozen=True)
class DemoWorld:
    """A running demo world."""

    session: aiohttp.ClientSession
    control: str

    async def mint(
        self, title: str, episode: float, qualities: Sequence[int] = QUALITIES, *, scripted: bool = False
    ) -> dict[int, str]:
        """Return fresh permanent pages that nobody seeded, by quality: plain, or those that need a script."""
        pages = {}
        for quality in qualities:
            wish = {"title": title, "episode": episode, "quality": quality, "stock": True, "ready": True}
            async with self.session.post(f"{self.control}/mint", json=wish, timeout=FILM_S) as response:
                assert response.status == 201, await response.text()
                pages[quality] = (await response.json())["script_url" if scripted else "url"]
        return pages

    async def fault(self, **wish: Any) -> None:
        """Switch a fault on."""
        async with self.session.post(f"{self.control}/faults", json=wish) as response:
            assert response.status < 300, await response.text()

    async def heal(self) -> None:
        """Switch all faults off."""
        async with self.session.delete(f"{self.control}/faults") as response:
            assert response.status < 300

    async def log(self, target: str) -> list[dict[str, Any]]:
        """Return what a host of the world served."""
        async with self.session.get(f"{self.control}/log", params={"target": target}) as response:
            entries = await response.json()
        found: list[dict[str, Any]] = entries if isinstance(entries, list) else entries["requests"]
        return found
