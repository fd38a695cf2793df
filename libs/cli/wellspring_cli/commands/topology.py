"""`topology`: the broker's streams, consumers and buckets, against what the code declares."""

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..borrowed import borrowed_broker, borrowed_database
from ..console import hush_libraries, out, say, warn
from ..nats_conf import container_configuration
from ..outboxes import republish, retry_stuck, schemas_of, since_of, stuck_rows
from ..stack import DEFAULT_PREFIX
from ..streams import apply_topology, store_bytes, topology_differences
from .options import DataDirOption, DemoOption, data_dir_of

if TYPE_CHECKING:
    from wellspring_common.events.specs import BucketSpec, ConsumerSpec, StreamSpec

app = typer.Typer(help="The broker's streams, consumers and buckets.", no_args_is_help=True)
DAY_S = 86_400
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]
SchemaOption = Annotated[
    str | None, typer.Option("--schema", help="One outbox: catalog, links, health or uploads.")
]


@app.command()
def show(*, as_json: JsonOption = False) -> None:
    """Print what the code declares, with the sizes of this installation."""
    # slow to import
    from wellspring_common.events.specs import Retention  # noqa: PLC0415  (slow to import)
    from wellspring_common.events.topology import BUCKETS, CONSUMERS, LEASES  # noqa: PLC0415  (slow to import)
    from wellspring_common.stream_sizes import promised_bytes, streams  # noqa: PLC0415  (slow to import)

    declared, buckets = streams(), (*BUCKETS, LEASES)
    if as_json:
        typer.echo(_declared_json(declared, CONSUMERS, buckets))
        return
    for stream in declared:
        full = "drops the oldest when full" if stream.discard_old else "refuses when full"
        kept = "until handled" if stream.retention is Retention.WORK_QUEUE else "kept"
        out.print(
            f"[bold]{stream.name}[/]  {_mib(stream.max_bytes)}, {kept}, "
            f"{_time(stream.max_age_s)} at most, {full}",
            soft_wrap=True,
        )
        out.print(f"  {', '.join(stream.subjects)}", soft_wrap=True)
        for consumer in CONSUMERS:
            if consumer.stream == stream.name:
                hears = ", ".join(consumer.heard)
                out.print(f"  [dim]→[/] {consumer.name:<22} {consumer.service:<10} {hears}", soft_wrap=True)
    for bucket in buckets:
        kept = _time(bucket.ttl_s) if bucket.ttl_s else "kept for ever"
        writers = ", ".join(bucket.writers)
        out.print(f"[bold]bucket {bucket.name}[/]  {_mib(bucket.max_bytes)}, {kept}, written by {writers}")
    out.print(f"[bold]all together[/]  {_mib(promised_bytes())}")


@app.command()
def diff(*, demo: DemoOption = False, data_dir: DataDirOption = None, as_json: JsonOption = False) -> None:
    """Print what is missing, differs or is surplus on the broker, and exit 1 when anything is."""
    hush_libraries()

    async def run() -> "list[Any]":
        async with borrowed_broker(data_dir_of(data_dir, demo=demo), demo=demo) as (url, prefix):
            return list(await topology_differences(url, prefix))

    found = asyncio.run(run())
    if as_json:
        plain = [
            {"state": each.state, "what": each.what, "name": each.name, "lines": list(each.lines)}
            for each in found
        ]
        typer.echo(json.dumps(plain, indent=2))
    else:
        for each in found:
            out.print(f"[yellow]{each.state:<8}[/] {each.what} {each.name}", soft_wrap=True)
            for line in each.lines:
                out.print(f"         {line}", soft_wrap=True)
        say("mend with: ./wellspring topology apply" if found else "the topology is as declared")
        if any(each.state == "surplus" and each.what != "consumer" for each in found):
            say("it leaves streams and buckets that nobody declares: they may hold something")
    if found:
        raise typer.Exit(1)


@app.command()
def apply(*, demo: DemoOption = False, data_dir: DataDirOption = None, as_json: JsonOption = False) -> None:
    """Make what is missing and mend what differs."""
    hush_libraries()

    async def run() -> list[str]:
        async with borrowed_broker(data_dir_of(data_dir, demo=demo), demo=demo) as (url, prefix):
            return await apply_topology(url, prefix, mend=True)

    done = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps(done, indent=2))
        return
    for line in done:
        out.print(line, soft_wrap=True)
    say(f"{len(done)} changes" if done else "the topology is as declared")


@app.command("republish")
def republish_command(
    *,
    since: Annotated[str, typer.Option("--since", help="How far back: 90s, 30m, 2h, 3d.")],
    schema: SchemaOption = None,
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell again what was published lately, to a broker that lost its data. Effects stay once."""
    window, schemas = since_of(since), schemas_of(schema)

    async def run() -> dict[str, int]:
        async with borrowed_database(data_dir_of(data_dir, demo=demo), demo=demo) as url:
            return await republish(url, window, schemas)

    _tell_counts(asyncio.run(run()), as_json=as_json, verb="will be told again")


@app.command()
def stuck(
    *,
    retry: Annotated[bool, typer.Option("--retry", help="Try them again.")] = False,
    schema: SchemaOption = None,
    demo: DemoOption = False,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what the broker will never take, with the reasons. Nothing of it is ever deleted."""
    schemas = schemas_of(schema)
    data = data_dir_of(data_dir, demo=demo)
    if retry:

        async def run() -> dict[str, int]:
            async with borrowed_database(data, demo=demo) as url:
                return await retry_stuck(url, schemas)

        _tell_counts(asyncio.run(run()), as_json=as_json, verb="will be tried again")
        return

    async def look() -> list[Any]:
        async with borrowed_database(data, demo=demo) as url:
            return list(await stuck_rows(url, schemas))

    rows = asyncio.run(look())
    if as_json:
        typer.echo(json.dumps([row.plain() for row in rows], indent=2))
        return
    for row in rows:
        warn(f"{row.schema} {row.id}  {row.subject}  {row.created_at:%Y-%m-%d %H:%M:%S}  {row.reason}")
    say("once the cause is mended: ./wellspring topology stuck --retry" if rows else "nothing is stuck")


def _tell_counts(changed: dict[str, int], *, as_json: bool, verb: str) -> None:
    if as_json:
        typer.echo(json.dumps(changed, indent=2))
        return
    for name, count in changed.items():
        say(f"{name}: {count} events {verb}")


def _declared_json(
    streams: "tuple[StreamSpec, ...]",
    consumers: "tuple[ConsumerSpec, ...]",
    buckets: "tuple[BucketSpec, ...]",
) -> str:
    return json.dumps(
        {
            "streams": [asdict(each) for each in streams],
            "consumers": [{**asdict(each), "heard": each.heard} for each in consumers],
            "buckets": [asdict(each) for each in buckets],
        },
        indent=2,
    )


def _mib(size: int) -> str:
    return f"{round(size / 1024**2)} MiB" if size >= 1024**2 else f"{size // 1024} KiB"


def _time(seconds: float) -> str:
    return f"{seconds / DAY_S:g} days" if seconds >= DAY_S else f"{seconds:g} s"


@app.command("nats-conf")
def nats_conf() -> None:
    """Print the configuration for a nats-server in a container (deploy/nats/nats.conf)."""
    from wellspring_common.events.permissions import nats_permissions  # noqa: PLC0415  (slow to import)

    typer.echo(container_configuration(nats_permissions(DEFAULT_PREFIX), store_bytes()))
