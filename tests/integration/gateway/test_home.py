"""The home page: where somebody goes on, what came lately, and no more work for that than a few rows."""

import re

from tests.support.gateway import eventually

from .running import PATIENCE_S, Gateway, Visitor

GOES_ON, NEW, RECENT = "Continue watching", "New episodes", "Recently added"


def shelves_of(text: str) -> dict[str, str]:
    """Return each row of the home page, by its heading."""
    found = {}
    for section in text.split('<section class="shelf"')[1:]:
        body = section.partition("</section>")[0]
        heading = re.search(r"<h2[^>]*>([^<]+)</h2>", body)
        assert heading is not None
        found[heading[1]] = body
    return found


def rows_of(text: str) -> dict[str, list[str]]:
    """Return the links of each row of the home page, by its heading."""
    return {
        name: re.findall(r'class="card-link" href="([^"]+)"', body) for name, body in shelves_of(text).items()
    }


async def home(visitor: Visitor) -> str:
    answer = await visitor.page("/")
    assert answer.status == 200
    return answer.text


async def watch(visitor: Visitor, episode: int, position_s: float, *, finished: bool = False) -> None:
    body = {"position_s": position_s, "duration_s": 3600, "finished": finished}
    answer = await visitor.send("PUT", f"/api/v1/episodes/{episode}/progress", body)
    assert answer.status == 200, answer.text


async def test_home_goes_on_where_somebody_was_and_with_the_next_episode(gateway: Gateway) -> None:
    glory = [await gateway.add_episode(number=number) for number in (1, 2, 12.5)]
    film = await gateway.add_episode("A Film", kind="movie")
    seen = await gateway.add_episode("Seen To Its End", kind="movie")
    viewer = await gateway.signed_in("viewer")
    assert GOES_ON not in rows_of(await home(viewer))
    await watch(viewer, seen, 3600, finished=True)
    await watch(viewer, glory[0], 3500)
    await watch(viewer, glory[1], 3600, finished=True)
    await watch(viewer, film, 1320)
    text = await home(viewer)
    assert rows_of(text)[GOES_ON] == [f"/watch/{film}", f"/watch/{glory[2]}"]
    assert "38 min left" in text
    assert 'value="36"' in text
    assert "Episode 12.5" in text
    await watch(viewer, glory[2], 10, finished=True)
    assert rows_of(await home(viewer))[GOES_ON] == [f"/watch/{film}"]
    stranger, other = await gateway.visitor(), await gateway.signed_in("viewer")
    assert GOES_ON not in rows_of(await home(stranger)) | rows_of(await home(other))


async def test_new_episodes_are_the_last_ones_of_series_that_had_some(gateway: Gateway) -> None:
    _, third, _ = [await gateway.add_episode(number=number) for number in (1, 3, 2)]
    await gateway.add_episode("Only Just Begun")
    await gateway.add_episode("A Film", kind="movie")
    other = [await gateway.add_episode("Signal", number=number) for number in (1, 2)][1]
    visitor = await gateway.visitor()
    assert rows_of(await home(visitor))[NEW] == [f"/watch/{other}", f"/watch/{third}"]
    await gateway.sql.execute("update catalog.titles set deleted_at = now() where title = 'Signal'")

    async def shown() -> list[str]:
        return rows_of(await home(visitor))[NEW]

    await eventually(shown, lambda links: links == [f"/watch/{third}"], patience_s=PATIENCE_S)


async def test_a_new_episode_says_how_many_of_its_own_links_live(gateway: Gateway) -> None:
    first, second = [await gateway.add_episode(number=number) for number in (1, 2)]
    await gateway.add_links(first, {720: {"pixel": "https://p.example/1", "fsl": "https://f.example/1"}})
    visitor = await gateway.visitor()
    assert "Needs a scrape" in shelves_of(await home(visitor))[NEW]
    await gateway.add_links(second, {720: {"pixel": "https://p.example/2"}})
    assert "1 server alive" in shelves_of(await home(visitor))[NEW]


async def test_a_larger_library_has_its_newest_titles_in_a_row_and_each_title_once(gateway: Gateway) -> None:
    add = (
        "insert into catalog.titles (kind, title, slug, created_at)"
        " select 'series', 'Show ' || n, 'show-' || n, now() - n * interval '1 hour'"
        " from generate_series($1::integer, $2::integer) as n"
    )
    await gateway.sql.execute(add, 1, 24)
    visitor = await gateway.visitor()
    text = await home(visitor)
    assert rows_of(text) == {}
    assert RECENT in text
    await gateway.sql.execute(add, 25, 30)
    text = await home(visitor)
    assert rows_of(text) == {RECENT: [f"/title/show-{n}" for n in range(1, 13)]}
    links = re.findall(r'class="card-link" href="/title/([^"]+)"', text)
    assert links == [f"show-{n}" for n in range(1, 25)]
    for elsewhere in ("/?sort=title", "/?kind=series", "/?q=Show"):
        assert rows_of((await visitor.page(elsewhere)).text) == {}
