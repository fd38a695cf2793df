"""Limits bite when a video is made, after all of its bytes, and free themselves as time passes."""

import pytest

from .customer import Customer

HOUR_S = 3_600


async def test_the_sixteenth_video_of_a_day_is_refused_until_the_first_is_a_day_old(
    customer: Customer,
) -> None:
    await customer.control("clock", rate=0)
    await customer.control("dailymotion/settings", token_life_s=999_999)
    await customer.sign_in()
    url = await customer.uploaded(seconds=60)
    for _ in range(15):
        assert (await customer.create(url)).status == 201
        customer.world.clock.advance(60)
    refused = await customer.create(await customer.uploaded())
    assert (refused.status, refused.body["error"]["code"]) == (403, "UPLOAD_LIMIT_EXCEEDED")
    assert refused.body["error"]["details"] == {"reason": "videos_per_day"}
    customer.world.clock.advance(24 * HOUR_S - 15 * 60 - 5)
    assert (await customer.create(url)).status == 403
    customer.world.clock.advance(10)
    assert (await customer.create(url)).status == 201
    assert (await customer.create(url)).status == 403


async def test_ten_hours_of_film_are_a_days_worth_even_when_some_were_deleted(customer: Customer) -> None:
    await customer.sign_in()
    url = await customer.uploaded(seconds=2 * HOUR_S)
    made = [(await customer.create(url)).body["video_id"] for _ in range(5)]
    await customer.ask("DELETE", f"/v2/videos/{made[0]}")
    refused = await customer.create(await customer.uploaded(seconds=60))
    assert refused.body["error"]["details"] == {"reason": "seconds_per_day"}


@pytest.mark.parametrize(
    ("seconds", "plan", "reason"),
    [
        (2 * HOUR_S + 1, "standard", "video_seconds"),
        (60, {"video_bytes": 1_000}, "video_bytes"),
        (60, {"videos_per_day": 0}, "videos_per_day"),
    ],
)
async def test_what_no_plan_allows_is_refused(
    customer: Customer, seconds: float, plan: object, reason: str
) -> None:
    await customer.control("dailymotion/settings", plan=plan)
    await customer.sign_in()
    refused = await customer.create(await customer.uploaded(seconds, 2_000))
    assert (refused.status, refused.body["error"]["details"]) == (403, {"reason": reason})


async def test_a_premium_account_has_no_length(customer: Customer) -> None:
    await customer.control("dailymotion/settings", plan="premium")
    await customer.sign_in()
    url = await customer.uploaded(seconds=3 * HOUR_S)
    assert {(await customer.create(url)).status for _ in range(16)} == {201}


@pytest.mark.parametrize(
    ("refusal", "status", "code", "retry"),
    [
        ("forbidden", 403, "UPLOAD_LIMIT_EXCEEDED", False),
        ("bad_request", 400, "INVALID_PARAMETER", False),
        ("too_many", 429, "TOO_MANY_REQUESTS", True),
        ("too_many_silent", 429, "TOO_MANY_REQUESTS", False),
    ],
)
async def test_how_a_limit_is_told_is_chosen(
    customer: Customer, refusal: str, status: int, code: str, *, retry: bool
) -> None:
    await customer.control("dailymotion/settings", refusal=refusal, plan={"videos_per_day": 1})
    await customer.sign_in()
    url = await customer.uploaded()
    await customer.create(url)
    refused = await customer.create(url)
    assert (refused.status, refused.body["error"]["code"]) == (status, code)
    assert ("Retry-After" in refused.headers) is retry
    if retry:
        assert 86_300 <= int(refused.headers["Retry-After"]) <= 86_400


async def test_spam_is_a_refusal_of_its_own(customer: Customer) -> None:
    await customer.control("dailymotion/settings", spam=True)
    await customer.sign_in()
    refused = await customer.create(await customer.uploaded())
    assert (refused.status, refused.body["error"]["code"]) == (403, "SPAM_ACTIVITY")
    await customer.control("dailymotion/settings", spam=False)
    assert (await customer.create(await customer.uploaded())).status == 201
