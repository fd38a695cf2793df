"""Run-time settings: stored, copied to the bucket, and followed by other processes."""

import asyncio
import re
from contextlib import suppress
from typing import Any

import pytest

from tests.support.gateway import eventually
from wellspring_common.bus.nats.bus import open_bus
from wellspring_common.events.topology import SETTINGS_BUCKET
from wellspring_common.settings import NatsSettings
from wellspring_common.tunables import TUNABLES_KEY, Tunables, TunablesCopy
from wellspring_common.tunables_watch import TunablesWatch

from .running import PATIENCE_S, Gateway, OwnGateway, Visitor

PATH = "/api/v1/settings"
DEFAULTS = Tunables().model_dump(mode="json")


@pytest.fixture
def gateway(own_gateway: OwnGateway) -> Gateway:
    """Lend a gateway of its own to each test: settings reach further than rows."""
    return own_gateway


def broker_of(gateway: Gateway) -> NatsSettings:
    return NatsSettings.model_validate({"nats_url": gateway.nats_url, "nats_prefix": gateway.prefix})


async def held(admin: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = (await admin.get(PATH)).json
    return found


async def test_operators_read_settings_and_admins_change_them(gateway: Gateway) -> None:
    stranger, viewer = await gateway.visitor(), await gateway.signed_in("viewer")
    operator, admin = await gateway.signed_in("operator"), await gateway.signed_in("admin")
    (await stranger.get(PATH)).problem(401, "sign_in_required")
    (await viewer.get(PATH)).problem(403, "forbidden")
    assert await held(operator) == {"revision": 0, "values": DEFAULTS}
    change = {"link_ttl_hours": 12}
    (await stranger.send("PATCH", PATH, change)).problem(401, "sign_in_required")
    (await viewer.send("PATCH", PATH, change)).problem(403, "forbidden")
    (await operator.send("PATCH", PATH, change)).problem(403, "forbidden")
    (await admin.ask("PATCH", PATH, json=change)).problem(403, "bad_csrf")
    assert await held(operator) == {"revision": 0, "values": DEFAULTS}
    expected = {"revision": 1, "values": DEFAULTS | {"link_ttl_hours": 12.0}}
    assert (await admin.send("PATCH", PATH, change)).json == expected
    assert await held(operator) == expected


async def test_each_change_grows_the_revision_and_is_told(gateway: Gateway) -> None:
    admin = await gateway.signed_in("admin")
    for revision, minutes in enumerate((5, 20, 20), start=1):
        change = {"force_scrape_cooldown_minutes": minutes, "min_servers_per_episode": 6}
        assert (await admin.send("PATCH", PATH, change)).json["revision"] == revision
    keys = ["force_scrape_cooldown_minutes", "min_servers_per_episode"]
    assert await gateway.told("settings.changed") == [
        {"keys": keys, "revision": revision} for revision in (1, 2, 3)
    ]
    await gateway.published("settings.changed")


async def test_changes_at_once_are_all_kept(gateway: Gateway) -> None:
    admin = await gateway.signed_in("admin")
    changes: list[dict[str, Any]] = [
        {"link_ttl_hours": 12},
        {"min_servers_per_episode": 6},
        {"refresh_ahead_minutes": 30},
        {"preferred_servers": ["mega"]},
    ]
    answers = await asyncio.gather(*(admin.send("PATCH", PATH, change) for change in changes))
    assert sorted(answer.json["revision"] for answer in answers) == [1, 2, 3, 4]
    values = (await held(admin))["values"]
    for change in changes:
        assert values | change == values


async def test_what_won_t_do_is_named_and_nothing_is_changed(gateway: Gateway) -> None:
    admin = await gateway.signed_in("admin")
    for change, field in (
        ({"link_ttl_hours": 0}, "link_ttl_hours"),
        ({"link_ttl_hours": 169}, "link_ttl_hours"),
        ({"link_ttl_hours": "six"}, "link_ttl_hours"),
        ({"link_ttl_hours": None}, "link_ttl_hours"),
        ({"link_ttl_hours": float("nan")}, "link_ttl_hours"),
        ({"min_servers_per_episode": 1.5}, "min_servers_per_episode"),
        ({"preferred_servers": "pixel"}, "preferred_servers"),
        ({"default_definition": "../x"}, "default_definition"),
        ({"link_ttl_hours": 12, "min_servers_per_source": 0}, "min_servers_per_source"),
    ):
        problem = (await admin.send("PATCH", PATH, change)).problem(422, "invalid")
        assert [error["field"] for error in problem["errors"]] == [field]
    (await admin.send("PATCH", PATH, {"preferred_servers": ["a\x00"]})).problem(422, "invalid")
    unknown = (await admin.send("PATCH", PATH, {"link_ttl": 12, "link_ttl_hours": 12})).problem(
        422, "invalid"
    )
    assert "link_ttl" in unknown["detail"]
    (await admin.send("PATCH", PATH, {})).problem(422, "invalid")
    (await admin.send("PATCH", PATH, [])).problem(422, "invalid")
    assert await held(admin) == {"revision": 0, "values": DEFAULTS}
    assert await gateway.count("catalog.outbox") == 0


async def test_the_bucket_gets_the_copy_and_another_process_follows(gateway: Gateway) -> None:
    admin = await gateway.signed_in("admin")
    async with open_bus(broker_of(gateway), service="refresher") as bus:
        bucket = bus.bucket(SETTINGS_BUCKET)
        watch = TunablesWatch(bus, bucket, keep_in=None)
        following = asyncio.create_task(watch.run())
        try:
            first = await eventually(lambda: bucket.get(TUNABLES_KEY), bool, patience_s=PATIENCE_S)
            assert TunablesCopy.model_validate_json(first) == TunablesCopy(revision=0, values=Tunables())
            change = {"link_ttl_hours": 12, "preferred_servers": ["mega", "pixel"]}
            await admin.send("PATCH", PATH, change)
            expected = Tunables(link_ttl_hours=12, preferred_servers=("mega", "pixel"))

            async def followed() -> Tunables:
                return watch.current

            await eventually(followed, lambda current: current == expected, patience_s=PATIENCE_S)
            assert watch.revision == 1
            stored = await bucket.get(TUNABLES_KEY)
            assert stored is not None
            assert TunablesCopy.model_validate_json(stored) == TunablesCopy(revision=1, values=expected)
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


async def test_the_episode_form_follows_the_qualities_and_any_other_is_taken(gateway: Gateway) -> None:
    admin = await gateway.signed_in("admin")

    async def offered() -> list[str]:
        text = (await admin.page("/admin")).text.partition("<main")[2].partition("<details")[0]
        return re.findall(r'name="link(\d+)"', text)

    assert await offered() == ["480", "720", "1080"]
    await admin.send("PATCH", PATH, {"qualities": [1440, 360]})
    await eventually(offered, lambda found: found == ["1440", "360"], patience_s=PATIENCE_S)
    fields = {"show": "The Glory", "episode": "1", "link360": "https://a.example/1"}
    answer = await admin.form("/admin/add_episode", **fields, link240="https://a.example/2")
    assert answer.status == 303
    rows = await gateway.sql.fetch("select quality from catalog.sources order by quality")
    assert [row["quality"] for row in rows] == [240, 360]
    wrong = await admin.form("/admin/add_episode", show="The Glory", episode="2")
    assert (wrong.status, 'href="#f-link1440"' in wrong.text) == (422, True)


async def test_the_gateway_follows_its_own_settings(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    await gateway.add_links(episode, {720: {"pixel": "https://p.example/1", "mega": "https://m.example/2"}})
    await gateway.add_job(episode, state="succeeded", minutes_ago=2)
    admin, visitor = await gateway.signed_in("admin"), await gateway.visitor()
    change = {
        "min_servers_per_episode": 2,
        "preferred_servers": ["mega"],
        "force_scrape_cooldown_minutes": 1,
    }
    await admin.send("PATCH", PATH, change)

    async def state() -> dict[str, Any]:
        answer = await visitor.get(f"/api/v1/episodes/{episode}/live-state")
        found: dict[str, Any] = answer.json
        return found

    found = await eventually(state, lambda found: found["server_info"]["minimum"] == 2, patience_s=PATIENCE_S)
    assert [link["server"] for link in found["links"]] == ["mega", "pixel"]
    assert found["server_info"]["needs_force_scrape"] is False
    assert found["cooldown_until"] is None


async def test_the_form_saves_what_was_changed_and_names_what_won_t_do(gateway: Gateway) -> None:
    admin, operator = await gateway.signed_in("admin"), await gateway.signed_in("operator")
    assert (await operator.form("/admin/settings", link_ttl_hours="12")).status == 403
    page = await admin.page("/admin/settings")
    assert 'name="link_ttl_hours" value="6' in page.text
    saved = await admin.form("/admin/settings", link_ttl_hours="12", preferred_servers="mega\r\npixel")
    assert (saved.status, saved.headers["Location"]) == (303, "/admin/settings?saved=true")
    assert (await admin.page(saved.headers["Location"])).status == 200
    values = (await held(admin))["values"]
    assert (values["link_ttl_hours"], values["preferred_servers"]) == (12, ["mega", "pixel"])
    for entered, said in (("1000", "Please stay within the limits."), ("six", "Please give a number")):
        wrong = await admin.form("/admin/settings", link_ttl_hours=entered)
        assert (wrong.status, said in wrong.text, f'value="{entered}"' in wrong.text) == (422, True, True)
    same = await admin.form("/admin/settings", link_ttl_hours="12.0")
    assert same.status == 303
    assert (await held(admin))["revision"] == 1
