"""Where an HLS manifest leads first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.fetch.hls import first_part

BASE = "https://cdn.example/show/master.m3u8?token=a%2Fb"
MASTER = "#EXTM3U\n#EXT-X-VERSION:6\n\n#EXT-X-STREAM-INF:BANDWIDTH=1\r\n720/list.m3u8?x=1\r\n"
MEDIA = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nseg0.ts\n#EXTINF:6,\nseg1.ts\n"
SIGNED = "http://other.example/s%2F0.ts?k=a%2Bb"
FRAGMENTED = '#EXTM3U\n#EXT-X-MAP:URI="init.mp4",BYTERANGE="700@0"\n#EXTINF:6,\nseg0.m4s\n'


@pytest.mark.parametrize(
    ("text", "url", "is_list"),
    [
        (MASTER, "https://cdn.example/show/720/list.m3u8?x=1", True),
        (MEDIA, "https://cdn.example/show/seg0.ts", False),
        (FRAGMENTED, "https://cdn.example/show/init.mp4", False),
        ("\ufeff" + MEDIA, "https://cdn.example/show/seg0.ts", False),
        ("#EXTM3U\n#EXTINF:6,\n/root/seg0.ts\n", "https://cdn.example/root/seg0.ts", False),
        (
            "#EXTM3U\n#EXTINF:6,\nhttp://other.example/s%2F0.ts?k=a%2Bb\n",
            "http://other.example/s%2F0.ts?k=a%2Bb",
            False,
        ),
    ],
)
def test_the_first_part_of_a_manifest(text: str, url: str, *, is_list: bool) -> None:
    part = first_part(text, base=BASE)
    assert part is not None
    assert (part.url, part.is_list) == (url, is_list)


@pytest.mark.parametrize("text", ["", "#EXTM3U\n", "#EXTM3U\n#EXT-X-ENDLIST\n", "#EXTM3U\n#EXT-X-MAP:URI=\n"])
def test_a_manifest_that_leads_nowhere(text: str) -> None:
    assert first_part(text, base=BASE) is None


@given(st.text(max_size=300))
def test_no_manifest_breaks_the_reader(text: str) -> None:
    part = first_part("#EXTM3U\n" + text, base=BASE)
    assert part is None or part.url
