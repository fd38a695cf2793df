"""Reading a kept page again: the definition as it is today, over the one page that is there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from yarl import URL

from wellspring_common.errors import Permanent
from wellspring_common.fetch.page import Page, Probe, Request
from wellspring_common.kept_pages import KeptPage

from ..sites.definition import Definition
from ..sites.resolve_part import Step
from ..sites.vocabulary import Request as Wanted
from .trying import Trial, View

NOT_KEPT = "not_kept"
_ONLY_THIS = "Only this page was kept: what it leads to is not asked for."
_LIST, _SOURCE = "list ", "source "


@dataclass
class OnePage:
    """Answers the first request with a kept page, whatever it is for, and nothing after it."""

    page: Page
    is_given: bool = False

    async def fetch(self, _: Request, *, jar: aiohttp.CookieJar | None = None) -> Page:
        """Return the page, once. Raises `Permanent` with `not_kept`."""
        del jar
        if self.is_given:
            raise Permanent(_ONLY_THIS, code=NOT_KEPT)
        self.is_given = True
        return self.page

    async def probe(
        self, url: str, *, headers: Mapping[str, str] | None = None, deadline_s: float | None = None
    ) -> Probe:
        """Look at no file. Raises `Permanent` with `not_kept`."""
        del url, headers, deadline_s
        raise Permanent(_ONLY_THIS, code=NOT_KEPT)


async def replayed(trial: Trial, definition: Definition, kept: KeptPage) -> dict[str, Any]:
    """Return what a definition makes of a kept page: `ok` where it is no drift any more."""
    page = Page(kept.url, kept.status, {**kept.headers, "content-type": _content_type(kept)}, kept.body)
    web = OnePage(page)
    here = replace(trial, fetcher=web, rung=replace(trial.rung, fetcher=web, pages_kept=None))
    view, url = View("source"), kept.url
    if kept.step.startswith(_LIST):
        view, url = View(kept.step.removeprefix(_LIST)), str(URL(kept.url).origin())
    elif kept.step.startswith(_SOURCE):
        definition = _from_page(definition, kept.step.removeprefix(_SOURCE))
    else:
        view = View("title")
    said = await here.run(definition.model_copy(update={"robots": "ignore"}), url, view)
    troubles = [one for step in said["steps"] for one in step["problems"] if one["code"] != NOT_KEPT]
    read = bool(said["steps"]) and not troubles and said.get("code", NOT_KEPT) == NOT_KEPT
    kept_as = {"id": kept.id, "url": kept.url, "at": kept.at.isoformat(), "step": kept.step}
    return {**said, "ok": said["ok"] or read, "kept": kept_as}


def _content_type(kept: KeptPage) -> str:
    return kept.content_type or "text/html"


def _from_page(definition: Definition, ordinal: str) -> Definition:
    """Return a definition that begins with the step that a kept page was for, and asks for that page."""
    resolve = definition.resolve
    skipped = int(ordinal) - 1 if ordinal.isdecimal() else 0
    if resolve is None or not 0 < skipped < len(resolve.steps):
        return definition
    first, *rest = resolve.steps[skipped:]
    begun: tuple[Step, ...] = (first.model_copy(update={"request": Wanted(url="{{ .Source.Url }}")}), *rest)
    return definition.model_copy(update={"resolve": resolve.model_copy(update={"steps": begun})})
