"""HLS playlists as we serve them, and the sealed addresses in them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from wellspring_gateway.domain.playlists import file_of, is_playlist, rewritten
from wellspring_gateway.domain.sealing import Part, seal, unseal

from .builders import NOW

BASE = "https://cdn.example/a/b/master.m3u8?token=1"
SECRET = b"s" * 48
PART = Part(
    url="https://cdn.example/a/1.ts?x=%2F~'",
    is_list=False,
    server="peertube",
    link_id=3,
    generation=2,
    needs_headers=False,
    relayed=True,
    until=int(NOW.timestamp()) + 60,
)


def shown(text: str) -> list[str]:
    """Return the lines with each address as what it is of."""
    address = lambda url, is_list: f"{'list' if is_list else 'file'}:{url}"  # noqa: E731
    return rewritten(text, base=BASE, address=address).split("\n")


def test_every_kind_of_url_is_made_absolute_and_known_for_what_it_is() -> None:
    text = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,URI="audio.m3u8"
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="/frames.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1

720.m3u8?sig=%2B
#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/k#f",IV=0x1
#EXT-X-MAP:URI="init.mp4"
#EXTINF:4,
//other.example/1.ts
"""
    assert shown(text) == [
        "#EXTM3U",
        '#EXT-X-MEDIA:TYPE=AUDIO,URI="list:https://cdn.example/a/b/audio.m3u8"',
        '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="list:https://cdn.example/frames.m3u8"',
        "#EXT-X-STREAM-INF:BANDWIDTH=1",
        "list:https://cdn.example/a/b/720.m3u8?sig=%2B",
        '#EXT-X-KEY:METHOD=AES-128,URI="file:https://keys.example/k",IV=0x1',
        '#EXT-X-MAP:URI="file:https://cdn.example/a/b/init.mp4"',
        "#EXTINF:4,",
        "file:https://other.example/1.ts",
        "",
    ]


def test_what_is_no_web_address_leads_nowhere() -> None:
    text = '#EXTM3U\n#EXT-X-KEY:METHOD=S,URI="data:text/plain,x"\njavascript:alert(1)\nfile:///etc/passwd\n'
    assert shown(text) == ["#EXTM3U", '#EXT-X-KEY:METHOD=S,URI="data:text/plain,x"', ""]


@given(st.text(max_size=400))
def test_no_text_breaks_it_and_no_line_of_it_is_left_as_it_came(text: str) -> None:
    for line in shown(f"#EXTM3U\n{text}"):
        assert not line or line.startswith(("#", "file:http", "list:http"))


def test_a_playlist_is_known_by_its_first_line() -> None:
    assert is_playlist("\ufeff#EXTM3U\n")
    assert not is_playlist("<html>#EXTM3U")


def test_a_parts_address_ends_as_its_file_does() -> None:
    assert file_of("https://a.example/x.M4S?y=.mp4", is_list=False) == "part.m4s"
    assert file_of("https://a.example/segment", is_list=False) == "part.ts"
    assert file_of("https://a.example/x.php", is_list=True) == "list.m3u8"


def test_a_sealed_part_opens_until_its_time_is_over() -> None:
    sealed = seal(PART, SECRET)
    assert unseal(sealed, SECRET, now=NOW) == PART
    assert unseal(sealed, b"t" * 48, now=NOW) is None
    assert unseal(seal(replace(PART, until=int(NOW.timestamp())), SECRET), SECRET, now=NOW) is None
    assert unseal(sealed + "A", SECRET, now=NOW) is None


@given(st.integers(min_value=0, max_value=10_000), st.sampled_from("ABab01-_"))
def test_a_seal_that_was_touched_opens_nothing(at: int, letter: str) -> None:
    sealed = seal(PART, SECRET)
    at %= len(sealed) - 1  # of the last letter some bits mean nothing
    touched = sealed[:at] + letter + sealed[at + 1 :]
    assert unseal(touched, SECRET, now=NOW) == (PART if touched == sealed else None)


@given(st.text(max_size=100))
def test_no_text_is_taken_for_a_seal(text: str) -> None:
    assert unseal(text, SECRET, now=NOW) is None
