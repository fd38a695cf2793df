"""The operator's pages of looks at links: start one, follow it, and see which hosts are in trouble."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from wellspring_common.errors import Permanent

from ..domain.digits import uuid_in
from ..domain.episodes import FieldError
from ..domain.probing import NUMBERS, WORDS, ProbeFilter, is_unheard, parse_form
from ..door import door_of
from .admin import signed_in
from .guards import checked, operator
from .problems import Problem
from .view import page

RUNS_SHOWN = 20
LIVE = frozenset({"queued", "running"})
STATES = ("alive", "unknown", "suspect", "dead", "missing")

router = APIRouter(prefix="/admin/probes", include_in_schema=False)


@router.get("")
async def probes_page(request: Request) -> Response:
    """Show the newest runs, the hosts in trouble, and the form, filled in as the address says."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    return await _probes(request, fields=request.query_params, errors={})


@router.post("")
async def start(request: Request) -> Response:
    """Start a run and go to its page."""
    session = await operator(request)
    await checked(request)
    door = door_of(request)
    fields = {name: str(value) for name, value in (await request.form()).items()}
    wanted = parse_form(fields)
    if not isinstance(wanted, ProbeFilter):
        return await _probes(request, fields=fields, errors=wanted, status=422)
    try:
        asked = await door.upkeep.probes.request(
            wanted, by=session.user.username, now=door.clock.now(), key=None
        )
    except Permanent as error:
        if error.code != "unknown_title":
            raise
        errors = {"title": FieldError(error.code, error.message)}
        return await _probes(request, fields=fields, errors=errors, status=422)
    return RedirectResponse(f"/admin/probes/{asked.job_id}", status_code=303)


@router.get("/{run_id}")
async def probe_page(request: Request, run_id: str) -> Response:
    """Show a run as far as it has come."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    door, number = door_of(request), uuid_in(run_id)
    found = await door.upkeep.probes.one(number) if number is not None else None
    if found is None:
        raise Problem("not_found", "There is no run at this address. Runs are kept for 30 days.")
    now = door.clock.now()
    run = _shown(found, now)
    health = await door.upkeep.hosts.now(now) if run["live"] else None
    context = {"run": run, "network": health.network if health is not None else None}
    return await page(request, "admin/probe.html", context)


async def _probes(
    request: Request, *, fields: Mapping[str, str], errors: Mapping[str, FieldError], status: int = 200
) -> Response:
    door = door_of(request)
    now = door.clock.now()
    health = await door.upkeep.hosts.now(now)
    context = {
        "form": {name: fields.get(name, "") for name in (*NUMBERS, *WORDS)},
        "errors": {name: {"key": error.key, "params": error.params} for name, error in errors.items()},
        "runs": [_shown(run, now) for run in await door.upkeep.probes.recent(RUNS_SHOWN, now=now)],
        "hosts": health.hosts,
        "network": health.network,
        "timeout_s": door.tunables.current.probe_timeout_seconds,
    }
    return await page(request, "admin/probes.html", context, status=status)


def _shown(run: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return a run with what its page needs to know beyond it."""
    before, after = run["states_before"], run["states_after"]
    met = [name for name in STATES if name in before or name in after]
    return {
        **run,
        "live": run["state"] in LIVE,
        "unheard": is_unheard(run["state"], run["requested_at"], now),
        "found": sorted(run["counts"].items(), key=lambda pair: (pair[0] != "alive", -pair[1], pair[0])),
        "states": [(name, before.get(name, 0), after.get(name, 0)) for name in met],
    }
