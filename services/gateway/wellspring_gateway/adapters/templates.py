"""Pages by Jinja2: templates, words and hashed assets, read once."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from ..domain.language import SUPPORTED, Messages, Translator

HOME = Path(__file__).parent.parent
STATIC = HOME / "static"
DIST = STATIC / "dist"

log = structlog.get_logger(__name__)


@cache
def _environment() -> Environment:
    """Return the templates, compiled once however many gateways a process holds."""
    return Environment(
        loader=FileSystemLoader(HOME / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Pages:
    """Renders templates."""

    def __init__(self) -> None:
        self._environment = _environment()
        self._catalogues: dict[str, Messages] = {
            language: json.loads((HOME / "locales" / f"{language}.json").read_text(encoding="utf-8"))
            for language in SUPPORTED
        }
        self._translators = {language: Translator(language, self._catalogues) for language in SUPPORTED}
        self._manifest: dict[str, str] = {}
        try:
            self._manifest = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
        except OSError:
            log.error("assets.missing", advice="run `./wellspring build`")

    def translator(self, language: str) -> Translator:
        """Return the words of a language."""
        return self._translators[language]

    def asset(self, name: str) -> str:
        """Return the address of a built file by its plain name."""
        return f"/static/dist/{self._manifest.get(name, name)}"

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        """Return a page as HTML."""
        shared = {"langs": SUPPORTED, "assets": self.asset}
        return self._environment.get_template(template).render({**shared, **context})
