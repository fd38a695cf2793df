"""The benchmark of the gateway, for a moment: that it measures what it says, not what comes of it."""

import pytest

from tests.bench import gateway
from wellspring_cli.testing import Database, SharedServers


@pytest.mark.long
async def test_every_claim_is_measured(servers: SharedServers, database: Database) -> None:
    rows = await gateway.measured(servers, database, gateway.SHORT)
    goals = [row.goal for row in rows]
    assert goals == [">= 0.8", ">= 1.3", "<= 2", "-", "<= 60 MB", "<= 250 ms", ">= 0.8"]
    assert rows[4].what == f"{gateway.SHORT.streams} open streams"
    assert all("/s (" in row.baseline for row in (rows[0], rows[1], rows[3], rows[6]))
