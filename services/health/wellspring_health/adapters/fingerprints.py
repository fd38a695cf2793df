"""Clips that a host serves in the place of many films: the same file for one title after another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from wellspring_common.postgres import Connection

from ..domain.looks import Look

TITLES = 5
"""The same file for so many different titles is no film of any of them."""

# In the order in which rows are locked, so that two replicas never wait for each other.
_NOTE = """
insert into health.host_fingerprints as held (host, fingerprint, title_id, seen_at)
select distinct host, fingerprint, title_id, $1::timestamptz
from unnest($2::text[], $3::text[], $4::bigint[]) as seen (host, fingerprint, title_id)
order by 1, 2, 3
on conflict (host, fingerprint, title_id) do update set seen_at = excluded.seen_at
"""

_SAME = """
select f.host, f.fingerprint
from health.host_fingerprints as f
join (
    select distinct * from unnest($1::text[], $2::text[]) as seen (host, fingerprint)
) as seen on seen.host = f.host and seen.fingerprint = f.fingerprint
group by f.host, f.fingerprint
having count(*) >= $3
"""

# The titles that were believed before the fifth one gave it away are looked at again soon.
_DOUBT = """
update health.link_health as h
set next_check_at = $3::timestamptz, urgency = 0, updated_at = now()
from health.host_fingerprints as f
join catalog.episodes as e on e.title_id = f.title_id
where f.host = $1 and f.fingerprint = $2 and h.episode_id = e.id and h.host = f.host
    and h.state = 'alive' and h.next_check_at > $3::timestamptz and h.next_check_at < 'infinity'
    and h.link_id <> all($4::bigint[])
"""


async def unmasked(connection: Connection, looks: Sequence[Look], *, now: datetime) -> list[Look]:
    """Return the looks, those at a host's error clip told as such."""
    seen = [look for look in looks if look.evidence.fingerprint]
    if not seen:
        return list(looks)
    hosts = [look.link.host for look in seen]
    prints = [look.evidence.fingerprint for look in seen]
    await connection.execute(_NOTE, now, hosts, prints, [look.link.title_id for look in seen])
    rows = await connection.fetch(_SAME, hosts, prints, TITLES)
    masks = {(row["host"], row["fingerprint"]) for row in rows}
    ours = [look.link.link_id for look in looks]
    for host, fingerprint in sorted(masks):
        await connection.execute(_DOUBT, host, fingerprint, now, ours)
    return [
        Look(look.link, replace(look.evidence, reason="error_asset"))
        if (look.link.host, look.evidence.fingerprint) in masks
        else look
        for look in looks
    ]
