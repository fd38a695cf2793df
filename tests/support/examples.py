"""How many examples a property is tried with: all of them, or a share in the form that runs often."""

from hypothesis import settings

FULL = 100
SHORT_SHARE = 4


def examples(full: int) -> int:
    """Return how many examples the chosen profile takes of a property that says its own number."""
    return max(1, full * int(settings().max_examples) // FULL)
