"""Sites of two kinds, and scraping their pages."""

from tests.unit.scraper.fakes import (
    MemoryBus,
    delivery_of,
    html,
    request_for,
)
from wellspring_common.errors import WellspringError
from wellspring_common.events.scrape import (
    LinksScraped,
    ScrapeFailed,
    SourceRef,
)
from wellspring_common.fetch.page import Page
from wellspring_scraper.handlers import Handlers

BUTTONS = """
id: buttons
name: Buttons
resolve:
  steps:
    - name: page
      request: "{{ .Source.Url }}"
      must_have: {selector: "#files"}
      fields:
        size: {selector: "#size", optional: true}
  rows:
    selector: "#files a"
    fields:
      label: {}
      href: {attribute: href}
  servers:
    - {key: one, match: {label: "^One"}, url: "{{ .Result.href }}", unique: true}
    - {key: once, match: {label: "^Once"}, url: "{{ .Result.href }}", refresh_class: single_use}
    - {key: straight, match: {label: "^Straight"}, url: "{{ .Result.href }}", no_resume: true}
    - key: two
      match: {label: "^Two"}
      url: "{{ .Result.href }}"
      headers: {Referer: "{{ .Page.Url }}"}
"""
SNEAKY = """
id: sneaky
name: Sneaky
resolve:
  steps:
    - name: page
      request: "{{ .Source.Url }}"
      fields:
        title: {selector: "#r", attribute: title}
        file: {selector: "#f", attribute: href}
        script: {selector: "#j", attribute: href}
  servers:
    - key: file
      url: "{{ .Result.file }}"
      headers: {Referer: "{{ .Result.title }}"}
      refresh_class: single_use
    - {key: script, url: "{{ .Result.script }}", refresh_class: single_use}
"""


def source(number: int, quality: int | None = 720, url: str | None = None) -> SourceRef:
    return SourceRef(
        source_id=number, quality=quality, url=url or f"https://page.example/{number}", definition="buttons"
    )


def page(number: int, *buttons: tuple[str, str], size: str = "") -> dict[str, Page | WellspringError]:
    anchors = "".join(f"<a href='{href}'>{label}</a>" for label, href in buttons)
    url = f"https://page.example/{number}"
    return {url: html(url, f"<i id=size>{size}</i><div id=files>{anchors}</div>")}


async def scrape(handlers: Handlers, bus: MemoryBus, *sources: SourceRef) -> LinksScraped | ScrapeFailed:
    await handlers.on_scrape_requested(delivery_of(request_for(*sources)))
    event = bus.published[-1][0]
    assert isinstance(event, LinksScraped | ScrapeFailed)
    return event
