"""How patiently films are sent, and the target that comes from the environment."""

from typing import Any

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from wellspring_common.settings import EnvSettings


class SendingSettings(EnvSettings):
    """`WELLSPRING_UPLOADER_...`: how long a platform is waited for."""

    model_config = SettingsConfigDict(
        env_prefix="WELLSPRING_UPLOADER_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    stall_s: float = Field(default=120.0, gt=0)
    """Without a byte that gets through for so long, sending is given up."""
    answer_s: float = Field(default=900.0, gt=0)
    """How long a platform may take for its answer after the last byte."""
    call_s: float = Field(default=60.0, gt=0)
    """How long any other request may take as a whole."""
    connect_s: float = Field(default=15.0, gt=0)
    progress_every_s: float = Field(default=1.0, gt=0)
    """How often a platform is asked how many bytes it has."""


class DailymotionKey(EnvSettings):
    """`DAILYMOTION_API_KEY` and `DAILYMOTION_API_SECRET`, or their `_FILE`s: the target `dailymotion`."""

    model_config = SettingsConfigDict(
        env_prefix="DAILYMOTION_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    api_key: SecretStr | None = None
    api_secret: SecretStr | None = None

    @model_validator(mode="after")
    def _both(self) -> "DailymotionKey":
        if (self.api_key is None) != (self.api_secret is None):
            raise ValueError("DAILYMOTION_API_KEY and DAILYMOTION_API_SECRET belong together: set both")
        return self


class DailymotionPlace(EnvSettings):
    """`WELLSPRING_UPLOADER_DAILYMOTION_...`: the rest of the target that the key makes."""

    model_config = SettingsConfigDict(
        env_prefix="WELLSPRING_UPLOADER_DAILYMOTION_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    generation: str | None = None
    api: str | None = None
    token: str | None = None
    channel: str | None = None
    limits: str | None = None
    chunked: bool | None = None
    defaults: dict[str, Any] | None = None
    """As JSON: what a series gets that is scheduled without choices."""
    username: SecretStr | None = None
    password: SecretStr | None = None
    """With `username` only for the generation `legacy`, whose key acts for a person."""
    interval_s: int = Field(default=3600, ge=1, le=604_800)

    @property
    def target_settings(self) -> dict[str, Any]:
        """Return the settings that were given, as a target has them."""
        apart = {"username", "password", "interval_s"}
        return self.model_dump(mode="json", exclude=apart, exclude_none=True)


class CredentialSettings(EnvSettings):
    """`WELLSPRING_UPLOADER_CREDENTIALS_KEY`: what credentials are encrypted with."""

    model_config = SettingsConfigDict(
        env_prefix="WELLSPRING_UPLOADER_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    credentials_key: SecretStr | None = None
    """Keys in a comma list: the first encrypts, and all decrypt. Nothing: one is made in the data folder."""
