"""A creation that is sent again with its key: made once, and answered as it was first."""

import asyncio
from typing import Any

import pytest

from wellspring_common.clock import SystemClock

from .running import Gateway, Visitor
from .test_tokens import ask, token_of

KEY = {"Idempotency-Key": "the-same-wish-again"}
CATALOGUE = {"name": "Films", "definition": "films", "base_urls": ["https://films.example"]}
# what is made, by what body, and the table that it is a row of
MADE: list[tuple[str, dict[str, Any], str]] = [
    ("/api/v1/tokens", {"name": "backup", "scopes": ["read"], "days": 3}, "access.api_tokens"),
    ("/api/v1/devices", {"name": "living room"}, "access.devices"),
    ("/api/v1/users", {"username": "grace", "role": "operator"}, "access.users where username = 'grace'"),
    ("/api/v1/users", {"username": "ada", "invite": True}, "access.invites"),
    ("/api/v1/catalogues", CATALOGUE, "catalog.catalogues"),
]
NAMES = ["token", "device", "user", "invited", "catalogue"]


@pytest.mark.parametrize(("path", "body", "table"), MADE, ids=NAMES)
async def test_what_is_sent_at_once_and_again_is_made_once(
    gateway: Gateway, path: str, body: dict[str, Any], table: str
) -> None:
    admin = await gateway.signed_in("admin")
    found = await asyncio.gather(*(admin.send("POST", path, body, **KEY) for _ in range(2)))
    found.append(await admin.send("POST", path, body, **KEY))
    assert {each.status for each in found} == {201}, [each.text for each in found]
    assert all(each.json == found[0].json for each in found)
    assert await gateway.count(table) == 1
    other = next(iter(body))
    changed = await admin.send("POST", path, {**body, other: "another"}, **KEY)
    changed.problem(422, "idempotency_conflict")
    assert await gateway.count(table) == 1


async def test_a_secret_that_is_told_again_opens_and_is_kept_nowhere(gateway: Gateway) -> None:
    admin, stranger = await gateway.signed_in("admin"), await gateway.visitor()
    for path, body, _ in MADE[:4]:
        headers = {"Idempotency-Key": f"once-{body}".replace(" ", "")}
        first = (await admin.send("POST", path, body, **headers)).json
        again = (await admin.send("POST", path, body, **headers)).json
        assert again == first
        told = next(first[name] for name in ("token", "password", "invite_url") if first.get(name))
        kept = await gateway.sql.fetch("select response::text as response from catalog.idempotency_keys")
        assert kept
        assert not [row for row in kept if told.rpartition("=")[2] in row["response"]]
    tokens = await admin.send("POST", MADE[0][0], MADE[0][1], **KEY)
    assert (await ask(stranger, tokens.json["token"], "GET", "/api/v1/account")).status == 200
    grace = await admin.send(
        "POST", "/api/v1/users", {"username": "eve"}, **KEY | {"Idempotency-Key": "eve-12345"}
    )
    assert (await stranger.sign_in("eve", grace.json["password"])).status == 303


async def test_a_secret_is_told_again_only_to_whom_it_was_told(gateway: Gateway) -> None:
    visitor, path, body = await gateway.visitor(), MADE[0][0], MADE[0][1]
    token = await token_of(gateway, "admin", "admin")
    headers = {"Authorization": f"Bearer {token}", **KEY}
    first = await visitor.ask("POST", path, json=body, headers=headers)
    wider = await visitor.ask(
        "POST",
        path,
        json={"name": "second", "scopes": ["admin"]},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (first.status, wider.status) == (201, 201)
    headers = {"Authorization": f"Bearer {wider.json['token']}", **KEY}
    other = await visitor.ask("POST", path, json=body, headers=headers)
    other.problem(422, "idempotency_conflict")


async def ended(gateway: Gateway, job: str) -> None:
    sql = "update links.jobs set state = 'failed', finished_at = $2 where id = $1::uuid"
    await gateway.sql.execute(sql, job, SystemClock().now())


async def scraped(visitor: Visitor, episode: int, **headers: str) -> dict[str, Any]:
    answer = await visitor.send("POST", f"/api/v1/episodes/{episode}/scrape", None, **headers)
    assert answer.status == 202, answer.text
    assert answer.headers["Location"] == f"/api/v1/jobs/{answer.json['job']['id']}"
    found: dict[str, Any] = answer.json
    return found


async def test_a_scrape_that_is_wished_again_is_the_same_after_its_end(gateway: Gateway) -> None:
    episode, operator = await gateway.add_episode(), await gateway.signed_in("operator")
    first = await scraped(operator, episode, **KEY)
    assert first["deduplicated"] is False
    assert await scraped(operator, episode, **KEY) == first
    live = await scraped(operator, episode)
    assert (live["job"]["id"], live["deduplicated"]) == (first["job"]["id"], True)
    await ended(gateway, first["job"]["id"])
    assert await scraped(operator, episode, **KEY) == first
    assert await gateway.count("links.jobs") == 1
    elsewhere = await operator.send(
        "POST", f"/api/v1/episodes/{await gateway.add_episode('B')}/scrape", None, **KEY
    )
    elsewhere.problem(422, "idempotency_conflict")


async def test_a_clean_up_that_is_wished_again_runs_once(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    first = await operator.send("POST", "/api/v1/clean", {}, **KEY)
    again = await operator.send("POST", "/api/v1/clean", {}, **KEY)
    assert (first.status, again.status, again.json) == (201, 201, first.json)
    assert again.headers["Location"] == first.headers["Location"]
    assert await gateway.count("catalog.clean_runs") == 1
    rehearsal = await operator.send("POST", "/api/v1/clean", {"dry_run": True}, **KEY)
    rehearsal.problem(422, "idempotency_conflict")
