"""While the broker is away no scraper can say how its job goes, so none counts as lost."""

from datetime import timedelta
from typing import Any

from tests.integration.common.library import add_episode, add_job
from tests.integration.refresher.rig import Rig
from wellspring_common.errors import DependencyDown
from wellspring_common.testing.clock import FrozenClock

LEASE = timedelta(minutes=10)
MOMENT = timedelta(seconds=5)


class Broker:
    """Answers, or does not."""

    away = False

    async def ping(self) -> None:
        if self.away:
            raise DependencyDown("away")


async def test_an_outage_of_the_broker_ends_no_job_that_it_found_running(
    rig: Rig, admin: Any, clock: FrozenClock
) -> None:
    broker = Broker()
    rig.sweeps.broker = broker.ping
    episode = await add_episode(admin)
    job_id = await add_job(admin, episode.episode_id, requested_at=clock.now(), state="running")

    async def swept_after(passed: timedelta) -> str:
        clock.advance(passed)
        await rig.sweeps.sweep_once()
        return str(await admin.fetchval("select state from links.jobs where id = $1", job_id))

    broker.away = True
    assert await swept_after(LEASE + MOMENT) == "running"
    assert await swept_after(LEASE) == "running", "however long it lasts"
    broker.away = False
    assert await swept_after(LEASE - MOMENT) == "running", "it may be brought again, and takes its time"
    assert await swept_after(MOMENT) == "failed"
    told = await admin.fetchval("select count(*) from links.outbox where subject = 'links.updated'")
    assert told == 1


async def test_a_job_that_lost_its_scraper_while_the_broker_was_there_ends_in_time(
    rig: Rig, admin: Any, clock: FrozenClock
) -> None:
    rig.sweeps.broker = Broker().ping
    episode = await add_episode(admin)
    job_id = await add_job(admin, episode.episode_id, requested_at=clock.now(), state="running")
    clock.advance(LEASE + MOMENT)
    await rig.sweeps.sweep_once()
    assert await admin.fetchval("select error_code from links.jobs where id = $1", job_id) == "job_timeout"
