"""How somebody likes it: what they said, and what is shown where they said nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .language import SUPPORTED, choose_language

THEMES: Final = ("auto", "light", "dark")
COOKIES: Final[Mapping[str, str]] = {"language": "ws_lang", "theme": "ws_theme", "autoplay": "ws_autoplay"}
"""Where a browser keeps what nobody signed in said. Scripts write these too."""
_SWITCH: Final = {"on": True, "off": False}
_FIELDS: Final = {"lang": "language", "theme": "theme", "autoplay": "autoplay"}


@dataclass(frozen=True)
class Wishes:
    """What somebody said. Nothing, where they never did."""

    language: str | None = None
    theme: str | None = None
    autoplay: bool | None = None


@dataclass(frozen=True)
class Shown:
    """What a page keeps to."""

    language: str
    theme: str
    autoplay: bool


def wishes_in(cookies: Mapping[str, str]) -> Wishes:
    """Return what a browser keeps: nonsense in it was never said."""
    language, theme = cookies.get(COOKIES["language"]), cookies.get(COOKIES["theme"])
    return Wishes(
        language if language in SUPPORTED else None,
        theme if theme in THEMES else None,
        _SWITCH.get(cookies.get(COOKIES["autoplay"], "")),
    )


def shown_to(kept: Wishes | None, held: Wishes, accept_language: str | None) -> Shown:
    """Return what a page keeps to: what the person said counts more than what their browser holds."""
    said = kept or Wishes()
    language = said.language or held.language
    autoplay = said.autoplay if said.autoplay is not None else held.autoplay
    return Shown(
        language=choose_language(language, accept_language),
        theme=said.theme or held.theme or "auto",
        autoplay=autoplay if autoplay is not None else True,
    )


def told_by(form: Mapping[str, str]) -> dict[str, Any]:
    """Return what a form changes: an empty language or theme is forgotten, nonsense changes nothing."""
    changes: dict[str, Any] = {}
    for name, field in _FIELDS.items():
        value = form.get(name)
        allowed = {"language": tuple(SUPPORTED), "theme": THEMES, "autoplay": tuple(_SWITCH)}[field]
        if value in allowed:
            changes[field] = _SWITCH[value] if field == "autoplay" else value
        elif value == "":
            changes[field] = None
    return changes


def cookie_value(value: str | bool) -> str:  # noqa: FBT001
    """Return what a cookie holds for something that was said."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return value
