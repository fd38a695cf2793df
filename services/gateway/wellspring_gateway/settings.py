"""What an operator may tune before the gateway starts."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from wellspring_common.settings import EnvSettings


class GatewaySettings(EnvSettings):
    """Where the gateway listens, and how its first user comes about."""

    model_config = SettingsConfigDict(env_prefix="WELLSPRING_GATEWAY_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    setup_token: SecretStr | None = None
    """Opens the first-run page once, while there is no user."""
    admin_user: str | None = None
    admin_password: SecretStr | None = None
    """With `admin_user`: the user that is made at start when there is none."""
    session_life: timedelta = timedelta(days=30)
    secure_cookies: bool = False
    """Set behind TLS: cookies then carry the `__Host-` prefix and never travel in the clear."""
    beacons_per_hour: int = Field(default=600, ge=1)
    """Plays and broken links that players may report, all together, to one process.

    Anybody may report, and each report becomes an event of some 600 bytes. The stream of events keeps three
    days, 256 MB at most, and takes nothing more when it is full: no result of a scrape either.
    """


class PlaceSettings(EnvSettings):
    """Where this process may keep a file, and whether it shows the demo."""

    data_dir: Path | None = None
    demo: bool = False
