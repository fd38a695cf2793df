"""What only Dailymotion does: long lists, its ways to refuse, and hosts that vanish."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.contract.targets.grounds import DailymotionGround, card_of, demo_ground, film_in
from wellspring_common.errors import Transient
from wellspring_demo.platforms.dailymotion.settings import FOREIGN_PROFILE
from wellspring_demo.world import running_platforms
from wellspring_uploader.domain.refusals import (
    AccountSuspected,
    CredentialsRefused,
    FileRefused,
    OutcomeUnknown,
    QuotaReached,
    SessionLost,
)
from wellspring_uploader.ports.targets import Card, Film
from wellspring_uploader.targets import dailymotion_v2


async def deaf(_: int) -> None:
    """Nobody listens."""


@pytest.fixture(params=["dailymotion-v2", "dailymotion-legacy", "dailymotion-partner"])
async def ground(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[DailymotionGround]:
    async with running_platforms(tmp_path / "world") as world:
        opened = demo_ground(world, request.param)
        assert isinstance(opened, DailymotionGround)
        yield opened
        await opened.close()


async def created(ground: DailymotionGround, film: Film, card: Card) -> str:
    session = await ground.target.begin(film, card)
    return await ground.target.create(await ground.target.send(session, film, deaf), card)


async def test_a_film_is_found_behind_a_hundred_newer_ones(ground: DailymotionGround, tmp_path: Path) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)  # noqa: TID251  (the platform's clock runs too)
    film, card = film_in(tmp_path, size=20_000), card_of()
    ours = await created(ground, film, card)
    ground.world.dailymotion.settings.update({"plan": "unlimited"})
    session = await ground.target.begin(film, card)
    sent = await ground.target.send(session, film, deaf)
    ground.later(5)
    for number in range(120):
        await ground.target.create(sent, card_of(f"Other {number}", marker=f"ws-{number:010d}"))
    (found,) = await ground.target.find(card, film, since=began)
    assert found.video_id == ours


@pytest.mark.parametrize("refusal", ["forbidden", "bad_request", "too_many", "too_many_silent"])
async def test_every_dress_of_a_quota_is_known(
    ground: DailymotionGround, tmp_path: Path, refusal: str
) -> None:
    film = film_in(tmp_path, size=20_000)
    ground.world.dailymotion.settings.update({"refusal": refusal, "plan": {"videos_per_day": 1}})
    await created(ground, film, card_of())
    with pytest.raises(QuotaReached) as refused:
        await created(ground, film, card_of("Tides - Episode 2", marker="ws-1111111111"))
    assert (refused.value.until is not None) == (refusal == "too_many")
    assert len(ground.videos()) == 1


@pytest.mark.parametrize(
    ("settings", "kind", "code"),
    [
        ({"spam": True}, AccountSuspected, "account_suspected"),
        ({"plan": {"video_seconds": 10.0}}, FileRefused, "too_long"),
        ({"plan": {"video_bytes": 1_000}}, FileRefused, "too_large"),
        ({"file_life_s": 1.0}, SessionLost, "session_lost"),
    ],
)
async def test_what_is_refused_at_the_creation_is_told_by_its_kind(
    ground: DailymotionGround, tmp_path: Path, settings: dict[str, Any], kind: type[Exception], code: str
) -> None:
    film, card = film_in(tmp_path, size=20_000), card_of()
    ground.world.dailymotion.settings.update(settings)
    sent = await ground.target.send(await ground.target.begin(film, card), film, deaf)
    ground.later(60)
    with pytest.raises(kind) as refused:
        await ground.target.create(sent, card)
    assert getattr(refused.value, "code", "") == code
    assert ground.videos() == []


async def test_a_field_without_sense_is_to_be_mended(ground: DailymotionGround, tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        await created(ground, film_in(tmp_path, size=20_000), card_of(category="soap"))
    assert refused.value.code == "bad_field"
    assert "soap" in refused.value.message or "animals" in refused.value.message


@pytest.mark.parametrize("kind", ["proxied", "empty", "broken_json"])
async def test_an_answer_that_names_no_video_leaves_it_open(
    ground: DailymotionGround, tmp_path: Path, kind: str
) -> None:
    film, card = film_in(tmp_path, size=20_000), card_of()
    sent = await ground.target.send(await ground.target.begin(film, card), film, deaf)
    ground.world.fault(ground.host, kind, path_prefix=ground.create_path, method="POST", times=1, status=502)
    with pytest.raises(OutcomeUnknown):
        await ground.target.create(sent, card)


async def test_an_api_that_is_gone_has_made_nothing(ground: DailymotionGround, tmp_path: Path) -> None:
    film, card = film_in(tmp_path, size=20_000), card_of()
    sent = await ground.target.send(await ground.target.begin(film, card), film, deaf)
    door = ground.world.state.doors[ground.host]
    await door.close()
    with pytest.raises(Transient) as away:
        await ground.target.create(sent, card)
    assert not isinstance(away.value, OutcomeUnknown)
    await door.open()
    assert await ground.target.create(sent, card) == ground.videos()[0].id


async def test_new_videos_may_be_listed_late(ground: DailymotionGround, tmp_path: Path) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)  # noqa: TID251  (the platform's clock runs too)
    film, card = film_in(tmp_path, size=20_000), card_of()
    ground.lag(90)
    ours = await created(ground, film, card)
    assert await ground.target.find(card, film, since=began) == []
    ground.later(100)
    assert [one.video_id for one in await ground.target.find(card, film, since=began)] == [ours]


async def test_limits_are_read_where_the_platform_tells_them(ground: DailymotionGround) -> None:
    account = await ground.target.test()
    if ground.settings["generation"] == "v2":
        assert account.limits == {}
    else:
        assert account.limits == {"longest_minutes": 120.0, "largest_bytes": 4.0 * 1024**3}


async def test_a_channel_is_the_same_by_every_api(ground: DailymotionGround) -> None:
    assert (await ground.target.test()).identity == "dailymotion:xdemo1"


async def test_a_key_for_videos_alone_is_good_for_its_own_channel(
    ground: DailymotionGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dailymotion_v2, "SCOPE", "video.manage video.read")
    assert (await ground.open().test()).identity == "dailymotion:xdemo1"
    ground.settings["channel"] = FOREIGN_PROFILE
    with pytest.raises(CredentialsRefused):
        await ground.open().test()
