"""The operator's pages of uploads, downloads and channels, over rows as the uploader keeps them."""

import json

import pytest

from .publishing import add_download, add_schedule, add_target, uploader
from .running import SEED_SHOW, Gateway

STATES = ["live", "sending", "planned", "planned", "failed", "skipped"]
FORM = {"is_for_kids": "no", "visibility": "private", "category": "tv", "title_template": "{title}"}
CHANNEL = {
    "kind": "dailymotion",
    "name": "mine",
    "interval_s": "3600",
    "generation": "v2",
    "limits": "standard",
}
KEY = {"api_key": "the-key", "api_secret": "the-secret"}
ADDED = {"schedule_id": 1, "title": SEED_SHOW, "episodes": 50, "starts_at": "2030-01-15T10:00:00Z"}
TESTED = {"works": True, "account": "sari", "channel": "x1", "detail": "Signed in as sari.", "limits": {}}


async def scheduled(gateway: Gateway) -> tuple[int, int, list[str]]:
    """Return a title and a channel with uploads in many states."""
    episode = await gateway.add_episode()
    title = await gateway.sql.fetchval("select title_id from catalog.episodes where id = $1", episode)
    target = await add_target(gateway)
    return title, target, [str(one) for one in await add_schedule(gateway, target, title, STATES, SEED_SHOW)]


async def test_the_schedule_shows_counters_the_bar_what_comes_and_what_failed(gateway: Gateway) -> None:
    _, _, uploads = await scheduled(gateway)
    operator = await gateway.signed_in("operator")
    text = (await operator.page("/admin/uploads")).text
    counters = {"total": 6, "pending": 2, "uploading": 1, "completed": 1, "failed": 1, "skipped": 1}
    assert [name for name, count in counters.items() if f'data-count="{name}">{count}<' not in text] == []
    assert f'data-upload="{uploads[1]}" data-seq="5"' in text
    assert 'value="45"' in text
    assert "Waits for its slot" in text
    assert text.count("Error message") == 2
    assert "Nothing goes out until it runs again" in text, "no uploader runs"
    async with uploader(gateway):
        assert "until it runs again" not in (await operator.page("/admin/uploads")).text
    one = await operator.page(f"/admin/uploads/{uploads[4]}")
    assert (one.status, "The connection to the platform was lost" in one.text) == (200, True)
    calendar = await operator.page("/admin/uploads/calendar")
    assert calendar.text.count(f"{SEED_SHOW} · Episode") == 3
    assert (await operator.page("/admin/uploads/none")).status == 404


async def test_a_series_is_added_by_the_form_and_a_refusal_stands_beside_it(gateway: Gateway) -> None:
    title, target, _ = await scheduled(gateway)
    operator = await gateway.signed_in("operator")
    await operator.page(f"/admin/uploads?title={title}")
    sent = {**FORM, "title_id": str(title), "target_id": str(target)}
    wrong = await operator.form("/admin/uploads", **{**sent, "is_for_kids": ""})
    assert (wrong.status, "made for children" in wrong.text) == (422, True)
    async with uploader(gateway, schedule=ADDED) as answers:
        answer = await operator.form("/admin/uploads", **sent)
        assert (answer.status, answer.headers["Location"]) == (303, "/admin/uploads?added=1")
        name, asked = answers.last()
        assert (name, asked["title_id"], asked["choices"]["is_for_kids"]) == ("schedule", title, False)
        refused = {
            "ok": False,
            "code": "not_downloaded",
            "detail": "Episode 3 <is> not here.",
            "episodes": [3],
        }
        answers.said["schedule"] = refused
        answer = await operator.form("/admin/uploads", **sent)
        assert (answer.status, "Episode 3 &lt;is&gt; not here." in answer.text) == (400, True)
        assert f'value="{title}"' in answer.text, "what was entered is not lost"
        slot = {"episode_id": 1, "season": 1, "number": "1", "video_title": "One", "planned_at": None}
        answers.said["dry_run"] = {"slots": [{**slot, "problems": ["too_long"]}], "problems": []}
        answer = await operator.form("/admin/uploads", **sent, rehearse="1")
        assert (answer.status, "Nothing was stored" in answer.text) == (200, True)
        assert answers.last()[0] == "dry_run"


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "The uploader does not answer"), ("id", "Pengunggah tidak menjawab")]
)
async def test_an_uploader_that_does_not_answer_is_named(
    gateway: Gateway, language: str, sentence: str
) -> None:
    title, target, uploads = await scheduled(gateway)
    admin = await gateway.signed_in("admin", language=language)
    await admin.page("/admin/uploads")
    sent = {**FORM, "title_id": str(title), "target_id": str(target)}
    forms = {
        "/admin/uploads": sent,
        f"/admin/uploads/{uploads[4]}/retry": {},
        "/admin/targets/new": {**CHANNEL, **KEY},
        f"/admin/targets/{target}/test": {},
        "/admin/downloads": {"title_id": str(title)},
    }
    for path, fields in forms.items():
        answer = await admin.form(path, **fields)
        assert (answer.status, sentence in answer.text) == (503, True), path
    api = await admin.send("POST", "/api/v1/downloads", {"title_id": title})
    assert api.problem(503, "uploader_away")["retry_after"] == 5


async def test_channels_are_tested_paused_and_changed_without_their_secrets(gateway: Gateway) -> None:
    _, target, _ = await scheduled(gateway)
    admin = await gateway.signed_in("admin")
    await admin.page("/admin/targets")
    async with uploader(gateway, test_target=TESTED, save_target={"target_id": target}) as answers:
        answer = await admin.form("/admin/targets/new", **CHANNEL, **KEY)
        assert answer.headers["Location"] == f"/admin/targets?saved={target}#target-{target}"
        name, asked = answers.last()
        assert (name, asked["secrets"], asked["target_id"]) == ("save_target", KEY, None)
        shown = await admin.page(f"/admin/targets/{target}")
        assert "the-key" not in shown.text
        await admin.form(f"/admin/targets/{target}", **CHANNEL, api_key="", api_secret="")
        assert answers.last()[1]["secrets"] is None
        answers.said["save_target"] = {"ok": False, "code": "name_taken", "detail": "There is one."}
        refused = await admin.form("/admin/targets/new", **CHANNEL, **KEY)
        assert (refused.status, "There is a channel of this name already" in refused.text) == (409, True)
        assert "the-secret" not in refused.text
        wrong = [{"field": "channel", "why": "missing", "detail": "channel is needed with partner"}]
        said = {"ok": False, "code": "bad_target_settings", "detail": wrong[0]["detail"], "wrong": wrong}
        answers.said["save_target"] = said
        refused = await admin.form("/admin/targets/new", **CHANNEL, **KEY)
        assert (refused.status, '<a href="#f-channel">Profile</a>' in refused.text) == (422, True)
        assert 'id="e-channel"' in refused.text
        assert "channel is needed" not in refused.text, "no name of ours stands in it"
        for action, question in {
            "pause": "change_target",
            "test": "test_target",
            "remove": "remove_target",
        }.items():
            assert (await admin.form(f"/admin/targets/{target}/{action}")).status == 303
            assert (answers.last()[0], answers.last()[1]["target_id"]) == (question, target)


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("credentials_refused", "to change one of them, edit the channel and enter all"),
        ("channel_not_found", "enter the name of one that the account has"),
        ("channel_taken", "Schedule on the other channel, or remove one of the two"),
        ("channel_taken", "The connection works, but another channel here publishes to the same place."),
        ("other_channel", "Enter the credentials that it had"),
        ("garbage", "something else than the platform answers there"),
        ("one_that_nobody_knows", "look at what was entered"),
    ],
)
async def test_a_test_that_failed_says_what_to_do(gateway: Gateway, code: str, advice: str) -> None:
    target = await add_target(gateway)
    found = {"works": False, "detail": "It says no.", "code": code}
    await gateway.sql.execute(
        "update uploads.targets set tested_at = now(), test_result = $2::jsonb where id = $1",
        target,
        json.dumps(found),
    )
    text = (await (await gateway.signed_in("admin")).page("/admin/targets")).text
    assert "It says no." in text
    assert advice in text


@pytest.mark.parametrize(
    ("reason", "title", "said"),
    [
        (
            "channel_taken: The target 'A' has it.",
            "publishes to the same place",
            "The target &#39;A&#39; has it.",
        ),
        ("other_channel: It was x1.", "signed in to another account than before", "It was x1."),
        ("credentials_refused: invalid_client", "the platform refuses our credentials", ">invalid_client<"),
        ("a word without a code", "the platform refuses our credentials", "a word without a code"),
    ],
)
async def test_a_channel_that_waits_says_why(gateway: Gateway, reason: str, title: str, said: str) -> None:
    target = await add_target(gateway, state="auth_paused")
    await gateway.sql.execute("update uploads.targets set state_reason = $2 where id = $1", target, reason)
    admin = await gateway.signed_in("admin")
    schedule, channels = [(await admin.page(f"/admin/{page}")).text for page in ("uploads", "targets")]
    assert title in schedule
    assert said in schedule
    assert said in channels


async def test_only_admins_change_channels_and_only_operators_see_them(gateway: Gateway) -> None:
    _, target, _ = await scheduled(gateway)
    operator, viewer = await gateway.signed_in("operator"), await gateway.signed_in("viewer")
    page = await operator.page("/admin/targets")
    assert (page.status, "Channels are added and changed by admins." in page.text) == (200, True)
    assert (await operator.page(f"/admin/targets/{target}")).status == 403
    assert (await operator.form("/admin/targets/new", **CHANNEL, **KEY)).status == 403
    assert (await operator.form(f"/admin/targets/{target}/remove")).status == 403
    for path in ("/admin/uploads", "/admin/uploads/calendar", "/admin/targets", "/admin/downloads"):
        assert (await viewer.page(path)).status == 403
        assert (await (await gateway.visitor()).page(path)).status == 303


async def test_where_the_key_of_the_environment_comes_from_is_said(gateway: Gateway) -> None:
    await add_target(gateway, "dailymotion", from_environment=True, state="auth_paused")
    admin = await gateway.signed_in("admin")
    text = (await admin.page("/admin/targets")).text
    assert "<code>DAILYMOTION_API_KEY</code>" in text
    assert "Credentials refused" in text
    assert "Tested against a simulator" in text
    assert "Remove the channel" not in text


async def test_downloads_show_how_far_they_are_and_take_decisions(gateway: Gateway) -> None:
    episode = await gateway.add_episode()
    title = await gateway.sql.fetchval("select title_id from catalog.episodes where id = $1", episode)
    running = await add_download(gateway, title, episode, "running")
    await add_download(gateway, title, episode, "failed", error_code="no_links")
    operator = await gateway.signed_in("operator")
    text = (await operator.page("/admin/downloads")).text
    assert f'data-download="{running}"' in text
    assert 'value="45"' in text
    assert "No working link was found in three days." in text
    failed = await operator.page("/admin/downloads?state=failed")
    assert str(running) not in failed.text
    counted = {"queued": 9, "running": 1, "present": 2}
    async with uploader(gateway, download=counted) as answers:
        answer = await operator.form("/admin/downloads", title_id=str(title), quality="720")
        assert answer.headers["Location"] == "/admin/downloads?queued=9&running=1&present=2"
        assert "9 downloads were queued" in (await operator.page(answer.headers["Location"])).text
        asked = answers.last()[1]
        assert (asked["title_id"], asked["quality"], asked["episode_ids"]) == (title, 720, [])
        for action in ("pause", "resume", "cancel", "retry"):
            assert (await operator.form(f"/admin/downloads/{running}/{action}")).status == 303
            assert answers.last() == ("decide_download", {"download_id": str(running), "action": action})
        assert (await operator.form(f"/admin/downloads/{running}/burn")).status == 422
    wrong = await operator.form("/admin/downloads", title_id="", quality="high")
    assert wrong.status == 422


async def test_the_page_of_a_title_leads_operators_to_its_forms(gateway: Gateway) -> None:
    title, _, _ = await scheduled(gateway)
    links = [f'href="/admin/{name}?title={title}"' for name in ("uploads", "downloads")]
    operator, viewer = await gateway.signed_in("operator"), await gateway.signed_in("viewer")
    shown, plain = (
        (await operator.page("/title/the-glory")).text,
        (await viewer.page("/title/the-glory")).text,
    )
    assert [(link in shown, link in plain) for link in links] == [(True, False), (True, False)]
    form = await operator.page(f"/admin/downloads?title={title}")
    assert "0 of 1 episodes are here" in form.text


async def test_what_was_done_is_in_the_log(gateway: Gateway) -> None:
    _, target, uploads = await scheduled(gateway)
    admin = await gateway.signed_in("admin")
    await admin.page("/admin/uploads")
    async with uploader(gateway, test_target=TESTED):
        await admin.form(f"/admin/uploads/{uploads[4]}/retry")
        await admin.form(f"/admin/targets/{target}/pause")
        await admin.form(f"/admin/targets/{target}/test")
        await admin.send("DELETE", f"/api/v1/upload-targets/{target}", None)
    rows = await gateway.sql.fetch("select action from access.audit order by id")
    told = ["upload.decided", "target.decided", "target.tested", "target.removed"]
    assert [row["action"] for row in rows] == told
    text = (await admin.page("/admin/audit?action=target")).text
    assert all(words in text for words in ("paused or resumed a channel", "removed a channel"))
