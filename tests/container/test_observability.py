"""The profile `observability`: Prometheus finds every service where the compose file says it is."""

import json
from typing import Any

import pytest

from .images import SERVICES
from .stack import ComposeStack

WATCHERS = ("prometheus", "postgres-exporter")
"""Not Grafana: its image cannot be made here, and its dashboards are tested against Prometheus elsewhere."""


@pytest.fixture(scope="module")
def watched(stack: ComposeStack) -> ComposeStack:
    """Start what watches, beside the stack that runs."""
    stack.compose("--profile", "observability", "up", "-d", "--wait", "--no-deps", *WATCHERS)
    return stack


def asked(stack: ComposeStack, path: str) -> Any:
    """Ask Prometheus's API from inside its container."""
    url = f"http://127.0.0.1:9090/api/v1/{path}"
    return json.loads(stack.inside("prometheus", "wget", "-q", "-O", "-", url))["data"]


def test_every_target_is_up(watched: ComposeStack) -> None:
    def found() -> set[tuple[str, str]]:
        targets = asked(watched, "targets")["activeTargets"]
        up = [target["labels"] for target in targets if target["health"] == "up"]
        return {(labels["job"], labels.get("service", "")) for labels in up}

    wanted = {("wellspring", name) for name in SERVICES} | {("postgres", "")}
    watched.wait(f"targets {wanted}", lambda: found() == wanted)


def test_the_rules_are_loaded_and_postgres_tells_by_a_login_of_its_own(watched: ComposeStack) -> None:
    assert asked(watched, "rules")["groups"]
    up = "query?query=pg_up"
    watched.wait("pg_up", lambda: [row["value"][1] for row in asked(watched, up)["result"]] == ["1"])
    login = "select count(*) from pg_stat_activity where usename = 'wellspring_monitor'"
    counted = watched.inside("postgres", "psql", "-h", "/var/run/postgresql", "-Atc", login)
    assert int(counted) >= 1
