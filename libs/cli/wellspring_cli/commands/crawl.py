"""`crawl`: reads a catalogue now, and says what came of it."""

import asyncio
import time
from typing import Annotated, Any

import typer
from rich.markup import escape

from ..console import Failure, out, say
from ..gateway import Client, Entrance, entrance_of, signed_in
from .options import DataDirOption, DemoOption, data_dir_of

LOOK_EVERY_S = 0.5
STORE_PATIENCE_S = 10.0
"""A crawl may end a moment before the library has stored its last titles."""
_HEARD = ("titles_added", "titles_changed", "titles_unchanged", "refused")
_ENDED = frozenset({"succeeded", "partial", "failed", "cancelled"})


def crawl(
    catalogue: Annotated[str, typer.Argument(help="Its name or number. Without it: the default one.")] = "",
    *,
    scope: Annotated[
        str, typer.Option("--scope", help="all, ongoing, complete, search, tag or title.")
    ] = "ongoing",
    query: Annotated[
        str, typer.Option("--query", help="For search, tag and title: words, a tag, a key or a URL.")
    ] = "",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many titles.")] = None,
    thorough: Annotated[bool, typer.Option("--thorough", help="Read every page anew.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Stay until it has ended. Exit code 1 if it failed.")
    ] = False,
    url: Annotated[str | None, typer.Option("--url", help="A gateway elsewhere.", show_default=False)] = None,
    user: Annotated[str, typer.Option("--user", envvar="WELLSPRING_ADMIN_USER", show_default=False)] = "",
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Read a catalogue now: its titles, episodes and sources appear in the library."""
    entrance = entrance_of(
        url, user, data_dir_of(data_dir, demo=demo), demo=demo, chosen=data_dir is not None
    )
    wish = {"scope": scope, "query": query, "limit": limit, "thorough": thorough}
    state = asyncio.run(
        _crawl(
            entrance,
            catalogue,
            {name: value for name, value in wish.items() if value},
            wait=wait,
        )
    )
    raise typer.Exit(1 if state == "failed" else 0)


async def _crawl(entrance: Entrance, named: str, wish: dict[str, Any], *, wait: bool) -> str:
    async with signed_in(*entrance) as client:
        found = await client.send("GET", "/api/v1/catalogues", what="the list of catalogues")
        one = choose(found["catalogues"], named)
        path = f"/api/v1/catalogues/{one['id']}/crawls"
        job = await client.send("POST", path, wish, what="the crawl")
        already = " (it was running already)" if job["deduplicated"] else ""
        say(f"reading {escape(one['name'])}: {wish['scope']} {escape(str(wish.get('query', '')))}{already}")
        say(f"{client.url}/admin/jobs/{job['id']}")
        if wait:
            job = await _ended(client, job["id"])
            out.print(summary(job), soft_wrap=True)
        return str(job["state"])


def choose(catalogues: list[dict[str, Any]], named: str) -> dict[str, Any]:
    """Return the catalogue of that name or number, or the default one. Raises `Failure`."""
    names = ", ".join(one["name"] for one in catalogues) or "none yet"
    if named:
        wanted = named.casefold()
        for one in catalogues:
            if wanted in {one["name"].casefold(), str(one["id"])}:
                return one
        raise Failure(f"There is no catalogue {named!r}.", f"There are: {names}.")
    if len(catalogues) == 1 or (catalogues and catalogues[0]["is_default"]):
        return catalogues[0]
    todo = "Name one of them." if catalogues else "Add one in the browser, under Catalogues."
    raise Failure(f"Which catalogue? There are: {names}.", todo)


def summary(job: dict[str, Any]) -> str:
    """Return how a crawl ended, in one paragraph with markup."""
    colour = {"succeeded": "green", "partial": "yellow"}.get(job["state"], "red")
    read = ", ".join(f"{value} {name}" for name, value in (job["counts"] or {}).items() if value)
    library = job["library"] or {}
    changed = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in library.items() if value)
    lines = [f"[{colour}]{job['state']}[/] {read}", f"library: {changed or 'nothing changed'}"]
    if job["error_code"]:
        lines.append(escape(f"{job['error_code']}: {job['error_detail'] or ''}"))
    lines += [escape(f"{one['code']}: {one['detail']}") for one in job["problems"][:5]]
    return "\n".join(lines)


def is_stored(job: dict[str, Any]) -> bool:
    """Return whether the library has heard of every title that a crawl read."""
    library = job["library"] or {}
    heard = sum(library.get(name, 0) for name in _HEARD)
    return bool(heard >= (job["counts"] or {}).get("titles", 0))


async def _ended(client: Client, job_id: str) -> dict[str, Any]:
    began = time.monotonic()
    until = began + STORE_PATIENCE_S
    with out.status("waiting ...") as status:
        while True:
            job = await client.send("GET", f"/api/v1/crawls/{job_id}", what="the crawl")
            if job["state"] in _ENDED and (is_stored(job) or time.monotonic() > until):
                return job
            if job["state"] not in _ENDED:
                until = time.monotonic() + STORE_PATIENCE_S
            step = job["step"] or {}
            counts = step.get("counts") or {}
            where = f"{step.get('step', job['state'])} {escape(step.get('title') or '')}"
            status.update(f"{where} - {counts.get('titles', 0)} titles, {time.monotonic() - began:.0f} s")
            await asyncio.sleep(LOOK_EVERY_S)
