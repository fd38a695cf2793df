"""A port that this process chose is not chosen again, bound or not."""

import random

import pytest

from wellspring_cli import ports


def test_a_port_chosen_for_one_server_is_not_drawn_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([21_111, 21_111, 21_112, 21_110, 21_120])
    monkeypatch.setattr(random, "randint", lambda *_: next(drawn))
    monkeypatch.setattr(ports, "is_free", lambda *_: True)
    monkeypatch.setattr(ports, "_claims", {})
    assert (ports.choose(), ports.choose()) == (21_111, 21_112)
    assert ports.choose_block(None, 3) == 21_120
