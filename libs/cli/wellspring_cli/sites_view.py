"""How the workbench's answers look in a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from .console import out

_LABELS = ("label", "title", "name", "key")
_HINTS = {
    "blocked_address": "A host of your own network is opened by --allow HOST:PORT.",
    "unknown_definition": "./wellspring sites list names those that there are.",
    "drift": "The page is not what the definition expects: compare the steps above with its source.",
    "unknown_page": "./wellspring sites replay lists those that there are.",
    "resolver_unavailable": "In a checkout: uv sync --all-packages --extra ytdlp",
    "unsupported_scope": "./wellspring sites list shows which lists a definition can read.",
}
LONGEST = 110

Answer = Mapping[str, Any]


def show_list(definitions: Iterable[Answer]) -> None:
    """Print what definitions there are."""
    table = Table(box=None, pad_edge=False)
    for heading in ("definition", "from", "links", "catalogue", "browser", "what it reads"):
        table.add_column(heading, overflow="fold")
    for one in definitions:
        table.add_row(
            f"[bold]{escape(one['id'])}[/]",
            escape(one["origin"]),
            "yes" if one["resolves"] else "-",
            escape(", ".join(one["scopes"])) or "-",
            "yes" if one["browser"] else "-",
            escape(one["name"]),
        )
    out.print(table)


def show_mistakes(mistakes: Iterable[Answer]) -> None:
    """Print mistakes as compilers do, so that editors find their places."""
    for one in mistakes:
        field = f" [bold]{escape(one['field'])}:[/]" if one["field"] else ""
        out.print(f"{escape(one['file'])}:{one['line']}:{field} {escape(one['expected'])}", soft_wrap=True)


def show_kept(pages: Sequence[Answer]) -> None:
    """Print which pages are kept, the newest last."""
    if not pages:
        out.print("No page is kept: every definition reads its pages.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("page", "definition", "when (UTC)", "as", "KB", "address"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "KB" else "left")
    for one in pages:
        when, size = str(one["at"])[:16].replace("T", " "), f"{one['bytes'] / 1024:.0f}"
        row = (one["id"], one["definition"], when, one["step"], size, one["url"])
        table.add_row(*(escape(cell) for cell in row))
    out.print(table)
    out.print("\nRead one again: ./wellspring sites replay PAGE   Keep it: --save FILE")


def show_trial(answer: Answer) -> None:
    """Print each step of a trial: what was asked, what matched, what came out."""
    for number, step in enumerate(answer.get("steps", ()), start=1):
        _show_step(number, step)
    if answer.get("steps_left_out"):
        out.print(f"[dim]… and {answer['steps_left_out']} more steps[/]")
    links = [link for step in answer.get("steps", ()) for link in step["links"]]
    if links:
        out.print("\n[bold]links[/]")
        for link in links:
            _show_link(link)
    for part in ("title", "list"):
        if answer.get(part):
            out.print(f"\n[bold]{part}[/]")
            _show_values(answer[part])
    if not answer["ok"]:
        out.print(
            f"\n[red]✗[/] [bold]{escape(str(answer.get('code')))}[/] {escape(answer.get('detail') or '')}",
            soft_wrap=True,
        )
        if answer.get("code") in _HINTS:
            out.print(f"  [bold]→[/] {_HINTS[answer['code']]}", soft_wrap=True)


def _show_step(number: int, step: Answer) -> None:
    status = step["status"]
    colour = "green" if status and status < 400 else "yellow"  # noqa: PLR2004  (an HTTP status)
    out.print(
        f"\n[bold]{number} {escape(step['step'])}[/]  {escape(step['method'])} {escape(step['url'])}  "
        f"[{colour}]{status or 'not fetched'}[/]",
        soft_wrap=True,
    )
    width = max((len(name) for name in step["fields"]), default=0)
    for name, value in step["fields"].items():
        shown = "[dim]nothing[/]" if value is None else escape(_short(value))
        out.print(f"  {escape(name):<{width}}  {shown}", soft_wrap=True)
    _show_rows(step["rows"], step.get("more_rows", 0))
    for one in step["problems"]:
        whose = f"{one['server']}: " if one.get("server") else ""
        said = f"{whose}{one['code']}: {one.get('detail') or ''}"
        out.print(f"  [yellow]![/] {escape(said)}", soft_wrap=True)


def _show_rows(rows: Sequence[Answer], more: int) -> None:
    for row in rows:
        label = next((row[name] for name in _LABELS if row.get(name)), "")
        if "left_out" in row:
            out.print(f"  [dim]- {escape(label)}: left out, {escape(row['left_out'])}[/]", soft_wrap=True)
        elif "server" in row:
            server = (
                f"[green]{escape(row['server'])}[/]" if row["server"] else "[yellow]no server knows it[/]"
            )
            out.print(f"  → {escape(label)}: {server}", soft_wrap=True)
        else:
            own = {name: value for name, value in row.items() if name != "group" and value}
            shown = "  ".join(f"[dim]{escape(name)}[/] {escape(_short(str(own[name])))}" for name in own)
            out.print(f"  • {shown}", soft_wrap=True)
    if more:
        out.print(f"  [dim]… and {more} more rows[/]")


def _show_link(link: Answer) -> None:
    lines = f"{link['quality']}p" if link.get("quality") else "any quality"
    seen = "seen" if link.get("verified") else "not looked at"
    out.print(
        f"  [green]✓[/] [bold]{escape(link['server'])}[/] {lines} {escape(link['kind'])} "
        f"{escape(link['container'])}, {seen}: {escape(link['url'])}",
        soft_wrap=True,
    )


def _show_values(values: Any) -> None:
    if isinstance(values, Mapping):
        for name, value in values.items():
            if isinstance(value, list) and value and isinstance(value[0], Mapping):
                out.print(f"  {escape(name)}:")
                for one in value:
                    shown = ", ".join(f"{key} {_short(str(held))}" for key, held in one.items() if held)
                    out.print(f"    • {escape(shown)}", soft_wrap=True)
            elif value not in (None, [], ""):
                shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                out.print(f"  {escape(name)}: {escape(_short(shown))}", soft_wrap=True)


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= LONGEST else folded[: LONGEST - 1] + "…"
