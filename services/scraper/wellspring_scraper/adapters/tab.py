"""One page in a browser: opened, clicked, waited for, read, each within its own time."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from playwright.async_api import Browser, BrowserContext, Error, Page, Response, Route
from playwright.async_api import TimeoutError as TooSlow
from yarl import URL

from wellspring_common import metrics
from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.fetch.answers import failure, is_challenge
from wellspring_common.fetch.guard import host_key
from wellspring_common.fetch.page import PAGE_BYTES
from wellspring_common.fetch.page import Page as Fetched

from ..ports import Cookie, Rendered
from .egress import Egress
from .watchman import Watchman

GOTO_S, CLICK_S, LINKS_S, READ_S, CLOSE_S = 15.0, 5.0, 10.0, 5.0, 3.0
_AGAIN_S = 1.5
_BLOCKED = frozenset({"image", "stylesheet", "font", "media"})
_SIZE = "() => document.documentElement.outerHTML.length"

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


async def render(browser: Browser, egress: Egress, watchman: Watchman, plan: Plan) -> Rendered:
    """Render one page in a profile of its own. Raises as `OpenBrowser.render` says."""
    async with _context(browser) as context:
        page = await within(CLOSE_S, "open a page", context.new_page())
        watchman.look()
        page.on("crash", lambda _: watchman.crashed())
        context.on("page", _closed)
        with metrics.BROWSER_PAGES.track_inprogress():
            return await watchman.unless_trouble(_read(context, page, egress, plan))


@asynccontextmanager
async def _context(browser: Browser) -> AsyncGenerator[BrowserContext]:
    # without a listener Playwright dismisses every dialog by itself
    context = await within(
        CLOSE_S, "open a profile", browser.new_context(service_workers="block", accept_downloads=False)
    )
    try:
        await within(CLOSE_S, "filter requests", context.route("**/*", _filtered))
        yield context
    finally:
        with contextlib.suppress(WellspringError):
            await within(CLOSE_S, "close a profile", context.close())


async def _filtered(route: Route) -> None:
    request = route.request
    inner = False
    if request.is_navigation_request():
        try:
            inner = request.frame.parent_frame is not None
        except Error:  # the frame of a popup that is not ours
            inner = True
    with contextlib.suppress(Error):
        await (route.abort() if inner or request.resource_type in _BLOCKED else route.continue_())


async def _closed(page: Page) -> None:
    with contextlib.suppress(WellspringError):
        await within(CLOSE_S, "close a popup", page.close())


async def _read(context: BrowserContext, page: Page, egress: Egress, plan: Plan) -> Rendered:
    response = await _opened(page, egress, plan.url)
    goal = await _shown(page, egress, plan.wait_for, plan.click)
    if goal is not None:
        await _explain(page, response)
        raise goal
    if await within(READ_S, "measure the page", page.evaluate(_SIZE)) > PAGE_BYTES:
        raise Permanent("The page that its scripts built is too large.", code="page_too_heavy")
    body = (await within(READ_S, "read the page", page.content())).encode()
    cookies = await within(READ_S, "read the cookies", context.cookies())
    headers = {"content-type": "text/html; charset=utf-8"}
    found = tuple(
        Cookie(
            one.get("name", ""),
            one.get("value", ""),
            one.get("domain", ""),
            one.get("path", "/"),
            one.get("secure", False),
        )
        for one in cookies
    )
    return Rendered(Fetched(url=page.url, status=200, headers=headers, body=body), found)


async def _opened(page: Page, egress: Egress, url: str) -> Response | None:
    egress.forget()
    try:
        async with asyncio.timeout(GOTO_S):
            response = await page.goto(url, wait_until="domcontentloaded", timeout=GOTO_S * 1000)
    except (TooSlow, TimeoutError):
        raise Transient(f"The page did not open in {GOTO_S:g} s.", code="browser_timeout") from None
    except Error as error:
        said = error.message.splitlines()[0]
        if "Download is starting" in said:
            raise Permanent("The page is a file to download.", code="not_html") from None
        if "net::ERR_" not in said:
            raise Transient(f"The page did not open: {said}", code="browser_crash") from None
        # before a page is open nothing but its own address is asked for
        raise egress.latest or Transient(f"The page did not open: {said}", code="connect") from None
    if response is not None and response.status >= 400:  # noqa: PLR2004
        trouble = egress.troubles.get(host_key(URL(response.url)))
        if trouble is not None:
            raise trouble
        await _explain(page, response)
    return response


async def _explain(page: Page, response: Response | None) -> None:
    """Raise what the page's status or a bot wall's page stands for, if they stand for anything."""
    status = response.status if response is not None else 200
    start = ""
    with contextlib.suppress(WellspringError):
        start = (await within(READ_S, "read the page", page.content()))[:16_384]
    if is_challenge(status, {}, start.encode()):
        raise Permanent("A bot wall answered instead of the site.", code="blocked")
    error = failure(status, None)
    if error is not None:
        raise error


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
