"""`sites`: what definitions there are, whether one is sound, what one makes of an address."""

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ..borrowed import borrowed_broker
from ..console import Failure, hush_libraries, out
from ..sites_view import show_kept, show_list, show_mistakes, show_trial
from ..workbench import ask
from .options import DataDirOption, DemoOption, data_dir_of

app = typer.Typer(
    help="Site definitions: how pages are read. docs/definitions.md teaches to write one.",
    no_args_is_help=True,
)

View = Literal["source", "title", "all", "ongoing", "complete", "search", "tag"]
FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        envvar="WELLSPRING_SCRAPER_DEFINITIONS_DIR",
        help="Your own definitions, which come before the shipped ones.",
        show_default=False,
    ),
]
AllowOption = Annotated[
    str,
    typer.Option(
        "--allow",
        envvar="WELLSPRING_ALLOW_PRIVATE_HOSTS",
        help="Private host:port entries that may be reached, with commas.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("list")
def list_all(*, folder: FolderOption = None, as_json: JsonOption = False) -> None:
    """Show every definition: where it comes from, and what it can do."""
    answer = ask("list", environ=_environ(folder))
    if as_json:
        typer.echo(json.dumps(answer, indent=2))
    else:
        show_list(answer["definitions"])


@app.command("check")
def check(files: Annotated[list[Path], typer.Argument(help="Definition files.")]) -> None:
    """Show what is wrong with definition files, a line each. Exit code 0 when nothing is."""
    sound = True
    for file in files:
        if not file.is_file():
            raise Failure(f"There is no file {file}.", "Name a YAML file with a definition.")
        answer = ask("check", str(file))
        sound = sound and answer["ok"]
        if answer["ok"]:
            out.print(f"[green]✓[/] {file}: {answer['id']} is sound.", soft_wrap=True)
        elif answer.get("mistakes"):
            show_mistakes(answer["mistakes"])
        else:
            out.print(f"{file}: {answer['detail']}", soft_wrap=True)
    raise typer.Exit(0 if sound else 1)


@app.command("test")
def try_out(
    definition: Annotated[str, typer.Argument(help="A definition's id, or a file with one.")],
    url: Annotated[str, typer.Argument(help="A source's page, or a catalogue's with --as.")],
    *,
    as_what: Annotated[
        View | None,
        typer.Option(
            "--as",
            help="What is read: a source's page, a title's, or one of the lists at a catalogue's address.",
            show_default="what the definition can do",
        ),
    ] = None,
    query: Annotated[str, typer.Option("--query", help="What a search or a tag is about.")] = "",
    folder: FolderOption = None,
    allow: AllowOption = "",
    as_json: JsonOption = False,
) -> None:
    """Read a page as the scraper would: each step, what it matched, and what came out.

    Exit code 0 when something came out. Nothing is stored.
    """
    environ = _environ(folder) | ({"WELLSPRING_ALLOW_PRIVATE_HOSTS": allow} if allow else {})
    more = [*(["--as", as_what] if as_what else []), *(["--query", query] if query else [])]
    answer = ask("try", definition, url, *more, environ=environ)
    _end(answer, as_json=as_json)


@app.command("replay")
def replay(
    page: Annotated[str | None, typer.Argument(help="A page's id as listed, or how it begins.")] = None,
    *,
    definition: Annotated[
        Path | None, typer.Option("--definition", help="A file to read it with, not today's definition.")
    ] = None,
    save: Annotated[Path | None, typer.Option("--save", help="Write the page into this file.")] = None,
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the pages that have changed under their definition, or read one of them again.

    Pages are kept for two weeks, fewer where they are many. Exit code 0 when the page is read again.
    """
    hush_libraries()
    asked = ["kept"] if page is None else ["replay", page]
    asked += ["--definition", str(definition)] if definition else []
    asked += ["--save", str(save)] if save else []

    async def run() -> dict[str, Any]:
        async with borrowed_broker(data_dir_of(data_dir, demo=demo), demo=demo) as (url, prefix):
            broker = {"WELLSPRING_NATS_URL": url, "WELLSPRING_NATS_PREFIX": prefix}
            return await asyncio.to_thread(partial(ask, *asked, environ=_environ(folder) | broker))

    answer = asyncio.run(run())
    if page is not None or "pages" not in answer:
        _end(answer, as_json=as_json)
    elif as_json:
        typer.echo(json.dumps(answer, indent=2))
    else:
        show_kept(answer["pages"])


def _environ(folder: Path | None) -> dict[str, str]:
    return {} if folder is None else {"WELLSPRING_SCRAPER_DEFINITIONS_DIR": str(folder.absolute())}


def _end(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(answer, indent=2))
    elif answer.get("mistakes"):
        show_mistakes(answer["mistakes"])
    else:
        show_trial(answer)
    raise typer.Exit(0 if answer["ok"] else 1)
