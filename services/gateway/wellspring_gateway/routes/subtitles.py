"""Subtitles, from our own origin."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from ..door import door_of
from .guards import viewer
from .problems import Problem

# their address names what is in them, but members' libraries are not for caches on the way
IMMUTABLE = "private, max-age=31536000, immutable"
_DIGEST = re.compile(r"[0-9a-f]{16,64}")

router = APIRouter(include_in_schema=False)


@router.get("/subtitles/{subtitles_id}/{digest}.vtt")
async def subtitles(
    request: Request, subtitles_id: Annotated[int, Path(ge=1, lt=2**63)], digest: str
) -> Response:
    """Send subtitles as WebVTT."""
    await viewer(request)
    found = None
    if _DIGEST.fullmatch(digest) is not None:
        found = await door_of(request).watching.subtitles.vtt(subtitles_id, digest)
    if found is None:
        raise Problem("not_found", "There are no subtitles at this address.")
    return Response(found, media_type="text/vtt; charset=utf-8", headers={"Cache-Control": IMMUTABLE})
