"""Probes on the main port, for load balancers that see no other."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from wellspring_common.probes import readiness_body

from ..door import door_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> dict[str, object]:
    """Answer while the process lives."""
    return {"service": "gateway", "alive": True}


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """Answer 200 while Postgres and NATS answer, 503 with what is wrong otherwise."""
    wrong = await door_of(request).readiness.check()
    return Response(
        readiness_body("gateway", wrong), status_code=503 if wrong else 200, media_type="application/json"
    )
