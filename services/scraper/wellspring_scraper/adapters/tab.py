"""One page in a browser: opened, clicked, waited for, read, each within its own time."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from playwright.async_api import Browser, BrowserContext, Error, Page, Response
from playwright.async_api import Cookie as StoredCookie
from playwright.async_api import TimeoutError as TooSlow
from yarl import URL

from wellspring_common import metrics
from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.fetch.answers import is_challenge
from wellspring_common.fetch.guard import host_key
from wellspring_common.fetch.page import PAGE_BYTES
from wellspring_common.fetch.page import Page as Fetched

from ..ports import Cookie, Rendered
from .egress import Egress
from .gate import Gate
from .manners import Manners
from .watchman import Watchman

GOTO_S, CLICK_S, LINKS_S, READ_S, CLOSE_S = 15.0, 5.0, 10.0, 5.0, 3.0
TURN_S = 5.0
_AGAIN_S = 1.5
_HEADERS = {"content-type": "text/html; charset=utf-8"}
_READ = f"(text => text.length > {PAGE_BYTES} ? null : text)(document.documentElement.outerHTML)"

_T = TypeVar("_T")


@dataclass(frozen=True)
class Plan:
    """Which page, what it is ready by, and what to click on the way there."""

    url: str
    wait_for: str
    click: Sequence[str] = ()


async def within(seconds: float, what: str, work: Awaitable[_T]) -> _T:
    """Wait for a step of the browser. Raises `Transient` with `browser_timeout` and `browser_crash`."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except (TooSlow, TimeoutError):
        raise Transient(f"The browser did not {what} in {seconds:g} s.", code="browser_timeout") from None
    except Error as error:
        raise Transient(
            f"The browser could not {what}: {error.message.splitlines()[0]}", code="browser_crash"
        ) from None


async def render(
    browser: Browser, egress: Egress, watchman: Watchman, plan: Plan, manners: Manners
) -> Rendered:
    """Render one page in a profile of its own. Raises as `OpenBrowser.render` says."""
    gate = Gate(watchman, manners)
    async with _context(browser, gate) as context:
        page = await within(CLOSE_S, "open a page", context.new_page())
        watchman.look()
        page.on("crash", lambda _: watchman.crashed())
        context.on("page", _closed)
        with metrics.BROWSER_PAGES.track_inprogress():
            return await watchman.unless_trouble(_Visit(context, page, egress, manners, plan).read())


@asynccontextmanager
async def _context(browser: Browser, gate: Gate) -> AsyncGenerator[BrowserContext]:
    # without a listener Playwright dismisses every dialog by itself
    opening = browser.new_context(
        service_workers="block", accept_downloads=False, user_agent=gate.manners.user_agent
    )
    context = await within(CLOSE_S, "open a profile", opening)
    try:
        await within(CLOSE_S, "filter requests", context.route("**/*", gate.filter))
        context.on("response", gate.hear)
        yield context
    finally:
        with contextlib.suppress(WellspringError):
            await within(CLOSE_S, "close a profile", context.close())


async def _closed(page: Page) -> None:
    with contextlib.suppress(WellspringError):
        await within(CLOSE_S, "close a popup", page.close())


@dataclass(frozen=True)
class _Visit:
    """One page under way."""

    context: BrowserContext
    page: Page
    egress: Egress
    manners: Manners
    plan: Plan

    async def read(self) -> Rendered:
        page = self.page
        response = await self._opened()
        goal = await _shown(page, self.egress, self.plan.wait_for, self.plan.click)
        if goal is not None:
            await self._explain(response)
            raise goal
        body = await within(READ_S, "read the page", self._html())
        if body is None:
            raise Permanent("The page that its scripts built is too large.", code="page_too_heavy")
        cookies = await within(READ_S, "read the cookies", self.context.cookies())
        fetched = Fetched(url=page.url, status=200, headers=_HEADERS, body=body.encode())
        return Rendered(fetched, tuple(_cookie(one) for one in cookies))

    async def _html(self) -> str | None:
        """Return the page, read where its own scripts cannot lie, or nothing where it is too large."""
        session = await self.context.new_cdp_session(self.page)
        tree = await session.send("Page.getFrameTree")
        world = await session.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})
        asked = {"expression": _READ, "contextId": world["executionContextId"], "returnByValue": True}
        found = await session.send("Runtime.evaluate", asked)
        text = found["result"].get("value")
        return text if isinstance(text, str) else None

    async def _opened(self) -> Response | None:
        page, url = self.page, self.plan.url
        self.egress.forget()
        await self.manners.turn(url, patience_s=TURN_S)
        try:
            async with asyncio.timeout(GOTO_S):
                response = await page.goto(url, wait_until="domcontentloaded", timeout=GOTO_S * 1000)
        except (TooSlow, TimeoutError):
            raise Transient(f"The page did not open in {GOTO_S:g} s.", code="browser_timeout") from None
        except Error as error:
            raise self._not_opened(error.message.splitlines()[0]) from None
        if response is not None and response.status >= 400:  # noqa: PLR2004  (an HTTP status)
            trouble = self.egress.troubles.get(host_key(URL(response.url)))
            if trouble is not None:
                raise trouble
            await self._explain(response)
        return response

    def _not_opened(self, said: str) -> WellspringError:
        if "Download is starting" in said:
            return Permanent("The page is a file to download.", code="not_html")
        if "ERR_TOO_MANY_REDIRECTS" in said:
            return Permanent("The page only leads on.", code="too_many_redirects")
        if "net::ERR_" not in said:
            return Transient(f"The page did not open: {said}", code="browser_crash")
        # before a page is open nothing but its own address is asked for
        return self.egress.latest or Transient(f"The page did not open: {said}", code="connect")

    async def _explain(self, response: Response | None) -> None:
        """Raise what the page's status or a bot wall's page stands for, if they stand for anything."""
        status = response.status if response is not None else 200
        headers = response.headers if response is not None else {}
        start = ""
        with contextlib.suppress(WellspringError):
            start = (await within(READ_S, "read the page", self.page.content()))[:16_384]
        if is_challenge(status, headers, start.encode()):
            raise Permanent("A bot wall answered instead of the site.", code="blocked")
        error = self.manners.failure(status, headers)
        if error is not None:
            raise error


def _cookie(one: StoredCookie) -> Cookie:
    return Cookie(
        one.get("name", ""),
        one.get("value", ""),
        one.get("domain", ""),
        one.get("path", "/"),
        one.get("secure", False),
    )


async def _shown(page: Page, egress: Egress, wait_for: str, click: Sequence[str]) -> WellspringError | None:
    """Click and wait until the page shows what it should, and return why it does not."""
    goals = [*(f"{wait_for}, {following}" for following in click[1:]), wait_for]
    patience_s = LINKS_S
    for selector, goal in zip(click, goals, strict=False):
        if not await _appears(page, f"{wait_for}, {selector} >> visible=true", CLICK_S):
            patience_s -= CLICK_S
            break
        await _clicked(page, selector, goal)
    if await _appears(page, wait_for, patience_s):
        return None
    moved = egress.troubles.get(host_key(URL(page.url))) if page.url.startswith("http") else None
    return moved or Permanent(f"A browser saw no {wait_for!r} on the page.", code="drift")


async def _clicked(page: Page, selector: str, goal: str) -> None:
    """Click, a second and a third time where the page's script was not listening yet."""
    for _ in range(3):
        if await page.locator(f"css={goal}").count():
            return
        with contextlib.suppress(Error, TimeoutError):
            async with asyncio.timeout(CLICK_S):
                await page.locator(f"css={selector}").first.click(timeout=CLICK_S * 1000, no_wait_after=True)
        if await _appears(page, goal, _AGAIN_S):
            return


async def _appears(page: Page, selector: str, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds + 1):
            await page.wait_for_selector(f"css={selector}", state="attached", timeout=seconds * 1000)
    except (TooSlow, TimeoutError):
        return False
    except Error as error:
        raise Transient(f"The page was lost: {error.message.splitlines()[0]}", code="browser_crash") from None
    return True
