"""What people and programs are told of links: why, how the expiry is known, and when the next refresh is."""

from tests.support.gateway import eventually

from .running import PATIENCE_S, Gateway

HELD = """
update health.link_health
set state = 'dead', reason = 'not_found', last_checked_at = now(), last_ok_at = null,
    evidence_first_at = now() - interval '1 hour'
where link_id = (select id from links.links where server = 'gone')
"""
MEASURED = """
insert into health.server_stats (server, day, probes, ok, answered, latency_ms_sum)
select server, (now() at time zone 'utc')::date, 100, ok, 100, 9000
from (values ('pixel', 20), ('fsl', 100)) as measured (server, ok)
"""


async def episode_of(gateway: Gateway) -> int:
    episode = await gateway.add_episode()
    servers = {server: f"https://{server}.example/1" for server in ("pixel", "fsl", "gone")}
    await gateway.add_links(episode, {720: servers})
    return episode


async def test_programs_are_told_why_a_link_is_dead_and_where_its_expiry_was_read(gateway: Gateway) -> None:
    episode = await episode_of(gateway)
    await gateway.sql.execute(HELD)
    await gateway.sql.execute(
        "update links.links set expiry_basis = 'issued_at', expiry_evidence = 'Sunset header'"
    )
    visitor = await gateway.visitor()
    found = (await visitor.get(f"/api/v1/episodes/{episode}/live-state")).json["links"]
    gone = {link["server"]: link for link in found}["gone"]
    assert (gone["expiry"]["basis"], gone["expiry"]["evidence"]) == ("issued_at", "Sunset header")
    assert gone["expiry"]["at"] == gone["expires_at"]
    assert (gone["health"]["state"], gone["health"]["reason"]) == ("dead", "not_found")
    assert gone["health"]["since"] < gone["health"]["checked_at"]
    assert gone["health"]["ok_at"] is None


async def test_a_reliable_server_is_offered_before_one_that_often_fails(own_gateway: Gateway) -> None:
    episode = await episode_of(own_gateway)
    admin = await own_gateway.signed_in("admin")
    await own_gateway.sql.execute(MEASURED)
    await admin.send("PATCH", "/api/v1/settings", {"preferred_servers": []})

    async def order() -> list[str]:
        found = (await admin.get(f"/api/v1/episodes/{episode}/live-state")).json["links"]
        return [link["server"] for link in found]

    assert await eventually(order, lambda names: names[0] == "fsl", patience_s=PATIENCE_S) == [
        "fsl",
        "gone",
        "pixel",
    ]
    await admin.send("PATCH", "/api/v1/settings", {"preferred_servers": ["pixel"]})
    assert (await eventually(order, lambda names: names[0] == "pixel", patience_s=PATIENCE_S))[1] == "fsl"


async def test_operators_see_when_and_why_an_episode_is_refreshed_and_viewers_do_not(
    own_gateway: Gateway,
) -> None:
    episode = await episode_of(own_gateway)
    slug = await own_gateway.sql.fetchval("select slug from catalog.titles")
    await own_gateway.sql.execute(
        "insert into links.refresh_schedule (episode_id, due_at, why) "
        "values ($1, now() + interval '40 minutes', 'watched') "
        "on conflict (episode_id) do update set due_at = excluded.due_at, why = excluded.why",
        episode,
    )
    operator, viewer = await own_gateway.signed_in("operator"), await own_gateway.visitor()
    seen = (await operator.page(f"/title/{slug}")).text
    assert "Refresh due" in seen
    assert "people watch it" in seen
    assert "people watch it" not in (await viewer.page(f"/title/{slug}")).text
    await own_gateway.sql.execute(
        "update links.refresh_schedule set due_at = 'infinity', why = 'never_scraped' where episode_id = $1",
        episode,
    )
    seen = (await operator.page(f"/title/{slug}")).text
    assert "No refresh by itself: never scraped" in seen
    assert "Refresh due" not in seen
    admin = await own_gateway.signed_in("admin")
    await admin.send("PATCH", "/api/v1/settings", {"refresh_paused": True})

    async def paused() -> bool:
        return "Refreshing is paused" in (await operator.page(f"/title/{slug}")).text

    assert await eventually(paused, bool, patience_s=PATIENCE_S)
