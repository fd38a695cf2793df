import gzip
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from wellspring_common.errors import Permanent, Throttled, Transient
from wellspring_common.fetch.answers import failure, is_challenge, retry_after
from wellspring_common.fetch.body import BoundedBody
from wellspring_common.fetch.chain import Hop, next_hop
from wellspring_common.fetch.learned import REMEMBERED_S, LearnedHosts
from wellspring_common.fetch.page import Page

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("Sat, 21 Nov 2026 08:01:00 GMT", 60.0),
        ("Sat, 21 Nov 2020 08:01:00 GMT", 0.0),
        ("999999999999", 86_400.0),
        ("soon", None),
        ("", None),
        ("\u0663", None),
    ],
)
def test_retry_after_is_read_in_both_forms(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "wait", "kind", "code"),
    [
        (404, None, Permanent, "not_found"),
        (410, None, Permanent, "not_found"),
        (401, None, Permanent, "forbidden"),
        (451, None, Permanent, "forbidden"),
        (400, None, Permanent, "refused"),
        (429, None, Throttled, "throttled"),
        (503, 9.0, Throttled, "throttled"),
        (503, None, Transient, "server_error"),
        (522, None, Transient, "server_error"),
        (408, None, Transient, "timeout"),
    ],
)
def test_a_status_becomes_the_error_it_stands_for(
    status: int, wait: float | None, kind: type[Exception], code: str
) -> None:
    error = failure(status, wait)
    assert error is not None
    assert (type(error), error.code) == (kind, code)


def test_a_bot_wall_is_known_by_header_or_by_its_page() -> None:
    assert is_challenge(200, {"cf-mitigated": "challenge"}, b"")
    assert is_challenge(403, {}, b"<html><div class='cf-turnstile'>")
    assert is_challenge(200, {}, b"<script>window._cf_chl_opt={}</script>")
    assert not is_challenge(200, {}, b"<div class='g-recaptcha'></div> on an honest page")
    assert not is_challenge(403, {}, b"<h1>Forbidden</h1>")


RAW_DEFLATE = zlib.compressobj(wbits=-15)
RAW = RAW_DEFLATE.compress(b"hello " * 50) + RAW_DEFLATE.flush()


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        ("", b"hello " * 50),
        ("gzip", gzip.compress(b"hello " * 50, mtime=0)),
        ("x-gzip", gzip.compress(b"hello " * 50, mtime=0)),
        ("deflate", zlib.compress(b"hello " * 50)),
        ("deflate", RAW),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_bodies_are_decompressed_in_any_chunks(encoding: str, wire: bytes, step: int) -> None:
    body = BoundedBody(encoding, 1000)
    for at in range(0, len(wire), step):
        body.feed(wire[at : at + step])
    assert body.finish() == b"hello " * 50


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_a_body_is_given_up_at_its_cap(encoding: str) -> None:
    plain = bytes(5_000_000) if encoding else bytes(2000)
    wire = {"": plain, "gzip": gzip.compress(plain, 9, mtime=0), "deflate": zlib.compress(plain, 9)}[encoding]
    body = BoundedBody(encoding, 1000)
    with pytest.raises(Permanent) as raised:
        body.feed(wire)
    assert raised.value.code == "too_large"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_encodings_nobody_asked_for_are_refused(encoding: str) -> None:
    with pytest.raises(Permanent) as raised:
        BoundedBody(encoding, 1000)
    assert raised.value.code == "garbage"


@given(st.binary(max_size=200))
def test_broken_compression_is_a_named_failure(wire: bytes) -> None:
    body = BoundedBody("gzip", 1000)
    try:
        body.feed(wire)
    except (Transient, Permanent) as error:
        assert error.code in {"garbage", "too_large"}  # noqa: PT017


@pytest.mark.parametrize(
    ("method", "status", "then"),
    [
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("POST", 303, "GET"),
        ("POST", 307, "POST"),
        ("HEAD", 303, "HEAD"),
    ],
)
def test_redirects_change_the_method_as_browsers_do(method: str, status: int, then: str) -> None:
    hop = Hop("http://a.example/x", method, form={"k": "v"})
    moved = next_hop(hop, URL(hop.url), status, "/y")
    assert moved is not None
    assert (moved.url, moved.method, moved.form is not None) == ("http://a.example/y", then, then == "POST")


@pytest.mark.parametrize("location", ["http://a@]/", "http://[", "//[x"])
def test_a_redirect_to_what_is_no_url_is_said_to_be_one(location: str) -> None:
    with pytest.raises(Permanent) as raised:
        next_hop(Hop("http://a.example/x", "GET"), URL("http://a.example/x"), 302, location)
    assert raised.value.code == "bad_url"


def test_secrets_stay_with_their_origin() -> None:
    hop = Hop("http://a.example/x", "GET", {"authorization": "s", "Cookie": "s", "Referer": "r"})
    away = next_hop(hop, URL(hop.url), 302, "http://b.example/")
    here = next_hop(hop, URL(hop.url), 302, "/y")
    assert away is not None
    assert dict(away.headers) == {"Referer": "r"}
    assert here is not None
    assert here.headers == hop.headers


def test_a_redirect_to_nowhere_is_no_redirect() -> None:
    hop = Hop("http://a.example/", "GET")
    assert next_hop(hop, URL(hop.url), 302, None) is None
    assert next_hop(hop, URL(hop.url), 200, "/x") is None
    with pytest.raises(Permanent):
        next_hop(hop, URL(hop.url), 302, "http://[::1/")


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        ({"content-type": "text/html; charset=iso-8859-1"}, b"\xfc", "\u00fc"),
        ({}, b"\xef\xbb\xbfx", "x"),
        ({}, b"<meta charset='windows-1252'>\x80", "<meta charset='windows-1252'>\u20ac"),
        ({"content-type": "text/html; charset=punycode"}, b"x-y", "x-y"),
        ({"content-type": "text/html; charset=zlib"}, b"\xff", "\ufffd"),
    ],
)
def test_text_is_decoded_by_what_the_page_says_within_reason(
    headers: dict[str, str], body: bytes, text: str
) -> None:
    assert Page(url="", status=200, headers=headers, body=body).text() == text


def test_hosts_are_remembered_for_a_week() -> None:
    now = 0.0
    hosts = LearnedHosts(clock=lambda: now)
    hosts.learn("a:80")
    assert hosts.knows("a:80")
    now = REMEMBERED_S + 1
    assert not hosts.knows("a:80")
