"""What came out of a scrape, for tests to look at."""

from importlib import resources
from typing import Any

import yaml

from wellspring_common.events.scrape import FoundLink, LinksScraped, ScrapeFailed, SourceRef
from wellspring_demo.domain.catalogue import Source
from wellspring_demo.world import World

SERVERS = {"pixel", "fsl", "10gbps"}
Report = LinksScraped | ScrapeFailed


def ref(
    world: World, source: Source, number: int = 1, *, definition: str = "vcloud", url: str = ""
) -> SourceRef:
    """A source as a scrape request names it: its permanent page, or another `url`."""
    return SourceRef(
        source_id=number,
        quality=source.quality,
        url=url or world.page_url(source),
        definition=definition,
    )


def links(report: Report, at: int = 0) -> dict[str, FoundLink]:
    """The links of a source by server."""
    assert isinstance(report, LinksScraped), report
    return {link.server: link for link in report.results[at].links}


def problems(report: Report, at: int = 0) -> set[tuple[str | None, str]]:
    """Server and code of each problem of a source."""
    return {(one.server, one.code) for one in report.results[at].problems}


def failure(report: Report) -> tuple[str, bool]:
    """The code of a failed scrape, and whether it may be tried again."""
    assert isinstance(report, ScrapeFailed), report
    return report.code, report.retryable


def shipped(name: str) -> dict[str, Any]:
    """The text of a shipped definition, for an operator to change."""
    folder = resources.files("wellspring_scraper.sites") / "definitions"
    found: dict[str, Any] = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def vcloud_with(**servers: dict[str, Any]) -> dict[str, Any]:
    """The shipped vcloud definition, some of its servers told more of."""
    own = shipped("vcloud")
    for server in own["resolve"]["servers"]:
        server.update(servers.get(server["key"], {}))
    return own
