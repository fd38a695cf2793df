"""The line that a request owes the log, until a transaction that changes something for it has written it."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from .domain.deeds import Deed


@dataclass
class Owed:
    """What a request owes, and what was written of it."""

    deed: Deed | None = None
    line: int | None = None
    """The line's id, once it is written."""

    @property
    def is_due(self) -> bool:
        """Return whether a line is to be written with the next change."""
        return self.deed is not None and self.line is None


_OWED: ContextVar[Owed | None] = ContextVar("owed", default=None)


@contextmanager
def owing() -> Generator[None]:
    """Remember within the block what is owed. Tasks that go on after it owe nothing."""
    owed = Owed()
    token = _OWED.set(owed)
    try:
        yield
    finally:
        owed.deed = None
        _OWED.reset(token)


def owe(deed: Deed | None) -> None:
    """Have the next change written down, in its own transaction."""
    if (owed := _OWED.get()) is not None and owed.line is None:
        owed.deed = deed


def owed_now() -> Owed | None:
    """Return what the request that runs here owes, if there is one."""
    return _OWED.get()
