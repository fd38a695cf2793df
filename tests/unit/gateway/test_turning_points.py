"""Until the moment that a state names, time alone changes nothing that is answered from it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.tunables import Tunables
from wellspring_gateway.domain.cooldown import RecentJobs

from .builders import NOW, link, state

T = Tunables()
MINUTES = st.integers(-90, 90).map(lambda minutes: NOW + timedelta(minutes=minutes))
LINK = st.builds(
    link,
    st.integers(1, 99),
    expires_at=st.none() | MINUTES,
    expiry_basis=st.sampled_from(["parameter", "issued_at", "learned", "default"]),
    state=st.sampled_from(["alive", "unknown", "suspect", "dead"]),
    ok_at=st.none() | MINUTES,
    server=st.sampled_from(["pixel", "fsl", "10gbps"]),
    refresh_class=st.sampled_from(["safe", "single_use"]),
    scraped_at=st.none() | MINUTES,
)
RECENT = st.builds(RecentJobs, st.none() | MINUTES, st.integers(0, 4), st.none() | MINUTES)


@given(st.lists(LINK, max_size=5, unique_by=lambda one: one.id), RECENT, st.floats(0, 1, exclude_max=True))
def test_nothing_changes_before_the_moment_that_was_named(
    links: list[object], recent: RecentJobs, part: float
) -> None:
    held = state(*links, recent=recent)  # type: ignore[arg-type]
    changes_at = held.changes_at(now=NOW, tunables=T)
    end = changes_at if changes_at is not None else NOW + timedelta(days=1)
    then = NOW + (end - NOW) * part
    if then >= end and changes_at is not None:
        return
    assert held.snapshot(now=then, tunables=T) == held.snapshot(now=NOW, tunables=T)
    assert held.seeds_answer(now=then, tunables=T) == held.seeds_answer(now=NOW, tunables=T)


def test_a_link_that_runs_out_names_its_moment() -> None:
    held = state(link(1, expires_at=NOW + timedelta(minutes=3), ok_at=None))
    assert held.changes_at(now=NOW, tunables=T) == NOW + timedelta(minutes=3)
    assert state().changes_at(now=NOW, tunables=T) is None
