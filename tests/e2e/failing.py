"""Servers that fail under a viewer, and what the page then does."""

import time
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page

from tests.e2e.pictures import Change, Seen, elsewhere, playing, watch
from tests.support.running import Running

PACE = 1.6
"""So little faster than it is watched that the death of its host is felt soon."""
Links = list[dict[str, Any]]


class Elsewhere(AssertionError):
    """A film did not begin on its first link, on a machine too busy for its pace: nothing can be measured."""


async def scraped(running: Running, show: str, qualities: tuple[int, ...] = (480,)) -> tuple[int, Links]:
    """Return a fresh episode with its playable links, best first."""
    pages = await running.demo.mint(show, 1, qualities)
    episode_id = await running.operator.add_episode(show, 1, pages)
    await running.operator.force_scrape(episode_id)
    state = await running.operator.links(episode_id, at_least=3 * len(qualities))
    return episode_id, [link for link in state["links"] if link["offered"] and link["playable"]]


async def refresh(running: Running, episode_id: int) -> None:
    """Have the links of an episode found anew, as happens by itself before they run out."""
    url = f"{running.url}/api/v1/episodes/{episode_id}/refresh"
    async with running.operator.session.post(url, headers=running.operator.headers) as response:
        assert response.status == 202, await response.text()


def own(link: dict[str, Any]) -> str:
    """Return the path and query of a link's file: a fault on it spares all others, and their hosts' names."""
    parts = urlsplit(link["url"])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


async def open_paced(page: Page, running: Running, episode_id: int, links: Links) -> tuple[Seen, str]:
    """Watch an episode whose first link sends no faster than needed: what is seen, and of which server."""
    await watch(page)
    first = links[0]
    await running.demo.fault(target=first["server"], kind="paced", pace=PACE, path_prefix=own(first))
    await page.goto(f"/watch/{episode_id}")
    now = await playing(page, beyond=1.0)
    if now.link != first["id"]:
        raise Elsewhere(f"the film began on link {now.link}")
    return now, first["server"]


async def die_under(page: Page, running: Running, show: str, kind: str) -> Change:
    """Let the link that plays fail, and return how the film went on.

    `reset`: every connection is cut; `hang`: nothing more is sent; `error`: the connection is cut, and
    whoever asks again is told 503.
    """
    episode_id, links = await scraped(running, show)
    now, server = await open_paced(page, running, episode_id, links)
    since = time.time()
    if kind == "error":
        await running.demo.fault(target=server, kind="status", status=503, path_prefix=own(links[0]))
    ending = "reset" if kind == "error" else kind
    await running.demo.fault(target=server, kind=ending, path_prefix=own(links[0]))
    return await elsewhere(page, now.link, since=since)


async def kill_all(running: Running, links: Links) -> None:
    """Let every link die, and cut those that somebody reads."""
    for link in links:
        await running.demo.fault(target=link["server"], kind="kill_links")
        await running.demo.fault(target=link["server"], kind="reset", path_prefix=own(link))
