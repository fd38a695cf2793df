"""Dead letters in the browser and over the API: found, read, tried again, dropped, and counted."""

import json
from typing import Any

import pytest
from prometheus_client import REGISTRY

from tests.support.gateway import eventually
from wellspring_common.ids import uuid7
from wellspring_gateway.adapters import letters as letters_module

from .conftest import Start
from .running import PATIENCE_S, Gateway, OwnGateway

EVIL = "<img src=x onerror=alert(1)>"
_BURY = """
insert into {schema}.dead_letters
    (consumer, event_id, subject, payload, headers, code, detail, fingerprint, attempts)
values ($1, $2, 'scrape.started', $3, $4, $5, $6, $7, 3) returning id
"""


@pytest.fixture
async def gateway(start_gateway: Start, monkeypatch: pytest.MonkeyPatch) -> OwnGateway:
    """Lend a gateway of its own to each test, which counts letters without a pause."""
    monkeypatch.setattr(letters_module, "LOOK_EVERY_S", 0.05)
    return await start_gateway()


async def bury(
    gateway: Gateway,
    *,
    schema: str = "links",
    consumer: str = "refresher",
    payload: bytes | None = None,
    **more: str,
) -> str:
    """Keep a letter, as a service does, and return its address."""
    identity = uuid7()
    headers = {"ws-event-id": str(identity), "ws-schema": "scrape.started/1", "odd": EVIL}
    number = await gateway.sql.fetchval(
        _BURY.format(schema=schema),
        consumer,
        identity,
        payload if payload is not None else json.dumps({"episode_id": 7, "said": EVIL}).encode(),
        json.dumps(headers),
        more.get("code", "bug"),
        more.get("detail", f"KeyError: {EVIL}"),
        more.get("fingerprint", "0123456789abcdef"),
    )
    return f"{schema}/{number}"


async def one(gateway: Gateway, address: str) -> Any:
    """Return a letter's row."""
    schema, number = address.split("/")
    sql = "select * from public.dead_letters where schema_name = $1 and id = $2"
    return await gateway.sql.fetchrow(sql, schema, int(number))


async def test_nothing_dead_is_said_kindly_in_both_languages(gateway: Gateway) -> None:
    for language, sentence in (("en", "Nothing waits for you."), ("id", "Tidak ada yang menunggu Anda.")):
        operator = await gateway.signed_in("operator", language=language)
        page = await operator.page("/admin/dead")
        assert (page.status, sentence in page.text) == (200, True)
        assert 'class="count"' not in page.text


async def test_open_letters_are_counted_in_the_navigation_and_for_prometheus(gateway: Gateway) -> None:
    operator, viewer = await gateway.signed_in("operator"), await gateway.signed_in("viewer")
    for schema, consumer in (("links", "refresher"), ("links", "scraper_crawl"), ("health", "health")):
        await bury(gateway, schema=schema, consumer=consumer)

    async def shown() -> str:
        return (await operator.page("/")).text

    counted = '<span class="count">3</span>'
    await eventually(shown, lambda text: counted in text, patience_s=PATIENCE_S)
    assert "/admin/dead" not in (await viewer.page("/")).text
    schemas = ("catalog", "links", "health", "uploads")
    measured = [
        REGISTRY.get_sample_value("wellspring_dead_letters_open", {"schema": each}) for each in schemas
    ]
    assert measured == [0, 2, 1, 0]


async def test_letters_are_found_by_what_is_known_of_them(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    drift = await bury(gateway, code="drift", fingerprint="feedfeedfeedfeed")
    other = await bury(gateway, schema="health", consumer="health")
    for query, expected in {
        "": {drift, other},
        "?code=drift": {drift},
        "?consumer=health": {other},
        "?fingerprint=feedfeedfeedfeed": {drift},
        "?state=dropped": set(),
        "?state=nonsense&cursor=e30": {drift, other},
        "?code=%00": {drift, other},
    }.items():
        page = await operator.page(f"/admin/dead{query}", encoded=True)
        assert page.status == 200
        assert {each for each in (drift, other) if f'href="/admin/dead/{each}"' in page.text} == expected, (
            query
        )
        assert EVIL not in page.text
    told = (await operator.get("/api/v1/dead-letters?code=drift")).json
    assert (told["total"], [each["address"] for each in told["letters"]]) == (1, [drift])
    assert (told["letters"][0]["service"], told["letters"][0]["event"]) == ("refresher", "scrape.started")
    (await operator.get("/api/v1/dead-letters?code=%00", encoded=True)).problem(422, "invalid")


async def test_a_letter_is_read_and_tried_again_once(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    address = await bury(gateway)
    page = await operator.page(f"/admin/dead/{address}")
    assert (page.status, EVIL in page.text) == (200, False)
    for expected in ("&#34;episode_id&#34;: 7", "KeyError: &lt;img", "0123456789abcdef", "Try it again"):
        assert expected in page.text
    for _ in range(2):  # the second press, or a second person's, finds it done
        answer = await operator.form(f"/admin/dead/{address}/replay")
        assert (answer.status, answer.headers["Location"]) == (303, f"/admin/dead/{address}")
    row = await one(gateway, address)
    assert (row["state"], row["replays"]) == ("replayed", 1)
    assert row["decided_by"].startswith("operator-")
    subjects = await gateway.sql.fetch("select subject from links.outbox")
    assert [each["subject"] for each in subjects] == ["replay.events.refresher"]
    page = await operator.page(f"/admin/dead/{address}")
    assert ("Waits to be sent" in page.text, "Try it again" in page.text) == (True, False)


@pytest.mark.parametrize(
    "payload", [b'"\\ud83d"', b"NaN", b"[" * 100_000, b"\xff\x00", b""], ids=lambda raw: raw[:8].hex()
)
async def test_whatever_a_message_holds_it_is_shown_and_decided(gateway: Gateway, payload: bytes) -> None:
    operator = await gateway.signed_in("operator")
    address = await bury(gateway, payload=payload)
    assert (await operator.page(f"/admin/dead/{address}")).status == 200
    told = (await operator.get(f"/api/v1/dead-letters/{address}")).json
    assert (told["address"], told["payload"]) == (address, None)
    assert (await operator.form(f"/admin/dead/{address}/replay")).status == 303
    assert (await one(gateway, address))["state"] == "replayed"


async def test_a_letter_of_the_gateway_s_own_goes_out_and_is_handled_no_more(gateway: Gateway) -> None:
    """It cannot be read any better than before: it becomes a new letter."""
    operator = await gateway.signed_in("operator")
    address = await bury(gateway, schema="catalog", consumer="gateway")
    assert (await operator.send("POST", f"/api/v1/dead-letters/{address}/replay", None)).status == 202

    async def outcome() -> Any:
        return (await operator.get(f"/api/v1/dead-letters/{address}")).json

    letter = await eventually(outcome, lambda told: told["outcome"] == "died_again", patience_s=PATIENCE_S)
    newer = (await operator.get(f"/api/v1/dead-letters/{letter['died_again_as']}")).json
    assert (newer["state"], newer["replays"], newer["code"]) == ("open", 1, "schema_unknown")
    assert newer["payload"] == {"episode_id": 7, "said": EVIL}


async def test_a_letter_is_dropped_for_a_reason(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator", language="id")
    address = await bury(gateway)
    await operator.page(f"/admin/dead/{address}")
    for why in ("", "   ", "x" * 1001, "zero\x00"):
        answer = await operator.form(f"/admin/dead/{address}/drop", why=why)
        assert (answer.status, 'aria-describedby="e-why' in answer.text) == (422, True)
    assert (await one(gateway, address))["state"] == "open"
    assert (await operator.form(f"/admin/dead/{address}/drop", why=f" useless {EVIL}")).status == 303
    row = await one(gateway, address)
    assert (row["state"], row["note"]) == ("dropped", f"useless {EVIL}")
    page = await operator.page(f"/admin/dead/{address}")
    assert ("useless &lt;img" in page.text, EVIL in page.text) == (True, False)


async def test_the_api_decides_once_and_says_what_is_wrong(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    address, retired = await bury(gateway), await bury(gateway, consumer="retired")
    base = "/api/v1/dead-letters"
    (await operator.send("POST", f"{base}/{address}/drop", {"why": ""})).problem(422, "invalid")
    (await operator.send("POST", f"{base}/{address}/drop", {"why": "\x00"})).problem(422, "invalid")
    done = (await operator.send("POST", f"{base}/{address}/drop", {"why": "of no use"})).json
    assert (done["state"], done["note"]) == ("dropped", "of no use")
    (await operator.send("POST", f"{base}/{address}/replay", None)).problem(409, "not_open")
    (await operator.send("POST", f"{base}/{address}/drop", {"why": "again"})).problem(409, "not_open")
    (await operator.send("POST", f"{base}/{retired}/replay", None)).problem(409, "consumer_gone")
    for missing in ("links/999", "public/1", "links/x"):
        (await operator.get(f"{base}/{missing}")).problem(404, "not_found")
        (await operator.send("POST", f"{base}/{missing}/replay", None)).problem(404, "not_found")
        assert (await operator.page(f"/admin/dead/{missing}")).status == 404


async def test_only_operators_see_and_decide_and_only_from_our_pages(gateway: Gateway) -> None:
    address = await bury(gateway)
    stranger, viewer = await gateway.visitor(), await gateway.signed_in("viewer")
    assert (await stranger.page("/admin/dead")).headers["Location"] == "/login?next=/admin/dead"
    (await stranger.get("/api/v1/dead-letters")).problem(401, "sign_in_required")
    (await viewer.get(f"/api/v1/dead-letters/{address}")).problem(403, "forbidden")
    assert (await viewer.form(f"/admin/dead/{address}/replay")).status == 403
    operator = await gateway.signed_in("operator")
    operator.csrf = "wrong"
    for action in ("replay", "drop"):
        assert (await operator.form(f"/admin/dead/{address}/{action}", why="x")).status == 403
        answer = await operator.send("POST", f"/api/v1/dead-letters/{address}/{action}", {"why": "x"})
        answer.problem(403, "bad_csrf")
    assert (await one(gateway, address))["state"] == "open"


async def test_letters_are_read_page_by_page(gateway: Gateway) -> None:
    operator = await gateway.signed_in("operator")
    buried = [await bury(gateway, schema=schema) for schema in ("links", "health", "links", "catalog")]
    await gateway.sql.execute("update links.dead_letters set created_at = '2026-01-01'")
    await gateway.sql.execute("update health.dead_letters set created_at = '2026-01-01'")
    seen, cursor = list[str](), ""
    while cursor is not None:
        answer = (await operator.get(f"/api/v1/dead-letters?limit=1{cursor and f'&cursor={cursor}'}")).json
        seen += [letter["address"] for letter in answer["letters"]]
        cursor = answer["next"]
    assert (len(seen), set(seen)) == (4, set(buried))
    for cursor in ("nonsense", "e30"):
        (await operator.get(f"/api/v1/dead-letters?cursor={cursor}")).problem(400, "bad_cursor")
