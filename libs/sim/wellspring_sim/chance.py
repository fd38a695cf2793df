"""Chance by counting: a number that depends on nothing but its keys, so that nobody has to draw in order."""

_MASK = (1 << 64) - 1


def mixed(*keys: int) -> int:
    """Return 64 bits that look random and depend on every key.

    Python hashes tuples of whole numbers without salt, the same in every process. What is missing there, that
    each bit depends on every other, the finalizer of splitmix64 adds.
    """
    found = hash(keys) & _MASK
    found = (found ^ found >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    found = (found ^ found >> 27) * 0x94D049BB133111EB & _MASK
    return found ^ found >> 31


def chance(*keys: int) -> float:
    """Return a number from 0 up to 1 that depends on every key."""
    return mixed(*keys) / 2**64


def between(low: float, high: float, *keys: int) -> float:
    """Return a number from `low` up to `high` that depends on every key."""
    return low + (high - low) * mixed(*keys) / 2**64
