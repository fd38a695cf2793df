"""Settings that every service reads the same way: from the environment, or from a file named by `X_FILE`."""

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class _FileSource(PydanticBaseSettingsSource):
    """Reads the value of `PREFIX_NAME` from the file that `PREFIX_NAME_FILE` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = f"{self.config.get('env_prefix', '')}{field_name}_FILE".upper()
        path = os.environ.get(name)
        if path is None:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as error:
            raise SystemExit(f"{name} names {path}, which cannot be read: {error.strerror}.") from error

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


class EnvSettings(BaseSettings):
    """Base of all settings: `WELLSPRING_X`, or `WELLSPRING_X_FILE` for secrets kept in files."""

    model_config = SettingsConfigDict(env_prefix="WELLSPRING_", frozen=True, extra="ignore")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources in order: arguments, environment, files."""
        return init_settings, env_settings, _FileSource(settings_cls)


class LogSettings(EnvSettings):
    """How a service logs."""

    log_format: str = Field(default="json", pattern="^(json|console)$")
    log_level: str = Field(default="info", pattern="(?i)^(debug|info|warning|error)$")


class NatsSettings(EnvSettings):
    """Where the broker is."""

    nats_url: SecretStr
    nats_monitor_url: str | None = None
    nats_prefix: str = Field(default="ws", pattern="^[a-z][a-z0-9]{0,30}$")


class PostgresSettings(EnvSettings):
    """Where the database is, with this service's own login."""

    database_url: SecretStr
    database_pool_size: int = Field(default=6, ge=2, le=100)


class OpsSettings(EnvSettings):
    """Where probes and metrics are served."""

    ops_host: str = "127.0.0.1"
    ops_port: int = Field(default=0, ge=0, le=65535)


class FetchSettings(EnvSettings):
    """What the fetcher may reach beyond the public internet. Entries are exact `host:port`."""

    allow_private_hosts: str = ""

    @property
    def private_hosts(self) -> frozenset[str]:
        """Return the allowed private `host:port` entries."""
        return frozenset(part.strip() for part in self.allow_private_hosts.split(",") if part.strip())


class PlaceSettings(EnvSettings):
    """Where this process may keep a file."""

    data_dir: Path | None = None
