"""Feeds and playlists as programs of others read them: feedparser, and a library for IPTV lists."""

from calendar import timegm
from typing import Any

import feedparser  # type: ignore[import-untyped]
import pytest
from ipytv import doctor, playlist  # type: ignore[import-untyped]
from ipytv.channel import IPTVAttr  # type: ignore[import-untyped]

from tests.integration.gateway.running import Gateway

from .library import add_device, add_episode, add_poster, add_title
from .test_feeds import two_titles

HAVE = {"title", "id", "link", "published", "summary"}


async def read(gateway: Gateway, path: str) -> Any:
    """Return a feed as feedparser reads it: with its content type, as from the network."""
    answer = await (await gateway.visitor()).get(path)
    kind = {"content-type": answer.headers["Content-Type"]}
    return feedparser.parse(answer.text.encode(), response_headers=kind, sanitize_html=False)


@pytest.mark.parametrize(("ending", "version"), [("rss", "rss20"), ("atom", "atom10")])
async def test_feedparser_finds_nothing_wrong_and_all_that_there_is(
    gateway: Gateway, ending: str, version: str
) -> None:
    first, second = await two_titles(gateway)
    found = await read(gateway, f"/feeds/new.{ending}")
    assert not found.bozo, found.bozo_exception
    assert (found.version, found.encoding) == (version, "utf-8")
    assert found.feed.title
    assert timegm(found.feed.updated_parsed) > 0
    assert {link.rel: link.href for link in found.feed.links} == {
        "self": f"{gateway.url}/feeds/new.{ending}",
        "alternate": f"{gateway.url}/",
    }
    assert [entry.id for entry in found.entries] == [
        f"tag:127.0.0.1,2026:wellspring/episode/{each}" for each in (second, first)
    ]
    assert found.entries[1].title == "Tom & <Jerry> ]]> S01E01"
    assert [tag.term for tag in found.entries[1].tags] == ["A&B"]
    for entry, episode in zip(found.entries, (second, first), strict=True):
        assert set(entry) >= HAVE
        assert entry.link == f"{gateway.url}/watch/{episode}"
        assert timegm(entry.published_parsed) > 0
        (film,) = entry.enclosures
        assert film.type == "video/mp4"
        assert film.href.startswith(f"{gateway.url}/w/{episode}/auto/")


@pytest.mark.parametrize("ending", ["rss", "atom"])
async def test_feedparser_finds_nothing_wrong_with_an_empty_feed(gateway: Gateway, ending: str) -> None:
    found = await read(gateway, f"/feeds/new.{ending}")
    assert not found.bozo, found.bozo_exception
    assert (found.entries, bool(found.feed.title)) == ([], True)


async def test_a_reader_of_iptv_lists_finds_every_field_and_nothing_to_mend(gateway: Gateway) -> None:
    series = await add_title(gateway, 'Love, "Death"\n& Robots', slug="love", year=2019)
    await add_poster(gateway, series)
    episode = await add_episode(gateway, series, "12.5", name="A, B")
    film = await add_title(gateway, "Sita", kind="movie", year=2008, genres=["Musical"])
    other = await add_episode(gateway, film, 1)
    token = await add_device(gateway)
    for start in ("", f"/u/{token}"):
        text = (await (await gateway.visitor()).get(f"{start}/export/library.m3u")).text
        rows = text.splitlines()
        assert doctor.M3UDoctor.sanitize(rows) == rows
        love, sita = playlist.loads(text)
        assert love.name == "Love\u201a 'Death' & Robots S01E12.5 A\u201a B"
        assert love.url.startswith(f"{gateway.url}{start}/w/{episode}/auto/")
        assert sita.url.startswith(f"{gateway.url}{start}/w/{other}/auto/")
        assert (love.duration, sita.duration) == ("-1", "-1")
        names = (IPTVAttr.TVG_ID, IPTVAttr.TVG_NAME, IPTVAttr.GROUP_TITLE)
        assert [love.attributes[name.value] for name in names] == [
            f"wsp.{episode}",
            "Love\u201a 'Death' & Robots S01E12.5",
            "Love\u201a 'Death' & Robots",
        ]
        assert love.attributes[IPTVAttr.TVG_LOGO.value].startswith(f"{gateway.url}{start}/posters/{series}/")
        assert sita.attributes[IPTVAttr.GROUP_TITLE.value] == "Musical"
