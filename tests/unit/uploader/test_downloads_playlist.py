"""What a playlist says."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_uploader.domain.downloads_playlist import Unplayable, choose, segments_of, variants_of

BASE = "https://cdn.example/film/list.m3u8?token=1"


def test_segments_have_their_ranges_and_keys() -> None:
    found = segments_of(
        "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:4.5,\na.ts\n"
        '#EXT-X-KEY:METHOD=AES-128,URI="k.bin"\n#EXT-X-BYTERANGE:100@50\n#EXTINF:4,\nb.ts\n'
        "#EXT-X-BYTERANGE:30\n#EXTINF:4,\nb.ts\n"
        '#EXT-X-KEY:METHOD=AES-128,URI="k.bin",IV=0xff\n#EXTINF:1,\n//other.example/c.ts\n#EXT-X-ENDLIST\n',
        BASE,
    )
    first, second, third, last = found.segments
    assert (first.url, first.seconds, first.span, first.key) == (
        "https://cdn.example/film/a.ts",
        4.5,
        None,
        None,
    )
    assert (second.span, third.span) == (range(50, 150), range(150, 180))
    assert second.key is not None
    assert (second.key.url, second.key.iv) == ("https://cdn.example/film/k.bin", (8).to_bytes(16, "big"))
    assert last.key is not None
    assert last.key.iv == (255).to_bytes(16, "big")
    assert last.url == "https://other.example/c.ts"
    assert found.seconds == 13.5


def test_the_shape_of_a_film_is_the_same_at_every_address() -> None:
    text = "#EXTM3U\n#EXTINF:4,\na.ts?sig=1\n#EXTINF:2,\nb.ts\n#EXT-X-ENDLIST\n"
    moved = text.replace("sig=1", "sig=2")
    assert segments_of(text, BASE).shape == segments_of(moved, "https://b.example/x").shape
    assert segments_of(text.replace(":2,", ":3,"), BASE).shape != segments_of(text, BASE).shape


MASTER = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",DEFAULT=NO,URI="en.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="id",DEFAULT=YES,URI="id.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=3000000,RESOLUTION=1920x1080,AUDIO="a",CODECS="avc1,mp4a"
1080.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=1280x720
720.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=1200000,RESOLUTION=1280x720
720b.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=64000
sound.m3u8
"""


@pytest.mark.parametrize(
    ("quality", "name"), [(None, "1080"), (1080, "1080"), (720, "720b"), (900, "720b"), (240, "720b")]
)
def test_a_quality_is_chosen(quality: int | None, name: str) -> None:
    chosen = choose(variants_of(MASTER, BASE), quality)
    assert chosen.url == f"https://cdn.example/film/{name}.m3u8"
    assert chosen.sound == ("https://cdn.example/film/id.m3u8" if name == "1080" else None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("#EXTM3U\n#EXTINF:4,\na.ts\n", "live_stream"),
        ('#EXTM3U\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST', "encrypted"),
        (
            '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k",KEYFORMAT="com.widevine"\n#EXTINF:4,\na\n#EXT-X-ENDLIST',
            "encrypted",
        ),
        ("#EXTM3U\n#EXTINF:x,\na.ts\n#EXT-X-ENDLIST", "bad_playlist"),
        ("#EXTM3U\n#EXT-X-BYTERANGE:x\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST", "bad_playlist"),
        ("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST", "bad_playlist"),
        ("#EXTM3U\n#EXTINF:1,\ndata:text/plain,x\n#EXT-X-ENDLIST", "bad_playlist"),
        ('#EXTM3U\n#EXT-X-MAP:URI="a"\n#EXT-X-MAP:URI="b"\n#EXTINF:1,\na\n#EXT-X-ENDLIST', "bad_playlist"),
        ("#EXTM3U\n#EXT-X-ENDLIST", "bad_playlist"),
    ],
)
def test_what_makes_no_film_is_refused_by_its_name(text: str, code: str) -> None:
    with pytest.raises(Unplayable) as refused:
        segments_of(text, BASE)
    assert refused.value.code == code


_TAGS = st.sampled_from(
    ["#EXTM3U", "#EXTINF:", "#EXT-X-KEY:METHOD=AES-128,URI=", "#EXT-X-BYTERANGE:", "#EXT-X-MAP:URI=",
     "#EXT-X-ENDLIST", "#EXT-X-STREAM-INF:BANDWIDTH=", "#EXT-X-MEDIA:TYPE=AUDIO,URI=", "http://", "["]
)  # fmt: skip


@given(st.lists(st.tuples(_TAGS, st.text(max_size=20)), max_size=12))
def test_no_text_breaks_the_reading(lines: list[tuple[str, str]]) -> None:
    text = "\n".join(tag + rest for tag, rest in lines) + "\n#EXT-X-ENDLIST"
    with contextlib.suppress(Unplayable):
        variants_of(text, BASE)
    with contextlib.suppress(Unplayable):
        assert segments_of(text, BASE).segments
