"""Fills a demo's library through the gateway's HTTP API, as an operator would. Safe to repeat."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from .console import Failure
from .demo import peertube_target

_TIMEOUT = aiohttp.ClientTimeout(total=60)
_CREATED = frozenset({200, 201})
_CONFLICT = 409
_SCRAPE_PATIENCE_S = 30.0
DEMO_CATALOGUE = "Demo catalogue"
OURS = "The Salt Orchard"
"""The series that may be published: its pictures are made here, so its rights are ours."""
UNSCRAPED_TITLES = 1
"""So many titles are left for the newcomer to scrape by hand."""


@dataclass(frozen=True)
class Seeded:
    """What seeding did."""

    titles: int
    added: int
    known: int
    scrapes: int


async def seed_library(
    url: str, user: str, password: str, control: str, *, catalogue: Sequence[str] = ()
) -> Seeded:
    """Add every title of the demo's library and scrape the first episode of most.

    `catalogue` are the addresses of the demo's anime catalogue: it is added, and read when somebody says so.

    Raises `Failure` with the gateway's own words when it refuses.
    """
    # The cookie jar must take cookies of an address without a name.
    jar = aiohttp.CookieJar(unsafe=True)
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=jar) as http:
            async with http.get(f"{control.rstrip('/')}/catalog") as answer:
                catalog = list(await answer.json())
            gateway = _Gateway(http, url)
            await gateway.sign_in(user, password)
            if catalogue:
                await gateway.add_catalogue(catalogue_body(catalogue))
            async with http.get(f"{control.rstrip('/')}/platforms") as answer:
                channel = peertube_target(await answer.json())
            if channel:
                await gateway.add_target(channel)
            added = known = 0
            for title in catalog:
                for episode in title["episodes"]:
                    fresh = await gateway.add_episode(add_episode_body(title, episode))
                    added, known = added + fresh, known + (not fresh)
            scrapes = [title for title in catalog if title["episodes"]]
            scrapes = scrapes[: max(1, len(scrapes) - UNSCRAPED_TITLES)]
            await gateway.claim(OURS)
            if added:
                for title in scrapes:
                    await gateway.scrape(title["show"], title["episodes"][0]["number"])
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Failure(
            f"The demo library could not be filled: {type(error).__name__} {error}.",
            "Look at ./wellspring logs gateway, then start again: what is there already is kept.",
        ) from error
    return Seeded(titles=len(catalog), added=added, known=known, scrapes=len(scrapes) if added else 0)


def add_episode_body(title: dict[str, Any], episode: dict[str, Any]) -> dict[str, Any]:
    """Return what `POST /admin/add_episode` wants, from one entry of the demo's catalogue."""
    body = {
        "show": title["show"],
        "episode": episode["number"],
        "season": episode.get("season", 1),
        "name": episode.get("name"),
        "kind": title.get("kind", "series"),
        **{key: title.get(key) for key in ("year", "genres", "synopsis", "original_title", "language")},
        **{f"link{quality}": link for quality, link in episode["sources"].items()},
    }
    return {key: value for key, value in body.items() if value is not None}


def catalogue_body(addresses: Sequence[str]) -> dict[str, Any]:
    """Return what `POST /api/v1/catalogues` wants: new episodes are looked for, the rest is on demand."""
    return {
        "name": DEMO_CATALOGUE,
        "definition": "otakudesu",
        "base_urls": list(addresses),
        "enabled": True,
        "is_default": True,
        "every_minutes": 45,
        "full_every_hours": None,
        "language": "id",
        "rights": "owned",
    }


class _Gateway:
    """The few calls of the gateway that seeding makes."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self._headers = {"Origin": url}

    async def sign_in(self, user: str, password: str) -> None:
        body = {"username": user, "password": password}
        async with self._http.post(f"{self._url}/api/v1/session", json=body, headers=self._headers) as answer:
            if answer.status not in _CREATED:
                raise await _refusal(answer, "sign-in")
            self._headers["X-CSRF-Token"] = (await answer.json())["csrf_token"]

    async def add_episode(self, body: dict[str, Any]) -> bool:
        """Return whether the episode is new."""
        url = f"{self._url}/admin/add_episode"
        async with self._http.post(url, json=body, headers=self._headers) as answer:
            if answer.status in _CREATED:
                return True
            if answer.status == _CONFLICT and (await _problem(answer)).get("code") == "episode_exists":
                return False
            raise await _refusal(answer, f"adding {body['show']} {body['episode']}")

    async def add_catalogue(self, body: dict[str, Any]) -> None:
        """Add a catalogue, or leave the one of that name as it is."""
        url = f"{self._url}/api/v1/catalogues"
        async with self._http.post(url, json=body, headers=self._headers) as answer:
            if answer.status not in _CREATED and answer.status != _CONFLICT:
                raise await _refusal(answer, f"adding {body['name']}")

    async def add_target(self, body: dict[str, Any]) -> None:
        """Add a channel to publish on, or leave the one of that name as it is. Nothing else waits for it."""
        url = f"{self._url}/api/v1/upload-targets"
        async with self._http.post(url, json=body, headers=self._headers) as answer:
            code = None if answer.status in _CREATED else (await _problem(answer)).get("code")
            if code not in {None, "name_taken", "uploader_away"}:
                raise await _refusal(answer, f"adding {body['name']}")

    async def claim(self, show: str) -> None:
        """Say that a series is ours, unless somebody has said something about its rights already."""
        titles = f"{self._url}/api/v1/titles"
        async with self._http.get(titles, params={"q": show}) as answer:
            found = [each for each in (await answer.json())["titles"] if each["title"] == show]
        for title in found:
            async with self._http.get(f"{titles}/{title['id']}") as answer:
                stored, version = await answer.json(), answer.headers["ETag"]
            if stored["rights"] != "unknown":
                continue
            headers = {**self._headers, "If-Match": version}
            url, body = f"{titles}/{title['id']}", {"rights": "owned"}
            async with self._http.patch(url, json=body, headers=headers) as answer:
                if answer.status not in _CREATED:
                    raise await _refusal(answer, f"saying whose {show} is")

    async def scrape(self, show: str, number: float | str) -> None:
        """Order a scrape and wait for its links.

        One after the other: the demo makes its videos when they are first asked for.
        """
        query = {"show": show, "ep": str(number)}
        async with self._http.get(f"{self._url}/scrape", params=query, headers=self._headers) as answer:
            # A cooldown is no failure: the links are there already.
            if answer.status >= 500:  # noqa: PLR2004  (an HTTP status)
                raise await _refusal(answer, f"scraping {show}")
            job = answer.headers.get("Location")
        end = time.monotonic() + _SCRAPE_PATIENCE_S
        while job and time.monotonic() < end:
            async with self._http.get(f"{self._url}{job}") as answer:
                if (await answer.json()).get("finished_at"):
                    return
            await asyncio.sleep(0.2)


async def _problem(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        found = await answer.json(content_type=None)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _refusal(answer: aiohttp.ClientResponse, what: str) -> Failure:
    problem = await _problem(answer)
    said = problem.get("detail") or problem.get("title") or answer.reason
    return Failure(
        f"The demo library could not be filled: {what} was answered {answer.status} ({said}).",
        "Look at ./wellspring logs gateway.",
    )
