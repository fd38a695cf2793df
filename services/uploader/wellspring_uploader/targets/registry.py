"""Makes a target out of what is stored of it."""

from collections.abc import Mapping

from wellspring_common.clock import Clock, SystemClock
from wellspring_common.errors import Permanent
from wellspring_common.fetch.guard import Guard, host_key
from wellspring_common.fetch.resolve import Lookup, system_lookup

from ..domain.target_secrets import checked_secrets
from ..domain.target_settings import (
    BadTargetSettings,
    DailymotionSettings,
    Generation,
    TargetSettings,
    read_settings,
)
from ..ports.targets import Target
from .settings import SendingSettings


class Registry:
    """Knows every kind of target. The code of a platform is loaded with its first target."""

    def __init__(
        self,
        guard: Guard,
        *,
        sending: SendingSettings | None = None,
        lookup: Lookup = system_lookup,
        clock: Clock | None = None,
    ) -> None:
        self._guard = guard
        self._sending = sending or SendingSettings()
        self._lookup = lookup
        self._clock = clock or SystemClock()

    def read(self, kind: str, raw: Mapping[str, object]) -> TargetSettings:
        """Return settings whose addresses may be reached. Raises `BadTargetSettings`.

        Credentials go to these addresses, so that only a private host that was opened may do without TLS.
        """
        settings = read_settings(kind, raw)
        for origin in dict.fromkeys(_origins(settings)):
            try:
                vetted = self._guard.vet(origin)
            except Permanent as error:
                raise BadTargetSettings(
                    f"{origin} may not be reached: {error.message} A private host is opened by "
                    "WELLSPRING_ALLOW_PRIVATE_HOSTS."
                ) from error
            if vetted.scheme != "https" and host_key(vetted) not in self._guard.allow:
                raise BadTargetSettings(f"{origin} would get credentials without TLS: it is to be https.")
        return settings

    def open(
        self, kind: str, settings: Mapping[str, object], secrets: Mapping[str, str], *, name: str
    ) -> Target:
        """Return a target, which is to be closed. Raises `BadTargetSettings` and `BadSecrets`."""
        from .wire import Wire  # noqa: PLC0415  (aiohttp is loaded with the first target)

        read = self.read(kind, settings)
        keys = checked_secrets(read, secrets)
        wire = Wire(self._guard, self._sending, lookup=self._lookup)
        if not isinstance(read, DailymotionSettings):
            from .peertube import PeerTube  # noqa: PLC0415

            return PeerTube(read, keys, wire, self._clock, name=name)
        if read.generation is Generation.V2:
            from .dailymotion_v2 import DailymotionV2  # noqa: PLC0415

            return DailymotionV2(read, keys, wire, self._clock, name=name)
        from .dailymotion_legacy import DailymotionLegacy  # noqa: PLC0415

        return DailymotionLegacy(read, keys, wire, self._clock, name=name)


def _origins(settings: TargetSettings) -> list[str]:
    if isinstance(settings, DailymotionSettings):
        return [settings.api_origin, settings.token_origin]
    return [settings.api_origin]
