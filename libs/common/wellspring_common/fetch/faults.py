"""What went wrong on the wire, as our own errors."""

import socket
import ssl

from wellspring_common.errors import Permanent, Transient, WellspringError

from .guard import BlockedAddressError

NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


class NameLookupError(OSError):
    """Raised inside a dial when a name leads nowhere. The number is `getaddrinfo`'s."""


class NotHttpError(Exception):
    """What came back is no answer that the lean probe reads."""


class UnknownNameError(Transient):
    """A name server says that there is no such name: more than that nobody could be asked."""

    code = "dns"


def explain(error: BaseException, host: str) -> WellspringError:  # noqa: PLR0911  (a table)
    """Return the error that stands for what the lean probe or the system raised."""
    blocked = _blocked(error)
    if blocked is not None:
        return Permanent(f"{blocked.strerror}.", code="blocked_address")
    match error:
        case TimeoutError():
            return Transient(f"{host} did not answer in time.", code="timeout")
        case ssl.SSLError():  # some are ValueErrors too
            return Transient(f"{host} has no valid certificate.", code="tls")
        case ValueError():  # aiohttp.InvalidURL is one, and so is a header with a line break
            return Permanent("The request cannot be sent as it is.", code="bad_url")
        case NameLookupError() if error.errno in NO_SUCH_NAME:
            return UnknownNameError(f"There is no host {host}.")
        case NameLookupError():
            return Transient(f"The name {host} could not be resolved.", code="dns")
        case OSError():
            return Transient(f"The connection to {host} failed: {type(error).__name__}.", code="connect")
        case _:
            return Transient(f"{host} does not speak proper HTTP: {type(error).__name__}.", code="garbage")


def _blocked(error: BaseException) -> BlockedAddressError | None:
    found: BaseException | None = error
    for _ in range(8):
        if found is None or isinstance(found, BlockedAddressError):
            return found
        os_error = getattr(found, "os_error", None)
        found = os_error if isinstance(os_error, BaseException) else found.__cause__ or found.__context__
    return None
