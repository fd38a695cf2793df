"""What yt-dlp says, as candidates."""

from wellspring_common.events.scrape import Container
from wellspring_scraper.domain.resolved import MOST, candidates_of

FORMATS = [
    {"url": "https://v.example/a.m4a", "protocol": "https", "ext": "m4a", "vcodec": "none", "acodec": "mp4a"},
    {"url": "https://v.example/360-worse.mp4", "protocol": "https", "ext": "mp4", "height": 360},
    {
        "url": "https://v.example/360.mp4",
        "protocol": "https",
        "ext": "mp4",
        "height": 360,
        "filesize": 1000,
        "http_headers": {"Referer": "https://v.example/", "Accept": "*/*", "User-Agent": "UA\r\nX: 1"},
    },
    {"url": "https://v.example/seg", "manifest_url": "https://v.example/m.m3u8", "protocol": "m3u8_native"},
    {"url": "https://v.example/m.mpd", "protocol": "http_dash_segments", "height": 720},
    {"url": "rtmp://v.example/live", "protocol": "rtmp"},
]


def test_each_form_that_can_be_played_is_a_candidate() -> None:
    found = {one.container: one for one in candidates_of({"formats": FORMATS})}
    assert set(found) == {Container.MP4, Container.HLS, Container.DASH}
    film = found[Container.MP4]
    assert (film.url, film.server) == ("https://v.example/360.mp4", "yt-dlp")
    assert film.facts is not None
    assert (film.facts.quality, film.facts.size_bytes) == (360, 1000)
    assert film.headers == {"Referer": "https://v.example/"}
    assert found[Container.HLS].url == "https://v.example/m.m3u8"


def test_of_several_videos_the_first_is_the_pages_own() -> None:
    first, second = ({"url": f"https://v.example/{n}.mp4", "ext": "mp4"} for n in (1, 2))
    assert [one.url for one in candidates_of({"entries": [first, second]})] == ["https://v.example/1.mp4"]
    assert candidates_of({"entries": []}) == ()


def test_there_are_never_too_many() -> None:
    many = [{"url": f"https://v.example/{n}.mp4", "ext": "mp4", "height": n} for n in range(1, 100)]
    assert len(candidates_of({"formats": many})) == MOST


def test_nonsense_is_nothing() -> None:
    for info in ({}, {"formats": [1, None]}, {"formats": "x"}, {"url": 5}, {"entries": [1]}):
        assert candidates_of(info) == ()
