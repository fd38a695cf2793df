"""What an account may do: one reading for whoever plans by it and whoever shows it."""

import pytest

from wellspring_common.account_limits import GB, PRESETS, Limits, limits_of, preset_of, stricter
from wellspring_uploader.domain.target_settings import Preset, read_settings

STANDARD = PRESETS["standard"]
PEERTUBE = {"url": "https://video.example"}


@pytest.mark.parametrize(
    ("kind", "settings", "wanted"),
    [
        ("dailymotion", {}, STANDARD),
        ("dailymotion", {"limits": "premium"}, PRESETS["premium"]),
        (
            "dailymotion",
            {"limits": "custom", "custom_limits": {"videos_per_day": 4, "minutes_per_day": 60}},
            Limits(4, 60),
        ),
        ("peertube", PEERTUBE, Limits()),
        ("peertube", {**PEERTUBE, "custom_limits": {"largest_bytes": 1000}}, Limits(largest_bytes=1000)),
    ],
)
def test_limits_are_read_as_targets_keep_them(kind: str, settings: dict[str, object], wanted: Limits) -> None:
    stored = read_settings(kind, settings).model_dump(mode="json")
    assert limits_of(kind, stored) == wanted
    assert limits_of(kind, settings) == wanted


def test_own_figures_are_laid_over_a_preset() -> None:
    own = {"limits": "standard", "custom_limits": {"videos_per_day": 4.0, "largest_bytes": None, "colour": 3}}
    assert limits_of("dailymotion", own) == Limits(4, 600.0, 120.0, 4 * GB)


@pytest.mark.parametrize("figure", [0, -1, True, "12", None])
def test_what_is_no_figure_limits_nothing(figure: object) -> None:
    assert limits_of("peertube", {"custom_limits": {"videos_per_day": figure}}) == Limits()


def test_a_preset_that_nobody_knows_limits_nothing() -> None:
    assert limits_of("dailymotion", {"limits": "gold"}) == Limits()


def test_what_was_not_said_follows_from_the_kind() -> None:
    assert (preset_of("dailymotion", {}), preset_of("peertube", {})) == ("standard", "custom")
    assert preset_of("dailymotion", {"limits": "premium"}) == "premium"


def test_every_preset_that_an_operator_may_name_has_limits() -> None:
    assert set(PRESETS) == {each.value for each in Preset}


def test_what_the_platform_tells_of_an_account_only_makes_it_stricter() -> None:
    told = {"videos_per_day": 4.0, "minutes_per_day": 9000, "longest_minutes": 0, "colour": 3}
    assert stricter(STANDARD, told) == Limits(4, 600.0, 120.0, 4 * GB)
    assert stricter(Limits(), {"largest_bytes": 10.0}) == Limits(largest_bytes=10)
