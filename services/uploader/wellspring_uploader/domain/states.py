"""Where an upload is and where it goes when something happens: one table, and nothing beside it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from wellspring_common.events.uploads import UploadState


class Happening(StrEnum):
    """What may happen to an upload."""

    STARTED = "started"
    BEGUN = "begun"
    ALL_SENT = "all_sent"
    INTENDED = "intended"
    MADE = "made"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    PROCESSING = "processing"
    WENT_LIVE = "went_live"

    UNKNOWN = "unknown"
    FOUND = "found"
    FOUND_PUBLISHED = "found_published"
    FAILED = "failed"
    HALTED = "halted"
    """The target stops or waits, and nothing was done: never a try."""
    RENEWED = "renewed"
    """What was sent went stale while we waited or were interrupted: sent once more, which is no try."""
    QUOTA = "quota"
    RESUMED = "resumed"
    REFUSED = "refused"
    GAVE_UP = "gave_up"
    TOOK_DOWN = "took_down"

    REMOVED = "removed"
    SKIPPED = "skipped"
    TRIED_AGAIN = "tried_again"


class NoSuchChangeError(Exception):
    """A bug: this cannot happen to an upload that is there."""


S, H = UploadState, Happening

UNDER_WAY = (S.SESSION, S.SENDING, S.SENT, S.CREATE_INTENT, S.UNCONFIRMED, S.CREATED, S.PUBLISH_INTENT)
"""An upload of these has the target for itself."""
WAITING = (S.PLANNED, S.FAILED, S.QUOTA_WAIT)
"""They wait for their turn, and none behind them goes first."""
WATCHED = (S.PUBLISHED, S.ENCODING)
"""They are published, and what the platform makes of them is looked at while the next one goes."""
PASSED = (S.NEEDS_FIX, S.SKIPPED, S.REJECTED)
"""The queue went on behind them: a gap that a person may fill."""
ENDED = (S.LIVE, *PASSED, S.REMOVED)


_HALTS: Mapping[UploadState, UploadState] = {
    # A refused request was not carried out: it may be made again.
    S.SESSION: S.SESSION,
    S.SENDING: S.SENDING,
    S.SENT: S.SENT,
    S.CREATE_INTENT: S.SENT,
    S.CREATED: S.CREATED,
    S.UNCONFIRMED: S.UNCONFIRMED,
    S.PUBLISH_INTENT: S.CREATED,
    S.PUBLISHED: S.PUBLISHED,
    S.ENCODING: S.ENCODING,
}
_SURE = tuple(state for state in UNDER_WAY if state is not S.UNCONFIRMED)
_ASKED = (S.SESSION, S.SENDING, S.CREATE_INTENT, S.PUBLISH_INTENT)
"""In these the platform is asked for something."""
_MAY_BE_OUT = (S.SENDING, S.UNCONFIRMED, S.CREATED, S.PUBLISH_INTENT, S.NEEDS_FIX, S.SKIPPED, S.REMOVED)
"""Publishing them was asked for, as far as anybody knows: it may turn out that they are.

Of those that wait an earlier upload may have been published.
"""

CHANGES: Mapping[tuple[UploadState, Happening], UploadState | None] = {
    (S.PLANNED, H.STARTED): None,  # where it goes on is where it stands: `stands_at`
    (S.SESSION, H.BEGUN): S.SENDING,
    (S.SENDING, H.ALL_SENT): S.SENT,
    (S.SENT, H.INTENDED): S.CREATE_INTENT,
    (S.SENDING, H.MADE): S.CREATED,
    (S.CREATE_INTENT, H.MADE): S.CREATED,
    (S.CREATED, H.PUBLISHING): S.PUBLISH_INTENT,
    (S.PUBLISH_INTENT, H.PUBLISHED): S.PUBLISHED,
    (S.PUBLISHED, H.PROCESSING): S.ENCODING,
    (S.ENCODING, H.PROCESSING): S.ENCODING,
    **{(state, H.WENT_LIVE): S.LIVE for state in WATCHED},
    **{(state, H.TOOK_DOWN): S.REJECTED for state in WATCHED},
    **{(state, H.UNKNOWN): S.UNCONFIRMED for state in (S.SENDING, S.CREATE_INTENT)},
    **{(state, H.FOUND): S.CREATED for state in (S.SENDING, S.UNCONFIRMED)},
    **{(state, H.FOUND_PUBLISHED): S.PUBLISHED for state in (*WAITING, *_MAY_BE_OUT)},
    **{(state, H.HALTED): state for state in WAITING},
    **{(state, H.HALTED): after for state, after in _HALTS.items()},
    **{(state, H.RENEWED): S.SESSION for state in (S.SENDING, S.CREATE_INTENT)},
    **{(state, H.FAILED): S.FAILED for state in UNDER_WAY},
    **{(state, H.GAVE_UP): S.SKIPPED for state in UNDER_WAY},
    **{(state, H.QUOTA): S.QUOTA_WAIT for state in _ASKED},
    **{(state, H.REFUSED): S.NEEDS_FIX for state in (*WAITING, *_SURE)},
    **{(state, H.RESUMED): None for state in (S.FAILED, S.QUOTA_WAIT)},
    **{(state, H.REMOVED): S.REMOVED for state in (*WAITING, S.NEEDS_FIX, S.SKIPPED)},
    **{(state, H.SKIPPED): S.SKIPPED for state in (*WAITING, S.NEEDS_FIX)},
    **{(state, H.TRIED_AGAIN): S.PLANNED for state in (*WAITING, *PASSED)},
}


def after(
    state: UploadState, happening: Happening, *, session: Mapping[str, Any], video_id: str | None
) -> UploadState:
    """Return where an upload goes. Raises `NoSuchChangeError`."""
    try:
        found = CHANGES[state, happening]
    except KeyError:
        raise NoSuchChangeError(f"{happening} cannot happen to an upload that is {state}") from None
    return stands_at(session, video_id) if found is None else found


def stands_at(session: Mapping[str, Any], video_id: str | None) -> UploadState:
    """Return where an interrupted upload goes on, by what there is of it."""
    if video_id is not None:
        return S.CREATED
    if session.get("reference") is not None:
        return S.SENT
    return S.SENDING if session.get("place") is not None else S.SESSION
