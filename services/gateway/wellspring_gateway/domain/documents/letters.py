"""Dead letters as the API gives them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from .base import Given
from .texts import Id


class Letter(Given):
    """A message that a consumer gave up on, without its contents."""

    address: str = Field(examples=["links/12"])
    schema_: Annotated[
        str, Field(validation_alias="schema", serialization_alias="schema", examples=["links"])
    ]
    id: Id = Field(examples=[12])
    service: str = Field(examples=["refresher"])
    consumer: str = Field(examples=["refresher-links-scraped"])
    event: str | None = Field(examples=["links.scraped"])
    event_id: str
    code: str = Field(examples=["invalid_event"])
    detail: str | None
    fingerprint: str | None
    attempts: int
    replays: int
    state: Literal["open", "replayed", "dropped"]
    outcome: Literal["open", "dropped", "died_again", "handled", "waiting", "sent"]
    note: str | None
    decided_by: str | None
    decided_at: datetime | None
    died_again_as: str | None = Field(examples=["links/19"])
    handled_at: datetime | None
    created_at: datetime


class Letters(Given):
    """One page of letters, the newest first, and how many match in all."""

    total: int
    letters: list[Letter]
    next: str | None = Field(description="The cursor of the next page, null on the last one.")


class WholeLetter(Letter):
    """A letter with its contents."""

    subject: str = Field(examples=["ws.evt.links.scraped"])
    headers: dict[str, str]
    payload: JsonValue = Field(description="The decoded JSON, or null beside `raw_hex` where it is none.")
    raw_hex: str | None = None
