"""What is kept ready of an episode: encoded for whoever asks, and for nobody else."""

from typing import Any

import pytest

from wellspring_common.errors import DependencyDown
from wellspring_common.tunables import Tunables
from wellspring_gateway.domain.carrying import NOBODY, Carrier
from wellspring_gateway.domain.state import EpisodeState
from wellspring_gateway.states import States

from .builders import NOW, link, state

HOME = Carrier(at_home=True)
BOUND = state(link(1, refresh_class="ip_bound"))
"""Its file is for who scraped it: whoever is at home gets it through us."""


class Stopped:
    """A clock that stands still."""

    def now(self) -> Any:
        return NOW


class Episodes:
    """One episode in a Postgres that may be away."""

    def __init__(self) -> None:
        self.away = False
        self.asked = 0

    async def state(self, episode_id: int) -> EpisodeState | None:
        self.asked += 1
        if self.away:
            raise DependencyDown("away")
        return BOUND if episode_id == BOUND.episode_id else None


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return what is encoded."""
    bodies: list[bytes] = []
    encode = EpisodeState.encoded

    def noting(self: EpisodeState, **more: Any) -> bytes:
        bodies.append(encode(self, **more))
        return bodies[-1]

    monkeypatch.setattr(EpisodeState, "encoded", noting)
    return bodies


def states_of(episodes: Episodes, **more: Any) -> States:
    tunables = Tunables()
    catalog: Any = episodes
    return States(catalog, clock=Stopped(), tunables=lambda: tunables, **more)


async def test_what_is_read_anew_is_encoded_once_for_whoever_asks(encoded: list[bytes]) -> None:
    states = states_of(Episodes())
    first = await states.live_state(BOUND.episode_id, HOME)
    assert len(encoded) == 1
    assert b'"play_url":"/relay/7/1.1/play.mp4"' in encoded[0]
    assert await states.live_state(BOUND.episode_id, HOME) is first
    assert len(encoded) == 1


async def test_another_kind_of_client_gets_an_answer_of_its_own_out_of_the_same_state() -> None:
    episodes = Episodes()
    states = states_of(episodes)
    home = await states.live_state(BOUND.episode_id, HOME)
    abroad = await states.live_state(BOUND.episode_id, NOBODY)
    assert home is not None
    assert abroad is not None
    assert b'"via":"relay"' in home.body
    assert b'"via":null' in abroad.body
    assert home.tag != abroad.tag
    assert episodes.asked == 1


async def test_what_was_known_is_told_as_stale_for_each_kind_of_client() -> None:
    episodes = Episodes()
    states = states_of(episodes, kept_s=0)
    fresh = await states.live_state(BOUND.episode_id, HOME)
    episodes.away = True
    for carrier, way in ((HOME, b'"via":"relay"'), (NOBODY, b'"via":null')):
        stale = await states.live_state(BOUND.episode_id, carrier)
        assert stale is not None
        assert stale != fresh
        assert b'"stale":true' in stale.body
        assert way in stale.body
    assert await states.read(BOUND.episode_id) == (BOUND, True)
