"""The operator's page of all jobs, and the way through it."""

import re
from datetime import timedelta

from .running import Gateway

ROW = re.compile(r'<th scope="row"><a href="/admin/jobs/([0-9a-f-]{36})">')
OLDER = re.compile(r'href="(/admin/jobs\?[^"]*cursor=[^"]+)"')


async def many_jobs(gateway: Gateway, count: int) -> list[str]:
    """Store jobs that ended, one a minute, and return their ids, the newest first."""
    episode = await gateway.add_episode()
    made = [str(await gateway.add_job(episode, state="succeeded")) for _ in range(count)]
    for number, job in enumerate(made):
        await gateway.sql.execute(
            "update links.jobs set requested_at = now() - $2::interval where id = $1",
            job,
            timedelta(minutes=count - number),
        )
    return made[::-1]


async def test_every_job_is_met_once_on_the_way_to_the_oldest(gateway: Gateway) -> None:
    made = await many_jobs(gateway, 53)
    operator = await gateway.signed_in("operator")
    first = (await operator.page("/admin/jobs")).text
    assert ROW.findall(first) == made[:50]
    (older,) = OLDER.findall(first)
    last = (await operator.page(older.replace("&amp;", "&"))).text
    assert ROW.findall(last) == made[50:]
    assert OLDER.findall(last) == []


async def test_a_state_narrows_the_list_and_its_next_page(gateway: Gateway) -> None:
    made = await many_jobs(gateway, 52)
    await gateway.sql.execute("update links.jobs set state = 'failed' where id <> $1", made[1])
    operator = await gateway.signed_in("operator")
    shown = (await operator.page("/admin/jobs?state=failed")).text
    assert ROW.findall(shown) == [made[0], *made[2:51]]
    (older,) = OLDER.findall(shown)
    assert "state=failed" in older
    assert ROW.findall((await operator.page(older.replace("&amp;", "&"))).text) == made[51:]
    assert ROW.findall((await operator.page("/admin/jobs?state=succeeded")).text) == [made[1]]


async def test_nonsense_in_the_address_shows_the_beginning(gateway: Gateway) -> None:
    made = await many_jobs(gateway, 2)
    operator = await gateway.signed_in("operator")
    for said in ("cursor=nonsense", "state=nonsense", "catalogue=nonsense"):
        assert ROW.findall((await operator.page(f"/admin/jobs?{said}")).text) == made
    nothing = (await operator.page("/admin/jobs?catalogue=7")).text
    assert ROW.findall(nothing) == []
    assert "No such job" in nothing


async def test_a_job_ended_in_the_list_returns_there(gateway: Gateway) -> None:
    job = await gateway.add_job(await gateway.add_episode(), state="queued")
    operator = await gateway.signed_in("operator")
    assert 'name="back" value="jobs"' in (await operator.page("/admin/jobs")).text
    answer = await operator.form(f"/admin/jobs/{job}/cancel", back="jobs")
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/jobs")


async def test_only_operators_see_jobs(gateway: Gateway) -> None:
    viewer = await gateway.signed_in("viewer")
    assert (await viewer.get("/admin/jobs")).status == 403
