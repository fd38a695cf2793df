"""Breakers and the verdict on our own network, as the health service stored them."""

from datetime import datetime

from wellspring_common.postgres import Database

from ..domain.host_health import HostHealth, HostTrouble, OurNetwork, most_frequent, position_at

MOST_HOSTS = 100
MOST_REASONS = 3

# What is near a verdict stands first in the index, and a thousand links tell as much as a million.
_HOSTS = """
select s.host, s.position, s.since, s.not_before, s.checked - s.bad as good,
    coalesce(said.reasons, '{}') as reasons
from health.host_state as s
left join lateral (
    select jsonb_object_agg(reason, links) as reasons
    from (
        select reason, count(*) as links
        from (
            select reason from health.link_health
            where host = s.host and urgency = 0 and reason is not null
            limit 1000
        ) as sampled
        group by reason
    ) as counted
) as said on true
where s.position <> 'closed'
order by s.since desc nulls last, s.host
limit $1
"""

_NETWORK = "select since, canaries_down, failing from health.own_network"


class PostgresHostHealth:
    """The tables of the health service that speak of hosts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def now(self, now: datetime) -> HostHealth:
        """Return the hosts whose breakers are not closed, the newest first, and what our network is at."""
        async with self._database.connection() as connection:
            network = await connection.fetchrow(_NETWORK)
            rows = await connection.fetch(_HOSTS, MOST_HOSTS)
        hosts = []
        for row in rows:
            position, next_at = position_at(row["position"], row["not_before"], now)
            reasons = most_frequent(row["reasons"], most=MOST_REASONS)
            hosts.append(HostTrouble(row["host"], position, row["since"], next_at, row["good"], reasons))
        return HostHealth(
            OurNetwork(None, canaries_down=False, failing=())
            if network is None
            else OurNetwork(network["since"], network["canaries_down"], tuple(sorted(network["failing"]))),
            tuple(hosts),
        )
