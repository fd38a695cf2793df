"""The API of site definitions, to read."""

from typing import Any

from fastapi import APIRouter, Request

from wellspring_common.errors import DependencyDown

from ...domain.documents.links import Definition, Definitions
from ...domain.episodes import DEFINITION_NAME
from ...door import Door, door_of
from ..guards import operator
from ..problems import Problem

router = APIRouter(prefix="/api/v1/definitions", tags=["definitions"])


@router.get("")
async def definitions(request: Request) -> Definitions:
    """Return the site definitions: those stored here, and those that the scraper says it has."""
    await operator(request)
    found, complete = await _all(door_of(request))
    return Definitions(
        definitions=[one.model_copy(update={"yaml": None}) for one in found], complete=complete
    )


@router.get("/{definition_id}")
async def definition(request: Request, definition_id: str) -> Definition:
    """Return one site definition, with its text where it is stored here."""
    await operator(request)
    found = []
    if DEFINITION_NAME.fullmatch(definition_id):
        found = [one for one in (await _all(door_of(request)))[0] if one.id == definition_id]
    if not found:
        raise Problem("not_found", "There is no definition of this name.")
    return found[0]


async def _all(door: Door) -> tuple[list[Definition], bool]:
    """Return all definitions, the stored before the shipped, and whether the scraper told of its own."""
    crawling, complete = door.crawling, True
    try:
        shipped = await crawling.questions.shipped()
    except DependencyDown:
        shipped, complete = [], False
    drift = await crawling.definitions.drift()
    stored = [
        Definition.model_validate({**row, "origin": "stored", "drift_jobs": drift.get(row["id"], 0)})
        for row in await crawling.definitions.all()
    ]
    used = {one.id for one in stored if one.enabled}
    others = [_shipped(one, drift) for one in shipped if one.get("origin") != "stored"]
    return [*stored, *(one for one in others if one is not None and one.id not in used)], complete


def _shipped(said: dict[str, Any], drift: dict[str, int]) -> Definition | None:
    name, origin = said.get("id"), said.get("origin")
    if not isinstance(name, str):
        return None
    shown = origin if isinstance(origin, str) else "shipped"
    return Definition(id=name, origin=shown, enabled=True, drift_jobs=drift.get(name, 0))
