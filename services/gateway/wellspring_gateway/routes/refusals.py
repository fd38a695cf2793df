"""Who a route asks for and how it refuses, read from its own code and from all of ours that it calls."""

import dis
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from .guards import checked, player, seeker, viewer
from .problems import STATUS

HOME = "wellspring_gateway."
SIGN_IN = "sign_in_required"
_RAISING = frozenset({"Problem", "problem_response"})
_OPEN = frozenset({viewer, player, seeker})
"""Guards that let strangers through where the library is open."""


@dataclass(frozen=True)
class Manners:
    """How a route treats who asks."""

    codes: frozenset[str]
    """The codes of every refusal that is written down in it, and in what it calls."""
    needs_sign_in: bool
    """Whether a stranger is turned away however open the library is."""
    needs_csrf: bool
    """Whether a browser has to send its page's token."""

    def of_status(self, status: int) -> list[str]:
        """Return the codes that are answered with a status."""
        return sorted(code for code in self.codes if STATUS[code] == status)


def manners_of(route: Callable[..., Any], *more: Callable[..., Any]) -> Manners:
    """Return how a route treats who asks, with what runs before it."""
    reached = frozenset[FunctionType]().union(*(_reached(_plain(each)) for each in (route, *more)))
    behind = _reached(_plain(route), without=_OPEN)
    return Manners(
        codes=frozenset(code for each in reached for code in _raised(each)),
        needs_sign_in=any(SIGN_IN in _raised(each) for each in behind),
        needs_csrf=checked in reached,
    )


@cache
def _reached(
    start: FunctionType, without: frozenset[Callable[..., Any]] = frozenset()
) -> frozenset[FunctionType]:
    """Return a function of ours with all that it calls by name, and what those call."""
    found: set[FunctionType] = set()
    waiting = [start]
    while waiting:
        one = waiting.pop()
        if one in found or one in without:
            continue
        found.add(one)
        held = (one.__globals__.get(name) for name in _names(one.__code__))
        waiting += [
            each for each in held if isinstance(each, FunctionType) and each.__module__.startswith(HOME)
        ]
    return frozenset(found)


@cache
def _raised(function: FunctionType) -> frozenset[str]:
    """Return the codes of problems that a function has written in it."""
    if not _RAISING.intersection(_names(function.__code__)):
        return frozenset()
    return frozenset(
        value
        for code in _parts(function.__code__)
        for value in code.co_consts
        if isinstance(value, str) and value in STATUS
    )


@cache
def _names(code: CodeType) -> frozenset[str]:
    # what is called on an object may have the name of something else here
    return frozenset(
        str(step.argval)
        for part in _parts(code)
        for step in dis.get_instructions(part)
        if step.opname == "LOAD_GLOBAL"
    )


def _parts(code: CodeType) -> Iterator[CodeType]:
    yield code
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _parts(value)


def _plain(function: Callable[..., Any]) -> FunctionType:
    if not isinstance(function, FunctionType):
        raise TypeError(f"{function!r} is no plain function: its refusals can't be read")
    return function
