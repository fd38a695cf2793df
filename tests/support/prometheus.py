"""Prometheus and its tools, as tests use them."""

import asyncio
import math
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from tests.support.gateway import eventually
from wellspring_cli.debian import debian_program
from wellspring_cli.ports import choose

WHY_NOT = "no Prometheus here: it is neither on PATH nor to be had by `apt-get download prometheus`"


def program(name: str) -> Path:
    """Return `prometheus` or `promtool`, or skip the test."""
    found = debian_program("prometheus", name)
    if found is None:
        pytest.skip(WHY_NOT)
    return found


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus."""

    session: aiohttp.ClientSession
    url: str

    async def ask(self, path: str, **params: str) -> Any:
        """Return the data of an answer. Fails with what Prometheus says is wrong with a query."""
        async with self.session.get(f"{self.url}/api/v1/{path}", params=params) as response:
            answer = await response.json()
        assert answer["status"] == "success", f"{params}: {answer.get('error')}"
        return answer["data"]

    async def instant(self, query: str) -> list[dict[str, Any]]:
        """Return the series of a query now."""
        found: list[dict[str, Any]] = (await self.ask("query", query=query))["result"]
        return found

    async def values(self, query: str, *, seconds: int = 60) -> list[float]:
        """Return every real number that a query gave in the last minute."""
        now = float((await self.ask("query", query="time()"))["result"][1])
        span = {"start": str(now - seconds), "end": str(now), "step": "5"}
        data = await self.ask("query_range", query=query, **span)
        numbers = [float(value) for series in data["result"] for _, value in series["values"]]
        return [number for number in numbers if not math.isnan(number)]


@asynccontextmanager
async def running_prometheus(
    folder: Path, targets: Mapping[str, Mapping[str, str]], rules: Path
) -> AsyncGenerator[Prometheus]:
    """Run Prometheus on targets (by job, then address to service) every second, with these rules."""
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules / "*.yml")],
        "scrape_configs": [
            {
                "job_name": job,
                "honor_labels": True,
                "static_configs": [
                    {"targets": [address], "labels": {"service": service} if service else {}}
                    for address, service in addresses.items()
                ],
            }
            for job, addresses in targets.items()
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    port = choose()
    with (folder / "prometheus.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            str(program("prometheus")),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            stderr=log,
        )
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
            server = Prometheus(session, f"http://127.0.0.1:{port}")
            await eventually(lambda: server.instant("vector(1)"), bool, patience_s=30)
            yield server
    finally:
        process.terminate()
        await process.wait()
