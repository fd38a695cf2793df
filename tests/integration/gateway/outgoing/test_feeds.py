"""Feeds of new episodes, as readers read them."""

from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import pytest

from tests.integration.gateway.running import Gateway

from .library import add_device, add_episode, add_title

ATOM = "{http://www.w3.org/2005/Atom}"
ODD = "Tom & <Jerry> \x0b]]>"


async def two_titles(gateway: Gateway) -> tuple[int, int]:
    """Store an episode of each of two titles, and return their ids."""
    odd = await add_title(gateway, ODD, slug="tom", genres=["A&B"])
    return await add_episode(gateway, odd, 1), await add_episode(gateway, await add_title(gateway, "Sita"), 2)


async def test_rss_has_what_its_specification_requires(gateway: Gateway) -> None:
    first, second = await two_titles(gateway)
    answer = await (await gateway.visitor()).get("/feeds/new.rss")
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    root = ET.fromstring(answer.text)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    channel = root.find("channel")
    assert channel is not None
    assert all(channel.findtext(name) for name in ("title", "link", "description"))
    own = channel.find(f"{ATOM}link")
    assert own is not None
    assert (own.get("rel"), own.get("href")) == ("self", f"{gateway.url}/feeds/new.rss")
    items = channel.findall("item")
    assert [item.findtext("link") for item in items] == [
        f"{gateway.url}/watch/{each}" for each in (second, first)
    ]
    assert items[1].findtext("title") == "Tom & <Jerry> ]]> S01E01"
    for item, episode in zip(items, (second, first), strict=True):
        guid = item.find("guid")
        assert guid is not None
        assert (guid.get("isPermaLink"), guid.text) == (
            "false",
            f"tag:127.0.0.1,2026:wellspring/episode/{episode}",
        )
        assert parsedate_to_datetime(item.findtext("pubDate", "")).tzinfo is not None
        enclosure = item.find("enclosure")
        assert enclosure is not None
        assert (enclosure.get("type"), enclosure.get("length")) == ("video/mp4", "0")
        assert enclosure.get("url", "").startswith(f"{gateway.url}/w/{episode}/auto/")


async def test_atom_has_what_its_specification_requires(gateway: Gateway) -> None:
    first, second = await two_titles(gateway)
    answer = await (await gateway.visitor()).get("/feeds/new.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(answer.text)
    assert root.tag == f"{ATOM}feed"
    assert all(root.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"self": f"{gateway.url}/feeds/new.atom", "alternate": f"{gateway.url}/"}
    entries = root.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert ids == [f"tag:127.0.0.1,2026:wellspring/episode/{each}" for each in (second, first)]
    for entry in entries:
        assert entry.findtext(f"{ATOM}updated", "").endswith("Z")
        assert {link.get("rel") for link in entry.findall(f"{ATOM}link")} == {"alternate", "enclosure"}


@pytest.mark.parametrize("ending", ["rss", "atom"])
async def test_a_feed_is_sent_again_only_when_it_changed(gateway: Gateway, ending: str) -> None:
    empty = await (visitor := await gateway.visitor()).get(f"/feeds/new.{ending}")
    ET.fromstring(empty.text)
    await two_titles(gateway)
    first = await visitor.get(f"/feeds/new.{ending}")
    held = {"If-None-Match": first.headers["ETag"]}
    again = await visitor.get(f"/feeds/new.{ending}", headers=held)
    assert (again.status, again.text) == (304, "")
    assert parsedate_to_datetime(first.headers["Last-Modified"]).tzinfo is not None
    await add_episode(gateway, await add_title(gateway, "New"), 1)
    assert (await visitor.get(f"/feeds/new.{ending}", headers=held)).status == 200


async def test_a_title_has_feeds_of_its_own_that_its_page_names(gateway: Gateway) -> None:
    first, second = await two_titles(gateway)
    visitor = await gateway.visitor()
    text = (await visitor.get("/feeds/title/tom.rss")).text
    assert f"/watch/{first}<" in text
    assert f"/watch/{second}<" not in text
    (await visitor.get("/feeds/title/none.rss")).problem(404, "unknown_title")
    (await visitor.get("/feeds/new.json")).problem(404, "not_found")
    page = (await visitor.page("/title/tom")).text
    for path in ("/feeds/new.rss", "/feeds/new.atom", "/feeds/title/tom.rss", "/feeds/title/tom.atom"):
        assert f'href="{path}"' in page
        assert (await visitor.get(path)).status == 200
    token = await add_device(gateway)
    own = (await visitor.get(f"/u/{token}/feeds/new.atom")).text
    assert f"{gateway.url}/u/{token}/feeds/new.atom" in own
    assert f"{gateway.url}/u/{token}/w/{first}/" in own
    assert f"{gateway.url}/watch/{first}" in own
