"""What a platform may answer, as far as it matters for what is done next.

The table is that of the upload states: which of these counts as one of three tries, and what holds the queue.
"""

from datetime import datetime

from wellspring_common.errors import Permanent, Transient


class CredentialsRefused(Permanent):
    """The platform does not know us any more: the target pauses until somebody mends its credentials."""

    code = "credentials_refused"


class Forbidden(CredentialsRefused):
    """The platform knows us, and will not let us: a permission is missing.

    It may be a quota that does not say so: whoever knows that the account's day is full takes it for one.
    """

    code = "forbidden"

    def __init__(self, message: str, *, raw: str = "", code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.raw = raw


class QuotaReached(Transient):
    """The account may not make more videos now: never a try. `until` is when it may, where that was said."""

    code = "quota_reached"

    def __init__(self, message: str, *, until: datetime | None = None, raw: str = "") -> None:
        super().__init__(message)
        self.until = until
        self.raw = raw


class OutcomeUnknown(Transient):
    """What we asked may have been done: look before asking again. Never a try by itself."""

    code = "outcome_unknown"


class SessionLost(Transient):
    """The place that bytes were sent to is gone, or takes no more: a new one, and the bytes once more."""

    code = "session_lost"


class FileRefused(Permanent):
    """The platform will not have this film or its data as they are. The code says which."""

    code = "file_refused"


class AccountSuspected(Permanent):
    """The platform takes us for spam: nothing more is sent until somebody has looked."""

    code = "account_suspected"
