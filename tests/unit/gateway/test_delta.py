"""What an open page is told: following what changed leads to what is."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wellspring_gateway.domain.delta import difference, followed

LINK = st.fixed_dictionaries(
    {"id": st.integers(1, 6), "state": st.sampled_from(["alive", "dead"]), "offered": st.booleans()}
)
SNAPSHOT = st.fixed_dictionaries(
    {
        "episode_id": st.just(7),
        "links": st.lists(LINK, max_size=6, unique_by=lambda link: link["id"]),
        "job": st.sampled_from([None, {"id": "j", "state": "running"}]),
        "stale": st.booleans(),
    }
)


@given(SNAPSHOT, SNAPSHOT)
def test_who_follows_what_changed_has_what_is(before: dict[str, Any], after: dict[str, Any]) -> None:
    changed = difference(before, after)
    if changed is None:
        assert before == after
    else:
        assert followed(before, changed) == after


def test_only_what_changed_is_told() -> None:
    first, second = {"id": 1, "state": "alive"}, {"id": 2, "state": "alive"}
    dead = {"id": 2, "state": "dead"}
    before = {"episode_id": 7, "links": [first, second], "job": None, "stale": False}
    assert difference(before, {**before, "links": [first, dead]}) == {"episode_id": 7, "links": [dead]}
    assert difference(before, {**before, "links": [second]}) == {"episode_id": 7, "gone": [1]}
    assert difference(before, {**before, "links": [second, first]}) == {"episode_id": 7, "order": [2, 1]}
    assert difference(before, {**before, "stale": True}) == {"episode_id": 7, "set": {"stale": True}}
    assert difference(before, dict(before)) is None
