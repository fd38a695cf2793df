"""The form of a channel: what follows from what was entered, and what never comes back out of it."""

import pytest

from wellspring_common.account_limits import PRESETS
from wellspring_gateway.domain.downloading import actions, percent
from wellspring_gateway.domain.target_form import SECRETS, filled, fresh, refused, stored
from wellspring_gateway.domain.target_limits import day_of, mark_of
from wellspring_uploader.domain.target_settings import BadTargetSettings, read_settings
from wellspring_uploader.domain.upload import Channel, ChannelState

KEY = {"api_key": "k", "api_secret": " s "}
ENTERED = {"name": " mine ", "interval_s": "3600", "generation": "v2", "limits": "standard", **KEY}
CHOICES = {"is_for_kids": "no", "visibility": "private", "category": "tv", "title_template": "{title}"}


def test_a_new_channel_is_wished_as_it_was_entered() -> None:
    form = filled("dailymotion", {**ENTERED, **CHOICES, "has_defaults": "on", "channel": "x1"})
    assert form.errors == {}
    assert (form.wish["name"], form.wish["secrets"], form.wish["interval_s"]) == ("mine", KEY, 3600)
    settings = form.wish["settings"]
    assert (settings["generation"], settings["channel"], settings["chunked"]) == ("v2", "x1", False)
    assert settings["defaults"]["visibility"] == "private"
    assert read_settings("dailymotion", settings).channel == "x1", "the uploader takes it"


def test_what_is_shown_again_holds_no_secret() -> None:
    assert set(filled("dailymotion", {**ENTERED, "name": ""}).fields) & set(SECRETS) == set()
    assert set(filled("dailymotion", ENTERED).fields) & set(SECRETS) == set()


def test_a_channel_that_is_changed_keeps_what_the_form_does_not_know() -> None:
    before = {"generation": "v2", "limits": "standard", "api": "https://api.example", "defaults": {"a": 1}}
    form = filled("dailymotion", {**ENTERED, "api_key": "", "api_secret": " "}, before=before)
    assert form.errors == {}
    assert form.wish["secrets"] is None, "those that are stored stay"
    assert form.wish["settings"]["api"] == "https://api.example"
    assert "defaults" not in form.wish["settings"], "the box is not ticked any more"


def test_secrets_are_changed_all_or_none() -> None:
    form = filled("dailymotion", {**ENTERED, "api_secret": ""}, before={"generation": "v2"})
    assert form.errors == {"api_secret": "missing"}


@pytest.mark.parametrize(
    ("kind", "changed", "wrong"),
    [
        ("dailymotion", {"name": ""}, {"name": "missing"}),
        ("dailymotion", {"name": "x" * 65}, {"name": "too_long"}),
        ("dailymotion", {"interval_s": "often"}, {"interval_s": "no_whole_number"}),
        ("dailymotion", {"interval_s": "0"}, {"interval_s": "out_of_range"}),
        ("dailymotion", {"interval_s": "604801"}, {"interval_s": "out_of_range"}),
        ("dailymotion", {"limits": "none"}, {"limits": "missing"}),
        ("dailymotion", {"limits": "custom", "longest_minutes": "-3"}, {"longest_minutes": "out_of_range"}),
        ("dailymotion", {"limits": "custom", "largest_gb": "nan"}, {"largest_gb": "out_of_range"}),
        ("dailymotion", {"has_defaults": "on", **CHOICES, "is_for_kids": ""}, {"is_for_kids": "kids_unsaid"}),
        ("peertube", {"username": "u", "password": "p", "url": "ftp://x"}, {"url": "not_a_url"}),
        ("peertube", {"username": "u", "url": "https://x.example"}, {"password": "missing"}),
    ],
)
def test_a_mistake_is_told_at_its_field(kind: str, changed: dict[str, str], wrong: dict[str, str]) -> None:
    form = filled(kind, {**ENTERED, **changed})
    assert (form.errors, form.wish) == (wrong, {})


def test_a_channel_that_was_stored_comes_back_into_its_form() -> None:
    own = {"limits": "custom", "videos_per_day": "7", "largest_gb": "2.5", "chunked": "on"}
    form = filled("dailymotion", {**ENTERED, **own, **CHOICES, "has_defaults": "on"})
    again = stored("dailymotion", "mine", 3600, form.wish["settings"]).fields
    assert again.items() >= {**own, **CHOICES, "has_defaults": "on", "name": "mine"}.items()
    plain = stored("peertube", "p", 60, {"url": "https://x.example"}).fields
    assert (plain["limits"], plain["url"], "has_defaults" in plain) == ("custom", "https://x.example", False)
    assert fresh("dailymotion").fields["limits"] == "standard"


def test_a_channel_is_shown_with_its_day() -> None:
    plain = day_of("dailymotion", {}, None, videos=20, minutes=150.5)
    assert (plain["limits"], plain["videos_share"], plain["minutes_share"]) == (PRESETS["standard"], 100, 25)
    own = {"limits": "custom", "custom_limits": {"videos_per_day": 8}}
    shown = day_of("dailymotion", own, {"works": True}, videos=2, minutes=150.5)
    assert (shown["videos_share"], shown["minutes_share"]) == (25, None), "no limit has no share"


def test_a_channel_shows_the_limits_that_it_is_planned_by_and_who_says_them() -> None:
    settings = {"limits": "custom", "custom_limits": {"videos_per_day": 100, "longest_minutes": 90.5}}
    told = {"videos_per_day": 40, "longest_minutes": 120, "largest_bytes": 8 * 10**9}
    shown = day_of("peertube", settings, {"works": False, "limits": told}, videos=10, minutes=0)
    channel = Channel(
        1, "a", "peertube", settings, 3600, ChannelState.READY, None, 0, None, 0, told_limits=told
    )
    assert shown["limits"] == channel.limits
    assert shown["videos_share"] == 25
    assert shown["whose"] == {"videos_per_day": "told", "longest_minutes": "own", "largest_bytes": "told"}
    by_tier = day_of("dailymotion", {}, {"limits": "none"}, videos=0, minutes=0)["whose"]
    assert set(by_tier.values()) == {"tier"}


@pytest.mark.parametrize(
    ("state", "tested", "word", "badge"),
    [
        ("ready", None, "ready", "good"),
        ("ready", {"works": True}, "ready", "good"),
        ("ready", {"works": False}, "ready_test_failed", "warn"),
        ("paused", {"works": False}, "paused", "warn"),
        ("auth_paused", {"works": False}, "auth_paused", "bad"),
        ("held", None, "held", "bad"),
    ],
)
def test_how_a_channel_is_tells_one_truth(
    state: str, tested: dict[str, bool] | None, word: str, badge: str
) -> None:
    assert mark_of(state, None, tested) == {"word": word, "badge": badge}


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("channel_taken: The target 'A' has it.", "channel_taken"),
        ("other_channel: It was x1.", "other_channel"),
        ("credentials_refused: invalid_client", "auth_paused"),
        (None, "auth_paused"),
    ],
)
def test_a_channel_that_is_not_its_own_does_not_blame_its_credentials(reason: str | None, word: str) -> None:
    assert mark_of("auth_paused", reason, None) == {"word": word, "badge": "bad"}


def test_large_numbers_come_back_into_the_form_as_they_were_entered() -> None:
    own = {"limits": "custom", "videos_per_day": "1000000", "minutes_per_day": "1234567.5"}
    entered = {**ENTERED, **own, "minutes_per_day": "1234567,5"}
    assert filled("dailymotion", entered).errors == {"minutes_per_day": "out_of_range"}
    settings = {"limits": "custom", "custom_limits": {"videos_per_day": 10**6, "minutes_per_day": 1234567.5}}
    assert stored("dailymotion", "mine", 60, settings).fields.items() >= own.items()


PEERTUBE = {"limits": "custom", "custom_limits": {}}


@pytest.mark.parametrize(
    ("settings", "mistakes"),
    [
        ({**PEERTUBE, "url": "https://x.example/videos"}, {"url": "no_origin"}),
        ({**PEERTUBE, "url": "https://x.example", "channel": "my films"}, {"channel": "no_channel"}),
        (
            {"url": "https://x.example/a", "limits": "custom", "custom_limits": {"largest_bytes": 0}},
            {"url": "no_origin", "largest_gb": "other"},
        ),
        ({**PEERTUBE, "url": "https://x.example", "custom_limits": None}, {"limits": "other"}),
        ({**PEERTUBE, "url": "https://x.example/a", "chunk_bytes": 1}, None),
    ],
)
def test_what_the_uploader_refuses_stands_at_its_field(
    settings: dict[str, object], mistakes: dict[str, str] | None
) -> None:
    with pytest.raises(BadTargetSettings) as told:
        read_settings("peertube", settings)
    assert refused(told.value.code, [each.model_dump() for each in told.value.wrong]) == mistakes


def test_a_partner_key_needs_a_profile_and_a_name_may_be_taken() -> None:
    with pytest.raises(BadTargetSettings, match="a private key acts for no user") as told:
        read_settings("dailymotion", {"generation": "partner"})
    wrong = [each.model_dump() for each in told.value.wrong]
    assert refused("bad_target_settings", wrong) == {"channel": "missing"}
    assert refused("name_taken", ()) == {"name": "target_name_taken"}
    assert refused("uploader_away", ()) is None


def test_a_download_offers_what_its_state_allows() -> None:
    assert actions("running", waits=False) == ("pause", "cancel")
    assert actions("queued", waits=True) == ("retry", "pause", "cancel")
    assert actions("succeeded", waits=False) == ()
    assert (percent("running", 50, None), percent("running", 100, 100), percent("succeeded", 0, None)) == (
        None,
        99,
        100,
    )
