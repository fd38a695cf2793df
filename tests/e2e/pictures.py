"""What a viewer saw of a film: when the picture moved, where it was, and from which link it came."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from playwright.async_api import Page

PATIENCE_MS = 60_000
_WATCH = """
window.seen = [];
const video = () => document.querySelector("#video .second.is-shown video, #video .is-crossing .second video")
  ?? document.querySelector("#video video");
const look = () => {
  const [seen, last] = [video(), window.seen.at(-1)];
  if (seen && !seen.paused && seen.currentTime > 0 && (!last || last.at !== seen.currentTime)) {
    const link = document.querySelector("#servers [aria-pressed=true]")?.dataset.link;
    window.seen.push({when: Date.now() / 1000, at: seen.currentTime, link: Number(link ?? 0)});
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
_ELSEWHERE = """
([link, since]) => {
  const later = window.seen.filter((each) => each.when >= since && each.link !== link);
  return later.length > 1 && later.at(-1).at > later[0].at;
}
"""


@dataclass(frozen=True)
class Seen:
    """One moment at which the picture had moved: `when` in Unix seconds, `at` in seconds of the film."""

    when: float
    at: float
    link: int


@dataclass(frozen=True)
class Change:
    """How a film went on after a fault: in how many seconds, how far off, how long it stood, and where."""

    elsewhere_s: float
    error_s: float
    stood_s: float
    link: int


async def watch(page: Page) -> None:
    """Write down what is seen on pages opened from now on."""
    await page.add_init_script(_WATCH)


async def seen(page: Page) -> list[Seen]:
    """Return what was seen so far."""
    found: list[dict[str, Any]] = await page.evaluate("() => window.seen")
    return [Seen(**each) for each in found]


async def playing(page: Page, *, beyond: float) -> Seen:
    """Wait until the picture is beyond a moment of the film, and return what is seen then."""
    script = "(beyond) => (window.seen?.at(-1)?.at ?? 0) > beyond"
    await page.wait_for_function(script, arg=beyond, timeout=PATIENCE_MS)
    return (await seen(page))[-1]


async def elsewhere(page: Page, link: int, *, since: float) -> Change:
    """Wait until another link moves the picture, and return how it came to that."""
    await page.wait_for_function(_ELSEWHERE, arg=[link, since], timeout=PATIENCE_MS)
    found = await seen(page)
    at = next(index for index, each in enumerate(found) if each.when >= since and each.link != link)
    before, after = found[at - 1], found[at]
    stood = standstill([each for each in found[: at + 1] if each.when >= since - 1])
    return Change(after.when - since, abs(after.at - before.at), stood, after.link)


def standstill(found: list[Seen]) -> float:
    """Return the longest time for which a film that had begun did not move."""
    return max((b.when - a.when for a, b in pairwise(found)), default=0.0)


def leap(found: list[Seen]) -> float:
    """Return by how much the film was at most ahead of or behind the clock from one look to the next."""
    return max((abs((b.at - a.at) - (b.when - a.when)) for a, b in pairwise(found)), default=0.0)
