"""The log of what people did: its line and what was done are one transaction."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from .running import SEED_EPISODE, Gateway
from .test_importing import FILE, upload

CHANGES: Mapping[str, tuple[str, str, Any, str, str]] = {
    "a title": ("POST", "/api/v1/titles", {"title": "Ran", "kind": "movie"}, "title.added", "catalog.titles"),
    "an episode": ("POST", "/admin/add_episode", SEED_EPISODE, "episode.added", "catalog.episodes"),
    "a user": ("POST", "/api/v1/users", {"username": "grace", "role": "viewer"}, "user.made", "access.users"),
    "a token": (
        "POST",
        "/api/v1/tokens",
        {"name": "x", "scopes": ["read"]},
        "token.made",
        "access.api_tokens",
    ),
    "a device": ("POST", "/api/v1/devices", {"name": "tv"}, "device.made", "access.devices"),
}
"""What is asked, the line's action, and the table of which it makes a row."""


@asynccontextmanager
async def log_refuses(gateway: Gateway) -> AsyncGenerator[None]:
    """Have Postgres refuse every line of the log within the block."""
    await gateway.sql.execute(
        """
        create function access.refuse() returns trigger language plpgsql as
        $$ begin raise exception 'the log is busy' using errcode = 'serialization_failure'; end $$;
        create trigger refuses before insert on access.audit for each row execute function access.refuse();
        """
    )
    try:
        yield
    finally:
        await gateway.sql.execute("drop function access.refuse() cascade")


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_that_cannot_be_written_down_is_not_made(gateway: Gateway, change: str) -> None:
    method, path, body, _, table = CHANGES[change]
    admin = await gateway.signed_in("admin")
    before = await gateway.count(table)
    async with log_refuses(gateway):
        answer = await admin.send(method, path, body)
    answer.problem(503, "unavailable")
    assert await gateway.count(table) == before
    assert await gateway.count("catalog.outbox") == 0
    # and with a log that takes lines the same request does it
    assert (await admin.send(method, path, body)).status < 300
    assert await gateway.count(table) == before + 1


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_has_one_line_with_all_that_is_known_of_it(gateway: Gateway, change: str) -> None:
    method, path, body, action, _ = CHANGES[change]
    admin = await gateway.signed_in("admin")
    assert (await admin.send(method, path, body)).status < 300
    lines = await gateway.sql.fetch("select action, actor from access.audit")
    assert [(line["action"], line["actor"].partition("-")[0]) for line in lines] == [(action, "admin")]


async def test_a_line_is_committed_with_its_change_and_not_after_it(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    made = await operator.send("POST", "/api/v1/titles", {"title": "Ran", "kind": "movie"})
    together = """
    select a.action from access.audit as a join catalog.titles as t on t.xmin = a.xmin order by a.id
    """
    assert [row["action"] for row in await gateway.sql.fetch(together)] == ["title.added"]
    etag = made.headers["ETag"]
    changed = await operator.send(
        "PATCH", f"/api/v1/titles/{made.json['id']}", {"year": 1985}, **{"If-Match": etag}
    )
    assert changed.status == 200, changed.text
    assert [row["action"] for row in await gateway.sql.fetch(together)] == ["title.changed"]
    assert (await operator.send("DELETE", f"/api/v1/titles/{made.json['id']}", None)).status < 300
    assert [row["action"] for row in await gateway.sql.fetch(together)] == ["title.trashed"]


async def test_a_scrape_that_an_operator_asks_for_is_written_down_with_its_job(gateway: Gateway) -> None:
    operator, episode = await gateway.signed_in("operator"), await gateway.add_episode()
    path = f"/api/v1/episodes/{episode}/scrape"
    async with log_refuses(gateway):
        (await operator.send("POST", path, {})).problem(503, "unavailable")
    assert await gateway.count("links.jobs") == 0
    assert (await operator.send("POST", path, {})).status == 202
    together = "select a.action, a.target from access.audit as a join links.jobs as j on j.xmin = a.xmin"
    lines = await gateway.sql.fetch(together)
    assert [tuple(line) for line in lines] == [("scrape.requested", str(episode))]


async def test_a_refused_change_has_no_line(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    film = {"title": "Ran", "kind": "movie"}
    assert (await operator.send("POST", "/api/v1/titles", film)).status == 201
    (await operator.send("POST", "/api/v1/titles", film)).problem(409, "title_exists")
    assert await gateway.count("access.audit") == 1


async def test_an_import_of_many_batches_has_one_line_that_counts_them_all(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    rows = "".join(f"Show,{number},https://vcloud.lol/{number}\n" for number in range(1100))
    await upload(operator, f"show,episode,link720\n{rows}")
    async with log_refuses(gateway):
        (await upload(operator, FILE)).problem(503, "unavailable")
    assert await gateway.count("catalog.titles") == 1
    lines = await gateway.sql.fetch("select action, target from access.audit")
    assert [tuple(line) for line in lines] == [("episodes.imported", "1100")]


async def test_whoever_cannot_be_written_down_does_not_use_an_invitation(gateway: Gateway) -> None:
    admin = await gateway.signed_in("admin")
    made = await admin.send("POST", "/api/v1/users", {"username": "grace", "role": "viewer", "invite": True})
    secret = made.json["invite_url"].partition("token=")[2]
    guest = await gateway.visitor()
    await guest.page(f"/invite?token={secret}")
    form = {"token": secret, "password": "a long sentence", "password2": "a long sentence"}
    async with log_refuses(gateway):
        assert (await guest.form("/invite", **form)).status == 503
    assert (
        await gateway.sql.fetchval("select password_hash from access.users where username = 'grace'") is None
    )
    assert (await guest.form("/invite", **form)).status == 303
    lines = await gateway.sql.fetch("select actor, action from access.audit order by id desc limit 1")
    assert [tuple(line) for line in lines] == [("grace", "invitation.used")]
