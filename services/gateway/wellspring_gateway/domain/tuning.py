"""Run-time settings as a form shows and sends them."""

from collections.abc import Mapping
from typing import Any

from wellspring_common.tunables import Tunables

_UNITS = ("hours", "minutes", "seconds")


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
                "kind": _kind(field.default),
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
        match _kind(field.default):
            case "list":
                found[key] = tuple(part for part in text.replace(",", "\n").split() if part)
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


def _kind(default: Any) -> str:
    match default:
        case bool():
            return "bool"
        case int():
            # a default such as 6 may belong to a fractional setting: the annotation decides
            return "float"
        case float():
            return "float"
        case tuple():
            return "list"
        case _:
            return "text"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
