"""Settings as a form shows and sends them."""

import math
from typing import Any

import pytest

from wellspring_common.tunables import Tunables
from wellspring_gateway.domain.tuning import from_form, shown_settings


def as_sent(shown: list[dict[str, Any]]) -> dict[str, str]:
    """Return what a browser sends of the form that shows these settings."""
    return {
        each["key"]: "\n".join(map(str, each["value"])) if each["kind"] == "list" else str(each["value"])
        for each in shown
    }


@pytest.mark.parametrize(
    "values",
    [
        Tunables(),
        Tunables(
            link_ttl_hours=0.5, preferred_servers=(), min_servers_per_episode=6, default_definition="direct"
        ),
        Tunables(preferred_servers=("mega", "gdrive", "pixel"), probe_interval_minutes=1.25),
        Tunables(refresh_policy="always", refresh_paused=True, qualities=(360, 1440)),
    ],
)
def test_a_form_sent_as_it_was_shown_changes_nothing(values: Tunables) -> None:
    held = values.model_dump()
    assert from_form(as_sent(shown_settings(held))) == held


def test_every_setting_is_shown_with_its_default_limits_and_unit() -> None:
    shown = {each["key"]: each for each in shown_settings({})}
    assert set(shown) == set(Tunables.model_fields)
    assert shown["link_ttl_hours"] == {
        "key": "link_ttl_hours",
        "value": 6,
        "default": 6,
        "kind": "float",
        "choices": [],
        "unit": "hours",
        "min": 0.05,
        "max": 168,
    }
    assert shown["preferred_servers"]["kind"] == "list"
    assert shown["preferred_servers"]["value"] == ["pixel", "fsl", "10gbps"]
    assert shown["default_definition"]["kind"] == "text"
    assert (shown["refresh_policy"]["kind"], shown["refresh_policy"]["choices"]) == (
        "choice",
        ["smart", "always"],
    )
    assert (shown["refresh_paused"]["kind"], shown["qualities"]["value"]) == ("bool", [480, 720, 1080])
    assert (shown["scrapes_per_host_hour"]["kind"], shown["unwatched_refresh_days"]["unit"]) == (
        "int",
        "days",
    )


def test_fields_that_are_no_setting_are_left_out() -> None:
    assert from_form({"csrf_token": "x", "is_admin": "1"}) == {}


def test_a_list_is_written_one_a_line_or_with_commas() -> None:
    entered = " pixel, fsl\r\n\r\n10gbps  mega,"
    assert from_form({"preferred_servers": entered}) == {
        "preferred_servers": ("pixel", "fsl", "10gbps", "mega")
    }


def test_text_where_a_number_belongs_is_left_to_the_model_to_refuse() -> None:
    assert from_form({"link_ttl_hours": " six "}) == {"link_ttl_hours": "six"}


def test_a_whole_number_stays_whole() -> None:
    found = from_form({"min_servers_per_episode": "6.0"})["min_servers_per_episode"]
    assert (found, type(found)) == (6, int)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999"])
def test_what_is_no_finite_number_survives_to_be_refused(text: str) -> None:
    found = from_form({"link_ttl_hours": text})["link_ttl_hours"]
    assert not math.isfinite(found)
    with pytest.raises(ValueError, match="link_ttl_hours"):
        Tunables.model_validate({"link_ttl_hours": found})
