import pytest
from pydantic import ValidationError

from wellspring_common.tunables import Tunables, TunablesCopy


def test_the_defaults_are_those_of_the_founding_documents() -> None:
    held = Tunables()
    assert (held.link_ttl_hours, held.force_scrape_cooldown_minutes) == (6, 10)
    assert (held.min_servers_per_source, held.min_servers_per_episode) == (2, 9)
    assert held.preferred_servers[:3] == ("pixel", "fsl", "10gbps")


@pytest.mark.parametrize(
    ("name", "lowest", "highest", "step"),
    [
        ("link_ttl_hours", 0.05, 168, 0.01),
        ("sweep_interval_seconds", 1, 3600, 0.5),
        ("refresh_ahead_minutes", 0, 720, 1),
        ("force_scrape_cooldown_minutes", 0, 1440, 1),
        ("min_servers_per_source", 1, 20, 1),
        ("min_servers_per_episode", 1, 100, 1),
        ("probe_interval_minutes", 0.05, 1440, 0.01),
    ],
)
def test_a_setting_keeps_within_its_limits(name: str, lowest: float, highest: float, step: float) -> None:
    for good in (lowest, highest):
        assert getattr(Tunables.model_validate({name: good}), name) == good
    for bad in (lowest - step, highest + step, "many", None):
        with pytest.raises(ValidationError, match=name):
            Tunables.model_validate({name: bad})


def test_every_setting_with_a_number_has_a_limit() -> None:
    schema = Tunables.model_json_schema()["properties"]
    numbers = {name: facts for name, facts in schema.items() if facts.get("type") in {"number", "integer"}}
    assert numbers
    assert all({"minimum", "maximum"} <= set(facts) for facts in numbers.values())


@pytest.mark.parametrize("name", ["", "-vcloud", "VCloud", "a/b", "x" * 65])
def test_a_definition_name_that_could_be_a_path_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="default_definition"):
        Tunables(default_definition=name)


def test_a_setting_of_a_newer_version_is_ignored() -> None:
    copy = TunablesCopy.model_validate_json('{"revision": 3, "values": {"link_ttl_hours": 2, "mood": "new"}}')
    assert (copy.revision, copy.values.link_ttl_hours) == (3, 2)
