"""What a run of probes has found so far: each look counted once, with its verdict."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from wellspring_common.postgres import Connection

from ..domain.looks import Checked

LIVE = "alive"

_DONE = """
with done as (
    delete from health.probe_run_links as p
    using unnest($2::bigint[]) as seen (link_id)
    where p.run_id = $1 and p.link_id = seen.link_id
    returning p.link_id
)
select link_id from done
"""

_ADVANCE = """
update health.probe_runs
set done = done + $2,
    reasons = (
        select coalesce(jsonb_object_agg(key, total), '{}') from (
            select key, sum(value::bigint) as total
            from (
                select key, value from jsonb_each_text(reasons)
                union all select key, value from jsonb_each_text($3::jsonb)
            ) as both_counts
            group by key
        ) as added
    ),
    after = (
        select coalesce(jsonb_object_agg(key, total), '{}') from (
            select key, sum(value::bigint) as total
            from (
                select key, value from jsonb_each_text(after)
                union all select key, value from jsonb_each_text($4::jsonb)
            ) as both_counts
            group by key
        ) as added
    ),
    updated_at = now()
where id = $1
"""


async def advance(connection: Connection, run_id: UUID, asked: Sequence[Checked]) -> None:
    """Count looks for the run that they are of, each once, in the transaction of their verdicts."""
    found = await connection.fetch(_DONE, run_id, [each.link.link_id for each in asked])
    done = {row["link_id"] for row in found}
    ours = [each for each in asked if each.link.link_id in done]
    reasons = Counter(each.evidence.reason or LIVE for each in ours)
    states = Counter(each.health.state.value for each in ours)
    await add_counts(connection, run_id, reasons, states)


async def add_counts(
    connection: Connection, run_id: UUID, reasons: "Counter[str]", states: "Counter[str]"
) -> None:
    """Add what became of some links of a run, by reason and by state."""
    await connection.execute(_ADVANCE, run_id, reasons.total(), dict(reasons), dict(states))
