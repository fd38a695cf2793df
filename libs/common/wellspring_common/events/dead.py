"""Events about what could not be handled."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from pydantic import Base64Bytes

from .envelope import Event


class DeadLettered(Event):
    """A service without a database gave up on a message, which is kept whole here for whoever keeps it.

    `event_id` is that of the message, or was made of it where it had none; `event_subject` is relative.
    Letters with the same `fingerprint` died in the same way.
    """

    subject: ClassVar[str] = "event.dead"

    consumer: str
    event_id: str
    event_subject: str
    payload: Base64Bytes
    headers: Mapping[str, str]
    code: str
    detail: str
    fingerprint: str = ""
    attempts: int
    died_at: datetime
