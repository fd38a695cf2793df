"""One stack for all kills, and the ledgers at the end of the run."""

from collections.abc import AsyncGenerator, Callable

import pytest
import pytest_asyncio

from tests.chaos.ledger import Ledger
from tests.chaos.storm import LEASE_S
from tests.support.running import Running, running_demo

_LEDGERS = pytest.StashKey[list[str]]()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running() -> AsyncGenerator[Running]:
    """Run the whole stack with the demo world."""
    settings = {
        "WELLSPRING_HEALTH_LEASE": f"PT{LEASE_S}S",
        "WELLSPRING_HEALTH_SWEEP_INTERVAL": "PT0.5S",
        "WELLSPRING_SCRAPER_HOST_RATE_PER_S": "25",  # a catalogue in ten seconds, and time to kill in them
        "WELLSPRING_GATEWAY_BEACONS_PER_HOUR": "1000000",  # a storm is no abuse
    }
    async with running_demo(settings) as found:
        yield found


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[Ledger], None]:
    """Keeps a ledger for the end of the run, where it is printed whatever became of its test."""

    def keep(ledger: Ledger) -> None:
        request.config.stash.setdefault(_LEDGERS, []).append(f"{request.node.name}: {ledger}")

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = terminalreporter.config.stash.get(_LEDGERS, [])
    if lines:
        terminalreporter.section("ledgers")
        for line in lines:
            terminalreporter.line(line)
