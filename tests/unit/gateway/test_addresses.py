"""Permanent addresses, from their parts and back."""

from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from fastapi import FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st

from wellspring_gateway.domain.addresses import extension_of, file_name, here, is_host, permanent, quality_of
from wellspring_gateway.routes import view

BASE = "https://wellspring.example"


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "/w/7/720/The%20Glory%20S01E01.mp4"),
        ({"quality": None}, "/w/7/auto/The%20Glory%20S01E01.mp4"),
        ({"extension": ".m3u8"}, "/w/7/720/The%20Glory%20S01E01.m3u8"),
        ({"token": "wspd_a-b"}, "/u/wspd_a-b/w/7/720/The%20Glory%20S01E01.mp4"),
        ({"name": "Who/What? 50%"}, "/w/7/720/Who%20What%2050.mp4"),
        ({"name": "더 글로리"}, "/w/7/720/%EB%8D%94%20%EA%B8%80%EB%A1%9C%EB%A6%AC.mp4"),
        ({"name": "../.."}, "/w/7/720/episode.mp4"),
    ],
)
def test_an_address_is_made_of_its_parts(changes: dict[str, Any], address: str) -> None:
    parts: dict[str, Any] = {"episode_id": 7, "quality": 720, "name": "The Glory S01E01", "extension": "mp4"}
    parts |= changes
    assert permanent(f"{BASE}/", **parts) == BASE + address


@given(st.text(max_size=300))
def test_whatever_a_title_holds_the_path_has_four_parts_and_its_extension(name: str) -> None:
    path = urlsplit(permanent(BASE, episode_id=1, quality=None, name=name, extension="mkv")).path
    assert path.isascii()
    assert path.count("/") == 4
    assert PurePosixPath(unquote(path)).suffix == ".mkv"
    assert unquote(path.rpartition("/")[2]) == f"{file_name(name)}.mkv"


@pytest.mark.parametrize(
    ("container", "extension"), [("mp4", "mp4"), ("hls", "m3u8"), ("dash", "mpd"), ("other", "mp4")]
)
def test_a_container_has_the_extension_that_players_know(container: str, extension: str) -> None:
    assert extension_of(container) == extension


def test_a_quality_is_a_height_or_the_best_there_is() -> None:
    assert (quality_of("auto"), quality_of("1080"), quality_of("9999")) == (None, 1080, 9999)
    for text in ("", "0", "-1", "10000", "720p", "７２０", "1" * 5000):
        with pytest.raises(ValueError, match="is no quality"):
            quality_of(text)


@pytest.mark.parametrize("host", ["a.example", "a.example:8000", "127.0.0.1:1", "[::1]:8000", "my_nas"])
def test_a_host_is_one_to_build_addresses_from(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize("host", ["", "a b", 'x"><script>', "a.example/path", "a@b", "a.example:123456"])
def test_what_is_no_host_never_becomes_part_of_an_address(host: str) -> None:
    assert not is_host(host)


@pytest.mark.parametrize(
    ("secure", "scheme", "host", "base"),
    [
        (False, "http", "tv.lan:8000", "http://tv.lan:8000"),
        (True, "http", "tv.example", "https://tv.example"),
        (False, "https", "tv.example", "https://tv.example"),
        (False, "http", 'x"><b>', "http://127.0.0.1:8000"),
    ],
)
def test_an_address_begins_as_whoever_asks_sees_us(
    monkeypatch: pytest.MonkeyPatch, secure: bool, scheme: str, host: str, base: str
) -> None:
    settings = SimpleNamespace(secure_cookies=secure, host="127.0.0.1", port=8000)
    monkeypatch.setattr(view, "door_of", lambda _: SimpleNamespace(settings=settings))
    scope = {"type": "http", "app": FastAPI(), "scheme": scheme, "path": "/", "query_string": b""}
    headers = [(b"host", host.encode())]
    assert view.base_url(Request({**scope, "headers": headers, "server": ("127.0.0.1", 8000)})) == base


@pytest.mark.parametrize(
    ("method", "path", "query", "address"),
    [
        ("GET", "/", "", "/"),
        ("GET", "/", "q=a&kind=movie", "/?q=a&kind=movie"),
        ("HEAD", "/watch/7", "t=90", "/watch/7?t=90"),
        ("POST", "/account/devices", "", "/account"),
        ("POST", "/login", "", "/login"),
        ("GET", "/invite", "token=secret", "/invite"),
        ("GET", "/", "q=" + "x" * 1000, "/"),
    ],
)
def test_a_page_is_come_back_to_as_it_stood(method: str, path: str, query: str, address: str) -> None:
    assert here(method, path, query) == address
