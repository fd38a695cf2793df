"""What an operator may set before the uploader starts, as far as downloads are concerned."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from wellspring_common.settings import EnvSettings, PlaceSettings


class DownloadSettings(EnvSettings):
    """Where films are kept, and how work on them is shared."""

    model_config = SettingsConfigDict(
        env_prefix="WELLSPRING_UPLOADER_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    media_dir: Path | None = None
    """The folder of films. Without one, `media` below the data directory."""
    ffmpeg: str | None = None
    """The ffmpeg to use. Without one, that of the system, else the one from PyPI."""
    lease: timedelta = timedelta(seconds=30)
    """A download is gone on with after this long when whoever worked on it was killed."""
    poll: timedelta = timedelta(seconds=1)
    checkpoint: timedelta = timedelta(seconds=2)
    """How much work a kill may cost at most."""
    idle: timedelta = timedelta(seconds=30)
    """A server that sends nothing for so long is left."""
    look_every: timedelta = timedelta(hours=1)
    """How often the folder is compared with what should be in it."""
    read_again_after: timedelta = timedelta(days=30)
    """How old the last reading of a whole film may be."""
    gone_grace: timedelta = timedelta(days=7)
    """How long a film is kept whose episode is gone for good."""
    kept: timedelta = timedelta(days=90)
    """How long a download that ended is remembered."""
    hosts_rate: float = Field(default=10.0, gt=0, le=1000)
    """How many requests a second one host gets at most: a stream has one for each segment."""

    def folder(self) -> Path:
        """Return the folder of films."""
        if self.media_dir is not None:
            return self.media_dir
        return (PlaceSettings().data_dir or Path()) / "media"
