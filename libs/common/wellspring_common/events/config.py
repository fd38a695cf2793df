"""Events about run-time configuration."""

from typing import ClassVar

from .envelope import Event


class SettingsChanged(Event):
    """An operator changed settings: the values are in the settings bucket."""

    subject: ClassVar[str] = "settings.changed"

    keys: tuple[str, ...]
    revision: int


class DefinitionsChanged(Event):
    """An operator stored or withdrew site definitions: the texts are in the definitions bucket."""

    subject: ClassVar[str] = "definitions.changed"

    ids: tuple[str, ...]
    revision: int
