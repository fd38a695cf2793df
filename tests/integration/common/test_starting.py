"""What a service says when its environment keeps it from starting."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

Start = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def start(free_port: Callable[[], int]) -> Start:
    """Return a way to start a service that cannot work."""

    def run(**env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "wellspring_health"],
            env={"PATH": os.environ["PATH"], "WELLSPRING_OPS_PORT": str(free_port()), **env},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    return run


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"WELLSPRING_OPS_PORT": "many"}, "WELLSPRING_OPS_PORT: Input should be a valid integer"),
        ({"WELLSPRING_LOG_LEVEL": "loud"}, "WELLSPRING_LOG_LEVEL: "),
        ({}, "WELLSPRING_NATS_URL is not set"),
        ({"WELLSPRING_NATS_URL_FILE": "/nowhere"}, "WELLSPRING_NATS_URL_FILE names /nowhere"),
    ],
)
def test_a_service_names_the_setting_that_is_wrong_and_shows_no_traceback(
    start: Start, env: dict[str, str], said: str
) -> None:
    done = start(**env)
    assert done.returncode == 1
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
