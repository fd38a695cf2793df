"""`topology`: the broker's streams and consumers, against what the code declares."""

import asyncio

import typer

from ..borrowed import borrowed_broker
from ..console import hush_libraries, out, say
from ..embedded.nats import MAX_STORE_BYTES
from ..nats_conf import container_configuration
from ..servers import apply_topology
from ..stack import DEFAULT_PREFIX
from .options import DataDirOption, DemoOption, data_dir_of

app = typer.Typer(help="The broker's streams and consumers.", no_args_is_help=True)


@app.command()
def show() -> None:
    """Print what the code declares."""
    from wellspring_common.events.topology import CONSUMERS, STREAMS  # noqa: PLC0415  (slow to import)

    for stream in STREAMS:
        out.print(f"[bold]{stream.name}[/]  {stream.retention.value}  {', '.join(stream.subjects)}")
        for consumer in CONSUMERS:
            if consumer.stream == stream.name:
                out.print(f"  {consumer.name:<22} {consumer.service:<10} {', '.join(consumer.filters)}")


@app.command()
def apply(*, demo: DemoOption = False, data_dir: DataDirOption = None) -> None:
    """Make what is missing and mend what differs."""
    hush_libraries()

    async def run() -> list[str]:
        async with borrowed_broker(data_dir_of(data_dir, demo=demo), demo=demo) as (url, prefix):
            return await apply_topology(url, prefix, mend=True)

    done = asyncio.run(run())
    for line in done:
        out.print(line)
    say(f"{len(done)} changes" if done else "the topology is as declared")


@app.command("nats-conf")
def nats_conf() -> None:
    """Print the configuration for a nats-server in a container (deploy/nats/nats.conf)."""
    from wellspring_common.events.permissions import nats_permissions  # noqa: PLC0415  (slow to import)

    typer.echo(container_configuration(nats_permissions(DEFAULT_PREFIX), MAX_STORE_BYTES))
