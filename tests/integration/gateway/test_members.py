"""A library that is for its members: every route of the app, asked by a stranger."""

import re
from collections.abc import Iterable, Iterator
from typing import cast

import aiohttp
import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from tests.support.gateway import eventually
from wellspring_gateway.app import create_app
from wellspring_gateway.door import Door
from wellspring_gateway.doorkeeper import PUBLIC_FOLDERS, is_public

from .running import PAGE, PATIENCE_S, Gateway, OwnGateway, Visitor

PARAMETER = re.compile(r"{[^}]+}")


@pytest.fixture
async def closed(own_gateway: OwnGateway) -> OwnGateway:
    """Run a gateway that only members may use."""
    admin = await own_gateway.signed_in("admin")
    assert (await admin.send("PATCH", "/api/v1/settings", {"viewing": "members"})).status == 200
    stranger = await own_gateway.visitor()
    await eventually(lambda: stranger.get("/"), lambda answer: answer.status == 401, patience_s=PATIENCE_S)
    return own_gateway


def routes() -> list[BaseRoute]:
    return list(leaves(create_app(cast("Door", object()), static="nowhere").routes))


def leaves(found: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Return routes with those of included routers in their place."""
    for route in found:
        router = getattr(route, "original_router", None)
        if router is None:
            yield route
        else:
            yield from leaves(router.routes)


async def knock(visitor: Visitor, route: BaseRoute) -> None:
    """Ask for a route as a program and as a browser, and see that neither gets in."""
    if isinstance(route, WebSocketRoute):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await visitor.session.ws_connect(visitor.url + PARAMETER.sub("1", route.path))
        assert refused.value.status == 403
        return
    assert isinstance(route, Route), f"{route}: neither a route nor known to be public"
    path = PARAMETER.sub("1", route.path)
    if "/stremio/" in path:  # the addon's protocol has words of its own
        answer = await visitor.get(path)
        assert (answer.status, list(answer.json)) == (403 if path.startswith("/u/") else 401, ["err"])
        return
    if path.startswith("/u/"):
        (await visitor.get(path)).problem(403, "unknown_device")
        return
    for method in route.methods or {"GET"}:
        answer = await visitor.ask(method, path, headers={"X-CSRF-Token": "x"})
        assert answer.status == 401, (method, path, answer.text)
        if method != "HEAD":
            answer.problem(401, "sign_in_required")
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    if "GET" in (route.methods or ()):
        answer = await visitor.get(path, headers=PAGE)
        expected = 401 if path.startswith("/api/") else 303
        assert answer.status == expected, path
        if expected == 303:
            assert answer.headers["Location"].startswith("/login?next=/"), path


async def test_a_stranger_gets_nothing_that_is_not_named_public(closed: Gateway) -> None:
    visitor, knocked = await closed.visitor(), 0
    for route in routes():
        if isinstance(route, Mount):
            assert f"{route.path}/" in PUBLIC_FOLDERS
        elif not is_public(getattr(route, "path", "")):
            await knock(visitor, route)
            knocked += 1
    assert knocked > 50


async def test_what_is_named_public_can_be_reached(closed: Gateway) -> None:
    visitor = await closed.visitor()
    for path in ("/healthz", "/login", "/api/v1/setup"):
        assert (await visitor.get(path)).status == 200
    assert (await visitor.get("/static/favicon.svg")).status == 200


async def test_a_name_that_no_route_has_is_closed_too(closed: Gateway) -> None:
    visitor = await closed.visitor()
    for path in ("/nowhere", "/login/", "//login", "/static", "/LOGIN", "/login/../watch/1", "/%6cogin/1"):
        assert (await visitor.get(path, encoded=True)).status == 401, path


async def test_members_are_let_in_and_are_sent_where_they_were_going(closed: Gateway) -> None:
    episode = await closed.add_episode()
    member, stranger = await closed.signed_in("viewer"), await closed.visitor()
    for path in ("/", f"/watch/{episode}", f"/api/v1/episodes/{episode}/live-state"):
        assert (await member.get(path)).status == 200
    assert (await stranger.page("/player?show=The Glory&ep=1")).headers["Location"] == (
        "/login?next=/player%3Fshow%3DThe%2BGlory%26ep%3D1"
    )
    (await member.get("/api/v1/settings")).problem(403, "forbidden")


async def test_an_open_library_asks_nobody(own_gateway: OwnGateway) -> None:
    episode = await own_gateway.add_episode()
    visitor = await own_gateway.visitor()
    for path in ("/", f"/watch/{episode}", f"/api/v1/episodes/{episode}/live-state"):
        assert (await visitor.get(path)).status == 200


async def test_what_members_see_is_kept_by_no_cache_on_the_way(closed: Gateway) -> None:
    await closed.sql.execute(
        "insert into catalog.titles (kind, title, slug) values ('movie', 'A film', 'a-film')"
    )
    member = await closed.signed_in("viewer")
    for path in ("/", "/title/a-film", "/posters/1/0123456789abcdef"):
        assert "public" not in (await member.get(path)).headers.get("Cache-Control", "")


async def test_searches_and_scrapes_are_limited_per_client(own_gateway: OwnGateway) -> None:
    await own_gateway.add_episode()
    admin = await own_gateway.signed_in("admin")
    limits = {
        "searches_per_client_minute": 2,
        "scrapes_per_client_minute": 1,
        "sign_ins_per_client_minute": 1,
    }
    assert (await admin.send("PATCH", "/api/v1/settings", limits)).status == 200
    refused = await eventually(
        lambda: admin.get("/?q=glory"), lambda answer: answer.status == 429, patience_s=PATIENCE_S
    )
    refused.problem(429, "throttled")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert (await admin.get("/")).status == 200
    assert (await admin.get("/scrape?show=The Glory&ep=1")).status == 200
    (await admin.get("/scrape?show=The Glory&ep=1")).problem(429, "throttled")
    body = {"username": "nobody", "password": "a long sentence"}
    assert (await admin.send("POST", "/api/v1/session", body)).status == 401
    (await admin.send("POST", "/api/v1/session", body)).problem(429, "throttled")
