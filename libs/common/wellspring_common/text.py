"""Text from anywhere, as Postgres can keep it."""


def storable(text: str) -> str:
    """Return a text without zero bytes and halves of characters."""
    return text.encode(errors="replace").decode().replace("\x00", "\ufffd")
