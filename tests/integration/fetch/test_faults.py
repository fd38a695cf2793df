"""What hosts do to probes, both ways: no fault hangs, floods or is taken for another."""

import asyncio
import gzip
import resource
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.fetch.faults import (
    FILM_START,
    RANGED,
    WHOLE,
    Answer,
    endless,
    faulty,
    reset,
    saying,
    silence,
)
from tests.integration.fetch.servers import fetcher_for
from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.fetch.limits import Limits

HASTY = Limits(connect_s=0.3, first_byte_s=0.3, deadline_s=1.0)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def moved(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(silence, "timeout", id="slow header"),
        pytest.param(endless(b"HTTP/1.1 200 OK\r\n", b"X", pause_s=0.05), "timeout", id="dripped header"),
        pytest.param(
            endless(OK + b"Content-Length: 512\r\n\r\n", b"x", pause_s=0.05), "timeout", id="slow body"
        ),
        pytest.param(reset(at=0), "connect", id="reset of a fresh connection"),
        pytest.param(
            saying(OK + b"Content-Length: 512\r\n\r\nhalf", go_on=False), "connect", id="body breaks off"
        ),
        pytest.param(saying(CHUNKED + b"200\r\nhalf", go_on=False), "connect", id="chunk breaks off"),
        pytest.param(saying(b"", go_on=False), "connect", id="closed without a word"),
        pytest.param(saying(b"SSH-2.0-OpenSSH_9.2\r\n"), "garbage", id="another protocol"),
        pytest.param(saying(b"HTTP/1.1 200 OK\r\nX" * 3), "garbage", id="broken header"),
        pytest.param(saying(CHUNKED + b"zz\r\n"), "garbage", id="broken chunk"),
        pytest.param(
            endless(b"HTTP/1.1 200 OK\r\n", b"X-Flood: " + b"x" * 4000 + b"\r\n"),
            "garbage",
            id="header flood",
        ),
        pytest.param(endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 4096), "garbage", id="one endless header"),
        pytest.param(saying(moved("/film")), "too_many_redirects", id="redirect loop"),
        pytest.param(saying(moved("http://127.0.0.1:80/")), "blocked_address", id="redirect inside"),
        pytest.param(saying(moved("http://2130706433/")), "bad_url", id="redirect inside, spelled oddly"),
        pytest.param(saying(moved("file:///etc/passwd")), "bad_url", id="redirect to a file"),
    ],
)
async def test_faults_have_names(answer: Answer, code: str, lean: bool) -> None:
    async with faulty(answer) as fault, fetcher_for(fault.port, limits=HASTY, lean=lean) as fetcher:
        with pytest.raises(WellspringError) as raised:
            async with asyncio.timeout(5):
                await fetcher.probe(fault.url())
    assert raised.value.code == code
    assert isinstance(raised.value, Transient if code in {"timeout", "connect", "garbage"} else Permanent)


async def test_a_kept_connection_that_was_reset_is_replaced_once(lean: bool) -> None:
    async with faulty(reset(at=1)) as fault, fetcher_for(fault.port, lean=lean) as fetcher:
        first = await fetcher.probe(fault.url("/1"))
        second = await fetcher.probe(fault.url("/2"))
    assert (first.status, second.status) == (206, 206)
    assert fault.connections == 2
    assert fault.requests in (
        ["GET /1 HTTP/1.1", "GET /2 HTTP/1.1", "GET /2 HTTP/1.1"],
        ["GET /1 HTTP/1.1", "GET /2 HTTP/1.1"],  # its end was noticed before it was used
    )


@pytest.mark.parametrize(
    ("answer", "size", "start"),
    [
        pytest.param(saying(RANGED), WHOLE, FILM_START, id="ranged"),
        pytest.param(
            endless(OK + f"Content-Length: {WHOLE}\r\n\r\n".encode(), FILM_START * 8),
            WHOLE,
            FILM_START,
            id="range ignored",
        ),
        pytest.param(
            endless(CHUNKED, b"200\r\n" + FILM_START + b"\r\n"), None, FILM_START, id="endless chunks"
        ),
        pytest.param(
            saying(CHUNKED + b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), None, b"hello world", id="chunks"
        ),
        pytest.param(saying(OK + b"\r\n" + FILM_START, go_on=False), None, FILM_START, id="until closed"),
        pytest.param(saying(OK + b"Content-Length: 0\r\n\r\n"), 0, b"", id="empty"),
        pytest.param(
            saying(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + RANGED),
            WHOLE,
            FILM_START,
            id="early hints",
        ),
        pytest.param(
            saying(b"HTTP/1.0 200 OK\r\n\r\n" + FILM_START, go_on=False), None, FILM_START, id="HTTP/1.0"
        ),
    ],
)
async def test_framings_are_read_alike(
    answer: Answer,
    size: int | None,
    start: bytes,
    lean: bool,
) -> None:
    async with faulty(answer) as fault, fetcher_for(fault.port, limits=HASTY, lean=lean) as fetcher:
        seen = [await fetcher.probe(fault.url()) for _ in range(2)]
    assert [(each.size, each.first_bytes, each.method) for each in seen] == [(size, start, "GET")] * 2


async def test_a_bomb_is_not_inflated(lean: bool) -> None:
    bomb = gzip.compress(bytes(50_000_000), 9)
    head = OK + f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    async with faulty(saying(head + bomb)) as fault, fetcher_for(fault.port, lean=lean) as fetcher:
        await fetcher.probe(fault.url())
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seen = await fetcher.probe(fault.url())
    unit = 1024 if sys.platform == "linux" else 1
    assert seen.first_bytes == bomb[:512]
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit < 10_000_000


async def test_a_host_that_forbids_head_and_serves_ranges_is_asked_once(lean: bool) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: int) -> bool:
        forbids = fault.requests[-1].startswith("HEAD")
        writer.write(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n" if forbids else RANGED)
        return True

    async with faulty(answer) as fault, fetcher_for(fault.port, lean=lean) as fetcher:
        assert (await fetcher.probe(fault.url())).status == 206
    assert fault.requests == ["GET /film HTTP/1.1"]


async def test_an_answer_that_nobody_asked_for_is_nobodys(lean: bool) -> None:
    """Two answers to one request: the second must not be taken for that of the next."""
    stray = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray"
    async with faulty(saying(RANGED + stray)) as fault, fetcher_for(fault.port, lean=lean) as fetcher:
        seen = [await fetcher.probe(fault.url(f"/{number}")) for number in range(3)]
    assert [each.status for each in seen] == [206] * 3


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `media.test` that no authority has signed, with its key."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "2", "-subj", "/CN=media.test", "-addext", "subjectAltName=DNS:media.test"),
            *("-keyout", str(path), "-out", f"{path}.crt"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


async def inward(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def test_a_certificate_that_nobody_signed_is_refused(certificate: Path, lean: bool) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    async with faulty(saying(RANGED), context=context) as fault:
        names = (f"media.test:{fault.port}",)
        async with fetcher_for(lookup=inward, names=names, lean=lean) as fetcher:
            with pytest.raises(Transient) as raised:
                await fetcher.probe(fault.url(scheme="https", host="media.test"))
    assert raised.value.code == "tls"
    assert fault.requests == []


async def test_a_valid_certificate_holds_for_its_own_name_alone(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, lean: bool
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    # aiohttp has read the machine's authorities long ago
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", ssl.create_default_context())
    async with faulty(saying(RANGED), context=context) as fault:
        names = (f"media.test:{fault.port}", f"other.test:{fault.port}")
        async with fetcher_for(lookup=inward, names=names, lean=lean) as fetcher:
            for _ in range(2):
                seen = await fetcher.probe(fault.url(scheme="https", host="media.test"))
                assert (seen.status, seen.first_bytes) == (206, FILM_START)
            with pytest.raises(Transient) as raised:
                await fetcher.probe(fault.url(scheme="https", host="other.test"))
    assert raised.value.code == "tls"
    assert len(fault.requests) == 2
    assert fault.connections == 1
