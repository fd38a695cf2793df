"""Errors that say whether trying again can help.

Anything raised by an adapter that is neither `Transient` nor `Permanent` is a bug, and is treated as one
by the bus (`retry.classify`).
"""


class WellspringError(Exception):
    """An expected failure, with a stable code that people and programs can look up."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code

    @property
    def message(self) -> str:
        """Return the text for a person."""
        return str(self.args[0])


class Transient(WellspringError):
    """The world was busy: the same attempt may work later."""

    code = "transient"


class Throttled(Transient):
    """A host asked us to wait. `retry_after` is in seconds."""

    code = "throttled"

    def __init__(self, message: str, *, retry_after: float, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class DependencyDown(Transient):
    """Our own Postgres or NATS is away: nothing is wrong with the work itself."""

    code = "dependency_down"


class StreamRefuses(DependencyDown):
    """The broker is there, and this event's stream takes nothing now: it is full, or there is none."""

    code = "stream_refuses"


class Permanent(WellspringError):
    """Trying again cannot help, and the code says why."""

    code = "permanent"


def reason_of(error: BaseException) -> str:
    """Return what an error says, or its name where it says nothing."""
    return str(error) or type(error).__name__
