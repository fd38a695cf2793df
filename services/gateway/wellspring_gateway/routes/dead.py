"""The operator's pages of dead letters: which there are, one of them, try it again, drop it."""

import json
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from wellspring_common.dead_letters import LONGEST_REASON, STATES, Address, Wanted
from wellspring_common.errors import Permanent
from wellspring_common.events.topology import CONSUMERS

from ..domain.text import is_storable
from ..door import door_of
from .admin import signed_in
from .guards import checked, operator
from .problems import Problem
from .view import from_cursor, page

PAGE = 50
LONGEST_PAYLOAD = 64 * 1024

router = APIRouter(prefix="/admin/dead", include_in_schema=False)


@router.get("")
async def letters_page(
    request: Request,
    *,
    state: str = "open",
    consumer: str = "",
    code: str = "",
    fingerprint: str = "",
    cursor: str = "",
) -> Response:
    """Show the letters that match, the newest first."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    filters = {"consumer": consumer, "code": code.strip(), "fingerprint": fingerprint.strip()}
    filters = {name: value if is_storable(value) else "" for name, value in filters.items()}
    state = state if state in (*STATES, "all") else "open"
    wanted = Wanted(
        state=None if state == "all" else state,
        **{name: value or None for name, value in filters.items()},  # type: ignore[arg-type]  # all of them texts
    )
    total, letters, following = await from_cursor(
        lambda place: door_of(request).letters.find(wanted, limit=PAGE, cursor=place), cursor
    )
    query = {name: value for name, value in filters.items() if value}
    context = {
        "found": letters,
        "total": total,
        "state": state,
        "states": (*STATES, "all"),
        "filters": filters,
        "narrowed": urlencode(query),
        "consumers": [spec.name for spec in CONSUMERS],
        "next_url": (
            f"/admin/dead?{urlencode({**query, 'state': state, 'cursor': following})}" if following else None
        ),
    }
    return await page(request, "admin/dead.html", context)


@router.get("/{schema}/{letter_id}")
async def letter_page(request: Request, schema: str, letter_id: str) -> Response:
    """Show everything of one letter."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    return await _letter(request, _address(schema, letter_id))


@router.post("/{schema}/{letter_id}/replay")
async def replay(request: Request, schema: str, letter_id: str) -> Response:
    """Bring a letter to its consumer again. One that somebody else decided about is shown as it is."""
    session = await operator(request)
    await checked(request)
    address = _address(schema, letter_id)
    try:
        await door_of(request).letters.replay(address, by=session.user.username)
    except Permanent as error:
        if error.code != "not_open":
            raise
    return RedirectResponse(f"/admin/dead/{address}", status_code=303)


@router.post("/{schema}/{letter_id}/drop")
async def drop(request: Request, schema: str, letter_id: str) -> Response:
    """Give a letter up, with a reason."""
    session = await operator(request)
    await checked(request)
    address, why = _address(schema, letter_id), str((await request.form()).get("why") or "").strip()
    if not why or len(why) > LONGEST_REASON or not is_storable(why):
        return await _letter(request, address, errors={"why": "required"}, status=422)
    try:
        await door_of(request).letters.drop(address, by=session.user.username, why=why)
    except Permanent as error:
        if error.code != "not_open":
            raise
    return RedirectResponse(f"/admin/dead/{address}", status_code=303)


async def _letter(
    request: Request, address: Address, *, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    letter = await door_of(request).letters.read(address)
    if letter is None:
        raise Problem("not_found", "There is no letter at this address. Decided ones are kept for 90 days.")
    context = {"letter": {**letter, "text": _text(letter)}, "errors": errors or {}}
    return await page(request, "admin/dead_letter.html", context, status=status)


def _address(schema: str, letter_id: str) -> Address:
    try:
        return Address.parse(f"{schema}/{letter_id}")
    except Permanent as error:
        raise Problem("not_found", "There is no letter at this address.") from error


def _text(letter: dict[str, Any]) -> str:
    """Return a payload for people: indented JSON, else its bytes as they are."""
    if letter["payload"] is None:
        return repr(letter["raw"][:LONGEST_PAYLOAD])
    return json.dumps(letter["payload"], indent=2, ensure_ascii=False)[:LONGEST_PAYLOAD]
