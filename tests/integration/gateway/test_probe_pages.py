"""The operator's pages of looks at links: the form, the list, a run, and hosts in trouble."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.gateway import eventually
from wellspring_common.clock import SystemClock
from wellspring_common.ids import uuid7

from .running import PATIENCE_S, Gateway

EVIL = "<img src=x onerror=alert(1)>"
_RUN = """
insert into health.probe_runs (id, filter, state, requested_by, total, done, reasons, before, after, error,
    requested_at, started_at, finished_at)
values ($1, $2::text::jsonb, $3, 'ada', 12, $4, $5::text::jsonb, '{"alive": 12}', '{"alive": 9, "dead": 3}',
    $6, now(), now(), case when $3 in ('done', 'failed') then now() end)
"""
_BROKEN = """
insert into health.host_state (host, position, since, not_before, checked, bad)
values ('down.example:443', $1, now() - interval '3 minutes', $2, 3, 1)
"""
_SUSPECTS = """
update health.link_health
set host = 'down.example:443', state = 'suspect', urgency = 0, reason = 'timeout'
"""


@pytest.fixture
async def hosts(gateway: Gateway) -> AsyncGenerator[Gateway]:
    """Lend a gateway whose hosts are well again afterwards."""
    try:
        yield gateway
    finally:
        await gateway.sql.execute("delete from health.host_state where host = 'down.example:443'")
        await gateway.sql.execute(
            "update health.own_network set since = null, failing = '{}', canaries_down = false"
        )


async def add_run(gateway: Gateway, state: str = "done", **changes: Any) -> UUID:
    """Store a run as the health service does."""
    values = {"filter": "{}", "done": 12, "reasons": '{"alive": 9, "not_found": 3}', "error": None} | changes
    run = uuid7()
    await gateway.sql.execute(
        _RUN, run, values["filter"], state, values["done"], values["reasons"], values["error"]
    )
    return run


async def test_a_run_is_started_by_the_form_and_waits_until_somebody_takes_it_up(gateway: Gateway) -> None:
    await gateway.add_episode()
    operator = await gateway.signed_in("operator")
    empty = await operator.page("/admin/probes")
    assert (empty.status, "No run yet" in empty.text, "Every host answers" in empty.text) == (200, True, True)
    answer = await operator.form(
        "/admin/probes", limit="5", older_than_hours="0,5", timeout_s="2.5", host="pixel", title="The Glory"
    )
    assert answer.status == 303, answer.text
    [event] = await gateway.told("probe.requested")
    given = {name: event[name] for name in ("limit", "older_than_hours", "timeout_s", "host", "title")}
    assert list(given.values()) == [5, 0.5, 2.5, "pixel", "the-glory"]
    assert answer.headers["Location"] == f"/admin/probes/{event['run_id']}"
    words = "At most 5 links, on pixel, of the-glory, not looked at for 0.5 h, 2.5 s each"
    for path in ("/admin/probes", answer.headers["Location"]):
        page = (await operator.page(path)).text
        assert words in page
        assert 'data-refresh="live"' in page
        assert "Waiting" in page
    await gateway.sql.execute("update catalog.outbox set created_at = now() - interval '1 minute'")
    assert "Nobody has taken it up yet" in (await operator.page(answer.headers["Location"])).text
    listed = (await operator.get("/api/v1/probes")).json
    assert [(run["id"], run["state"]) for run in listed["runs"]] == [(event["run_id"], "queued")]


async def test_a_run_that_is_taken_up_is_listed_once(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    asked = (await operator.send("POST", "/api/v1/probes", {})).json["id"]
    run = await add_run(gateway, "running", done=4)
    await gateway.sql.execute("update health.probe_runs set id = $1 where id = $2", UUID(asked), run)
    runs = (await operator.get("/api/v1/probes")).json["runs"]
    assert [(each["id"], each["state"], each["done"]) for each in runs] == [(asked, "running", 4)]
    page = (await operator.page(f"/admin/probes/{asked}")).text
    assert '<progress max="12" value="4"' in page
    assert "4 of 12 links looked at" in page


@pytest.mark.parametrize("language", ["en", "id"])
async def test_a_run_tells_what_was_found_by_reason_and_what_it_changed(
    gateway: Gateway, language: str
) -> None:
    run = await add_run(gateway, filter='{"host": "pixel"}')
    operator = await gateway.signed_in("operator", language=language)
    words = {
        "en": ("Its file is gone.", "It works.", "Every link, on pixel", "Dead", "Shaky"),
        "id": ("Berkasnya sudah tidak ada.", "Berfungsi.", "Semua tautan, di pixel", "Mati", "Goyah"),
    }[language]
    page = (await operator.page(f"/admin/probes/{run}")).text
    gone, works, every, dead, shaky = words
    assert [word in page for word in (gone, works, every)] == [True] * 3
    assert f'<th scope="row">{dead}</th><td>0</td><td>3</td>' in page
    assert f'<th scope="row">{shaky}</th>' not in page
    assert "data-refresh>" in page


async def test_a_run_that_failed_says_what_to_do(gateway: Gateway) -> None:
    run = await add_run(gateway, "failed", error=f"boom {EVIL}")
    page = (await (await gateway.signed_in("operator")).page(f"/admin/probes/{run}")).text
    assert "boom &lt;img" in page
    assert EVIL not in page
    assert "look at the health service&#39;s log" in page


async def test_what_is_wrong_is_told_at_its_field_and_nothing_is_asked(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator", language="id")
    await operator.page("/admin/probes")
    for fields, wrong in (
        ({"limit": "0", "timeout_s": "61"}, {"limit", "timeout_s"}),
        ({"host": f"two {EVIL}"}, {"host"}),
        ({"title": "Never heard of"}, {"title"}),
    ):
        answer = await operator.form("/admin/probes", **fields)
        assert answer.status == 422
        assert {name for name in (*fields, "host", "title") if f'id="e-{name}"' in answer.text} == wrong
        assert EVIL not in answer.text
    assert "two &lt;img" in (await operator.form("/admin/probes", host=f"two {EVIL}")).text
    assert await gateway.told("probe.requested") == []


async def test_hosts_in_trouble_are_shown_with_their_reasons(hosts: Gateway) -> None:
    episode = await hosts.add_episode()
    await hosts.add_links(episode, {480: {"pixel": "https://down.example/a.mp4"}})
    await hosts.sql.execute(_SUSPECTS)
    later = SystemClock().now() + timedelta(minutes=2)
    await hosts.sql.execute(_BROKEN, "open", later)
    operator = await hosts.signed_in("operator")
    page = (await operator.page("/admin/probes")).text
    for expected in (
        "<h3>down.example:443</h3>",
        "Left alone",
        "The server did not answer in time.",
        "(1 link)",
        'href="/admin/probes?host=down.example%3A443"',
    ):
        assert expected in page, expected
    [told] = (await operator.get("/api/v1/probes")).json["hosts"]
    assert (told["position"], told["reasons"]) == ("open", {"timeout": 1})
    await hosts.sql.execute("update health.host_state set not_before = now() where position = 'open'")
    page = (await operator.page("/admin/probes?host=down.example%3A443")).text
    assert "Being tried again" in page
    assert "2 looks found their file so far" in page
    assert 'value="down.example:443"' in page


async def test_an_outage_of_our_own_network_is_told_where_somebody_waits(hosts: Gateway) -> None:
    run = await add_run(hosts, "running", done=3)
    await hosts.sql.execute(
        'update health.own_network set since = now(), failing = \'{"a.example:443": "2026-01-01"}\''
    )
    operator = await hosts.signed_in("operator")
    for path in ("/admin/probes", f"/admin/probes/{run}"):
        page = (await operator.page(path)).text
        assert "Our own network is away" in page
        assert "Out of reach: a.example:443." in page
    await hosts.sql.execute("update health.own_network set canaries_down = true")
    assert "None of the addresses answers" in (await operator.page("/admin/probes")).text


async def test_only_operators_look_and_only_from_our_pages(gateway: Gateway) -> None:
    stranger, viewer = await gateway.visitor(), await gateway.signed_in("viewer")
    run = await add_run(gateway)
    for path in ("/admin/probes", f"/admin/probes/{run}"):
        assert (await stranger.page(path)).headers["Location"] == f"/login?next={path}"
        assert (await viewer.page(path)).status == 403
    assert (await viewer.form("/admin/probes")).status == 403
    operator = await gateway.signed_in("operator")
    operator.csrf = "wrong"
    assert (await operator.form("/admin/probes")).status == 403
    for missing in ("x", str(uuid7()), "%00"):
        assert (await operator.page(f"/admin/probes/{missing}", encoded=True)).status == 404
    assert await gateway.told("probe.requested") == []


async def test_what_the_form_asked_for_leaves_for_the_health_service(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    await operator.page("/admin/probes")
    assert (await operator.form("/admin/probes")).status == 303
    sql = "select count(*) from catalog.outbox where subject = 'probe.requested' and state = 'published'"
    await eventually(
        lambda: gateway.sql.fetchval(sql), lambda published: published == 1, patience_s=PATIENCE_S
    )
