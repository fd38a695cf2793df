"""What every event has in common, and what travels beside it in headers."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

EVENT_ID = "ws-event-id"
CAUSE_ID = "ws-cause-id"
CORRELATION_ID = "ws-correlation-id"
SCHEMA = "ws-schema"
EMITTED_AT = "ws-emitted-at"
TRACEPARENT = "traceparent"
MESSAGE_ID = "Nats-Msg-Id"


class Wire(BaseModel):
    """A part of an event: immutable, and strict about what we send."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Wire):
    """A fact or a wish with a fixed subject.

    `subject` is relative: the bus adds the prefix. `routing()` adds what the subject carries beyond its name.
    """

    subject: ClassVar[str]
    version: ClassVar[int] = 1

    def routing(self) -> str:
        """Return the subject this very event is published on, without the prefix."""
        return self.subject

    @classmethod
    def decode(cls, payload: bytes) -> "Event":
        """Return the event in `payload`, ignoring fields that a newer sender added."""
        return cls.model_validate_json(payload, extra="ignore")


class Envelope(BaseModel):
    """Who caused an event and when, apart from what it says."""

    model_config = ConfigDict(frozen=True)

    event_id: UUID
    emitted_at: datetime
    correlation_id: UUID
    cause_id: UUID | None = None
    traceparent: str | None = None
    schema_name: str = ""

    def headers(self) -> dict[str, str]:
        """Return the headers that carry this envelope."""
        found = {
            EVENT_ID: str(self.event_id),
            CORRELATION_ID: str(self.correlation_id),
            EMITTED_AT: self.emitted_at.isoformat(),
            SCHEMA: self.schema_name,
        }
        if self.cause_id is not None:
            found[CAUSE_ID] = str(self.cause_id)
        if self.traceparent is not None:
            found[TRACEPARENT] = self.traceparent
        return found

    @classmethod
    def from_headers(cls, headers: dict[str, str] | None) -> "Envelope":
        """Return the envelope in `headers`.

        Raises `pydantic.ValidationError` where the ids or the time are missing or malformed.
        """
        found: dict[str, Any] = headers or {}
        return cls.model_validate(
            {
                "event_id": found.get(EVENT_ID),
                "emitted_at": found.get(EMITTED_AT),
                "correlation_id": found.get(CORRELATION_ID),
                "cause_id": found.get(CAUSE_ID),
                "traceparent": found.get(TRACEPARENT),
                "schema_name": found.get(SCHEMA, ""),
            },
        )
