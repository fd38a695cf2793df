"""How a link gets to a player and to a page, and what crosses a relay."""

from typing import Any

import pytest

from wellspring_common.tunables import Tunables
from wellspring_gateway.domain.carrying import Carrier, Via, carrier, is_own_network
from wellspring_gateway.domain.relaying import relayed_headers, upstream_headers, whole_headers

from .builders import link

FAR, HOME = Carrier(), Carrier(at_home=True)
PLAIN: dict[str, Any] = {}
HTTP: dict[str, Any] = {"url": "http://files.example/a.mp4"}


@pytest.mark.parametrize(
    ("changes", "far", "home"),
    [
        (PLAIN, (Via.DIRECT, Via.DIRECT), (Via.DIRECT, Via.DIRECT)),
        ({"needs_headers": True}, (None, None), (Via.RELAY, Via.RELAY)),
        ({"refresh_class": "ip_bound"}, (None, None), (Via.RELAY, Via.RELAY)),
        ({"container": "hls"}, (Via.DIRECT, Via.DIRECT), (Via.DIRECT, Via.RELAY)),
        ({"container": "mkv"}, (Via.DIRECT, None), (Via.DIRECT, None)),
        ({"container": "mkv", "needs_headers": True}, (None, None), (Via.RELAY, None)),
        ({"container": "dash"}, (Via.DIRECT, None), (Via.DIRECT, None)),
        ({"container": "dash", "refresh_class": "ip_bound"}, (None, None), (None, None)),
        ({"container": "dash", "needs_headers": True}, (None, None), (None, None)),
        ({"kind": "embed"}, (None, None), (None, None)),
    ],
)
def test_the_way_of_a_link_to_a_player_and_to_a_page(
    changes: dict[str, Any], far: tuple[Via | None, ...], home: tuple[Via | None, ...]
) -> None:
    one = link(**changes)
    assert (FAR.to_player(one), FAR.to_browser(one)) == far
    assert (HOME.to_player(one), HOME.to_browser(one)) == home


def test_what_comes_by_http_is_nothing_for_a_page_that_came_by_https() -> None:
    far, home = Carrier(secure=True), Carrier(secure=True, at_home=True)
    assert (far.to_browser(link(**HTTP)), far.to_player(link(**HTTP))) == (None, Via.DIRECT)
    assert (home.to_browser(link(**HTTP)), home.to_player(link(**HTTP))) == (Via.RELAY, Via.RELAY)
    assert far.to_browser(link()) is Via.DIRECT
    dash = link(**HTTP, container="dash")
    assert (home.to_browser(dash), home.to_player(dash)) == (None, Via.DIRECT)


def test_relaying_is_off_beyond_the_own_network_until_a_server_is_switched_on() -> None:
    plain, chosen = Tunables(), Tunables(relay_servers=("vidhide",), relay_at_home=False)
    assert carrier(plain, at_home=True, secure=False).relays("vidhide")
    assert not carrier(plain, at_home=False, secure=False).relays("vidhide")
    for at_home in (True, False):
        found = carrier(chosen, at_home=at_home, secure=False)
        assert (found.relays("vidhide"), found.relays("pixel")) == (True, False)
    everybody = Tunables(relay_servers=("*",))
    assert carrier(everybody, at_home=False, secure=False).relays("pixel")


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("127.0.0.1", True),
        ("192.168.1.4", True),
        ("172.31.0.1", True),
        ("172.32.0.1", False),
        ("::1", True),
        ("fd00::1", True),
        ("fe80::1%eth0", True),
        ("::ffff:10.0.0.1", True),
        ("::ffff:93.184.216.34", False),
        ("203.0.113.9", False),
        ("100.64.0.1", False),
        ("2001:db8::1", False),
        ("0.0.0.0", False),
        ("testclient", False),
        (None, False),
    ],
)
def test_the_own_network_is_private_addresses_and_nothing_else(address: str | None, own: bool) -> None:
    assert is_own_network(address) is own


def test_only_what_a_player_needs_crosses_to_a_files_server() -> None:
    asked = {"range": "bytes=5-", "cookie": "ws_session=secret", "authorization": "Bearer x", "host": "ours"}
    sent = upstream_headers(asked, {"Referer": "https://page.example/"})
    assert sent == {"Range": "bytes=5-", "Referer": "https://page.example/"}


@pytest.mark.parametrize(
    ("told", "extension", "heard"),
    [
        ("video/mp4; codecs=x", "mp4", "video/mp4"),
        ("Application/OCTET-stream", "mkv", "video/x-matroska"),
        ("text/html", "mp4", "video/mp4"),
        ("image/svg+xml", "ts", "video/mp2t"),
        ("text/javascript", "js", "application/octet-stream"),
        ("", "key", "application/octet-stream"),
    ],
)
def test_what_comes_back_is_a_film_whatever_it_says_it_is(told: str, extension: str, heard: str) -> None:
    answer = {"content-type": told, "set-cookie": "a=b", "content-length": "7", "location": "/x"}
    headers = relayed_headers(answer, extension=extension)
    assert headers == {"content-length": "7", "content-type": heard}


def test_the_first_byte_of_a_file_tells_what_head_would_have() -> None:
    answer = {"content-range": "bytes 0-0/900", "content-length": "1", "content-type": "video/mp4"}
    whole = {"content-length": "900", "accept-ranges": "bytes", "content-type": "video/mp4"}
    assert whole_headers(206, answer) == (200, whole)
    assert whole_headers(200, {"content-length": "900"}) == (200, {"content-length": "900"})
    assert whole_headers(404, {}) == (404, {})
