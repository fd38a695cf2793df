"""Targets in the database: what is stored, what is refused, and that secrets stay inside."""

import base64
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.contract.targets.grounds import QUICK, AnyGround, demo_ground
from tests.integration.common.databases import administrator, opened
from wellspring_cli.testing import Database as FreshDatabase
from wellspring_common.clock import SystemClock
from wellspring_common.fetch.guard import Guard
from wellspring_common.postgres import Database
from wellspring_common.settings import SettingsError
from wellspring_common.uploading import Question
from wellspring_common.uploading import Tested as Found
from wellspring_demo.world import running_platforms
from wellspring_uploader.adapters.credentials import Seal, load_seal
from wellspring_uploader.adapters.environment_target import adopt
from wellspring_uploader.adapters.targets import PostgresTargets
from wellspring_uploader.domain.refusals import CredentialsRefused
from wellspring_uploader.questions.targets import TargetAnswers
from wellspring_uploader.targets.registry import Registry
from wellspring_uploader.targets.settings import CredentialSettings, DailymotionKey, DailymotionPlace

OLD, NEW = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


def seal_of(keys: str) -> Seal:
    return load_seal(CredentialSettings(credentials_key=SecretStr(keys)), None)


@dataclass
class Room:
    """The uploader's targets on the demo's Dailymotion."""

    held: FreshDatabase
    database: Database
    ground: AnyGround
    registry: Registry
    seal: Seal
    changed: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.targets = PostgresTargets(self.database, self.registry, self.seal)
        self.replies = TargetAnswers(self.targets, SystemClock(), self._note).replies()

    async def _note(self, target_id: int) -> None:
        self.changed.append(target_id)

    async def ask(self, question: Question, **asked: Any) -> dict[str, Any]:
        payload = json.dumps({"asked_by": "ana", **asked}).encode()
        answer: dict[str, Any] = json.loads(await self.replies[f"ask.uploader.{question}"](payload))
        return answer

    async def save(self, **changes: Any) -> dict[str, Any]:
        told = {
            "name": "Films",
            "kind": "dailymotion",
            "settings": self.ground.settings,
            "secrets": self.ground.secrets,
        }
        return await self.ask(Question.SAVE_TARGET, **{**told, **changes})

    async def held_by_a_film(self, target_id: int) -> None:
        """Have a film of ours on the target's channel."""
        async with administrator(self.held) as admin:
            await admin.execute(
                "insert into uploads.ledger (target_id, episode_id, title_id, upload_id, video_id, sha256, "
                "size_bytes, duration_s, created_on_target_at) "
                "values ($1, 1, 1, gen_random_uuid(), 'x', '', 1, 1, now())",
                target_id,
            )

    async def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        async with administrator(self.held) as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]

    async def row(self, target_id: int) -> dict[str, Any]:
        (found,) = await self.rows("select * from uploads.targets where id = $1", target_id)
        return {**found, "settings": json.loads(found["settings"])}


@pytest.fixture
async def room(database: FreshDatabase, tmp_path: Path) -> AsyncGenerator[Room]:
    async with (
        running_platforms(tmp_path / "world") as world,
        opened(database, "uploader") as own,
    ):
        ground = demo_ground(world, "dailymotion-v2")
        registry = Registry(Guard(frozenset(world.hosts)), sending=QUICK)
        yield Room(database, own, ground, registry, seal_of(OLD))
        await ground.close()


async def test_a_target_is_saved_tested_paused_and_removed(room: Room) -> None:
    target_id = (await room.save())["target_id"]
    tested = await room.ask(Question.TEST_TARGET, target_id=target_id)
    assert (tested["works"], tested["account"], tested["channel"]) == (True, "demo-channel", "xdemo1")
    assert await room.ask(Question.CHANGE_TARGET, target_id=target_id, action="pause") == {
        "ok": True,
        "state": None,
    }
    row = await room.row(target_id)
    assert row["state"] == "paused"
    assert json.loads(row["test_result"])["works"] is True
    assert room.changed == [target_id] * 3
    assert (await room.ask(Question.REMOVE_TARGET, target_id=target_id))["ok"]
    assert await room.rows("select * from uploads.credentials") == []
    gone = await room.ask(Question.TEST_TARGET, target_id=target_id)
    assert gone["code"] == "target_not_found"


async def test_what_a_platform_told_of_its_limits_outlives_a_test_that_failed(room: Room) -> None:
    target_id = (await room.save())["target_id"]
    for tested in (
        Found(works=True, detail="Signed in.", limits={"longest_minutes": 60.0}),
        Found(works=False, detail="No answer.", code="timeout"),
    ):
        await room.targets.note_test(target_id, tested, now=SystemClock().now())
    kept = json.loads((await room.row(target_id))["test_result"])
    assert (kept["works"], kept["limits"]) == (False, {"longest_minutes": 60.0})


async def test_a_second_target_for_the_same_channel_is_told_so(room: Room) -> None:
    first, second = [(await room.save(name=name))["target_id"] for name in ("First", "Second")]
    assert (await room.ask(Question.TEST_TARGET, target_id=first))["works"]
    tested = await room.ask(Question.TEST_TARGET, target_id=second)
    assert (tested["works"], tested["code"]) == (False, "channel_taken")
    assert "'First'" in tested["detail"]
    assert (await room.ask(Question.REMOVE_TARGET, target_id=first))["ok"]
    assert (await room.ask(Question.TEST_TARGET, target_id=second))["works"]
    assert (await room.row(second))["identity"] == "dailymotion:xdemo1"


async def test_a_target_that_is_entered_anew_keeps_no_channel_from_others(room: Room) -> None:
    first, second = [(await room.save(name=name))["target_id"] for name in ("First", "Second")]
    assert (await room.ask(Question.TEST_TARGET, target_id=first))["works"]
    await room.save(name="First", target_id=first)
    assert (await room.row(first))["identity"] is None
    assert (await room.ask(Question.TEST_TARGET, target_id=second))["works"]
    await room.held_by_a_film(second)
    await room.save(name="Second", target_id=second)
    assert (await room.row(second))["identity"] == "dailymotion:xdemo1"


async def test_secrets_are_written_and_never_read_back(room: Room) -> None:
    target_id = (await room.save())["target_id"]
    secret = room.ground.secrets["api_secret"]
    for table in ("targets", "credentials"):
        assert secret not in str(await room.rows(f"select * from uploads.{table}"))
    assert (await room.save(target_id=target_id, secrets=None, name="Other"))["ok"]
    assert (await room.ask(Question.TEST_TARGET, target_id=target_id))["works"]
    assert (await room.row(target_id))["settings"]["secrets_revision"] == 0


async def test_new_credentials_end_a_pause_and_are_seen_by_whoever_holds_the_target(room: Room) -> None:
    wrong = {**room.ground.secrets, "api_secret": "wrong-word"}
    target_id = (await room.save(secrets=wrong))["target_id"]
    tested = await room.ask(Question.TEST_TARGET, target_id=target_id)
    assert (tested["works"], tested["code"]) == (False, "credentials_refused")
    async with administrator(room.held) as connection:
        await connection.execute("update uploads.targets set state = 'auth_paused'")
    assert (await room.save(target_id=target_id))["ok"]
    row = await room.row(target_id)
    assert (row["state"], row["settings"]["secrets_revision"]) == ("ready", 1)
    assert (await room.ask(Question.TEST_TARGET, target_id=target_id))["works"]


async def test_a_target_with_schedules_stays_and_one_with_a_past_goes(room: Room) -> None:
    target_id = (await room.save())["target_id"]
    async with administrator(room.held) as connection:
        await connection.execute(
            "insert into uploads.schedules (title_id, target_id, title, position, choices, starts_at) "
            "values (1, $1, 'Tides', 1, '{}', now())",
            target_id,
        )
        refused = await room.ask(Question.REMOVE_TARGET, target_id=target_id)
        assert refused["code"] == "target_in_use"
        assert "Tides" in refused["detail"]
        await connection.execute("update uploads.schedules set state = 'done'")
    assert (await room.ask(Question.REMOVE_TARGET, target_id=target_id))["ok"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secrets": None}, "bad_secrets"),
        ({"secrets": {"api_key": "k"}}, "bad_secrets"),
        ({"settings": {"chanel": "x"}}, "bad_target_settings"),
        ({"settings": {"api": "http://127.0.0.1:9"}}, "bad_target_settings"),
        ({"name": ""}, "bad_question"),
        ({"target_id": 99}, "target_not_found"),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused_by_a_code(
    room: Room, changes: dict[str, Any], code: str
) -> None:
    refused = await room.save(**changes)
    assert (refused["ok"], refused["code"]) == (False, code)
    assert refused["detail"]
    assert await room.rows("select * from uploads.targets") == []


async def test_two_targets_have_no_name_in_common(room: Room) -> None:
    assert (await room.save())["ok"]
    assert (await room.save(name="FILMS"))["code"] == "name_taken"


async def test_rotation_seals_anew_and_what_cannot_be_opened_pauses_its_target(room: Room) -> None:
    target_id = (await room.save())["target_id"]
    rotating = PostgresTargets(room.database, room.registry, seal_of(f"{NEW},{OLD}"))
    assert [await rotating.reseal(), await rotating.reseal()] == [1, 0]
    only_new = PostgresTargets(room.database, room.registry, seal_of(NEW))
    await (await only_new.open(Named(target_id))).close()
    assert await PostgresTargets(room.database, room.registry, seal_of(OLD)).reseal() == 0
    row = await room.row(target_id)
    assert row["state"] == "auth_paused"
    assert "another key" in row["state_reason"]


async def test_a_start_seals_anew_what_an_older_key_sealed(room: Room) -> None:
    await room.save()
    rotated, nothing = seal_of(f"{NEW},{OLD}"), DailymotionKey()
    assert await adopt(room.database, room.registry, rotated, nothing, DailymotionPlace()) is None
    (row,) = await room.rows("select sealed from uploads.credentials")
    assert seal_of(NEW).is_current(row["sealed"])


async def test_settings_that_are_good_no_more_make_the_target_wait(room: Room) -> None:
    target_id = (await room.save())["target_id"]
    closed = PostgresTargets(room.database, Registry(Guard(), sending=QUICK), room.seal)
    with pytest.raises(CredentialsRefused) as refused:
        await closed.open(Named(target_id))
    assert refused.value.code == "bad_target_settings"
    assert "WELLSPRING_ALLOW_PRIVATE_HOSTS" in refused.value.message


@dataclass(frozen=True)
class Named:
    target_id: int


async def test_the_environment_makes_changes_and_lets_go_of_its_target(room: Room) -> None:
    secrets, settings = room.ground.secrets, room.ground.settings
    key = DailymotionKey(api_key=SecretStr(secrets["api_key"]), api_secret=SecretStr(secrets["api_secret"]))
    place = DailymotionPlace(
        api=settings["api"], token=settings["token"], channel=settings["channel"], interval_s=5
    )

    async def start(now: DailymotionKey, there: DailymotionPlace = place) -> int | None:
        return await adopt(room.database, room.registry, room.seal, now, there)

    target_id = await start(key)
    assert target_id is not None
    assert await start(key) == target_id
    row = await room.row(target_id)
    assert (row["name"], row["from_environment"], row["interval_s"]) == ("dailymotion", True, 5)
    assert (await room.ask(Question.TEST_TARGET, target_id=target_id))["works"]
    assert (await room.save(target_id=target_id))["code"] == "from_environment"
    assert (await room.ask(Question.REMOVE_TARGET, target_id=target_id))["code"] == "from_environment"
    changed = {**settings, "chunked": True}
    assert (await room.save(target_id=target_id, name="dailymotion", settings=changed, secrets=None))["ok"]
    other = DailymotionKey(api_key=SecretStr("k"), api_secret=SecretStr("other"))
    assert await start(other) == target_id
    row = await room.row(target_id)
    assert (row["settings"]["chunked"], row["settings"]["secrets_revision"]) == (True, 1)
    with pytest.raises(SettingsError):
        await start(key, DailymotionPlace(generation="v9"))
    assert await start(DailymotionKey()) is None
    assert not (await room.row(target_id))["from_environment"]


def test_half_a_key_is_a_mistake_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILYMOTION_API_KEY", "k")
    monkeypatch.delenv("DAILYMOTION_API_SECRET", raising=False)
    with pytest.raises(SettingsError) as refused:
        DailymotionKey()
    assert "DAILYMOTION_API_SECRET" in refused.value.message


def test_a_key_may_stand_in_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KEY", "SECRET"):
        (tmp_path / name).write_text(f"from-{name}\n")
        monkeypatch.setenv(f"DAILYMOTION_API_{name}_FILE", str(tmp_path / name))
    found = DailymotionKey()
    assert found.api_secret is not None
    assert found.api_secret.get_secret_value() == "from-SECRET"
