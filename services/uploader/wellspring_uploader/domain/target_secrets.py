"""Which secrets a target needs, by its kind and generation."""

from collections.abc import Mapping

from wellspring_common.errors import Permanent

from .target_settings import DailymotionSettings, Generation, TargetSettings

LONGEST = 4096
_DAILYMOTION_KEY = ("api_key", "api_secret")
_SIGN_IN = ("username", "password")


class BadSecrets(Permanent):
    """Secrets are missing or wrong. The message names them and shows no value."""

    code = "bad_secrets"


def checked_secrets(settings: TargetSettings, given: Mapping[str, str]) -> dict[str, str]:
    """Return what a target needs, trimmed. Raises `BadSecrets` for one that is missing, or unknown."""
    secrets = {name: value.strip() for name, value in given.items() if value.strip()}
    needed, may = _names(settings)
    if unknown := sorted(set(secrets) - {*needed, *may}):
        raise BadSecrets(f"This target knows no secret {', '.join(unknown)}: it takes {_list(needed, may)}.")
    if missing := [name for name in needed if name not in secrets]:
        raise BadSecrets(f"This target needs {', '.join(needed)}: {', '.join(missing)} is missing.")
    for name, value in secrets.items():
        if len(value) > LONGEST or not value.isprintable():
            raise BadSecrets(f"{name} is too long, or holds characters that no key has.")
    if isinstance(settings, DailymotionSettings) and settings.generation is Generation.LEGACY:
        _signs_in(secrets)
    return secrets


def _names(settings: TargetSettings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not isinstance(settings, DailymotionSettings):
        return _SIGN_IN, ()
    if settings.generation is Generation.LEGACY:
        return _DAILYMOTION_KEY, (*_SIGN_IN, "refresh_token")
    return _DAILYMOTION_KEY, ()


def _signs_in(secrets: Mapping[str, str]) -> None:
    if "refresh_token" not in secrets and not all(name in secrets for name in _SIGN_IN):
        raise BadSecrets(
            "A public key acts for a person: it needs username and password, or a refresh_token as well."
        )


def _list(needed: tuple[str, ...], may: tuple[str, ...]) -> str:
    return ", ".join(needed) + (f", and may have {', '.join(may)}" if may else "")
