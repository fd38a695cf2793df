"""Somebody who uploads to the Dailymotion by its documents, knowing nothing but its answers."""

import io
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from wellspring_demo.domain.platforms.boxes import tiny_film
from wellspring_demo.platforms.accounts import accounts
from wellspring_demo.world import World


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Customer:
    """A client of all three generations."""

    http: aiohttp.ClientSession
    world: World
    token: str = ""
    about: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.about = accounts(self.world.addresses)["dailymotion"]

    async def ask(self, method: str, url: str, *, bearer: str | None = None, **more: Any) -> Answer:
        headers = dict(more.pop("headers", {}))
        if bearer is None:
            bearer = self.token
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        if url.startswith("/"):
            url = self.about["api"] + url
        async with self.http.request(method, url, headers=headers, allow_redirects=False, **more) as response:
            text = await response.text()
            body = await response.json() if response.content_type == "application/json" and text else text
            return Answer(response.status, dict(response.headers), body)

    async def get_token(self, realm: str = "v2", scope: str = "", **changes: str) -> Answer:
        urls = {
            "v2": f"{self.about['token']}/v2/token",
            "partner": f"{self.about['partner']}/oauth/v1/token",
            "legacy": f"{self.about['api']}/oauth/token",
        }
        form = {"client_id": self.about["key"], "client_secret": self.about["secret"]}
        if realm == "legacy":
            form |= {"grant_type": "password"}
            form |= {"username": self.about["username"], "password": self.about["password"]}
        else:
            form["grant_type"] = "client_credentials"
        if scope:
            form["scope"] = scope
        return await self.ask("POST", urls[realm], bearer="", data=form | changes)

    async def sign_in(self, realm: str = "v2", scope: str = "") -> None:
        answer = await self.get_token(realm, scope)
        assert answer.status == 200, answer.body
        self.token = answer.body["access_token"]

    async def open(self) -> dict[str, str]:
        """An upload address of the newest API."""
        answer = await self.ask("POST", "/v2/files/upload_sessions")
        assert answer.status == 201, answer.body
        found: dict[str, str] = answer.body
        return found

    async def send(self, url: str, film: bytes, name: str = "film.mp4") -> Answer:
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(film), filename=name, content_type="video/mp4")
        return await self.ask("POST", url, bearer="", data=form)

    async def uploaded(self, seconds: float = 60, size: int = 0) -> str:
        """The address of a file that is there."""
        answer = await self.send((await self.open())["upload_url"], tiny_film(seconds, size))
        assert answer.status == 200, answer.body
        return str(answer.body["url"])

    async def create(self, url: str, **changes: Any) -> Answer:
        body = {
            "title": "Nine Lantern Ferry - Episode 1",
            "category": "tv",
            "visibility": "public",
            "is_for_kids": False,
            "source": {"file_url": url},
            "tags": ["ws-0123456789"],
        }
        body = {key: value for key, value in (body | changes).items() if value is not None}
        return await self.ask("POST", f"/v2/profiles/{self.about['profile_id']}/videos", json=body)

    async def control(self, path: str, **body: Any) -> Answer:
        return await self.ask("POST", f"{self.world.control}/{path}", bearer="", json=body)

    async def books(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ask("GET", f"{self.world.control}/dailymotion", bearer="")).body
        return found
