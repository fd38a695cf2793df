"""What Wellspring does about pages between a link and where it leads, told by an operator's definition."""

from typing import Any

from wellspring_common.events.scrape import ScrapeFailed
from wellspring_demo.domain.catalogue import Source
from wellspring_demo.world import World

from .conftest import ScraperWith
from .reports import SERVERS, failure, links, ref, shipped

HIDDEN = {
    "script_call_arg": {"name": "s", "n": 1},
    "filters": [{"name": name} for name in ("b64", "b64", "rot13", "b64")],
}
RIDDLE = {
    "name": "riddle",
    "request": "{{ .Source.Url }}",
    "fields": {
        "hidden": HIDDEN,
        "permanent": {
            "text": "{{ .Result.hidden }}",
            "filters": [{"name": "json", "args": "o"}, {"name": "b64"}],
        },
    },
}
TIMED = [
    {
        "name": "riddle",
        "request": "{{ .Source.Url }}",
        "fields": {
            "hidden": HIDDEN,
            **{
                name: {"text": "{{ .Result.hidden }}", "filters": [{"name": "json", "args": key}]}
                for name, key in (("again", "wp_http1"), ("ticket", "data"), ("wait", "total_time"))
            },
            "ticket_b64": {"text": "{{ .Result.ticket }}", "filters": [{"name": "b64encode"}]},
        },
    },
    {
        "name": "again",
        "request": {
            "url": "{{ .Result.again }}",
            "inputs": {"re": "{{ .Result.ticket_b64 }}"},
            "wait": "{{ .Result.wait }}",
        },
        "soft_expired_when": {"matches": "wait a little longer"},
        "renew_from": "riddle",
        "fields": {"permanent": {"script_var": "reurl"}},
    },
]


def behind(*steps: dict[str, Any]) -> dict[str, Any]:
    """The shipped vcloud definition, behind some more steps."""
    own = shipped("vcloud")
    own["id"] = "shimmed"
    own["resolve"]["steps"][0]["request"] = "{{ .Result.permanent }}"
    own["resolve"]["steps"] = [*steps, *own["resolve"]["steps"]]
    return own


async def test_a_riddle_is_solved_without_a_browser(
    world: World, scraper_with: ScraperWith, source: Source
) -> None:
    scraper = scraper_with(behind(RIDDLE))
    url = world.state.shim_url(source)
    report = await scraper.scrape(ref(world, source, definition="shimmed", url=url))
    assert set(links(report)) == SERVERS
    assert [entry.path for entry in world.log.entries("shim")] == [f"/s/{source.id}"]


async def test_a_timed_shim_is_waited_for_and_asked_once(
    world: World, scraper_with: ScraperWith, source: Source
) -> None:
    world.state.settings.update({"shim_wait_s": 0.4})
    scraper = scraper_with(behind(*TIMED))
    url = world.state.shim_url(source, timed=True)
    report = await scraper.scrape(ref(world, source, definition="shimmed", url=url))
    assert set(links(report)) == SERVERS
    first, second = world.log.entries("shim")
    assert second.path.startswith("/again/?re=")
    assert 0.4 <= second.monotonic - first.monotonic < 5


async def test_a_shim_that_lies_about_its_wait_is_named(
    world: World, scraper_with: ScraperWith, source: Source
) -> None:
    world.clock.set_rate(0)
    world.state.settings.update({"shim_wait_s": 0.1})
    scraper = scraper_with(behind(*TIMED))
    url = world.state.shim_url(source, timed=True)
    report = await scraper.scrape(ref(world, source, definition="shimmed", url=url))
    assert failure(report) == ("soft_expired", True)
    assert len(world.log.entries("shim")) == 4


async def test_a_shim_that_changed_is_drift(world: World, scraper_with: ScraperWith, source: Source) -> None:
    scraper = scraper_with(behind(RIDDLE))
    report = await scraper.scrape(ref(world, source, definition="shimmed"))
    assert isinstance(report, ScrapeFailed)
    assert report.code == "drift"
