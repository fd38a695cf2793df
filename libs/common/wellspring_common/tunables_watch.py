"""The run-time settings as a service sees them: from the bucket, else from the last good copy."""

from pathlib import Path

from .bus.port import Bus
from .copy_watch import CopyWatch, Source
from .events.config import SettingsChanged
from .tunables import TUNABLES_KEY, Tunables, TunablesCopy


class TunablesWatch(CopyWatch[TunablesCopy]):
    """Holds the current run-time settings."""

    kind = TunablesCopy
    change = SettingsChanged
    key = TUNABLES_KEY
    noun = "settings"
    file = "tunables.json"

    def __init__(self, bus: Bus, source: Source, *, keep_in: Path | None) -> None:
        super().__init__(bus, source, keep_in=keep_in, at_first=TunablesCopy(revision=0, values=Tunables()))

    @property
    def current(self) -> Tunables:
        """Return the settings as last heard."""
        return self.copy.values
