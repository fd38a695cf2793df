"""What sites said, as Postgres can keep it."""

from collections.abc import Mapping

from wellspring_common.text import storable


def storable_all(said: Mapping[str, object]) -> dict[str, object]:
    """Return the same, each text of it as it can be kept."""
    return {name: storable(value) if isinstance(value, str) else value for name, value in said.items()}
