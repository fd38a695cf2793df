"""What looks feed beside verdicts: hungry episodes, the record of servers, clips in place of films."""

from dataclasses import replace
from datetime import timedelta

from tests.integration.common.library import add_episode
from tests.integration.health.shelf import INTERVAL, Shelf
from wellspring_common.minimum import minimum_servers
from wellspring_health.domain.evidence import Evidence

ALIVE = Evidence(None, 206, 40)
GONE_FOR_GOOD = Evidence("not_found", 410, 40)


async def test_an_episode_that_loses_links_is_told_once_until_it_recovers(shelf: Shelf) -> None:
    refs = [await shelf.add(f"server{number}") for number in range(7)]
    await shelf.learn(*refs)
    await shelf.save(await shelf.claim(), ALIVE)
    await shelf.admin.execute("update health.link_health set next_check_at = 'epoch'")
    due = await shelf.claim()
    await shelf.save(due[:1], GONE_FOR_GOOD)
    assert await shelf.starved() == [], "six of two sources are what the page asks for"
    for each in due[1:4]:
        await shelf.save([each], GONE_FOR_GOOD)
    (told,) = await shelf.starved()
    assert shelf.episode is not None
    assert (told.episode_id, told.offered, told.minimum) == (shelf.episode.episode_id, 5, 6)
    assert await shelf.store.starved() == 1
    await shelf.learn(*[await shelf.add(f"new{number}") for number in range(4)])
    assert await shelf.store.starved() == 0
    await shelf.save(due[4:], GONE_FOR_GOOD)
    assert len(await shelf.starved()) == 2, "hungry again is news again"


async def test_an_episode_that_stays_hungry_is_told_again_after_hours(shelf: Shelf) -> None:
    refs = [await shelf.add(f"server{number}") for number in range(3)]
    await shelf.learn(*refs)
    due = await shelf.claim()
    await shelf.save(due[:1], GONE_FOR_GOOD)
    shelf.clock.advance(timedelta(hours=7))
    for ref in refs:
        await shelf.admin.execute(
            "update health.link_health set next_check_at = 'epoch' where link_id = $1", ref.link_id
        )
    due = [each for each in await shelf.claim() if each.health.state != "dead"]
    await shelf.save(due[:1], GONE_FOR_GOOD)
    await shelf.save(due[1:], GONE_FOR_GOOD)
    assert [each.offered for each in await shelf.starved()] == [2, 1]


async def test_a_guess_that_is_past_counts_only_while_the_file_was_just_seen(shelf: Shelf) -> None:
    past = shelf.clock.now() - timedelta(minutes=1)
    for basis in ("default", "parameter"):
        await shelf.learn(await shelf.add(basis, expires_at=past, basis=basis))
    await shelf.learn(*[await shelf.add(f"plain{number}") for number in range(2)])
    due = {each.server: each for each in await shelf.claim()}
    await shelf.save([due["default"]], ALIVE)
    await shelf.save([due["plain0"]], GONE_FOR_GOOD)
    assert [each.offered for each in await shelf.starved()] == [2]
    shelf.clock.advance(2 * INTERVAL + timedelta(hours=6))
    await shelf.save(
        [replace(each) for each in await shelf.claim() if each.server == "plain1"], GONE_FOR_GOOD
    )
    assert [each.offered for each in await shelf.starved()] == [2, 0]


def test_the_minimum_is_capped_as_the_gateway_caps_it() -> None:
    assert [minimum_servers(9, sources) for sources in (0, 1, 2, 3, 5)] == [1, 3, 6, 9, 9]


async def test_the_record_of_a_server_is_its_probes_newer_days_counting_more(shelf: Shelf) -> None:
    await shelf.learn(*[await shelf.add(f"s{n}", url=f"https://one.example/{n}") for n in range(1)])
    due = await shelf.claim()
    await shelf.save(due, replace(ALIVE, latency_ms=100))
    row = await shelf.admin.fetchrow("select * from health.server_stats")
    assert (row["server"], row["probes"], row["ok"], row["answered"], row["latency_ms_sum"]) == (
        "s0",
        1,
        1,
        1,
        100,
    )
    assert row["day"] == shelf.clock.now().date()
    await shelf.admin.execute("delete from health.server_stats")
    await shelf.admin.execute(
        "insert into health.server_stats (server, day, probes, ok, answered, latency_ms_sum) "
        "select 'pixel', (now() at time zone 'utc')::date - age, 10, ok, 10, 10 * ms "
        "from (values (0, 10, 100), (3, 0, 400), (45, 0, 9000)) as days (age, ok, ms)"
    )
    record = await shelf.admin.fetchrow("select * from health.server_record")
    assert (record["probes"], round(record["reliability"], 3), record["latency_ms"]) == (15, 0.667, 200)


async def test_the_same_file_for_five_titles_is_no_film(shelf: Shelf) -> None:
    clip = replace(ALIVE, size_bytes=5_000_000, fingerprint="5000000|etag|abc")
    film = replace(ALIVE, size_bytes=7_000_000, fingerprint="7000000|other|def")
    refs = []
    for number in range(6):
        episode = await add_episode(shelf.admin)
        refs.append(await shelf.add(f"s{number}", url=f"https://one.example/{number}", episode=episode))
    twin = await shelf.add("twin", url="https://two.example/1")
    await shelf.learn(*refs, twin)
    due = {each.link_id: each for each in await shelf.claim()}
    for ref in refs[:4]:
        await shelf.save([due[ref.link_id]], clip)
    await shelf.save([due[twin.link_id]], clip)
    await shelf.save([due[refs[5].link_id]], film)
    assert await shelf.states() == {"alive": 6, "unknown": 1}, "four titles, and another host, prove nothing"
    await shelf.save([due[refs[4].link_id]], clip)
    assert (await shelf.health(refs[4]))["reason"] == "error_asset"
    again = await shelf.claim()
    assert {each.link_id for each in again} == {ref.link_id for ref in refs[:4]}, "those are asked again now"
    await shelf.save(again, clip)
    assert await shelf.states() == {"alive": 2, "suspect": 5}
    shelf.clock.advance(timedelta(minutes=31))
    await shelf.save(await shelf.claim(), clip)
    assert await shelf.states() == {"alive": 2, "dead": 5}


async def test_what_health_keeps_beside_links_is_purged_by_its_rules(shelf: Shelf) -> None:
    await shelf.learn(await shelf.add("kept"))
    old = "now() - interval '100 days'"
    await shelf.admin.execute(
        f"insert into health.server_stats (server, day) values ('old', ({old})::date), ('new', now()::date);"
        f"insert into health.host_fingerprints values ('h', 'old', 1, {old}), ('h', 'new', 1, now());"
        "insert into health.host_fingerprints "
        "select 'full', n::text, 1, now() - n * interval '1 second' from generate_series(1, 5100) as n;"
        f"insert into health.host_state (host, updated_at) values ('gone.example:443', {old});"
        f"update health.host_state set updated_at = {old};"
        "insert into health.probe_runs (id, filter, state, requested_by, requested_at, finished_at) "
        f"values (gen_random_uuid(), '{{}}', 'done', 'me', {old}, {old}), "
        f"(gen_random_uuid(), '{{}}', 'queued', 'me', {old}, null)"
    )
    await shelf.store.purge()
    rows = await shelf.admin.fetch(
        "select 'stats ' || server as kept from health.server_stats "
        "union all select 'prints ' || host || ' ' || count(*) from health.host_fingerprints group by host "
        "union all select 'host ' || host from health.host_state "
        "union all select 'run ' || state from health.probe_runs"
    )
    assert {row["kept"] for row in rows} == {
        "stats new",
        "prints h 1",
        "prints full 5000",
        "host ",
        "host kept.example:443",
        "run queued",
    }
