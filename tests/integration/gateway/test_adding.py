"""`POST /admin/add_episode`: the seed's way to add an episode."""

import asyncio
from typing import Any

import pytest

from .running import SEED_EPISODE, Gateway, Visitor

OK = {"status": "ok", "player_link": "/player?show=The Glory&ep=1"}
KEY = {"Idempotency-Key": "0196f1a0-1111"}


async def operator_of(gateway: Gateway) -> Visitor:
    return await gateway.signed_in("operator")


async def assert_stored_once(gateway: Gateway) -> None:
    assert await gateway.count("catalog.titles") == 1
    assert await gateway.count("catalog.episodes") == 1
    assert await gateway.count("catalog.sources") == 3
    assert len(await gateway.told("catalog.changed")) == 1


async def assert_nothing_stored(gateway: Gateway) -> None:
    for table in ("titles", "episodes", "sources", "outbox", "idempotency_keys"):
        assert await gateway.count(f"catalog.{table}") == 0, table


@pytest.mark.parametrize("encoding", ["json", "data"])
async def test_the_seed_s_request_gets_the_seed_s_answer(gateway: Gateway, encoding: str) -> None:
    operator = await operator_of(gateway)
    body: dict[str, Any] = {encoding: SEED_EPISODE}
    answer = await operator.ask("POST", "/admin/add_episode", headers={"X-CSRF-Token": operator.csrf}, **body)
    assert (answer.status, answer.json) == (200, OK)
    assert answer.headers["Content-Type"] == "application/json"
    rows = await gateway.sql.fetch("select quality, url, definition from catalog.sources order by quality")
    assert [tuple(row) for row in rows] == [
        (480, "https://vcloud.lol/abc123", "vcloud"),
        (720, "https://vcloud.lol/def456", "vcloud"),
        (1080, "https://vcloud.lol/ghi789", "vcloud"),
    ]
    player = await operator.page(answer.json["player_link"].replace(" ", "%20"))
    assert (player.status, "The Glory" in player.text) == (200, True)


async def test_a_number_may_be_a_json_number_and_a_quality_any(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    body = {
        "show": "The Glory",
        "episode": 12.5,
        "link360": "https://a.example/1",
        "link1440": "https://a.example/2",
    }
    answer = await operator.send("POST", "/admin/add_episode", body)
    assert answer.json["player_link"] == "/player?show=The Glory&ep=12.5"
    rows = await gateway.sql.fetch("select quality from catalog.sources order by quality")
    assert [row["quality"] for row in rows] == [360, 1440]


async def test_the_player_s_link_leads_to_the_very_episode(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    for show, season in (("Tom & Jerry: 100% #1+", "1"), ("The Glory", "1"), ("The Glory", "2")):
        fields = SEED_EPISODE | {"show": show, "season": season, "name": f"{season} of {show}"}
        link = (await operator.send("POST", "/admin/add_episode", fields)).json["player_link"]
        page = await operator.page(link.replace(" ", "%20"))
        assert page.status == 200, link
        assert page.text.count("watch-name") == 1
        assert page.text.partition('watch-name">')[2].startswith(f"{season} of ")


async def test_an_added_episode_is_told_once_and_published(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    await operator.send("POST", "/admin/add_episode", SEED_EPISODE)
    title = await gateway.sql.fetchval("select id from catalog.titles")
    episode = await gateway.sql.fetchval("select id from catalog.episodes")
    assert await gateway.told("catalog.changed") == [
        {"title_id": title, "episode_ids": [episode], "change": "added", "merger": None}
    ]
    await gateway.published("catalog.changed")


async def test_adding_asks_for_no_scrape_by_itself(gateway: Gateway) -> None:
    await (await operator_of(gateway)).send("POST", "/admin/add_episode", SEED_EPISODE)
    assert await gateway.count("links.jobs") == 0
    assert await gateway.told("scrape.requested") == []


async def test_only_operators_may_add(gateway: Gateway) -> None:
    stranger, viewer = await gateway.visitor(), await gateway.signed_in("viewer")
    await stranger.page("/login")
    (await stranger.send("POST", "/admin/add_episode", SEED_EPISODE)).problem(401, "sign_in_required")
    (await viewer.send("POST", "/admin/add_episode", SEED_EPISODE)).problem(403, "forbidden")
    assert (await viewer.form("/admin/add_episode", **SEED_EPISODE)).status == 403
    await assert_nothing_stored(gateway)


async def test_every_field_that_won_t_do_is_named_and_nothing_is_stored(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    bad = {
        "show": "",
        "episode": "one",
        "season": "-1",
        "link0": "https://vcloud.lol/a",
        "link480": "https://vcloud.lol/fine",
        "link720": "http://127.0.0.1/admin",
        "link1080": "https://user:secret@vcloud.lol/",
    }
    answer = await operator.send("POST", "/admin/add_episode", bad, **KEY)
    problem = answer.problem(422, "invalid")
    assert {each["field"]: each["code"] for each in problem["errors"]} == {
        "show": "required",
        "episode": "not_a_number",
        "season": "not_a_number",
        "link0": "quality_not_a_number",
        "link720": "private_address",
        "link1080": "not_a_url",
    }
    assert all(each["detail"] for each in problem["errors"])
    assert "secret" not in answer.text
    await assert_nothing_stored(gateway)


async def test_text_that_postgres_can_t_keep_is_the_sender_s_mistake(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    texts: tuple[dict[str, Any], ...] = (
        {"show": "a\x00b"},
        {"show": "a\ud800b"},
        {"synopsis": "\x00"},
        {"genres": ["\x00"]},
        {"definition": "\x00"},
        {"language": "\udfff"},
        {"link720": "https://\ud800.example/"},
    )
    for fields in texts:
        answer = await operator.send("POST", "/admin/add_episode", SEED_EPISODE | fields)
        assert [each["field"] for each in answer.problem(422, "invalid")["errors"]] == [*fields]
    await assert_nothing_stored(gateway)


async def test_a_body_that_is_no_json_object_is_refused(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    headers = {"X-CSRF-Token": operator.csrf, "Content-Type": "application/json"}
    for body in (b"", b"{", b"[]", b'"x"', b"null", b"\xff", b'{"show": "x"' + b" " * 300_000 + b"}"):
        answer = await operator.ask("POST", "/admin/add_episode", data=body, headers=headers)
        answer.problem(422, "invalid")


async def test_an_episode_that_exists_is_not_touched(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    await operator.send("POST", "/admin/add_episode", SEED_EPISODE)
    other = SEED_EPISODE | {"show": "the glory", "link480": "https://elsewhere.example/x"}
    answer = await operator.send("POST", "/admin/add_episode", other)
    problem = answer.problem(409, "episode_exists")
    assert problem["episode_id"] == await gateway.sql.fetchval("select id from catalog.episodes")
    await assert_stored_once(gateway)
    url = await gateway.sql.fetchval("select url from catalog.sources where quality = 480")
    assert url == SEED_EPISODE["link480"]


async def test_a_request_sent_again_with_its_key_gets_the_same_answer(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    answers = [await operator.send("POST", "/admin/add_episode", SEED_EPISODE, **KEY) for _ in range(3)]
    assert [(answer.status, answer.json) for answer in answers] == [(200, OK)] * 3
    await assert_stored_once(gateway)


async def test_a_key_that_was_used_for_another_request_is_refused(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    await operator.send("POST", "/admin/add_episode", SEED_EPISODE, **KEY)
    other = await operator.send("POST", "/admin/add_episode", SEED_EPISODE | {"episode": "2"}, **KEY)
    other.problem(422, "idempotency_conflict")
    await assert_stored_once(gateway)


async def test_a_key_that_can_t_be_kept_is_refused_before_anything_is_stored(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    for key in ("short", "x" * 201, "with a blank"):
        answer = await operator.send("POST", "/admin/add_episode", SEED_EPISODE, **{"Idempotency-Key": key})
        answer.problem(422, "invalid")
    await assert_nothing_stored(gateway)


async def test_a_refused_request_does_not_use_up_its_key(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    bad = await operator.send("POST", "/admin/add_episode", SEED_EPISODE | {"episode": "x"}, **KEY)
    bad.problem(422, "invalid")
    assert (await operator.send("POST", "/admin/add_episode", SEED_EPISODE, **KEY)).json == OK


async def test_a_form_sent_twice_makes_one_episode_and_ends_on_the_same_page(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    page = await operator.page("/admin")
    key = page.text.partition('name="idempotency_key" value="')[2].partition('"')[0]
    assert len(key) >= 16
    fields = SEED_EPISODE | {"idempotency_key": key, "link360": "", "kind": "series", "season": ""}
    answers = [await operator.form("/admin/add_episode", **fields) for _ in range(2)]
    episode = await gateway.sql.fetchval("select id from catalog.episodes")
    assert [(each.status, each.headers["Location"]) for each in answers] == [
        (303, f"/admin?added={episode}")
    ] * 2
    await assert_stored_once(gateway)
    done = await operator.page(answers[0].headers["Location"])
    assert f'href="/watch/{episode}"' in done.text


async def test_a_form_with_mistakes_comes_back_filled_in(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    answer = await operator.form("/admin/add_episode", **SEED_EPISODE | {"episode": "one", "link0": "x"})
    assert answer.status == 422
    for held in ("The Glory", "https://vcloud.lol/def456", "Please give a number, such as 3 or 12.5."):
        assert held in answer.text
    again = await operator.form("/admin/add_episode", **SEED_EPISODE)
    assert again.status == 303
    twice = await operator.form("/admin/add_episode", **SEED_EPISODE)
    assert (twice.status, "already" in twice.text) == (409, True)


async def test_of_many_that_add_the_same_episode_at_once_one_does(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    answers = await asyncio.gather(
        *(operator.send("POST", "/admin/add_episode", SEED_EPISODE) for _ in range(8))
    )
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7
    await assert_stored_once(gateway)


async def test_one_request_repeated_at_once_gets_one_answer(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    answers = await asyncio.gather(
        *(operator.send("POST", "/admin/add_episode", SEED_EPISODE, **KEY) for _ in range(8))
    )
    assert [(answer.status, answer.json) for answer in answers] == [(200, OK)] * 8
    await assert_stored_once(gateway)


async def test_many_episodes_of_a_new_show_at_once_make_one_title(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    answers = await asyncio.gather(
        *(
            operator.send("POST", "/admin/add_episode", SEED_EPISODE | {"episode": str(number)})
            for number in range(8)
        )
    )
    assert {answer.status for answer in answers} == {200}
    assert await gateway.count("catalog.titles") == 1
    assert await gateway.count("catalog.episodes") == 8
    assert len(await gateway.told("catalog.changed")) == 8


async def test_shows_with_the_same_plain_letters_get_addresses_of_their_own(gateway: Gateway) -> None:
    operator = await operator_of(gateway)
    for show in ("더 글로리", "도깨비", "Cafe", "Café"):
        answer = await operator.send("POST", "/admin/add_episode", SEED_EPISODE | {"show": show})
        assert answer.json["player_link"] == f"/player?show={show}&ep=1"
    slugs = [row["slug"] for row in await gateway.sql.fetch("select slug from catalog.titles order by id")]
    assert slugs == ["title", "title-2", "cafe", "cafe-2"]
