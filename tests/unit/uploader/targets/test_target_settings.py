"""Settings and secrets of targets: what is taken, and how a mistake is told."""

from typing import Any

import pytest

from wellspring_common.fetch.guard import Guard
from wellspring_uploader.domain.target_secrets import BadSecrets, checked_secrets
from wellspring_uploader.domain.target_settings import BadTargetSettings, DailymotionSettings, read_settings
from wellspring_uploader.targets.registry import Registry


def test_a_target_on_dailymotion_needs_no_word() -> None:
    found = read_settings("dailymotion", {})
    assert isinstance(found, DailymotionSettings)
    assert (found.generation, found.limits, found.chunked) == ("v2", "standard", False)
    assert found.api_origin == "https://api.dailymotion.com"
    assert found.token_origin == "https://oauth2.dailymotion.com"


@pytest.mark.parametrize(
    ("kind", "raw", "said"),
    [
        ("vimeo", {}, "dailymotion, peertube, not vimeo"),
        ("dailymotion", {"chanel": "x"}, "there is no setting chanel"),
        ("dailymotion", {"api": "https://x.example/v2"}, "api is to be an address without a path"),
        ("dailymotion", {"limits": "custom"}, "custom_limits belong to"),
        ("dailymotion", {"limits": "custom", "custom_limits": {"videos_per_day": 0}}, "videos_per_day"),
        ("dailymotion", {"defaults": {"visibility": "public"}}, "defaults.is_for_kids is needed"),
        ("dailymotion", {"chunk_bytes": 5}, "chunk_bytes"),
        ("dailymotion", {"generation": "partner"}, "channel is needed with generation partner"),
        ("peertube", {}, "url is needed"),
    ],
)
def test_a_mistake_is_told_by_the_name_of_its_field(kind: str, raw: dict[str, Any], said: str) -> None:
    with pytest.raises(BadTargetSettings) as refused:
        read_settings(kind, raw)
    assert said in refused.value.message


@pytest.mark.parametrize(
    "raw",
    [
        {"api": "http://api.example.org"},
        {"api": "https://127.0.0.1"},
        {"token": "https://10.0.0.1"},
        {"api": "https://api.example.org:22"},
    ],
)
def test_credentials_go_nowhere_that_is_private_or_without_tls(raw: dict[str, str]) -> None:
    with pytest.raises(BadTargetSettings):
        Registry(Guard()).read("dailymotion", raw)


def test_a_private_host_that_was_opened_may_do_without_tls() -> None:
    registry = Registry(Guard(frozenset({"127.0.0.1:9000"})))
    assert registry.read("peertube", {"url": "http://127.0.0.1:9000"}).api_origin == "http://127.0.0.1:9000"


def test_secrets_are_checked_by_name_and_never_shown() -> None:
    v2, legacy = read_settings("dailymotion", {}), read_settings("dailymotion", {"generation": "legacy"})
    key = {"api_key": " k ", "api_secret": "s3cret-word"}
    assert checked_secrets(v2, key) == {"api_key": "k", "api_secret": "s3cret-word"}
    for settings, given in (
        (v2, {"api_key": "k"}),
        (v2, {**key, "password": "s3cret-word"}),
        (v2, {**key, "api_secret": "s3cret-word\n\x00x"}),
        (legacy, key),
    ):
        with pytest.raises(BadSecrets) as refused:
            checked_secrets(settings, given)
        assert "s3cret-word" not in refused.value.message
    assert checked_secrets(legacy, {**key, "refresh_token": "r"})["refresh_token"] == "r"
