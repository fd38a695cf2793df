"""How dead letters look in a terminal."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from .console import err, out
from .letters import GOOD, Told, Tried

WORDS = {
    "open": "[yellow]open[/]",
    "dropped": "[dim]dropped[/]",
    "waiting": "waiting to be sent",
    "sent": "sent, nothing heard yet",
    "handled": "[green]handled[/]",
    "died_again": "[red]died again[/]",
    "refused": "[red]refused[/]",
}
LONGEST_RAW = 512
LONGEST_LIST = 20
ROOMY = 120
"""Columns of a terminal that has room for what is else seen by `show` and `--json`."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

Letter = Mapping[str, Any]


def age_of(moment: datetime, now: datetime) -> str:
    """Return how long ago something was, in one unit."""
    seconds = max(0, int((now - moment).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def plain(text: str) -> str:
    """Return a text from anywhere so that it neither commands the terminal nor counts as markup."""
    return escape(_CONTROLS.sub("\ufffd", text))


def show_none(state: str | None, *, narrowed: bool) -> None:
    """Say that there is nothing, and that this is good. Of a `narrowed` search it is not known to be."""
    if narrowed:
        out.print("No letter matches: ./wellspring dead list shows those that are open.")
    elif state in {"open", None}:
        out.print("No open dead letters: nothing waits for you.")
    else:
        out.print(f"No letter is {state}.")


def show_list(letters: Sequence[Letter], total: int, now: datetime, *, state: str | None) -> None:
    """Print letters, a row each, the newest first."""
    columns = ["letter", "service", "consumer", "event", "code", "age", "tries", "replays", "fingerprint"]
    rare = set() if out.width >= ROOMY else {"service", "tries", "replays", "fingerprint"}
    if rare and state != "open":  # the newest come first
        rare.add("age")
    shown = [column for column in columns if column not in rare]
    table = _table(*shown, *(() if state == "open" else ("now",)))
    for one in letters:
        row = {
            **one,
            "letter": one["address"],
            "age": age_of(one["created_at"], now),
            "tries": one["attempts"],
        }
        cells = [plain(str(row[column])) for column in shown]
        table.add_row(*cells, *(() if state == "open" else (WORDS[one["outcome"]],)))
    out.print(table)
    more = (
        f"[dim]… {total - len(letters)} more: --limit {total} shows all[/]\n" if total > len(letters) else ""
    )
    out.print(f"{more}\nLook at one: ./wellspring dead show {letters[0]['address']}", soft_wrap=True)


def show_groups(ways: Sequence[Letter], now: datetime) -> None:
    """Print what died in the same way as one row, the most frequent first."""
    columns = ["letters", "service", "consumer", "code", "fingerprint", "oldest", "newest", "for example"]
    rare = set() if out.width >= ROOMY else {"service", "oldest", "newest"}
    shown = [column for column in columns if column not in rare]
    table = _table(*shown)
    for way in ways:
        ages = {edge: age_of(way[edge], now) for edge in ("oldest", "newest")}
        row = {**way, **ages, "for example": way["newest_address"]}
        table.add_row(*(plain(str(row[column])) for column in shown))
    out.print(table)
    out.print(
        "\nOnce its cause is gone, try a whole row again: ./wellspring dead replay --fingerprint …",
        soft_wrap=True,
    )
    out.print("Without a fingerprint: --consumer … --code …")


def show_letter(one: Letter, now: datetime) -> None:
    """Print everything of one letter, and how to go on."""
    out.print(f"[bold]{one['address']}[/]  {plain(one['event'])} → {plain(one['consumer'])}")
    facts = {
        "now": WORDS[one["outcome"]],
        "code": f"[bold]{plain(one['code'])}[/]",
        "fingerprint": plain(one["fingerprint"]) or "-",
        "died": f"{one['created_at']:%Y-%m-%d %H:%M:%S} UTC, {age_of(one['created_at'], now)} ago",
        "tries": f"{one['attempts']}, replays {one['replays']}",
        "event id": one["event_id"],
        "subject": plain(one["subject"]),
    }
    if one["decided_at"]:
        facts["decided"] = f"{one['decided_at']:%Y-%m-%d %H:%M:%S} UTC by {plain(str(one['decided_by']))}"
    if one["note"]:
        facts["reason"] = plain(one["note"])
    _show_pairs(facts)
    out.print(f"\n[bold]detail[/]\n{plain(one['detail'])}", soft_wrap=True)
    out.print("\n[bold]headers[/]")
    _show_pairs({plain(name): plain(str(value)) for name, value in one["headers"].items()})
    out.print("\n[bold]payload[/]")
    if one["payload"] is None:
        raw: bytes = one["raw"]
        cut = f" … {len(raw)} bytes in all" if len(raw) > LONGEST_RAW else ""
        out.print(f"(no JSON) {plain(repr(raw[:LONGEST_RAW]))}{cut}", soft_wrap=True)
    else:
        out.print(plain(json.dumps(one["payload"], indent=2, ensure_ascii=False)), soft_wrap=True)
    _show_way_on(one)


def _show_way_on(one: Letter) -> None:
    out.print()
    if one["state"] == "open":
        out.print(f"Try it again, once its cause is gone: ./wellspring dead replay {one['address']} --wait")
        if one["fingerprint"]:
            same = f"./wellspring dead replay --fingerprint {plain(one['fingerprint'])} --wait"
            out.print(f"With all that died in the same way:   {same}", soft_wrap=True)
        out.print(f'Give it up:                           ./wellspring dead drop {one["address"]} --why "…"')
    elif one["died_again_as"]:
        out.print(f"It died again: ./wellspring dead show {one['died_again_as']}")


@contextmanager
def progress(what: str, total: int, *, quiet: bool) -> Iterator[Told]:
    """Show a bar on stderr, and yield what moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet or total < 2) as shown:  # noqa: PLR2004  (one needs no bar)
        task = shown.add_task(what, total=total)
        yield lambda: shown.advance(task)


def show_outcomes(tried: Sequence[Tried], *, done: str, waited: bool) -> None:
    """Print what became of letters: the figures, then those that somebody must look at."""
    refused = [each for each in tried if each.outcome == "refused"]
    accepted = len(tried) - len(refused)
    out.print(f"{accepted} of {len(tried)} {'letter' if len(tried) == 1 else 'letters'} {done}.")
    if waited and accepted:
        found = Counter(each.outcome for each in tried if each.outcome != "refused")
        out.print(", ".join(f"{number} {WORDS[outcome]}" for outcome, number in found.most_common()))
    bad = [each for each in tried if each.outcome not in GOOD and (waited or each.outcome == "refused")]
    for each in bad[:LONGEST_LIST]:
        said = plain(each.detail or WORDS[each.outcome]) if each.detail else WORDS[each.outcome]
        out.print(f"  {each.address}  {plain(each.consumer)}  {said}", soft_wrap=True)
    if len(bad) > LONGEST_LIST:
        out.print(f"  [dim]… and {len(bad) - LONGEST_LIST} more[/]")


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        right = heading in {"age", "tries", "replays", "letters", "oldest", "newest"}
        table.add_column(heading, overflow="fold", justify="right" if right else "left")
    return table


def _show_pairs(pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
    found = dict(pairs)
    width = max((len(name) for name in found), default=0)
    for name, value in found.items():
        out.print(f"  [dim]{name:<{width}}[/]  {value}", soft_wrap=True)
