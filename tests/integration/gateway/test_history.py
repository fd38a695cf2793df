"""The history: its page, and forgetting one of it or all."""

import re
from typing import Any

from .running import Gateway, Visitor

SEEN = re.compile(r'class="seen-link" href="/watch/(\d+)"')
GONE = re.compile(r'name="gone" value="([^"]+)"')


async def watch(visitor: Visitor, episode: int, position_s: float = 60, **more: Any) -> None:
    told = {"position_s": position_s, "duration_s": 120, **more}
    assert (await visitor.send("PUT", f"/api/v1/episodes/{episode}/progress", told)).status == 200


async def test_what_was_watched_is_shown_newest_first_and_page_by_page(gateway: Gateway) -> None:
    ada, bob = await gateway.signed_in("viewer"), await gateway.signed_in("viewer")
    episodes = [await gateway.add_episode(number=number) for number in range(1, 33)]
    for each, episode in enumerate(episodes):
        await watch(ada, episode, watched_at=f"2026-03-04T05:06:{each:02}Z")
    film = await gateway.add_episode("A Film", kind="movie")
    await watch(ada, film, finished=True)
    first = (await ada.page("/history")).text
    newest = [film, *reversed(episodes)]
    assert [int(each) for each in SEEN.findall(first)] == newest[:30]
    assert "50 % watched" in first
    assert "Watched to the end" in first
    following = re.search(r'href="(/history\?cursor=[^"]*)"', first)
    assert following is not None
    rest = (await ada.page(following[1])).text
    assert [int(each) for each in SEEN.findall(rest)] == newest[30:]
    assert "cursor=" not in rest
    assert SEEN.findall((await bob.page("/history")).text) == []
    assert SEEN.findall((await ada.page("/history?cursor=nonsense")).text) == SEEN.findall(first)


async def test_one_is_forgotten_and_brought_back_as_it_was(gateway: Gateway) -> None:
    ada, episode = await gateway.signed_in("viewer"), await gateway.add_episode()
    await watch(ada, episode, 61.5, watched_at="2026-03-04T05:06:07Z")
    path = f"/api/v1/episodes/{episode}/progress"
    before = (await ada.get(path)).json
    await ada.page("/history")
    done = await ada.form(f"/history/{episode}/forget")
    assert done.status == 303
    (await ada.get(path)).problem(404, "not_found")
    page = (await ada.page(done.headers["Location"])).text
    assert "Nothing watched yet" in page
    gone = GONE.search(page)
    assert gone is not None
    assert (await ada.form("/history/restore", gone=gone[1])).headers["Location"] == "/history"
    assert (await ada.get(path)).json == before
    # what was watched again meanwhile is newer than what comes back
    await watch(ada, episode, 5)
    await ada.form("/history/restore", gone=gone[1])
    assert (await ada.get(path)).json["position_s"] == 5
    assert (await ada.form("/history/restore", gone="nonsense")).status == 422
    assert (await ada.form("/history/999999/forget")).headers["Location"] == "/history"


async def test_all_is_forgotten_by_the_page_and_by_the_api(gateway: Gateway) -> None:
    ada, bob = await gateway.signed_in("viewer"), await gateway.signed_in("viewer")
    episodes = [await gateway.add_episode(number=number) for number in (1, 2)]
    for visitor in (ada, bob):
        for episode in episodes:
            await watch(visitor, episode)
    await ada.page("/history")
    done = await ada.form("/history/clear")
    assert "Your history is empty now" in (await ada.page(done.headers["Location"])).text
    assert (await ada.get("/api/v1/progress")).json["progress"] == []
    assert len((await bob.get("/api/v1/progress")).json["progress"]) == 2
    assert (await bob.send("DELETE", "/api/v1/progress", None)).status == 204
    assert await gateway.count("catalog.watch_progress") == 0


async def test_a_history_is_for_whoever_is_signed_in(gateway: Gateway) -> None:
    stranger, ada = await gateway.visitor(), await gateway.signed_in("viewer")
    episode = await gateway.add_episode()
    await watch(ada, episode)
    assert (await stranger.page("/history")).headers["Location"] == "/login?next=/history"
    (await stranger.send("DELETE", "/api/v1/progress", None)).problem(401, "sign_in_required")
    ada.csrf = "another"
    assert (await ada.form(f"/history/{episode}/forget")).status == 403
    assert (await ada.form("/history/clear")).status == 403
    assert await gateway.count("catalog.watch_progress") == 1
