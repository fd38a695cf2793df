"""How long the fetcher waits, and for how much."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Time and number limits of a fetcher. `patience_s` is how long a request waits for its host's turn."""

    deadline_s: float = 20.0
    connect_s: float = 5.0
    first_byte_s: float = 8.0
    redirects: int = 5
    connections: int = 64
    patience_s: float = 5.0
