"""Uploads and ledgers for tests of pure decisions."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from wellspring_common.events.uploads import UploadState
from wellspring_common.uploading import Choices, Visibility
from wellspring_uploader.domain.upload import Upload

NOW = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
CHOICES = Choices(is_for_kids=False, visibility=Visibility.PUBLIC, category="tv")


def upload(state: UploadState = UploadState.SENDING, **more: Any) -> Upload:
    """Return an upload in a state."""
    return Upload(
        upload_id=UUID(int=1),
        schedule_id=1,
        target_id=1,
        title_id=1,
        title="Show",
        episode_id=1,
        season=1,
        number=Decimal(1),
        ordinal=1,
        choices=CHOICES,
        marker="ws-0123456789",
        state=state,
        **more,
    )
