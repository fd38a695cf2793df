"""The pool's figures, from a real Postgres."""

import asyncio

import pytest
from pydantic import SecretStr

from tests.integration.common.waiting import eventually
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common import metrics, postgres
from wellspring_common.errors import DependencyDown
from wellspring_common.postgres import open_database
from wellspring_common.settings import PostgresSettings


async def used() -> float:
    return float(next(iter(metrics.DB_POOL.labels("pool-test", "used").collect())).samples[0].value)


async def test_a_full_pool_shows_as_full_and_its_waits_are_counted(
    database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "ACQUIRE_TIMEOUT_S", 0.05)
    settings = PostgresSettings(database_url=SecretStr(database.url_for("health")), database_pool_size=2)
    timeouts = metrics.DB_POOL_TIMEOUTS.labels("pool-test")
    async with open_database(settings, service="pool-test") as pool:
        assert metrics.DB_POOL_MAX.labels("pool-test")._value.get() == 2
        async with pool.connection(), pool.connection():
            assert await used() == 2
            assert timeouts._value.get() == 0
            with pytest.raises(DependencyDown):
                async with pool.connection():
                    pytest.fail("there are only two")
            assert timeouts._value.get() == 1
        await eventually(used, lambda held: held == 0)
        with pytest.raises(DependencyDown):
            async with pool.connection():
                raise TimeoutError
        assert timeouts._value.get() == 1, "what times out inside the block is no wait for a connection"
        await asyncio.gather(*(pool.ping() for _ in range(3)), return_exceptions=True)
    samples = next(iter(metrics.DB_POOL_ACQUIRE.labels("pool-test").collect())).samples
    assert next(sample.value for sample in samples if sample.name.endswith("_count")) >= 3
