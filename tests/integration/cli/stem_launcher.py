"""A launcher with a stem that runs the named modules until SIGTERM: a process of its own for `test_forking`.

Prints what it is told of them, one JSON list a line: name, state, process number, news.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from wellspring_cli import stem


async def _drive(logs: Path, names: list[str]) -> None:
    from wellspring_cli.forking import Forking  # noqa: PLC0415  (nothing may be loaded before a stem is)
    from wellspring_cli.process import Program, State  # noqa: PLC0415  (nothing may be loaded before a stem is)
    from wellspring_cli.supervisor import Supervisor  # noqa: PLC0415  (nothing may be loaded before a stem is)
    from wellspring_common.clock import SystemClock  # noqa: PLC0415  (nothing may be loaded before a stem is)

    def tell(name: str, state: State, news: str) -> None:
        told = json.dumps([name, state.value, supervisor.processes[name].pid, news])
        sys.stdout.write(told + "\n")
        sys.stdout.flush()

    async def is_ready() -> bool:
        return True

    assert stem.found is not None
    supervisor = Supervisor(
        logs=logs,
        clock=SystemClock(),
        tell=tell,
        show=None,
        on_change=lambda: None,
        starter=Forking(stem.found).start,
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    env = {key: value for key, value in os.environ.items() if key != "OF_THE_LAUNCHER"}
    for name in names:
        program = Program(
            name=name,
            argv=(sys.executable, "-m", name),
            env={**env, "GIVEN": name},
            is_ready=is_ready,
            module=name,
        )
        supervisor.start(program)
    await stop.wait()
    await supervisor.stop(*names)


def main() -> None:
    """Make the stem, then everything else."""
    stem.begin()
    asyncio.run(_drive(Path(sys.argv[1]), sys.argv[2:]))


if __name__ == "__main__":
    main()
