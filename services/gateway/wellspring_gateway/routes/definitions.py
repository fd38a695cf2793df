"""The operator's pages of site definitions: which there are, write one, check it, try it, use it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from wellspring_common.errors import DependencyDown, Permanent

from ..domain.episodes import DEFINITION_NAME
from ..domain.text import is_storable
from ..door import door_of
from .admin import signed_in
from .guards import admin, checked, operator
from .problems import Problem
from .view import page

LARGEST_DEFINITION = 256 * 1024

router = APIRouter(prefix="/admin/definitions", include_in_schema=False)


@router.get("")
async def definitions_page(request: Request, saved: str = "", withdrawn: str = "") -> Response:
    """Show the stored definitions, and those that the scraper says it has."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    crawling = door_of(request).crawling
    silent = False
    try:
        known = await crawling.questions.shipped()
    except DependencyDown:
        known, silent = [], True
    stored = await crawling.definitions.all()
    names = {row["id"] for row in stored}
    context = {
        "stored": stored,
        "shipped": [one for one in known if one.get("id") not in names or one.get("origin") != "stored"],
        "drift": await crawling.definitions.drift(),
        "silent": silent,
        "saved": saved if DEFINITION_NAME.fullmatch(saved) else "",
        "withdrawn": withdrawn if DEFINITION_NAME.fullmatch(withdrawn) else "",
    }
    return await page(request, "admin/definitions.html", context)


@router.get("/edit")
async def edit_page(request: Request, id: str = "", url: str = "") -> Response:  # noqa: A002  (its name in the URL)
    """Show a stored definition, an empty form, or one that is only to be tried."""
    if (elsewhere := await signed_in(request)) is not None:
        return elsewhere
    found = await door_of(request).crawling.definitions.one(id) if is_storable(id) else None
    return await _form(request, {"id": id, "yaml": found["yaml"] if found else "", "url": url}, found)


@router.post("/edit")
async def edit(request: Request) -> Response:
    """Do what the button says: check the text, try it on a URL, or store and use it."""
    await operator(request)
    await checked(request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    fields = {"id": form.get("id", ""), "yaml": form.get("yaml", ""), "url": form.get("url", "").strip()}
    if len(fields["yaml"].encode(errors="replace")) > LARGEST_DEFINITION or not is_storable(fields["yaml"]):
        return await _form(request, fields, None, wrong="too_large", status=422)
    try:
        if form.get("do") == "try":
            return await _try(request, fields)
        return await _check(request, fields, save=form.get("do") == "save")
    except DependencyDown as error:
        word = "silent" if error.code == "no_responders" else "no_answer"
        return await _form(request, fields, None, wrong=word, status=503)


@router.post("/{definition_id}/withdraw")
async def withdraw(request: Request, definition_id: str) -> Response:
    """Take a definition out of use: one that is shipped under its name is used again."""
    session = await admin(request)
    await checked(request)
    door = door_of(request)
    if DEFINITION_NAME.fullmatch(definition_id) is None:
        raise Problem("not_found", "There is no definition of this name.")
    await door.crawling.definitions.withdraw(definition_id, by=session.user.id, now=door.clock.now())
    return RedirectResponse(f"/admin/definitions?withdrawn={definition_id}", status_code=303)


async def _check(request: Request, fields: dict[str, str], *, save: bool) -> Response:
    door = door_of(request)
    checked_text = await door.crawling.questions.check(fields["yaml"])
    name = str(checked_text["id"] or "")
    if not checked_text["ok"] or DEFINITION_NAME.fullmatch(name) is None:
        return await _form(request, fields, None, check=checked_text, status=422)
    if not save:
        return await _form(request, fields, None, check=checked_text)
    session = await admin(request)
    try:
        await door.crawling.definitions.save(name, fields["yaml"], by=session.user.id, now=door.clock.now())
    except Permanent:
        return await _form(request, fields, None, wrong="too_large", status=422)
    return RedirectResponse(f"/admin/definitions?saved={name}", status_code=303)


async def _try(request: Request, fields: dict[str, str]) -> Response:
    if not fields["url"]:
        return await _form(request, fields, None, wrong="url", status=422)
    questions = door_of(request).crawling.questions
    tried = await questions.attempt(
        definition=fields["id"], text=fields["yaml"].strip() or None, url=fields["url"]
    )
    return await _form(request, fields, None, tried=tried)


async def _form(
    request: Request,
    fields: dict[str, str],
    stored: dict[str, Any] | None,
    *,
    check: dict[str, Any] | None = None,
    tried: dict[str, Any] | None = None,
    wrong: str = "",
    status: int = 200,
) -> Response:
    context = {
        "form": fields,
        "stored": stored,
        "check": check,
        "tried": tried,
        "wrong": wrong,
    }
    return await page(request, "admin/definition.html", context, status=status)
