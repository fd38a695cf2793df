"""The programs of a stack as the supervisor runs them, and the environment that each one gets."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import aiohttp

from .places import DataDir
from .ports import LOOPBACK
from .process import Program

SERVICES = ("gateway", "scraper", "refresher", "health", "uploader")
FIRST_OPS_PORT = 9100
# What an operator gives the launcher and not the services: each gets its own login instead.
_OURS = frozenset(
    f"WELLSPRING_{name}{suffix}"
    for name in (
        "DATABASE_URL",
        "DATABASE_PASSWORD",
        "NATS_URL",
        "NATS_PASSWORD",
        "DATA_DIR",
        "OPS_PORT",
        "OPS_HOST",
        "DEMO",
    )
    for suffix in ("", "_FILE")
)
# What holds a service's own secrets, and is nobody else's.
_ONLY_OF = {"gateway": ("WELLSPRING_GATEWAY_",), "uploader": ("WELLSPRING_UPLOADER_", "DAILYMOTION_")}


@dataclass(frozen=True)
class Surroundings:
    """What the services of one stack share. `allowed_hosts` and `demo` are for the demo world."""

    data: DataDir
    inherited: Mapping[str, str]
    gateway_host: str
    gateway_port: int
    ops_ports: Mapping[str, int]
    database_urls: Mapping[str, str]
    nats_urls: Mapping[str, str]
    nats_monitor_url: str | None
    prefix: str
    log_format: str
    extra: Mapping[str, str]
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What one service alone is given, by its name: it stands above what the launcher was given."""


def is_shipped(service: str) -> bool:
    """Return whether a service can be run, without importing it."""
    spec = find_spec(f"wellspring_{service}")
    return bool(spec and spec.origin and (Path(spec.origin).parent / "__main__.py").exists())


def service_program(name: str, around: Surroundings) -> Program:
    """Return how to run a service."""
    ops_port = around.ops_ports[name]

    async def is_ready() -> bool:
        return await answers_ready(f"http://{LOOPBACK}:{ops_port}/readyz")

    return Program(
        name=name,
        argv=(sys.executable, "-m", f"wellspring_{name}"),
        env=service_environment(name, around),
        is_ready=is_ready,
        port=ops_port,
        module=f"wellspring_{name}",
    )


def service_environment(name: str, around: Surroundings) -> dict[str, str]:
    """Return the environment of a service: only its own logins, whatever the launcher was given."""
    env = {key: value for key, value in around.inherited.items() if key not in _OURS}
    env |= {
        "PYTHONUNBUFFERED": "1",
        "PROMETHEUS_DISABLE_CREATED_SERIES": "true",
        "WELLSPRING_NATS_URL": around.nats_urls[name],
        "WELLSPRING_NATS_PREFIX": around.prefix,
        "WELLSPRING_DATA_DIR": str(around.data.service(name)),
        "WELLSPRING_OPS_HOST": LOOPBACK,
        "WELLSPRING_OPS_PORT": str(around.ops_ports[name]),
        "WELLSPRING_GATEWAY_HOST": around.gateway_host,
        "WELLSPRING_GATEWAY_PORT": str(around.gateway_port),
        "WELLSPRING_LOG_FORMAT": around.log_format,
        **around.extra,
    }
    if around.nats_monitor_url:
        env["WELLSPRING_NATS_MONITOR_URL"] = around.nats_monitor_url
    if name in around.database_urls:
        env["WELLSPRING_DATABASE_URL"] = around.database_urls[name]
    for service, prefixes in _ONLY_OF.items():
        if name != service:
            env = {key: value for key, value in env.items() if not key.startswith(prefixes)}
    return env | dict(around.own.get(name, {}))


async def answers_ready(url: str) -> bool:
    """Return whether a service says that it can do its work."""
    timeout = aiohttp.ClientTimeout(total=3)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as http, http.get(url) as answer:
            return answer.status == 200  # noqa: PLR2004  (an HTTP status)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False
