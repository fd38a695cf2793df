"""A port that this process chose is not chosen again, bound or not."""

import os
import random
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from wellspring_cli import ports


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Generator[None]:
    """A machine where every port is free and nobody else claims any: another run of the tests would."""
    claims: dict[int, int] = {}
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(ports, "is_free", lambda *_: True)
    monkeypatch.setattr(ports, "_claims", claims)
    yield
    for descriptor in claims.values():
        os.close(descriptor)


@pytest.mark.usefixtures("alone")
def test_a_port_chosen_for_one_server_is_not_drawn_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([21_111, 21_111, 21_112, 21_110, 21_120])
    monkeypatch.setattr(random, "randint", lambda *_: next(drawn))
    assert (ports.choose(), ports.choose()) == (21_111, 21_112)
    assert ports.choose_block(None, 3) == 21_120
