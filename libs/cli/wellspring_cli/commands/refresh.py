"""`refresh`: what the refresher would ask for next and why, or episodes asked for now."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from wellspring_common.clock import SystemClock

from ..console import Failure, hush_libraries, out, say
from ..gateway import Entrance, entrance_of, signed_in
from ..reading import reading
from ..turns import Outlook, Turn, outlook
from .options import DataDirOption, DemoOption, data_dir_of

WORDS = {
    "watched": "people watch it",
    "next_up": "next episode of what is being watched",
    "starved": "too few links",
    "failed": "tried again after a failure",
    "unwatched": "its sources are looked after",
    "always": "its links expire",
    "cancelled": "its scrape was cancelled",
}
LONG_MIN = 120
"""From so many minutes on a time is told in hours."""
EpisodeOption = Annotated[
    list[int] | None, typer.Option("--episode", help="Scrape this episode now. May be repeated.")
]


def refresh(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be refreshed and why, and change nothing.")
    ] = False,
    episode: EpisodeOption = None,
    within: Annotated[
        float, typer.Option("--within", min=0, max=8760, help="Show turns of so many hours to come.")
    ] = 6,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Show so many at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")] = False,
    url: Annotated[str | None, typer.Option("--url", help="A gateway elsewhere.", show_default=False)] = None,
    user: Annotated[str, typer.Option("--user", envvar="WELLSPRING_ADMIN_USER", show_default=False)] = "",
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Show what is due to be refreshed and why, or have episodes scraped now."""
    hush_libraries()
    if dry_run is bool(episode):
        raise Failure(
            "Nothing to do: the refresher asks by itself for what is due.",
            "Look with --dry-run, or name what you want scraped now with --episode.",
        )
    data = data_dir_of(data_dir, demo=demo)
    if episode:
        entrance = entrance_of(url, user, data, demo=demo, chosen=data_dir is not None)
        answers = asyncio.run(_ask(entrance, episode))
        if as_json:
            typer.echo(json.dumps(answers, indent=2))
        return
    now = SystemClock().now()

    async def look() -> Outlook:
        async with reading(data, demo=demo) as connection:
            return await outlook(connection, now=now, within=timedelta(hours=within), limit=limit)

    found = asyncio.run(look())
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2, default=_plain))
    else:
        _show(found, now, within)


async def _ask(entrance: Entrance, episodes: list[int]) -> list[dict[str, Any]]:
    async with signed_in(*entrance) as client:
        answers = []
        for episode in episodes:
            answer = await client.send("POST", f"/api/v1/episodes/{episode}/scrape", what="the scrape")
            say(f"episode {episode} is being scraped: {client.url}/watch/{episode}")
            answers.append({"episode_id": episode, **answer})
        return answers


def _show(found: Outlook, now: datetime, within: float) -> None:
    if found.is_paused:
        out.print("[yellow]Refreshing is paused[/]: nothing of this is asked for until it goes on.")
    busy = f", {found.being_scraped} being scraped" if found.being_scraped else ""
    out.print(
        f"policy {found.policy}: {found.due} due now, {found.within} within {within:g} hours{busy}",
        soft_wrap=True,
    )
    if not found.turns:
        return
    table = Table("episode", "due", "why", "plays/day", "hosts this hour", box=None, pad_edge=False)
    for turn in found.turns:
        table.add_row(
            escape(f"{turn.episode_id} {name_of(turn)}"),
            due_of(turn, now),
            WORDS.get(turn.why, turn.why) + (f" ({turn.failures})" if turn.failures else ""),
            f"{turn.plays_per_day:.2g}",
            escape(
                ", ".join(f"{host} {found.asked.get(host, 0)}/{found.per_host_hour}" for host in turn.hosts)
            ),
        )
    out.print(table)
    if found.within > len(found.turns):
        out.print(f"[dim]… {found.within - len(found.turns)} more: --limit {found.within} shows all[/]")


def name_of(turn: Turn) -> str:
    """Return how people call an episode."""
    return f"{turn.title} S{turn.season:g}E{turn.number:g}"


def due_of(turn: Turn, now: datetime) -> str:
    """Return when a turn comes, in words."""
    left = (turn.due_at - now).total_seconds()
    if turn.held_by is not None:
        return f"later: {turn.held_by} has had its share"
    if left <= 0:
        return "now"
    minutes = round(left / 60)
    return f"in {minutes} min" if minutes < LONG_MIN else f"in {left / 3600:.1f} h"


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
