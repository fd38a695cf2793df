"""The broker's streams, consumers and buckets, made and compared with words for a person."""

from typing import TYPE_CHECKING

from wellspring_common.errors import WellspringError

from .console import Failure

if TYPE_CHECKING:
    from wellspring_common.bus.nats.survey import Finding

_UNCHECKED = "The broker's streams could not be checked"
_LOOK = "Check WELLSPRING_NATS_URL and the log of nats."
_SIZES = "WELLSPRING_NATS_EVENTS_MIB, WELLSPRING_NATS_COMMANDS_MIB or WELLSPRING_NATS_PLAYBACK_MIB"
_TOLD = {
    "bad_settings": ("The sizes of the streams are wrong", "docs/running.md says what they mean."),
    "topology_drift": (
        "The broker's streams are not as this release declares them",
        "Mend them with: ./wellspring topology apply",
    ),
    "topology_too_large": (
        "The broker has no room for the streams",
        f"Raise max_file of NATS (./wellspring topology nats-conf prints what fits), or lower {_SIZES}.",
    ),
}
"""What is said and advised of a failure, by its code."""


def store_bytes() -> int:
    """Return how much a NATS of ours may store, for the sizes that the operator set. Raises `Failure`."""
    from wellspring_common import stream_sizes  # noqa: PLC0415  (slow to import)

    try:
        return stream_sizes.store_bytes()
    except WellspringError as error:
        raise _failure(error) from error


async def topology_differences(url: str, prefix: str) -> "list[Finding]":
    """Return what the broker has otherwise than declared. Raises `Failure`."""
    from wellspring_common.bus.nats import topology  # noqa: PLC0415  (slow to import)

    try:
        return await topology.differs(url, prefix=prefix)
    except WellspringError as error:
        raise _failure(error) from error


async def apply_topology(url: str, prefix: str, *, mend: bool = False) -> list[str]:
    """Make missing streams and consumers and return what was done. Raises `Failure` on drift."""
    from wellspring_common.bus.nats import topology  # noqa: PLC0415  (slow to import)

    try:
        return await topology.ensure(url, prefix=prefix, mend=mend)
    except WellspringError as error:
        raise _failure(error) from error


def _failure(error: WellspringError) -> Failure:
    what, todo = _TOLD.get(error.code, (_UNCHECKED, _LOOK))
    return Failure(f"{what}: {error.message}", todo)
