"""One stack for all kills, and the ledgers at the end of the run."""

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from unittest.mock import patch

import pytest
import pytest_asyncio

from tests.chaos.claim import Claim, total
from tests.chaos.small import Small, small_stack
from tests.chaos.storm import LEASE_S
from tests.support.running import Running, running_demo
from wellspring_cli import process
from wellspring_cli.testing import Database, SharedServers

_LEDGERS = pytest.StashKey[list[tuple[str, object, bool]]]()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running() -> AsyncGenerator[Running]:
    """Run the whole stack with the demo world."""
    settings = {
        "WELLSPRING_HEALTH_LEASE": f"PT{LEASE_S}S",
        "WELLSPRING_HEALTH_SWEEP_INTERVAL": "PT0.5S",
        "WELLSPRING_SCRAPER_HOST_RATE_PER_S": "25",  # a catalogue in ten seconds, and time to kill in them
        "WELLSPRING_GATEWAY_BEACONS_PER_HOUR": "1000000",  # a storm is no abuse
    }
    # who dies again and again is started again after half a minute: here there are more kills than minutes
    with patch.object(process, "LONGEST_WAIT_S", 1.0):
        async with running_demo(settings) as found:
            await found.operator.change_settings(scrapes_per_client_minute=1_000_000)  # nor is a storm's load
            yield found


@pytest.fixture
def small(
    servers: SharedServers, database: Database, topology: str
) -> Callable[[str], AbstractAsyncContextManager[Small]]:
    """Runs a small producer and a small consumer, done `well` or with one part broken."""
    return lambda how: small_stack(servers, database, topology, how)


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[object], None]:
    """Keeps a ledger for the end of the run, where it is printed whatever became of its test."""
    control = request.node.get_closest_marker("control") is not None

    def keep(ledger: object) -> None:
        request.config.stash.setdefault(_LEDGERS, []).append((request.node.name, ledger, control))

    return keep


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "control: something is done wrong, and the ledger has to see it")


def pytest_report_header() -> str:
    return f"chaos seed: {os.environ.get('WELLSPRING_CHAOS_SEED', 'the usual one')}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    kept = terminalreporter.config.stash.get(_LEDGERS, [])
    for title, controls in (("ledgers of controls, which must be wrong", True), ("ledgers", False)):
        lines = [f"{name}: {ledger}" for name, ledger, control in kept if control is controls]
        if lines:
            terminalreporter.section(title)
            for line in lines:
                terminalreporter.line(line)
    claims = [ledger for _, ledger, control in kept if isinstance(ledger, Claim) and not control]
    if claims:
        terminalreporter.line(f"all together: {total(claims)}")
