"""Run-time settings as the API takes and gives them."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from wellspring_common.tunables import Tunables

from .base import Given


def _some() -> dict[str, Any]:
    """Return the schema of a change: any of the settings, each within its own limits."""
    fields = Tunables.model_json_schema()["properties"]
    return {
        "type": "object",
        "title": "SettingsEdit",
        "properties": {
            name: {key: value for key, value in field.items() if key != "default"}
            for name, field in fields.items()
        },
        "additionalProperties": False,
        "minProperties": 1,
        "examples": [{"link_ttl_hours": 8}],
    }


SettingsEdit = Annotated[dict[str, Any], WithJsonSchema(_some())]
"""Some settings by name. What is left out stays."""


class SettingsNow(Given):
    """All run-time settings. `revision` grows with each change."""

    revision: int = Field(examples=[12])
    values: Tunables
