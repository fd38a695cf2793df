"""What an account on a platform may do: by its tier, by its owner's figures, by the platform's own word."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

GB = 10**9
Whose = Literal["own", "tier", "told"]
"""Who says a limit: somebody here, the platform's table of tiers, or the platform of this one account."""


@dataclass(frozen=True)
class Limits:
    """What an account may do. Nothing means that there is no such limit, or that none is known."""

    videos_per_day: int | None = None
    minutes_per_day: float | None = None
    longest_minutes: float | None = None
    largest_bytes: int | None = None


PRESETS: Mapping[str, Limits] = {
    # the table of the platform's documentation (uploads reference, B3)
    "standard": Limits(15, 600.0, 120.0, 4 * GB),
    "premium": Limits(96, None, None, 64 * GB),
    "custom": Limits(),
}
_BY_KIND: Mapping[str, str] = {"dailymotion": "standard"}
_WHOLE = frozenset({"videos_per_day", "largest_bytes"})


def preset_of(kind: str, settings: Mapping[str, Any]) -> str:
    """Return the name of a target's preset: the one that its settings name, or that of its kind."""
    return str(settings.get("limits") or _BY_KIND.get(kind, "custom"))


def limits_of(kind: str, settings: Mapping[str, Any]) -> Limits:
    """Return the limits of a target: those of its preset, with the figures that its owner set over them."""
    found = PRESETS.get(preset_of(kind, settings), Limits())
    own = settings.get("custom_limits")
    return _with(found, own) if isinstance(own, Mapping) else found


def stricter(limits: Limits, told: Mapping[str, Any]) -> Limits:
    """Return the stricter of limits and of what the platform itself told of the account."""
    mine = asdict(limits)
    said = {name: value for name, value in told.items() if name in mine and _is_figure(value)}
    return _with(
        limits,
        {name: value if mine[name] is None else min(mine[name], value) for name, value in said.items()},
    )


def whose(kind: str, settings: Mapping[str, Any], told: Mapping[str, Any]) -> Mapping[str, Whose]:
    """Return who says each limit that counts. Of two that say the same it is who said it here."""
    here = asdict(limits_of(kind, settings))
    own = settings.get("custom_limits")
    entered = own if isinstance(own, Mapping) else {}
    return {
        name: "told" if figure != here[name] else "own" if _is_figure(entered.get(name)) else "tier"
        for name, figure in asdict(stricter(limits_of(kind, settings), told)).items()
        if figure is not None
    }


def _with(limits: Limits, figures: Mapping[str, Any]) -> Limits:
    known = {each.name for each in fields(Limits)}
    given = {name: value for name, value in figures.items() if name in known and _is_figure(value)}
    return replace(limits, **{name: int(value) if name in _WHOLE else value for name, value in given.items()})


def _is_figure(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
