"""What an operator may tune of uploads before the uploader starts."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from wellspring_common.settings import EnvSettings


class UploadSettings(EnvSettings):
    """`WELLSPRING_UPLOADER_...`: the defaults are right for real platforms; a demo shortens them."""

    model_config = SettingsConfigDict(
        env_prefix="WELLSPRING_UPLOADER_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    upload_poll_s: float = Field(default=5.0, gt=0, le=60)
    """How often a worker looks whether somebody has a turn, where nobody wakes it."""
    retry_after_s: tuple[float, ...] = (60.0, 300.0, 900.0)
    """As JSON: how long after the first, the second and each later failed try the next one is made."""
    confirm_over_s: float = Field(default=120.0, gt=0)
    """How long a film whose making was not confirmed is looked for, at least twice."""
    look_first_s: float = Field(default=10.0, gt=0)
    """How soon a published film is looked at again at first."""
    archive_after: timedelta = timedelta(days=30)
    """Uploads that are complete for so long leave the schedule. What was published is remembered for ever."""
    purge_every: timedelta = timedelta(hours=1)
