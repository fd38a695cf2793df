"""The API of dead letters, for operators and their programs."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from wellspring_common.dead_letters import LONGEST_REASON, Address, Wanted
from wellspring_common.errors import Permanent

from ..domain.documents.letters import Letter, Letters, WholeLetter
from ..domain.text import is_storable
from ..door import door_of
from .guards import checked, operator
from .problems import Problem

router = APIRouter(prefix="/api/v1/dead-letters", tags=["dead letters"])

_NOT_OPEN: dict[int | str, dict[str, Any]] = {
    409: {"description": "`not_open` or `consumer_gone`: it cannot be brought or dropped any more."}
}

Text = Annotated[str | None, Query(max_length=200)]


class Reason(BaseModel):
    """Why a letter is given up."""

    why: str = Field(min_length=1, max_length=LONGEST_REASON)


@router.get("")
async def letters(
    request: Request,
    *,
    state: Literal["open", "replayed", "dropped", "all"] = "open",
    consumer: Text = None,
    code: Text = None,
    fingerprint: Text = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Letters:
    """Return letters without their contents, the newest first, how many match, and the next page's cursor."""
    await operator(request)
    if not all(is_storable(each or "") for each in (consumer, code, fingerprint)):
        raise Problem("invalid", "A filter holds what no text can hold.")
    only = None if state == "all" else state
    wanted = Wanted(state=only, consumer=consumer, code=code, fingerprint=fingerprint)
    total, found, following = await door_of(request).letters.find(wanted, limit=limit, cursor=cursor)
    return Letters(total=total, letters=[Letter.model_validate(each) for each in found], next=following)


@router.get("/{schema}/{letter_id}")
async def letter(request: Request, schema: str, letter_id: str) -> WholeLetter:
    """Return a whole letter: `payload` is the decoded JSON, or null beside `raw_hex`."""
    await operator(request)
    return await _letter(request, _address(schema, letter_id))


@router.post("/{schema}/{letter_id}/replay", status_code=202, responses=_NOT_OPEN)
async def replay(request: Request, schema: str, letter_id: str) -> WholeLetter:
    """Bring a letter to its consumer again. One that is not open answers 409."""
    session = await operator(request)
    await checked(request)
    address = _address(schema, letter_id)
    await door_of(request).letters.replay(address, by=session.user.username)
    return await _letter(request, address)


@router.post("/{schema}/{letter_id}/drop", responses=_NOT_OPEN)
async def drop(request: Request, schema: str, letter_id: str, reason: Reason) -> WholeLetter:
    """Give a letter up for good: it stays to be looked at for 90 days. One that is not open answers 409."""
    session = await operator(request)
    await checked(request)
    address = _address(schema, letter_id)
    if not is_storable(reason.why):
        raise Problem("invalid", "The reason holds what no text can hold.")
    await door_of(request).letters.drop(address, by=session.user.username, why=reason.why)
    return await _letter(request, address)


async def _letter(request: Request, address: Address) -> WholeLetter:
    found = await door_of(request).letters.read(address)
    if found is None:
        raise Problem("not_found", f"There is no letter {address}.")
    raw: bytes = found.pop("raw")
    return WholeLetter.model_validate({**found, "raw_hex": raw.hex() if found["payload"] is None else None})


def _address(schema: str, letter_id: str) -> Address:
    try:
        return Address.parse(f"{schema}/{letter_id}")
    except Permanent as error:
        raise Problem("not_found", "There is no letter at this address.") from error
