"""What guards answer is told of every operation that they stand before."""

import inspect
import re
from types import SimpleNamespace
from typing import Any, cast

import pytest
from deploy.api.description import described
from fastapi.routing import APIRoute

from wellspring_gateway.app import create_app
from wellspring_gateway.door import Door
from wellspring_gateway.routes import api, crawls, live, plays, users_api
from wellspring_gateway.routes.refusals import manners_of
from wellspring_gateway.routes.v1 import episodes, listing, progress, titles

DOCUMENT = described()
OPERATIONS = {
    (path, verb): operation for path, verbs in DOCUMENT["paths"].items() for verb, operation in verbs.items()
}
MODULES = (api, crawls, users_api, episodes, listing, progress, titles)
ROUTES = [route for module in MODULES for route in module.router.routes if isinstance(route, APIRoute)]
GUARD = re.compile(r"await (viewer|player|seeker|operator|admin|owner|checked|within)\(")


def guards_in(route: APIRoute) -> set[str]:
    return set(GUARD.findall(inspect.getsource(route.endpoint)))


def operation_of(route: APIRoute) -> dict[str, Any]:
    (method,) = route.methods or set()
    found: dict[str, Any] = OPERATIONS[route.path_format, method.lower()]
    return found


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods)} {route.path_format}")
def test_an_operation_declares_what_its_guards_answer(route: APIRoute) -> None:
    guards, operation = guards_in(route), operation_of(route)
    answers, ways = operation["responses"], operation["security"]
    if guards & {"viewer", "player", "seeker", "operator", "admin", "owner"}:
        assert {"401", "403"} <= set(answers)
        assert "WWW-Authenticate" in answers["401"]["headers"]
    if guards & {"operator", "admin", "owner"}:
        assert {} not in ways
    assert ("within" in guards) == ("429" in answers)
    if "within" in guards:
        assert answers["429"]["headers"]["Retry-After"]["required"]
    assert ("checked" in guards) == ({"cookie": [], "csrf": []} in ways)
    assert {"token": []} in ways


def test_no_operation_is_without_its_ways_in() -> None:
    schemes = set(DOCUMENT["components"]["securitySchemes"])
    assert schemes == {"token", "cookie", "csrf"}
    for name, operation in OPERATIONS.items():
        assert operation["security"], name
        assert {scheme for way in operation["security"] for scheme in way} <= schemes


def test_what_a_helper_of_a_route_refuses_is_found_too() -> None:
    assert manners_of(progress.watched).needs_sign_in
    assert not manners_of(episodes.one).needs_sign_in
    assert manners_of(plays.plays).of_status(429) == ["throttled"]
    assert "unknown_device" not in OPERATIONS["/api/v1/titles", "get"]["responses"]["403"]["description"]
    assert not manners_of(listing.genres).needs_csrf


def test_who_follows_an_episode_needs_no_account_but_may_have_one() -> None:
    assert manners_of(live.live).needs_sign_in
    assert {} in OPERATIONS["/api/v1/live", "get"]["security"]


def test_a_proxy_that_signs_people_in_is_a_way_in_where_it_is_trusted() -> None:
    door = SimpleNamespace(settings=SimpleNamespace(forward_auth_user_header="Remote-User"))
    document = create_app(cast("Door", door), static="").openapi()
    assert document["components"]["securitySchemes"]["proxy"]["name"] == "Remote-User"
    assert {"proxy": [], "csrf": []} in document["paths"]["/api/v1/titles"]["post"]["security"]
