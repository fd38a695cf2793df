"""The table of upload states: every state with everything that may happen to it, one row each."""

from collections.abc import Mapping

import pytest

from wellspring_common.events.uploads import UploadState as S
from wellspring_uploader.domain.states import (
    CHANGES,
    ENDED,
    UNDER_WAY,
    WAITING,
    WATCHED,
    Happening,
    NoSuchChangeError,
    after,
    stands_at,
)

H = Happening
ON_ITS_WAY = {H.FAILED: S.FAILED, H.GAVE_UP: S.SKIPPED}
ASKED = {**ON_ITS_WAY, H.QUOTA: S.QUOTA_WAIT, H.REFUSED: S.NEEDS_FIX}
DECIDED = {H.REMOVED: S.REMOVED, H.SKIPPED: S.SKIPPED, H.TRIED_AGAIN: S.PLANNED, H.REFUSED: S.NEEDS_FIX}
WAITED = {H.FOUND_PUBLISHED: S.PUBLISHED, **DECIDED}
STANDS = S.SESSION
"""Where an upload of which there is nothing yet goes on."""

EXPECTED: Mapping[S, Mapping[Happening, S]] = {
    S.PLANNED: {H.STARTED: STANDS, H.HALTED: S.PLANNED, **WAITED},
    S.FAILED: {H.RESUMED: STANDS, H.HALTED: S.FAILED, **WAITED},
    S.QUOTA_WAIT: {H.RESUMED: STANDS, H.HALTED: S.QUOTA_WAIT, **WAITED},
    S.SESSION: {H.BEGUN: S.SENDING, H.HALTED: S.SESSION, **ASKED},
    S.SENDING: {
        H.ALL_SENT: S.SENT,
        H.MADE: S.CREATED,
        H.UNKNOWN: S.UNCONFIRMED,
        H.FOUND: S.CREATED,
        H.FOUND_PUBLISHED: S.PUBLISHED,
        H.HALTED: S.SENDING,
        H.RENEWED: S.SESSION,
        **ASKED,
    },
    S.SENT: {H.INTENDED: S.CREATE_INTENT, H.HALTED: S.SENT, H.REFUSED: S.NEEDS_FIX, **ON_ITS_WAY},
    S.CREATE_INTENT: {
        H.MADE: S.CREATED,
        H.UNKNOWN: S.UNCONFIRMED,
        H.HALTED: S.SENT,
        H.RENEWED: S.SESSION,
        **ASKED,
    },
    S.UNCONFIRMED: {
        H.FOUND: S.CREATED,
        H.FOUND_PUBLISHED: S.PUBLISHED,
        H.HALTED: S.UNCONFIRMED,
        **ON_ITS_WAY,
    },
    S.CREATED: {
        H.PUBLISHING: S.PUBLISH_INTENT,
        H.FOUND_PUBLISHED: S.PUBLISHED,
        H.HALTED: S.CREATED,
        H.REFUSED: S.NEEDS_FIX,
        **ON_ITS_WAY,
    },
    S.PUBLISH_INTENT: {
        H.PUBLISHED: S.PUBLISHED,
        H.FOUND_PUBLISHED: S.PUBLISHED,
        H.HALTED: S.CREATED,
        **ASKED,
    },
    S.PUBLISHED: {
        H.PROCESSING: S.ENCODING,
        H.WENT_LIVE: S.LIVE,
        H.TOOK_DOWN: S.REJECTED,
        H.HALTED: S.PUBLISHED,
    },
    S.ENCODING: {
        H.PROCESSING: S.ENCODING,
        H.WENT_LIVE: S.LIVE,
        H.TOOK_DOWN: S.REJECTED,
        H.HALTED: S.ENCODING,
    },
    S.LIVE: {},
    S.NEEDS_FIX: {
        H.REMOVED: S.REMOVED,
        H.SKIPPED: S.SKIPPED,
        H.TRIED_AGAIN: S.PLANNED,
        H.FOUND_PUBLISHED: S.PUBLISHED,
    },
    S.SKIPPED: {H.REMOVED: S.REMOVED, H.TRIED_AGAIN: S.PLANNED, H.FOUND_PUBLISHED: S.PUBLISHED},
    S.REJECTED: {H.TRIED_AGAIN: S.PLANNED},
    S.REMOVED: {H.FOUND_PUBLISHED: S.PUBLISHED},
}


@pytest.mark.parametrize("happening", list(H))
@pytest.mark.parametrize("state", list(S))
def test_what_may_happen_to_an_upload_and_where_it_goes(state: S, happening: Happening) -> None:
    wanted = EXPECTED[state].get(happening)
    if wanted is None:
        with pytest.raises(NoSuchChangeError):
            after(state, happening, session={}, video_id=None)
    else:
        assert after(state, happening, session={}, video_id=None) is wanted


def test_every_state_is_in_one_group() -> None:
    groups = [*UNDER_WAY, *WAITING, *WATCHED, *ENDED]
    assert sorted(groups) == sorted(S)
    assert len(groups) == len(set(groups))


@pytest.mark.parametrize(
    ("session", "video_id", "wanted"),
    [
        ({}, None, S.SESSION),
        ({"place": {"url": "u"}}, None, S.SENDING),
        ({"place": {"url": "u"}, "reference": {"url": "f"}}, None, S.SENT),
        ({"reference": {}}, None, S.SENT),
        ({"reference": {"url": "f"}}, "v1", S.CREATED),
    ],
)
def test_an_interrupted_upload_goes_on_where_it_stands(
    session: dict[str, object], video_id: str | None, wanted: S
) -> None:
    assert stands_at(session, video_id) is wanted
    for state in (S.FAILED, S.QUOTA_WAIT):
        assert after(state, H.RESUMED, session=session, video_id=video_id) is wanted


def test_an_unconfirmed_film_is_never_made_again_before_it_was_looked_for() -> None:
    from_doubt = {happening for (state, happening) in CHANGES if state is S.UNCONFIRMED}
    assert from_doubt == {H.FOUND, H.FOUND_PUBLISHED, H.HALTED, H.FAILED, H.GAVE_UP}


def test_no_person_takes_away_what_is_under_way() -> None:
    by_people = {H.REMOVED, H.SKIPPED, H.TRIED_AGAIN}
    assert not [state for (state, happening) in CHANGES if happening in by_people and state in UNDER_WAY]
