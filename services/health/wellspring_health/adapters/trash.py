"""Links of titles in the trash: nobody is offered them, so nobody asks their hosts until they come back."""

from datetime import datetime

from wellspring_common.postgres import Connection, touched

from ..ports import Moved

# Two changes of one title are heard one after the other: each finds the title as the later one left it.
_ALONE = "select pg_advisory_xact_lock(hashtext('health.trash'), hashint8($1))"

_IN_TRASH = "select deleted_at is not null from catalog.titles where id = $1"

_REST = """
update health.link_health as h
set next_check_at = 'infinity', updated_at = now()
from catalog.episodes as e
where e.title_id = $1 and h.episode_id = e.id and h.next_check_at < 'infinity'
"""

_FORGET = """
delete from health.starved as s using catalog.episodes as e where e.title_id = $1 and s.episode_id = e.id
"""

# What rests for a reason of its own, in a title that was in no trash, goes on resting.
_WAKE = """
update health.link_health as h
set next_check_at = $2, updated_at = now()
from catalog.episodes as e, links.links as l
where e.title_id = $1 and h.episode_id = e.id and h.next_check_at = 'infinity'
    and l.id = h.link_id and l.generation = h.generation
    and l.refresh_class not in ('single_use', 'ip_bound') and l.kind <> 'embed'
    and (l.expires_at is null or l.expires_at > $2 or l.expiry_basis not in ('parameter', 'issued_at'))
"""


async def follow_title(connection: Connection, title_id: int, *, now: datetime) -> Moved:
    """Let links of a title rest or make them due, by where it is now."""
    await connection.execute(_ALONE, title_id)
    if await connection.fetchval(_IN_TRASH, title_id):
        await connection.execute(_FORGET, title_id)
        return Moved(rested=touched(await connection.execute(_REST, title_id)))
    return Moved(due=touched(await connection.execute(_WAKE, title_id, now)))
