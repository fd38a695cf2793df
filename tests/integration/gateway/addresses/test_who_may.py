"""Who opens an address: a device by its token, members of a closed library, and neighbours behind a proxy."""

from tests.integration.gateway.conftest import Start

from .conftest import Cinema
from .films import FILM
from .test_playlists import ADDRESS


async def test_a_device_opens_addresses_by_its_token_until_it_is_revoked(cinema: Cinema) -> None:
    await cinema.add(720, "pixel", "720.mp4")
    owner = await cinema.gateway.signed_in("viewer")
    made = (await owner.send("POST", "/api/v1/devices", {"name": "tv"})).json
    await cinema.tune(viewing="members")
    path = f"/w/{cinema.episode}/720/film.mp4"
    assert (await cinema.get(path)).status == 401
    answer = await cinema.get(f"/u/{made['token']}{path}", Range="bytes=0-")
    assert (answer.status, answer.location) == (302, cinema.films.url("720.mp4"))
    assert await cinema.gateway.sql.fetchval("select sum(started) from catalog.plays") == 1
    assert (await owner.send("DELETE", f"/api/v1/devices/{made['id']}", None)).status == 204
    assert (await cinema.get(f"/u/{made['token']}{path}")).status == 403


async def test_the_parts_of_a_members_playlist_open_without_a_sign_in(cinema: Cinema) -> None:
    link = await cinema.add(720, "peertube", "hls/720/list.m3u8", container="hls")
    member = await cinema.gateway.signed_in("viewer")
    await cinema.tune(viewing="members")
    page = f"/relay/{cinema.episode}/{link}.1/play.m3u8"
    assert (await cinema.get(page)).status == 401
    parts = ADDRESS.findall((await member.get(page)).text)
    assert len(parts) == 4
    for part in parts:
        assert (await cinema.get(part)).body == FILM
    assert (await cinema.get("/part/made-up/part.ts")).status == 404


async def test_who_is_at_home_is_what_a_trusted_proxy_says(cinema: Cinema, start_gateway: Start) -> None:
    behind = await start_gateway(WELLSPRING_GATEWAY_TRUSTED_PROXIES="127.0.0.0/8")
    episode = await behind.add_episode()
    await behind.add_links(episode, {720: {"odstream": "https://a.example/1"}}, refresh_class="ip_bound")
    visitor = await behind.visitor()

    async def playable(**headers: str) -> bool:
        path = f"/api/v1/episodes/{episode}/live-state"
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        answer = await visitor.get(path, headers=sent)
        return bool(answer.json["links"][0]["playable"])

    assert await playable(X_Forwarded_For="192.168.1.7")
    assert not await playable(X_Forwarded_For="203.0.113.9")
    assert not await playable(X_Forwarded_For="192.168.1.7, 203.0.113.9")
    assert not await playable()  # a proxy that does not say for whom it asks
