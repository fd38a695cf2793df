"""Runs the demo world until it is told to stop."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from pathlib import Path

from .domain.faults import PLATFORMS
from .media.store import CLIP_SECONDS
from .world import running_world


def main() -> None:
    """Read the arguments, run, and end with 0 on SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="wellspring_demo", description=__doc__)
    parser.add_argument(
        "--state-dir", type=Path, required=True, help="secret, minted sources and videos live here"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--name", help="the host name in every address, where it is not the one listened on")
    parser.add_argument(
        "--port-base", type=int, default=0, help="first of many ports in a row; 0 takes free ones"
    )
    parser.add_argument("--no-prewarm", action="store_true", help="make videos only when they are asked for")
    parser.add_argument("--media-dir", type=Path, help="keep videos here instead, shared with other worlds")
    parser.add_argument(
        "--clip-seconds", type=int, default=int(os.environ.get("DEMO_CLIP_SECONDS", CLIP_SECONDS))
    )
    parser.add_argument(
        "--only-platforms", action="store_true", help="nothing but the hosts that films are uploaded to"
    )
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(_run(parser.parse_args()))


async def _run(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with running_world(
        arguments.state_dir,
        host=arguments.host,
        name=arguments.name,
        port_base=arguments.port_base,
        prewarm=not (arguments.no_prewarm or arguments.only_platforms),
        media_dir=arguments.media_dir,
        clip_seconds=arguments.clip_seconds,
        only=PLATFORMS if arguments.only_platforms else (),
    ) as world:
        sys.stdout.write(json.dumps(world.described()) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    main()
