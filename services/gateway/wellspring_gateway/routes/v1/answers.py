"""Answers that all of the API gives alike: once for each key, tagged by version."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from wellspring_common.errors import Permanent

from ...domain.access import Session
from ...domain.cursors import LONGEST_CURSOR
from ...domain.documents.base import Tagged
from ...domain.documents.texts import HIGHEST_ID
from ...domain.etags import is_known
from ...door import Door, door_of
from ...ports.answers import Keep
from ..view import credential

HTTP_CREATED = 201

Document = TypeVar("Document", bound=BaseModel)

IdInPath = Annotated[int, Path(ge=1, le=HIGHEST_ID, examples=[7])]
Cursor = Annotated[
    str | None,
    Query(max_length=LONGEST_CURSOR, description="`next` of the page before. Left out: the first page."),
]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Sent again with the same key within 7 days, a request answers what it answered first.",
        examples=["add-the-glory-1"],
    ),
]
BasedOn = Annotated[
    str | None,
    Header(alias="If-Match", max_length=500, description="The ETag of what is edited, or `*` for any."),
]
Known = Annotated[
    str | None,
    Header(alias="If-None-Match", max_length=500, description="An ETag: the same version answers 304."),
]
VERSION = {"ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}}}
PLACE = {"Location": {"description": "Where it is from now on.", "schema": {"type": "string"}}}
TAGGED: dict[int | str, dict[str, Any]] = {
    200: {"headers": VERSION},
    304: {"description": "The version that `If-None-Match` names is the newest."},
}
EDITED: dict[int | str, dict[str, Any]] = {
    200: {"headers": VERSION},
    412: {"description": "`precondition_failed`: somebody changed it meanwhile."},
    428: {"description": "`precondition_required`: there was no `If-Match`."},
}
CREATED: dict[int | str, dict[str, Any]] = {201: {"headers": {**VERSION, **PLACE}}}
ACCEPTED: dict[int | str, dict[str, Any]] = {202: {"headers": PLACE}}


@dataclass(frozen=True)
class Once:
    """A request that may be repeated: its key, and what tells it from another one."""

    door: Door
    key: str | None
    digest: bytes
    asked_with: bytes = b""
    """What only whoever asks has, where the answer tells a secret."""

    async def before(self) -> tuple[int, dict[str, Any]] | None:
        """Return what it answered first. Raises `Permanent` where the key was used for another request."""
        return await self.door.replies.kept(self.key, self.digest) if self.key is not None else None

    async def made(
        self, shape: type[Document], make: Callable[[Keep | None], Awaitable[Any]]
    ) -> Document | None:
        """Return what the first request of this key made, or what `make` makes and keeps beside it.

        Nothing, where it makes nothing. Raises `Permanent` as `before` and `make` do.
        """
        kept = await self.before()
        if kept is None:
            try:
                stored = await make(self._keep(shape, HTTP_CREATED))
                return shape.model_validate(stored) if stored is not None else None
            except Permanent:
                # the same request may have been faster on another connection
                kept = await self.before()
                if kept is None:
                    raise
        return shape.model_validate(kept[1])

    async def remember(self, status: int, body: Mapping[str, Any]) -> None:
        """Keep the answer of an action that can be repeated without harm until then."""
        if self.key is not None:
            await self.door.replies.keep(self.key, self.digest, status, body)

    def seed(self) -> bytes:
        """Return what to make a secret of: the same for the same request, so that none has to be kept."""
        if self.key is None:
            return secrets.token_bytes(32)
        return hmac.digest(self.asked_with, self.digest + self.key.encode(), "sha256")

    def _keep(self, shape: type[BaseModel], status: int) -> Keep | None:
        if self.key is None:
            return None

        def told(stored: object) -> dict[str, Any]:
            return shape.model_validate(stored).model_dump(mode="json")

        return Keep(self.key, self.digest, status, told)


def once(request: Request, session: Session | None, key: str | None, said: BaseModel | None = None) -> Once:
    """Return a request as one that may be repeated: by the same person, at the same address."""
    values = said.model_dump(mode="json") if said is not None else None
    who = session.user.id if session is not None else None
    parts = json.dumps([request.method, request.url.path, who, values], sort_keys=True)
    return Once(door_of(request), key, hashlib.sha256(parts.encode()).digest())


def once_in_secret(request: Request, session: Session, key: str | None, said: BaseModel) -> Once:
    """Return a request whose answer tells a secret, as one that may be repeated with the same credentials."""
    known, mine = once(request, session, key, said), credential(request).encode()
    digest = hashlib.sha256(known.digest + hashlib.sha256(mine).digest()).digest()
    return Once(known.door, key, digest, mine)


def stored(document: Document | None) -> Document:
    """Return a document whose making either returns it or raises."""
    assert document is not None  # noqa: S101  (see above)
    return document


def tagged(document: Tagged, known: str | None = None) -> Response:
    """Answer with a document and its version, or that whoever asks has it already."""
    headers = {"ETag": document.etag, "Cache-Control": "private, no-cache"}
    if is_known(known, document.etag):
        return Response(status_code=304, headers=headers)
    return JSONResponse(document.model_dump(mode="json"), headers=headers)


def created(document: Tagged, location: str) -> Response:
    """Answer that a document was stored, and where it is."""
    headers = {"ETag": document.etag, "Location": location}
    return JSONResponse(document.model_dump(mode="json"), status_code=HTTP_CREATED, headers=headers)
