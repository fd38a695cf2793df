"""What an operator says about a target: where it is, who we are there, and what its account may do."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from wellspring_common.errors import Permanent
from wellspring_common.uploading import Choices, WrongField

_MB = 1024 * 1024
Origin = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^https?://[^\s/?#@]+$", max_length=255)
]
"""Scheme, host and port, without a path: `https://api.example.org`."""
ChunkBytes = Annotated[int, Field(ge=256 * 1024, le=1024 * _MB)]
# How long it may be is no part of the pattern: so many times all letters of Unicode are 12 MB of automaton.
Channel = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\w.@-]+$", max_length=128)]


class BadTargetSettings(Permanent):
    """The settings of a target are wrong. The message names each field and what it is to be."""

    code = "bad_target_settings"

    def __init__(self, message: str, wrong: Sequence[WrongField] = ()) -> None:
        super().__init__(message)
        self.wrong = tuple(wrong)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Part):
    """What an account may do by its owner's word. Nothing is without a limit, as far as we know."""

    videos_per_day: Annotated[int, Field(ge=1)] | None = None
    minutes_per_day: Annotated[float, Field(gt=0)] | None = None
    longest_minutes: Annotated[float, Field(gt=0)] | None = None
    largest_bytes: Annotated[int, Field(ge=1)] | None = None


class Preset(StrEnum):
    """The platform's published tiers, or numbers of one's own."""

    STANDARD = "standard"
    PREMIUM = "premium"
    CUSTOM = "custom"


class Generation(StrEnum):
    """The three APIs of Dailymotion."""

    V2 = "v2"
    LEGACY = "legacy"
    PARTNER = "partner"


_ORIGINS = frozenset({"api", "token", "url"})
_HOSTS = {
    Generation.V2: ("https://api.dailymotion.com", "https://oauth2.dailymotion.com"),
    Generation.LEGACY: ("https://api.dailymotion.com", "https://api.dailymotion.com"),
    Generation.PARTNER: ("https://partner.api.dailymotion.com", "https://partner.api.dailymotion.com"),
}


class _Account(_Part):
    channel: Channel | None = None
    """The profile, user or channel to publish to. Nothing: the only one that there is."""
    limits: Preset
    custom_limits: Limits | None = None
    defaults: Choices | None = None
    """What a series gets that is put on a schedule without choices."""
    secrets_revision: Annotated[int, Field(ge=0)] = 0
    """Counts how often credentials were saved, so that whoever holds the target opens it anew."""

    @model_validator(mode="after")
    def _limits_fit(self) -> Self:
        if (self.custom_limits is not None) != (self.limits is Preset.CUSTOM):
            said = 'custom_limits belong to limits "custom", and are needed there'
            raise PydanticCustomError("limits_differ", said, {"field": "limits"})
        return self


class DailymotionSettings(_Account):
    """A channel on Dailymotion."""

    generation: Generation = Generation.V2
    limits: Preset = Preset.STANDARD
    api: Origin | None = None
    token: Origin | None = None
    chunked: bool = False
    """Send in pieces by the protocol of the vendor's own client, which is not documented."""
    chunk_bytes: ChunkBytes = 16 * _MB

    @model_validator(mode="after")
    def _names_its_channel(self) -> Self:
        if self.generation is Generation.PARTNER and self.channel is None:
            said = "channel is needed with generation partner: a private key acts for no user"
            raise PydanticCustomError("missing", said, {"field": "channel"})
        return self

    @property
    def api_origin(self) -> str:
        """Return where the API is."""
        return self.api or _HOSTS[self.generation][0]

    @property
    def token_origin(self) -> str:
        """Return where tokens come from."""
        return self.token or _HOSTS[self.generation][1]


class PeerTubeSettings(_Account):
    """A channel on an instance of PeerTube."""

    url: Origin
    limits: Preset = Preset.CUSTOM
    custom_limits: Limits | None = Limits()
    chunk_bytes: ChunkBytes = 32 * _MB

    @property
    def api_origin(self) -> str:
        """Return where the API is, and where tokens come from."""
        return self.url


TargetSettings = DailymotionSettings | PeerTubeSettings
Kind = Literal["dailymotion", "peertube"]
_MODELS: Mapping[str, type[DailymotionSettings] | type[PeerTubeSettings]] = {
    "dailymotion": DailymotionSettings,
    "peertube": PeerTubeSettings,
}


def read_settings(kind: str, raw: Mapping[str, Any]) -> TargetSettings:
    """Return the settings of a target of a kind. Raises `BadTargetSettings`."""
    if kind not in _MODELS:
        raise BadTargetSettings(f"There are targets of the kinds {', '.join(_MODELS)}, not {kind}.")
    try:
        return _MODELS[kind].model_validate(dict(raw))
    except ValidationError as error:
        told = error.errors(include_input=False, include_url=False)
        wrong = [_wrong(one) for one in told]
        raise BadTargetSettings("; ".join(one.detail for one in wrong), wrong) from None


def _wrong(told: ErrorDetails) -> WrongField:
    """Return a complaint with the field that it is about: what fits no other names its field itself."""
    name = ".".join(str(part) for part in told["loc"]) or str(told.get("ctx", {}).get("field", ""))
    why = told["type"]
    if why == "string_pattern_mismatch":
        why = "no_origin" if name in _ORIGINS else "no_channel"
    return WrongField(field=name, why=why, detail=_complaint(told))


def _complaint(wrong: ErrorDetails) -> str:
    name = ".".join(str(part) for part in wrong["loc"])
    match wrong["type"]:
        case "missing" if name:
            return f"{name} is needed"
        case "extra_forbidden":
            return f"there is no setting {name}"
        case "string_pattern_mismatch" if name in _ORIGINS:
            return f"{name} is to be an address without a path, such as https://video.example.org"
        case _:
            said = wrong["msg"].removeprefix("Value error, ")
            return f"{name}: {said}" if name else said
