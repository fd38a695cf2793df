"""The surface as a whole: its description, hostile input, and the gateway's own NATS permissions."""

import asyncio
import statistics
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wellspring_cli.embedded.nats import Nats

from .conftest import Start
from .running import PAGE, SEED_EPISODE, Gateway, OwnGateway, Visitor

METHODS = {"get", "post", "put", "patch", "delete"}
ADDRESSES = {f"{way}/w/{{episode_id}}/{{quality}}/{{file}}" for way in ("", "/u/{token}")}
SEEDS = {
    *("/get_link", "/scrape", "/admin/add_episode", "/admin/bulk_import", "/api/search", "/api/scrape"),
    *("/api/streaming/movies/", "/api/streaming/movies/{movie_id}/"),
    "/api/streaming/movies/{movie_id}/refresh_links/",
    *("/api/upload/schedule", "/api/upload/schedule/{series_id}", "/api/upload/scheduler/status"),
}
LONGEST = 60

# percent-encoded bytes, so that what is no UTF-8 arrives too
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=LONGEST).map(quote),
    st.binary(max_size=LONGEST).map(quote),
    st.sampled_from(
        ["The%20Glory", "the-glory", "%00", "%27%22%3B--", "%F0%9F%8E%AC", "%C0%80", "%25", "%5C", ""]
    ),
)
NUMBERS = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.sampled_from(["1", "1.0", "0", "-0", "1e309", "1e-309", "%D9%A1", "1_0", "0x1", "9" * 400]),
    TEXTS,
)


async def test_every_operation_is_described(gateway: Gateway) -> None:
    answer = await (await gateway.visitor()).get("/api/v1/openapi.json")
    document = answer.json
    assert document["openapi"].startswith("3.1")
    assert (document["info"]["title"], document["info"]["version"]) == ("Wellspring", "1")
    operations = [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]
    assert {path for path in document["paths"] if not path.startswith("/api/v1/")} == SEEDS | ADDRESSES
    for name, operation in operations:
        assert operation["summary"], name
        assert operation["description"].rstrip().endswith("."), name
        assert operation["tags"], name
    ids = [operation["operationId"] for _, operation in operations]
    assert len(ids) == len(set(ids))


class Fuzz:
    """A visitor whom nothing may answer by a crash."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    async def ask(self, path: str, query: str) -> None:
        """Ask as a program and as a browser."""
        for headers in ({"Accept": "application/json"}, PAGE):
            answer = await self._visitor.get(f"{path}{query}", headers=headers, encoded=True)
            assert answer.status in {200, 303, 404, 422, 429}, (path, query, answer.status)
            if headers is not PAGE and answer.status in {404, 422}:
                assert answer.problem(answer.status, answer.json["code"])


@pytest.fixture
async def fuzz(gateway: Gateway) -> Fuzz:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, {720: {"pixel": "https://p.example/1"}})
    return Fuzz(await gateway.visitor())


_FUZZED = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@_FUZZED
@given(show=TEXTS, number=NUMBERS, path=st.sampled_from(["/get_link", "/scrape", "/player"]))
async def test_no_show_and_no_number_crashes_the_seeds_addresses(
    fuzz: Fuzz, show: str, number: str, path: str
) -> None:
    await fuzz.ask(path, f"?show={show}&ep={number}")


@_FUZZED
@given(query=TEXTS, kind=TEXTS, cursor=TEXTS)
async def test_no_search_crashes_the_library(fuzz: Fuzz, query: str, kind: str, cursor: str) -> None:
    await fuzz.ask("/", f"?q={query}&kind={kind}&cursor={cursor}")


@_FUZZED
@given(part=TEXTS.filter(lambda text: text not in {"", ".", ".."}), number=NUMBERS)
async def test_no_address_crashes_a_page(fuzz: Fuzz, part: str, number: str) -> None:
    await fuzz.ask(f"/title/{part}", "")
    if number not in {"", ".", ".."}:
        await fuzz.ask(f"/watch/{number}", "")
    await fuzz.ask("/login", f"?next={part}")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=LONGEST),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        "show",
        "episode",
        "season",
        "kind",
        "link720",
        "link",
        "linkx",
        "name",
        "year",
        "genres",
        "definition",
        "synopsis",
        "idempotency_key",
    ]
)


@_FUZZED
@given(fields=st.dictionaries(FIELDS, VALUES, max_size=4))
async def test_no_field_crashes_adding_an_episode(gateway: Gateway, fields: dict[str, Any]) -> None:
    operator = gateway.visitors[0] if gateway.visitors else await gateway.signed_in("operator")
    answer = await operator.send("POST", "/admin/add_episode", SEED_EPISODE | fields)
    assert answer.status in {200, 409, 422}, answer.text


@_FUZZED
@given(
    values=st.dictionaries(
        st.sampled_from(["link_ttl_hours", "preferred_servers", "default_definition", "x"]),
        VALUES,
        max_size=3,
    )
)
async def test_no_value_crashes_the_settings(own_gateway: OwnGateway, values: dict[str, Any]) -> None:
    admin = own_gateway.visitors[0] if own_gateway.visitors else await own_gateway.signed_in("admin")
    answer = await admin.send("PATCH", "/api/v1/settings", values)
    assert answer.status in {200, 422}, answer.text


async def test_no_answer_waits_for_the_receipt_of_its_headers(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    loop = asyncio.get_running_loop()
    took = []
    for _ in range(21):
        began = loop.time()
        assert (await visitor.get("/healthz")).status == 200
        took.append(loop.time() - began)
    # a delayed receipt takes 40 ms, on every second answer or more
    assert statistics.median(took) < 0.035


async def test_the_gateway_s_own_nats_user_may_do_all_that_it_needs(
    start_gateway: Start, nats_server: Nats, own_users_prefix: str
) -> None:
    gateway = await start_gateway(
        WELLSPRING_NATS_URL=nats_server.url("gateway"), WELLSPRING_NATS_PREFIX=own_users_prefix
    )
    admin = await gateway.signed_in("admin")
    assert (await admin.send("POST", "/admin/add_episode", SEED_EPISODE)).status == 200
    assert (await admin.get("/scrape?show=The Glory&ep=1")).json == {"status": "queued"}
    assert (await admin.send("PATCH", "/api/v1/settings", {"link_ttl_hours": 12})).status == 200
    for subject in ("catalog.changed", "scrape.requested", "settings.changed"):
        assert len(await gateway.told(subject)) == 1
        await gateway.published(subject)
    assert (await admin.get("/readyz")).status == 200
