"""The form of a channel: what was entered, what is wrong with it, and the wish that follows."""

from collections.abc import Iterable, Mapping
from typing import Any

from wellspring_common.account_limits import GB, PRESETS, preset_of

from . import upload_form
from .digits import number_in, plain
from .upload_form import Filled, choices_in

KINDS = ("dailymotion", "peertube")
GENERATIONS = ("v2", "legacy", "partner")
LIMITS = tuple(PRESETS)
SECRETS = ("api_key", "api_secret", "username", "password", "refresh_token")
"""Goes in and never comes out: a form that is shown again has these fields empty."""
_NEEDED = {"dailymotion": ("api_key", "api_secret"), "peertube": ("username", "password")}
_FIGURES = {"videos_per_day": 1, "minutes_per_day": 1, "longest_minutes": 1, "largest_gb": GB}
_FIELDS = frozenset({"channel", "url", "generation", "limits", *_FIGURES, *upload_form.LONGEST, "tags"})
_FIELD_OF = {"custom_limits": "limits", "largest_bytes": "largest_gb"}
_WORD_OF = {
    "missing": "missing",
    "no_origin": "no_origin",
    "no_channel": "no_channel",
    "string_too_long": "too_long",
}
HOUR_S, LONGEST_S = 3600, 604_800
_MOST_NAME, _LARGEST = 64, 10**6


def fresh(kind: str) -> Filled:
    """Return the form of a channel that is to be added."""
    shared = {"interval_s": str(HOUR_S), "limits": preset_of(kind, {})}
    return Filled({**_choices({}), **shared, "generation": "v2"})


def stored(kind: str, name: str, interval_s: int, settings: Mapping[str, Any]) -> Filled:
    """Return the form of a channel as it is."""
    said = {"name": name, "interval_s": str(interval_s), "generation": str(settings.get("generation", "v2"))}
    said |= {part: str(settings.get(part) or "") for part in ("channel", "url")}
    said["limits"] = preset_of(kind, settings)
    own = settings.get("custom_limits") or {}
    for field, unit in _FIGURES.items():
        figure = own.get("largest_bytes" if field == "largest_gb" else field)
        said[field] = "" if figure is None else plain(figure / unit)
    if settings.get("chunked"):
        said["chunked"] = "on"
    defaults = settings.get("defaults")
    if isinstance(defaults, Mapping):
        said["has_defaults"] = "on"
    return Filled({**said, **_choices(defaults if isinstance(defaults, Mapping) else {})})


def filled(kind: str, fields: Mapping[str, str], *, before: Mapping[str, Any] | None = None) -> Filled:
    """Return what somebody sent about a channel. `before` are the settings of one that is changed."""
    said = {name: value.strip() for name, value in fields.items()}
    errors: dict[str, str] = {}
    if not 0 < len(said.get("name", "")) <= _MOST_NAME:
        errors["name"] = "too_long" if said.get("name") else "missing"
    interval = number_in(said.get("interval_s", ""))
    if interval is None or not 1 <= interval <= LONGEST_S:
        errors["interval_s"] = "no_whole_number" if interval is None else "out_of_range"
    settings = {**(before or {}), **_own(kind, said, errors)}
    settings |= _limits(said, errors)
    settings |= _defaults(said, errors)
    secrets = {name: fields[name] for name in SECRETS if fields.get(name, "").strip()}
    # of one that is changed either all are entered anew, or what is stored stays
    if before is None or secrets:
        errors |= {name: "missing" for name in _NEEDED[kind] if name not in secrets}
    shown = {name: value for name, value in said.items() if name not in SECRETS}
    if errors:
        return Filled(shown, errors)
    kept = {name: value for name, value in settings.items() if value is not None}
    wish = {"name": said["name"], "kind": kind, "settings": kept, "interval_s": interval}
    return Filled(shown, wish={**wish, "secrets": secrets or None})


def refused(code: str, wrong: Iterable[Mapping[str, Any]]) -> dict[str, str] | None:
    """Return what the uploader refused as mistakes by field, nothing where some of it has no field here."""
    if code == "name_taken":
        return {"name": "target_name_taken"}
    found: dict[str, str] = {}
    for each in wrong:
        name = str(each.get("field", "")).rpartition(".")[2]
        name = _FIELD_OF.get(name, name)
        if name not in _FIELDS:
            return None
        found[name] = _WORD_OF.get(str(each.get("why")), "other")
    return found or None


def _own(kind: str, said: Mapping[str, str], errors: dict[str, str]) -> dict[str, Any]:
    """Return the settings that only this kind has."""
    channel = said.get("channel") or None
    if kind == "peertube":
        url = said.get("url", "").rstrip("/")
        if not url.startswith(("http://", "https://")):
            errors["url"] = "not_a_url" if url else "missing"
        return {"url": url, "channel": channel}
    if said.get("generation") not in GENERATIONS:
        errors["generation"] = "missing"
    return {"generation": said.get("generation"), "channel": channel, "chunked": "chunked" in said}


def _limits(said: Mapping[str, str], errors: dict[str, str]) -> dict[str, Any]:
    if said.get("limits") not in LIMITS:
        errors["limits"] = "missing"
    if said.get("limits") != "custom":
        return {"limits": said.get("limits"), "custom_limits": None}
    own: dict[str, float] = {}
    for field, unit in _FIGURES.items():
        if not (text := said.get(field, "")):
            continue
        figure = _figure(text)
        if figure is None:
            errors[field] = "out_of_range"
        elif field in {"videos_per_day", "largest_gb"}:
            own["largest_bytes" if field == "largest_gb" else field] = max(1, int(figure * unit))
        else:
            own[field] = figure
    return {"limits": "custom", "custom_limits": own}


def _defaults(said: Mapping[str, str], errors: dict[str, str]) -> dict[str, Any]:
    if "has_defaults" not in said:
        return {"defaults": None}
    choices, wrong = choices_in(said)
    errors |= wrong
    return {"defaults": choices}


def _figure(text: str) -> float | None:
    try:
        figure = float(text.replace(",", "."))
    except ValueError:
        return None
    return figure if 0 < figure <= _LARGEST else None


def _choices(choices: Mapping[str, Any]) -> dict[str, str]:
    return dict(upload_form.form_of(upload_form.fields_of(choices) if choices else {}).fields)
