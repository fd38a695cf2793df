"""`up`: starts everything on this machine and keeps it running until it is told to stop."""

import asyncio
import os
import signal
from typing import Annotated

import aiohttp
import typer
from rich.markup import escape
from rich.panel import Panel

from .. import demo as demo_world
from .. import stem
from ..console import Failure, hush_libraries, out, say, warn
from ..forking import Forking
from ..frontend import build
from ..given import with_given_servers
from ..lock import ALREADY_RUNNING, holder_of
from ..logbook import show_in_terminal
from ..places import DataDir
from ..ports import LOOPBACK, claim, next_free
from ..process import State, executed
from ..seeding import seed_library
from ..stack import Plan, Stack, opened
from .options import DataDirOption, data_dir_of

DEFAULT_PORT = 8000


def up(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="A demo world and a small library, in a folder of their own.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, help="Gateway port (8000, or the next free one)."),
    ] = None,
    data_dir: DataDirOption = None,
) -> None:
    """Start Wellspring: database, broker and all services, until Ctrl-C."""
    data = data_dir_of(data_dir, demo=demo)
    data.prepare(demo=demo)
    _refuse_second(data)
    hush_libraries()
    host = os.environ.get("WELLSPRING_GATEWAY_HOST") or LOOPBACK
    chosen = _choose_port(port, host)
    build()
    plan = Plan(
        data=data,
        port=chosen,
        demo=demo,
        host=host,
        environ=with_given_servers(os.environ),
        log_format="console" if out.is_terminal else os.environ.get("WELLSPRING_LOG_FORMAT", "console"),
        show=show_in_terminal,
        tell=_tell,
        starter=Forking(stem.found).start if stem.found else executed,
    )
    asyncio.run(_run(plan))


def _refuse_second(data: DataDir) -> None:
    holder = holder_of(data.run / "lock")
    if holder:
        raise Failure(
            f"Wellspring already runs here: pid {holder.pid}, {holder.url}, since {holder.since}.",
            f"Open that address, or stop it first with: kill {holder.pid}",
            exit_code=ALREADY_RUNNING,
        )


def _choose_port(named: int | None, host: str) -> int:
    if named is None:
        given = os.environ.get("WELLSPRING_GATEWAY_PORT")
        named = int(given) if given and given.isdigit() else None
    if named is None:
        found = next_free(DEFAULT_PORT, host)
        if found != DEFAULT_PORT:
            say(f"port {DEFAULT_PORT} is taken, so this is port {found}")
        return found
    if not claim(named, host):
        raise Failure(
            f"Port {named} on {host} is taken by another program, or not ours to use.",
            f"Choose another with --port, for example --port {next_free(named + 1, host)}; "
            "without --port the next free one is taken.",
        )
    return named


async def _run(plan: Plan) -> None:
    running = asyncio.current_task()
    stopping = asyncio.Event()
    stacks: list[Stack] = []

    def stop() -> None:
        if stopping.is_set():
            warn("stopping at once")
            for stack in stacks:
                stack.supervisor.kill_all()
            return
        stopping.set()
        say("stopping (once more to stop at once) ...")
        if running:
            running.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    say(f"starting in {escape(str(plan.data.root))}")
    try:
        async with opened(plan) as stack:
            stacks.append(stack)
            for name in stack.late:
                warn(escape(stack.last_words(name)))
            if plan.demo and "gateway" not in stack.late:
                await _seed(stack)
            out.print(await _panel(stack))
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        if not stopping.is_set():
            raise
        say(f"stopped, the data stays in {escape(str(plan.data.root))}")


async def _seed(stack: Stack) -> None:
    try:
        with out.status("filling the demo library ..."):
            done = await seed_library(
                stack.url,
                demo_world.USER,
                stack.admin_password,
                stack.demo["control"],
                catalogue=demo_world.catalogue_of(stack.demo),
            )
    except Failure as failure:
        warn(escape(f"{failure.what} {failure.todo}"))
        return
    say(f"demo library: {done.titles} titles, {done.added} episodes added, {done.known} there before")


async def _panel(stack: Stack) -> Panel:
    lines = [f"[bold]Open[/]      [link={stack.url}]{stack.url}[/link]"]
    if stack.plan.demo:
        lines.append(f"[bold]Sign in[/]   {demo_world.USER} / {escape(stack.admin_password)}")
    elif await _needs_setup(stack.url):
        lines.append(f"[bold]Set up[/]    {stack.url}/setup?token={escape(stack.setup_token)}")
    lines.append(f"[bold]Data[/]      {escape(str(stack.data.root))}")
    lines.append("[bold]Stop[/]      Ctrl-C (the data stays)")
    title = "Wellspring demo" if stack.plan.demo else "Wellspring"
    if stack.late:
        title += f" - not ready: {', '.join(stack.late)}"
    return Panel(
        "\n".join(lines), title=title, border_style="yellow" if stack.late else "green", expand=False
    )


async def _needs_setup(url: str) -> bool:
    timeout = aiohttp.ClientTimeout(total=5)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(f"{url}/api/v1/setup") as answer,
        ):
            found = await answer.json()
            return bool(found.get("needed"))
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return False


def _tell(name: str, state: State, news: str) -> None:
    (warn if state is State.WAITING else say)(f"[bold]{name}[/] {escape(news)}")
