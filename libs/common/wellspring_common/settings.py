"""Settings that every service reads the same way: from the environment, or from a file named by `X_FILE`."""

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from .errors import Permanent
from .urls import with_password

OTEL_VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"


class SettingsError(Permanent):
    """Settings are missing or wrong. The message names their variables and shows no value."""

    code = "bad_settings"


class _FileSource(PydanticBaseSettingsSource):
    """Reads the value of `PREFIX_NAME` from the file that `PREFIX_NAME_FILE` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = f"{self.config.get('env_prefix', '')}{field_name}_FILE".upper()
        path = os.environ.get(name)
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as error:
            raise SettingsError(f"{name} names {path}, which cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise SettingsError(f"{name} names {path}, which is no text") from error

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


class EnvSettings(BaseSettings):
    """Base of all settings: `WELLSPRING_X`, or `WELLSPRING_X_FILE` for secrets kept in files."""

    # A variable that compose or a shell passes on empty is one that nobody set.
    model_config = SettingsConfigDict(
        env_prefix="WELLSPRING_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    def __init__(self, **given: Any) -> None:
        """Read the environment. Raises `SettingsError`."""
        try:
            super().__init__(**given)
        except ValidationError as error:
            prefix = str(self.model_config.get("env_prefix", ""))
            raise SettingsError(_explained(error, prefix)) from None

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


class TraceSettings(EnvSettings):
    """Where spans are sent: a collector that speaks OTLP over HTTP. Nowhere, unless it is set."""

    otel_endpoint: str | None = Field(default=None, pattern="^https?://")

    @property
    def endpoint(self) -> str | None:
        """Return the collector's address, ours before OpenTelemetry's own variable."""
        return self.otel_endpoint or os.environ.get(OTEL_VARIABLE) or None

    @property
    def variable(self) -> str:
        """Return the name of the variable that decided."""
        return "WELLSPRING_OTEL_ENDPOINT" if self.otel_endpoint else OTEL_VARIABLE


class NatsSettings(EnvSettings):
    """Where the broker is."""

    nats_url: SecretStr
    nats_password: SecretStr | None = None
    """Of the user that the URL names, so that the URL itself need not be a secret."""
    nats_monitor_url: str | None = None
    nats_prefix: str = Field(default="ws", pattern="^[a-z][a-z0-9]{0,30}$")

    @model_validator(mode="after")
    def _can_sign_in(self) -> "NatsSettings":
        _ = self.nats_login
        return self

    @property
    def nats_login(self) -> str:
        """Return the URL with its password. It is a secret."""
        return _login("NATS", self.nats_url, self.nats_password)


class PostgresSettings(EnvSettings):
    """Where the database is, with this service's own login."""

    database_url: SecretStr
    database_password: SecretStr | None = None
    """Of the user that the URL names, so that the URL itself need not be a secret."""
    database_pool_size: int = Field(default=6, ge=2, le=100)

    @model_validator(mode="after")
    def _can_sign_in(self) -> "PostgresSettings":
        _ = self.database_login
        return self

    @property
    def database_login(self) -> str:
        """Return the URL with its password. It is a secret."""
        return _login("DATABASE", self.database_url, self.database_password)


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


def _explained(error: ValidationError, prefix: str) -> str:
    return "; ".join(
        _complaint(wrong, prefix) for wrong in error.errors(include_input=False, include_url=False)
    )


def _complaint(wrong: ErrorDetails, prefix: str) -> str:
    if not wrong["loc"]:
        return wrong["msg"].removeprefix("Value error, ")  # of several settings, which it names itself
    name = f"{prefix}{wrong['loc'][0]}".upper()
    return f"{name} is not set" if wrong["type"] == "missing" else f"{name}: {wrong['msg']}"


def _login(server: str, url: SecretStr, password: SecretStr | None) -> str:
    plain = url.get_secret_value()
    if password is None:
        return plain
    try:
        return with_password(plain, password.get_secret_value())
    except ValueError as error:
        raise ValueError(f"WELLSPRING_{server}_URL and WELLSPRING_{server}_PASSWORD: {error}") from error
