"""A gateway that runs inside the test, and the people who visit it."""

import asyncio
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import aiohttp
import asyncpg
from yarl import URL

from tests.support.gateway import eventually
from wellspring_common.clock import SystemClock
from wellspring_common.ids import uuid7
from wellspring_common.runtime import DRAIN_S

PASSWORD = "a long sentence"
SEED_SHOW = "The Glory"
SEED_EPISODE = {
    "show": SEED_SHOW,
    "episode": "1",
    "link480": "https://vcloud.lol/abc123",
    "link720": "https://vcloud.lol/def456",
    "link1080": "https://vcloud.lol/ghi789",
}
PAGE = {"Accept": "text/html,application/xhtml+xml"}
PATIENCE_S = 10.0
_CSRF = re.compile(r'<meta name="csrf-token" content="([^"]+)">')


@dataclass(frozen=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, Any]
    text: str

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.text)

    def problem(self, status: int, code: str) -> dict[str, Any]:
        """Return the body after checking that it is the RFC 9457 problem that was expected."""
        assert (self.status, self.headers["Content-Type"]) == (status, "application/problem+json"), self.text
        found: dict[str, Any] = self.json
        assert (found["status"], found["code"]) == (status, code)
        assert found["type"] == f"urn:wellspring:problem:{code}"
        assert found["title"]
        assert found["detail"]
        return found


class Visitor:
    """Somebody with a cookie jar. Redirects are answers, not followed."""

    def __init__(self, url: str, *, language: str = "en") -> None:
        self.url = url
        self.csrf = ""
        self._language = language

    async def __aenter__(self) -> Self:
        self.session = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(total=20),
            headers={"Accept-Language": self._language},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    async def ask(self, method: str, path: str, *, encoded: bool = False, **more: Any) -> Answer:
        """Send a request and return the whole answer. An `encoded` path is sent byte for byte."""
        url = URL(f"{self.url}{path}", encoded=encoded)
        async with self.session.request(method, url, allow_redirects=False, **more) as response:
            return Answer(response.status, response.headers, response.cookies, await response.text())

    async def get(self, path: str, **more: Any) -> Answer:
        """Read."""
        return await self.ask("GET", path, **more)

    async def page(self, path: str, **more: Any) -> Answer:
        """Read as a browser that goes somewhere, and remember the page's token."""
        answer = await self.get(path, headers=PAGE, **more)
        if (found := _CSRF.search(answer.text)) is not None:
            self.csrf = found[1]
        return answer

    async def form(self, path: str, **fields: str) -> Answer:
        """Send a form as a page of ours does, with the token of the page read last."""
        headers = {**PAGE, "Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        return await self.ask("POST", path, data={"csrf_token": self.csrf, **fields}, headers=headers)

    async def send(self, method: str, path: str, body: Any, **headers: str) -> Answer:
        """Send JSON as a script of ours does."""
        return await self.ask(method, path, json=body, headers={"X-CSRF-Token": self.csrf, **headers})

    async def sign_in(self, username: str, password: str = PASSWORD) -> Answer:
        """Sign in by the form."""
        await self.page("/login")
        answer = await self.form("/login", username=username, password=password)
        if answer.status == 303:
            await self.page("/")
        return answer


@dataclass(frozen=True)
class Gateway:
    """A running gateway, and the ground under it: `sql` is the database's administrator."""

    url: str
    sql: "asyncpg.Connection[asyncpg.Record]"
    nats_url: str
    prefix: str
    visitors: list[Visitor] = field(default_factory=list)

    async def visitor(self, *, language: str = "en") -> Visitor:
        """Return a new visitor, who leaves at the end of the test."""
        visitor = await Visitor(self.url, language=language).__aenter__()
        self.visitors.append(visitor)
        return visitor

    async def signed_in(self, role: str, *, language: str = "en") -> Visitor:
        """Return a visitor who is signed in, with a user of that role made for them.

        By a row instead of a password: each hash costs a tenth of a second and 64 MiB.
        """
        visitor, secret = await self.visitor(language=language), secrets.token_urlsafe(32)
        visitor.csrf = secrets.token_urlsafe(32)
        user = await self.sql.fetchval(
            "insert into access.users (username, password_hash, role) values ($1, 'none', $2) returning id",
            f"{role}-{secrets.token_hex(4)}",
            role,
        )
        await self.sql.execute(
            "insert into access.sessions (token_hash, user_id, csrf_token, expires_at)"
            " values ($1, $2, $3, $4)",
            sha256(secret.encode()).digest(),
            user,
            visitor.csrf,
            SystemClock().now() + timedelta(days=1),
        )
        visitor.session.cookie_jar.update_cookies({"ws_session": secret})
        return visitor

    async def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(await self.sql.fetchval(f"select count(*) from {table}"))

    async def told(self, subject: str) -> list[dict[str, Any]]:
        """Return the events of a subject in the gateway's outbox, oldest first."""
        rows = await self.sql.fetch(
            "select payload from catalog.outbox where subject like $1 || '%' order by id", subject
        )
        return [json.loads(row["payload"]) for row in rows]

    async def published(self, subject: str) -> None:
        """Wait until all events of a subject left the outbox."""
        sql = "select count(*) from catalog.outbox where subject like $1 || '%' and state <> 'published'"
        await eventually(
            lambda: self.sql.fetchval(sql, subject), lambda left: left == 0, patience_s=PATIENCE_S
        )

    async def add_episode(
        self, show: str = SEED_SHOW, number: float = 1, *, season: int = 1, kind: str = "series"
    ) -> int:
        """Store an episode with the seed's master links, past the gateway, and return its id."""
        title = await self.sql.fetchval(
            """
            insert into catalog.titles (kind, title, slug) values ($3, $1, $2)
            on conflict (slug) do update set updated_at = now()
            returning id
            """,
            show,
            show.lower().replace(" ", "-"),
            kind,
        )
        episode: int = await self.sql.fetchval(
            "insert into catalog.episodes (title_id, season, number) values ($1, $2, $3) returning id",
            title,
            season,
            number,
        )
        for name, url in SEED_EPISODE.items():
            if name.startswith("link"):
                await self.sql.execute(
                    "insert into catalog.sources (episode_id, quality, url, definition)"
                    " values ($1, $2, $3, 'vcloud')",
                    episode,
                    int(name.removeprefix("link")),
                    url,
                )
        return episode

    async def add_links(
        self, episode: int, links: Mapping[int, Mapping[str, str]], **changes: Any
    ) -> list[int]:
        """Store links by quality and server, alive for six hours unless `changes` say otherwise."""
        values = {"expires_in": timedelta(hours=6), "basis": "default", "state": "alive"} | changes
        values = {"kind": "stream", "container": "mp4", "refresh_class": "safe", "headers": {}} | values
        sources = {
            row["quality"]: row["id"]
            for row in await self.sql.fetch(
                "select id, quality from catalog.sources where episode_id = $1", episode
            )
        }
        return [
            await self._add_link((episode, sources[quality], quality, server, url), values)
            for quality, servers in links.items()
            for server, url in servers.items()
        ]

    async def _add_link(self, row: tuple[int, int, int, str, str], values: Mapping[str, Any]) -> int:
        now = SystemClock().now()
        link: int = await self.sql.fetchval(
            """
            insert into links.links (episode_id, source_id, quality, server, label, kind, container, url,
                verified, scraped_at, expires_at, expiry_basis, refresh_class, job_id, headers)
            values ($1, $2, $3, $4, $4, $10, $11, $5, true, $6, $7, $8, $12, $9, $13)
            returning id
            """,
            *row,
            now,
            now + values["expires_in"],
            values["basis"],
            uuid7(),
            values["kind"],
            values["container"],
            values["refresh_class"],
            json.dumps(values["headers"]),
        )
        await self.sql.execute(
            """
            insert into health.link_health (link_id, episode_id, generation, state, last_checked_at,
                last_ok_at, next_check_at)
            values ($1, $2, 1, $3, $4, $4, $4)
            """,
            link,
            row[0],
            values["state"],
            now,
        )
        return link

    async def add_job(self, episode: int, *, state: str, minutes_ago: float = 0, **changes: Any) -> UUID:
        """Store a forced scrape that was asked for, and ended, so many minutes ago."""
        then = SystemClock().now() - timedelta(minutes=minutes_ago)
        ended = then if state not in {"queued", "running"} else None
        job_id = uuid7()
        await self.sql.execute(
            """
            insert into links.jobs (id, kind, episode_id, lane, reason, requested_by, state, error_code,
                error_detail, requested_at, finished_at, browser)
            values ($1, 'scrape', $2, $3, 'force', $4, $5, $6, $7, $8, $9, $10)
            """,
            job_id,
            episode,
            changes.get("lane", "interactive"),
            changes.get("requested_by", "ada"),
            state,
            changes.get("error_code"),
            changes.get("error_detail"),
            then,
            ended,
            json.dumps(changes.get("browser", [])),
        )
        return job_id


@dataclass(frozen=True)
class OwnGateway(Gateway):
    """A gateway that one test has for itself, and may stop."""

    main: "asyncio.Task[None]" = field(kw_only=True)

    async def stop(self) -> None:
        """Stop as SIGTERM does, within the time that the runtime grants."""
        self.main.cancel()
        _, running = await asyncio.wait({self.main}, timeout=DRAIN_S)
        assert not running, f"the gateway still runs {DRAIN_S:g} s after it was told to stop"
