"""What stories about watching have in common."""

from playwright.async_api import Page, expect

from tests.support.running import DEMO_USER, Running

PATIENCE_MS = 60_000
TIME = "() => document.querySelector('video')?.currentTime ?? 0"


async def signed_in(page: Page, running: Running) -> None:
    """Sign in by the form and be at the library."""
    await page.goto("/login?next=/")
    await page.get_by_label("User name").fill(DEMO_USER)
    await page.get_by_label("Password").fill(running.stack.admin_password)
    await page.locator("main").get_by_role("button", name="Sign in").click()
    await page.wait_for_url(lambda url: not url.endswith("login") and "/login?" not in url)


async def ready(running: Running, show: str, number: int = 1, qualities: tuple[int, ...] = (480,)) -> int:
    """Add an episode whose links are there, and return its id."""
    pages = await running.demo.mint(show, number, qualities)
    episode_id = await running.operator.add_episode(show, number, pages)
    await running.operator.force_scrape(episode_id)
    await running.operator.links(episode_id, 3 * len(qualities))
    return episode_id


async def time_is(page: Page, condition: str) -> None:
    """Wait until the picture's time fulfils a condition: `> 1`."""
    await page.wait_for_function(f"() => ({TIME})() {condition}", timeout=PATIENCE_MS)


async def playing(page: Page, address: str) -> None:
    """Open a player and wait until its picture moves."""
    await page.goto(address)
    await time_is(page, "> 0.2")


async def tab_to(page: Page, selector: str, *, most: int = 80) -> None:
    """Press Tab until something has the focus, as somebody without a mouse does."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            await expect(page.locator(selector).first).to_be_focused()
            return
    raise AssertionError(f"no way to {selector} by {most} tabs")
