"""`export`: the library as files for media centres."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import aiohttp
import typer
from rich.markup import escape
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from ..console import Failure, err, out, say, warn
from ..gateway import address_of
from ..strm_tree import StrmTree
from .options import DataDirOption, DemoOption, data_dir_of

LONGEST_LINE = 2**20
SILENCE_S = 60
MOST_NAMED = 5
HTTP_OK, HTTP_UNAUTHORIZED, HTTP_FORBIDDEN = 200, 401, 403

app = typer.Typer(help="The library as files for media centres.", no_args_is_help=True)


@app.callback()
def export() -> None:
    """The library as files for media centres."""


@app.command()
def strm(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the tree lies. Made where it is not.")],
    *,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="How players reach the gateway.", show_default=False)
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", help="A file with a device's token, for a library of members."),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Only this title: its slug.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Only `series` or `movie`.")] = "",
    genre: Annotated[str, typer.Option("--genre", help="Only titles of this genre.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
    url: Annotated[str | None, typer.Option("--url", help="A gateway elsewhere.", show_default=False)] = None,
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
) -> None:
    """Write `.strm` and NFO files for Kodi and Jellyfin, or bring those that are there up to date.

    The folder then holds what was asked for. Files that no export wrote are never changed or removed.
    """
    where = (url or address_of(data_dir_of(data_dir, demo=demo))).rstrip("/")
    token = _token(token_file)
    outside = _checked_base(base_url) if base_url else None
    query = {name: text for name, text in (("title", title), ("kind", kind), ("genre", genre)) if text}
    tree = StrmTree(folder.expanduser().absolute(), dry_run=dry_run)
    try:
        with tree.writing():
            asyncio.run(_fill(tree, where, token, query, outside, quiet=as_json))
            tree.end()
    except OSError as error:
        raise Failure(f"{folder} cannot be written: {error.strerror} ({error.filename}).") from error
    _tell(tree, dry_run=dry_run, as_json=as_json)


async def _fill(
    tree: StrmTree, where: str, token: str | None, query: dict[str, str], outside: str | None, *, quiet: bool
) -> None:
    """Put every file that the gateway lists. Raises `Failure` unless it lists all of them."""
    base, count, whole = "", 0, False
    columns = (TextColumn("{task.description}"), TextColumn("{task.completed}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet) as progress:
        bar = progress.add_task("files", total=None)
        async with aclosing(_lines(where, token, query)) as lines:
            async for line in lines:
                if "base" in line:
                    base = str(line["base"])
                elif "files" in line:
                    whole = line["files"] == count
                else:
                    text = str(line["text"])
                    tree.put(str(line["path"]), (text.replace(base, outside) if outside else text).encode())
                    count += 1
                    progress.advance(bar)
    if not whole:
        raise Failure(
            f"The gateway's list broke off after {count} files, nothing was removed.", "Run it again."
        )


async def _lines(where: str, token: str | None, query: dict[str, str]) -> AsyncGenerator[dict[str, Any]]:
    device = f"/u/{token}" if token else ""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=SILENCE_S, sock_read=SILENCE_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, read_bufsize=LONGEST_LINE) as http,
            http.get(f"{where}{device}/export/strm.ndjson", params=query) as answer,
        ):
            if answer.status != HTTP_OK:
                await _refuse(answer)
            async for line in answer.content:
                yield json.loads(line)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise Failure(
            f"The gateway at {where} broke off: {type(error).__name__}. Nothing was removed.",
            "Look at ./wellspring status.",
        ) from error


async def _refuse(answer: aiohttp.ClientResponse) -> None:
    if answer.status == HTTP_UNAUTHORIZED:
        raise Failure(
            "This library is for its members.",
            "Add a device on the page of your account, and use --token-file.",
        )
    if answer.status == HTTP_FORBIDDEN:
        raise Failure(
            "The device's token is unknown or revoked.", "Add a device on the page of your account."
        )
    said = await answer.json(content_type=None)
    words = said.get("detail") if isinstance(said, dict) else None
    raise Failure(f"The gateway answered {answer.status}: {words or answer.reason}")


def _token(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        token = file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{file} cannot be read: {error}.") from error
    if not token or not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in token):
        raise Failure(f"{file} holds no token of a device.")
    return token


def _checked_base(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise Failure(f"{text!r} is no address of a gateway.", "Give one such as http://nas:8000.")
    return text.rstrip("/")


def _tell(tree: StrmTree, *, dry_run: bool, as_json: bool) -> None:
    counts = tree.counts
    said = {"added": counts.added, "changed": counts.changed, "unchanged": counts.unchanged}
    if as_json:
        summary = {**said, "removed": counts.removed, "foreign": counts.foreign, "dry_run": dry_run}
        out.print_json(json.dumps(summary))
        return
    for path in counts.foreign[:MOST_NAMED]:
        warn(f"not ours, left as it is: {escape(path)}")
    if len(counts.foreign) > MOST_NAMED:
        warn(f"and {len(counts.foreign) - MOST_NAMED} more")
    words = ", ".join(f"{count} {name}" for name, count in {**said, "removed": counts.removed}.items())
    say(f"{'would be' if dry_run else 'done'}: {words}")
