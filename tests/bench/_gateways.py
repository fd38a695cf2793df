"""Gateways of their own process, each with a library of its own, and an operator who visits them."""

import asyncio
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import aiohttp
import asyncpg

from tests.support.gateway import eventually
from wellspring_cli.ports import choose
from wellspring_cli.testing import Database, SharedServers
from wellspring_common.bus.nats import topology
from wellspring_common.clock import SystemClock

PAGE = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en"}
WATCHED = 300
_WATCH = f"""
insert into catalog.watch_progress (user_id, episode_id, position_s, duration_s, finished, watched_at)
select $1, e.id, 600, 2400, e.id % 3 > 0, now() - e.id % 1009 * interval '1 minute'
from catalog.episodes as e
where e.id % (select greatest(count(*) / {WATCHED}, 1) from catalog.episodes) = 0
"""
"""What they watched lies all over the library, so that the home page has a row of where they go on."""
_SAVE = """
insert into catalog.saved_titles (user_id, title_id, saved_at)
select $1, t.id, now() from catalog.titles as t order by t.id limit 40
"""
NO_LIMIT = ("searches_per_client_minute", 1_000_000)


@dataclass(frozen=True)
class Visited:
    """A running gateway and somebody who may see all of it."""

    url: str
    session: aiohttp.ClientSession

    async def get(self, path: str) -> str:
        """Return what is at an address. Exits where that is no answer."""
        async with self.session.get(f"{self.url}{path}", headers=PAGE, allow_redirects=False) as response:
            text = await response.text()
            if response.status != 200:
                raise SystemExit(f"{path} answered {response.status}: {text[:300]}")
            return text


async def _operator(database: Database) -> str:
    """Make a user who is signed in and searches without a limit, and return the cookie's secret."""
    secret, admin = secrets.token_urlsafe(32), await asyncpg.connect(database.admin_url, timeout=30)
    try:
        user = await admin.fetchval(
            "insert into access.users (username, password_hash, role) values ('bench', 'none', 'admin')"
            " returning id"
        )
        await admin.execute(
            "insert into access.sessions (token_hash, user_id, csrf_token, expires_at)"
            " values ($1, $2, 'none', $3)",
            sha256(secret.encode()).digest(),
            user,
            SystemClock().now() + timedelta(days=1),
        )
        await admin.execute(_WATCH, user, timeout=60)
        await admin.execute(_SAVE, user)
        name, value = NO_LIMIT
        await admin.execute(
            "insert into catalog.settings (key, value) values ($1, $2::text::jsonb)", name, str(value)
        )
    finally:
        await admin.close()
    return secret


@asynccontextmanager
async def gateway(servers: SharedServers, database: Database, prefix: str) -> AsyncGenerator[Visited]:
    """Run a gateway over a filled database until the end of the block."""
    secret, nats, port = await _operator(database), servers.nats, choose()
    await asyncio.to_thread(servers.run, topology.ensure(nats.url(), prefix=prefix))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WELLSPRING_")} | {
        "WELLSPRING_DATABASE_URL": database.url_for("gateway"),
        "WELLSPRING_NATS_URL": nats.url(),
        "WELLSPRING_NATS_MONITOR_URL": nats.monitor_url,
        "WELLSPRING_NATS_PREFIX": prefix,
        "WELLSPRING_GATEWAY_PORT": str(port),
        "WELLSPRING_OPS_PORT": str(choose()),
        "WELLSPRING_LOG_LEVEL": "warning",
        "WELLSPRING_DATA_DIR": str(Path(os.environ.get("TMPDIR", "/tmp")) / f"wellspring-bench-{port}"),
    }
    running = subprocess.Popen([sys.executable, "-m", "wellspring_gateway"], env=environ)
    try:
        async with aiohttp.ClientSession(
            cookies={"ws_session": secret}, cookie_jar=aiohttp.CookieJar(unsafe=True)
        ) as session:
            url = f"http://127.0.0.1:{port}"

            async def ready() -> int:
                async with session.get(f"{url}/readyz") as response:
                    return response.status

            await eventually(ready, lambda status: status == 200)
            yield Visited(url, session)
    finally:
        running.terminate()
        await asyncio.to_thread(running.wait, 30)
