"""Run-time settings as a form shows and sends them."""

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from wellspring_common.tunables import Tunables

_UNITS = ("days", "hours", "minutes", "seconds")
_ON = frozenset({"true", "on", "1", "yes"})


def shown_settings(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a form needs to know of each setting."""
    shown = []
    for key, field in Tunables.model_fields.items():
        limits = {
            name: getattr(rule, name)
            for rule in field.metadata
            for name in ("ge", "le")
            if hasattr(rule, name)
        }
        shown.append(
            {
                "key": key,
                "value": _plain(values.get(key, field.default)),
                "default": _plain(field.default),
                "kind": _kind(field.annotation),
                "choices": list(get_args(field.annotation)) if _kind(field.annotation) == "choice" else [],
                "unit": next((unit for unit in _UNITS if key.endswith(f"_{unit}")), None),
                "min": limits.get("ge"),
                "max": limits.get("le"),
            },
        )
    return shown


def from_form(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings in a form's fields, numbers as text where they are none: the model says so."""
    found: dict[str, Any] = {}
    for key, field in Tunables.model_fields.items():
        if key not in fields:
            continue
        text = fields[key].strip()
        match _kind(field.annotation):
            case "bool":
                found[key] = text.lower() in _ON
            case "list":
                parts = text.replace(",", "\n").split()
                numbers = get_args(field.annotation)[0] is int
                found[key] = tuple(_number(part) for part in parts) if numbers else tuple(parts)
            case "int" | "float":
                found[key] = _number(text)
            case _:
                found[key] = text
    return found


def _number(text: str) -> float | int | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return "choice"
    if get_origin(annotation) is tuple:
        return "list"
    return {bool: "bool", int: "int", float: "float"}.get(annotation, "text")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
