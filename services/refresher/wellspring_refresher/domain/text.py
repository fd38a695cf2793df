"""What sites said, as Postgres can keep it."""

from collections.abc import Mapping


def storable(text: str) -> str:
    """Return a text without zero bytes and halves of characters."""
    return text.encode(errors="replace").decode().replace("\x00", "\ufffd")


def storable_all(said: Mapping[str, object]) -> dict[str, object]:
    """Return the same, each text of it as it can be kept."""
    return {name: storable(value) if isinstance(value, str) else value for name, value in said.items()}
