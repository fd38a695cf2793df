"""Deliveries as a bus would bring them."""

from datetime import UTC, datetime
from uuid import UUID

from wellspring_common.bus.port import Delivery
from wellspring_common.events.envelope import Envelope, Event
from wellspring_common.ids import uuid7

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


async def _nothing() -> None:
    """Nobody waits for a sign of life."""


def delivery_of(event: Event, event_id: UUID | None = None) -> Delivery:
    """Return an event as it arrives for the first time."""
    identity = event_id or uuid7()
    envelope = Envelope(
        event_id=identity,
        emitted_at=NOW,
        correlation_id=identity,
        schema_name=f"{event.subject}/{event.version}",
    )
    payload = event.model_dump_json().encode()
    return Delivery(event, envelope, event.routing(), payload, attempt=1, working=_nothing)
