"""Pictures of titles, from our own origin."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from ..door import door_of
from .problems import Problem

IMMUTABLE = "public, max-age=31536000, immutable"
_DIGEST = re.compile(r"[0-9a-f]{16,64}")

router = APIRouter(include_in_schema=False)


@router.get("/posters/{title_id}/{digest}")
@router.get("/u/{token}/posters/{title_id}/{digest}")
async def poster(request: Request, title_id: Annotated[int, Path(ge=1, lt=2**63)], digest: str) -> Response:
    """Send a picture. Its address names what is in it, so that a browser keeps it for ever."""
    found = None
    if _DIGEST.fullmatch(digest) is not None:
        found = await door_of(request).crawling.posters.get(title_id, digest)
    if found is None:
        raise Problem("not_found", "There is no picture at this address.")
    headers = {"Cache-Control": IMMUTABLE, "ETag": f'"{digest}"', "Content-Disposition": "inline"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(found.body, media_type=found.content_type, headers=headers)
