"""Events about run-time configuration."""

from typing import ClassVar

from .envelope import Event


class SettingsChanged(Event):
    """An operator changed settings: the values are in the settings bucket."""

    subject: ClassVar[str] = "settings.changed"

    keys: tuple[str, ...]
    revision: int
