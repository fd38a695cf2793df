import pytest

from wellspring_common.events.scrape import Container
from wellspring_common.fetch.media import container_of_path, sniff
from wellspring_common.fetch.page import Probe

MP4 = b"\x00\x00\x00\x20ftypisom" + bytes(500)
FILM = Probe(
    url="http://x/f",
    final_url="http://x/f",
    status=206,
    content_type="video/mp4",
    size=10**9,
    first_bytes=MP4,
)
TS = (b"\x47" + bytes(187)) * 3


@pytest.mark.parametrize(
    ("probe", "container"),
    [
        (FILM, Container.MP4),
        (FILM._replace(content_type="application/octet-stream"), Container.MP4),
        (FILM._replace(first_bytes=b"\x1a\x45\xdf\xa3" + bytes(60)), Container.MKV),
        (FILM._replace(first_bytes=b"\x1a\x45\xdf\xa3\x01\x42\x82\x84webm"), Container.WEBM),
        (FILM._replace(first_bytes=TS), Container.OTHER),
        (FILM._replace(first_bytes=b"#EXTM3U\n", size=268, content_type="text/plain"), Container.HLS),
        (FILM._replace(first_bytes=b'<?xml version="1.0"?>\n<MPD>', size=900), Container.DASH),
    ],
)
def test_a_film_is_known_by_its_first_bytes(probe: Probe, container: Container) -> None:
    verdict = sniff(probe)
    assert (verdict.ok, verdict.container, verdict.weak) == (True, container, False)


@pytest.mark.parametrize(
    ("probe", "reason"),
    [
        (FILM._replace(status=404), "not_found"),
        (FILM._replace(status=410), "not_found"),
        (FILM._replace(status=403), "forbidden"),
        (FILM._replace(status=429), "throttled"),
        (FILM._replace(status=503, retry_after=3.0), "throttled"),
        (FILM._replace(status=503), "server_error"),
        (FILM._replace(status=403, challenge=True), "blocked"),
        (FILM._replace(first_bytes=b"<!DOCTYPE html><p>File expired"), "html_body"),
        (FILM._replace(first_bytes=b"\n <HTML>"), "html_body"),
        (FILM._replace(first_bytes=b"gone", content_type="text/plain"), "wrong_type"),
        (FILM._replace(first_bytes=b'{"success": false}', content_type="application/json"), "wrong_type"),
        (FILM._replace(size=900), "too_small"),
        (FILM._replace(first_bytes=b"PK\x03\x04", content_type="application/zip"), "unknown_content"),
        (FILM._replace(first_bytes=b"junk", content_type="application/dash+xml"), "unknown_content"),
    ],
)
def test_what_is_no_film_is_refused_with_its_reason(probe: Probe, reason: str) -> None:
    verdict = sniff(probe)
    assert (verdict.ok, verdict.reason) == (False, reason)


def test_a_declared_video_without_known_bytes_counts_weakly() -> None:
    verdict = sniff(FILM._replace(method="HEAD", first_bytes=b""))
    assert (verdict.ok, verdict.weak, verdict.container) == (True, True, Container.MP4)


def test_a_path_names_its_container() -> None:
    assert container_of_path("/a/b/Film.MKV") is Container.MKV
    assert container_of_path("/a/master.m3u8") is Container.HLS
    assert container_of_path("/a/film") is None


@pytest.mark.parametrize("final", ["http://x/", "http://x/404", "http://x/404.mp4", "http://x/v/Expired.mp4"])
def test_a_clip_that_a_host_sends_everybody_to_is_no_film(final: str) -> None:
    moved = FILM._replace(final_url=final, hops=("http://x/f",))
    assert sniff(moved).reason == "sent_home"


@pytest.mark.parametrize(
    "seen",
    [
        FILM._replace(final_url="http://cdn.x/", hops=("http://x/f",)),
        FILM._replace(final_url="http://x/f2.mp4", hops=("http://x/f",)),
        FILM._replace(url="http://x/", final_url="http://x/"),
    ],
)
def test_a_film_behind_an_honest_redirect_is_one(seen: Probe) -> None:
    assert sniff(seen).ok


@pytest.mark.parametrize(
    ("size", "ok"), [(400, False), (600, True), (1400, True), (1600, False), (None, True)]
)
def test_a_file_of_quite_another_size_is_in_doubt(size: int | None, *, ok: bool) -> None:
    megabytes = None if size is None else size * 10**6
    verdict = sniff(FILM._replace(size=megabytes), expected_size=10**9)
    assert (verdict.ok, verdict.reason) == (ok, None if ok else "size_changed")
