"""Counting drift among the jobs of a week reads those that drifted, and not all of them."""

from wellspring_gateway.adapters.definitions import _DRIFT

from .conftest import Library


async def test_the_count_has_an_index_of_its_own(library: Library) -> None:
    await library.admin.execute(
        "insert into links.jobs (id, kind, lane, reason, state, requested_at) "
        "select gen_random_uuid(), 'scrape', 'background', 'expiry', 'succeeded', now() "
        "from generate_series(1, 5000)"
    )
    await library.admin.execute("analyze links.jobs")
    plan = "\n".join(str(row["QUERY PLAN"]) for row in await library.rows(f"explain {_DRIFT}"))
    assert "jobs_drifted" in plan
    assert "Seq Scan on jobs" not in plan
