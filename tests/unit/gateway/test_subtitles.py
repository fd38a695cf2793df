"""Subtitle files become WebVTT, whatever is in them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.errors import Permanent
from wellspring_gateway.domain.subtitles import Encoding, cues_of, text_of, to_vtt

SRT = (
    "1\r\n00:00:01,500 --> 00:00:03,000\r\nHello\r\nthere\r\n\r\n"
    "2\r\n00:01:00,000 --> 00:01:02,25\r\n안녕하세요\r\n"
)
VTT = "WEBVTT\n\n00:00:01.500 --> 00:00:03.000\nHello\nthere\n\n00:01:00.000 --> 00:01:02.250\n안녕하세요\n"
TIMES = re.compile(r"\d{2,}:\d\d:\d\d\.\d{3} --> \d{2,}:\d\d:\d\d\.\d{3}( [\w:.,%-]+)*")


def test_subrip_becomes_webvtt_and_webvtt_stays() -> None:
    assert to_vtt(SRT) == VTT
    assert to_vtt(VTT) == VTT
    assert to_vtt(f"\ufeff{SRT}") == VTT


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("안녕 é".encode(), "안녕 é"),
        ("\ufeff안녕".encode(), "안녕"),
        ("안녕하세요, 여러분!".encode("cp949"), "안녕하세요, 여러분!"),
        ("café à la crème".encode("latin-1"), "café à la crème"),
        ("Déjà vu".encode("cp1252"), "Déjà vu"),
        ("안녕".encode("utf-16"), "안녕"),
        ("\ufeffHello".encode("utf-16-be"), "Hello"),
        ("1\n00:00:01,000".encode("utf-16-le"), "1\n00:00:01,000"),
        ("1\n00:00:01,000".encode("utf-16-be"), "1\n00:00:01,000"),
        (b"", ""),
    ],
)
def test_the_encoding_of_a_file_is_found_out(body: bytes, expected: str) -> None:
    assert text_of(body) == expected


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [("utf-8", "utf-8"), ("utf-16", "utf-16"), ("cp949", "cp949"), ("latin-1", "cp1252")],
)
def test_a_declared_encoding_counts(encoding: Encoding, codec: str) -> None:
    text = "1 é" if encoding == "latin-1" else "한"
    assert text_of(text.encode(codec), encoding) == text


def test_cues_come_in_order_without_what_could_do_harm() -> None:
    odd = (
        "00:09.000 --> 00:10.000\nlate\n\n"
        "1\n00:00:01,000 --> 00:00:02,000 align:start evil:x\n"
        "<i>so</i> <font color=red>1 < 2</font> --> {\\an8}!\n2\n"
        "00:00:03,000 --> 00:00:04,000\n<script>alert(1)</script>\n\n00:05.000 --> 00:04.000\nbackwards\n"
    )
    found = [(cue.start, cue.text, cue.settings) for cue in cues_of(odd)]
    assert found == [
        (1000, "<i>so</i> 1 &lt; 2 → !", "align:start"),
        (3000, "alert(1)", ""),
        (9000, "late", ""),
    ]


@pytest.mark.parametrize("text", ["", "WEBVTT\n\nNOTE nothing\n", "<html></html>", "00:01 --> 00:02\nno"])
def test_what_holds_no_subtitles_is_refused(text: str) -> None:
    with pytest.raises(Permanent) as error:
        to_vtt(text)
    assert error.value.code == "not_subtitles"


@given(st.binary(max_size=400))
def test_any_bytes_are_some_text(body: bytes) -> None:
    assert isinstance(text_of(body), str)


LINES = st.one_of(
    st.sampled_from(
        [
            "",
            "1",
            "WEBVTT",
            "00:01.000 --> 00:02.000",
            "00:00:03,5 --> 00:00:04,000 line:0",
            "<i>",
            "-->",
            "{\\an8}",
        ]
    ),
    st.text(max_size=30),
)


@given(st.lists(LINES, max_size=30).map("\n".join))
def test_whatever_comes_out_is_webvtt_that_reads_back_as_it_is(text: str) -> None:
    if not cues_of(text):
        with pytest.raises(Permanent):
            to_vtt(text)
        return
    made = to_vtt(text)
    head, *blocks = made.removesuffix("\n").split("\n\n")
    assert head == "WEBVTT"
    for block in blocks:
        times, *words = block.split("\n")
        assert TIMES.fullmatch(times)
        assert words
        assert "-->" not in "".join(words)
        assert "\x00" not in block
    assert to_vtt(made) == made
