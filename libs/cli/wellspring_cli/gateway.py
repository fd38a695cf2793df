"""The gateway's HTTP API, as a verb of the command line uses it: signed in, and told in plain words."""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from .console import Failure
from .keys import Keys, given_secrets
from .lock import holder_of
from .places import DataDir, default_data_dir
from .state import read_state

PASSWORD_FILE = "WELLSPRING_ADMIN_PASSWORD_FILE"  # noqa: S105  (the name of a variable)
_TIMEOUT = aiohttp.ClientTimeout(total=60)
_CREATED = frozenset({200, 201})


DEMO_USER = "demo"


class Entrance(NamedTuple):
    """Where the gateway is, and who comes."""

    url: str
    user: str
    password: str


class Client:
    """Calls of a person who is signed in."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self.url = url.rstrip("/")
        self._headers = {"Origin": self.url, "Accept": "application/json"}

    async def sign_in(self, user: str, password: str) -> None:
        """Sign in. Raises `Failure` with the gateway's own words when it refuses."""
        body = {"username": user, "password": password}
        answer = await self.send("POST", "/api/v1/session", body, allowed=_CREATED, what="sign-in")
        self._headers["X-CSRF-Token"] = answer["csrf_token"]

    async def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        allowed: frozenset[int] = frozenset({200, 201, 202}),
        what: str = "the request",
    ) -> dict[str, Any]:
        """Return the answer as JSON, with its `status` under `http_status`. Raises `Failure`."""
        try:
            async with self._http.request(
                method, f"{self.url}{path}", json=body, headers=self._headers
            ) as answer:
                found = await answer.json(content_type=None)
                said = found if isinstance(found, dict) else {}
                if answer.status not in allowed:
                    words = said.get("detail") or said.get("title") or answer.reason
                    raise Failure(f"The gateway answered {what} with {answer.status}: {words}")
                return {**said, "http_status": answer.status}
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Failure(
                f"The gateway at {self.url} does not answer: {type(error).__name__} {error}.",
                "Look at ./wellspring status.",
            ) from error


@asynccontextmanager
async def signed_in(url: str, user: str, password: str) -> AsyncGenerator[Client]:
    """Lend a client that is signed in."""
    # The cookie jar must take cookies of an address without a name.
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=jar) as http:
        client = Client(http, url)
        await client.sign_in(user, password)
        yield client


def entrance_of(url: str | None, user: str, data: DataDir, *, demo: bool, chosen: bool) -> Entrance:
    """Return where and as whom a verb calls. `chosen` says that `data` was named, and is not the default.

    Who started the demo asks it without saying so. Raises `Failure` where nothing runs or nobody is known.
    """
    if url is None and not demo and not chosen and holder_of(data.run / "lock") is None:
        other = default_data_dir(os.environ, demo=True)
        if holder_of(other.run / "lock") is not None:
            data, demo = other, True
    name = user or (DEMO_USER if demo else "admin")
    return Entrance(url or address_of(data), name, password_of(data, demo=demo))


def address_of(data: DataDir) -> str:
    """Return the address of the gateway that runs here. Raises `Failure` when nothing runs."""
    if holder_of(data.run / "lock") is None:
        raise Failure(
            f"Nothing runs in {data.root}.", "Start it with ./wellspring up, or name the gateway with --url."
        )
    return read_state(data.run / "state.json").url


def password_of(data: DataDir, *, demo: bool) -> str:
    """Return the user's password: the demo's own, else from the file that the environment names."""
    file = os.environ.get(PASSWORD_FILE)
    if file:
        path = Path(file)
        return given_secrets(path.parent, {"password": path.name})["password"]
    if demo:
        return Keys(data.secrets).read("demo_admin")
    raise Failure("The password of the user is not given.", f"Set {PASSWORD_FILE} to a file with it.")
