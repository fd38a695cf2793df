"""Probes on the main port, for load balancers that see no other."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ..door import door_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> dict[str, object]:
    """Answer while the process lives."""
    return {"service": "gateway", "alive": True}


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """Answer 200 while Postgres answers, 503 otherwise, each with what is wrong: NATS away is told too."""
    readiness = door_of(request).readiness
    state = await readiness.check()
    return Response(state.body(readiness.service), status_code=state.status, media_type="application/json")
