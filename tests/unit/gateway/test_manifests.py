"""DASH manifests that are served elsewhere than where their files are."""

from xml.etree import ElementTree as ET

import pytest

from wellspring_common.errors import Permanent
from wellspring_gateway.domain.manifests import LARGEST, rebased

NAMESPACE = "urn:mpeg:dash:schema:mpd:2011"
HOME = "https://cdn.example/films/7/film.mpd?sig=1"
PERIOD = "<Period><BaseURL>low/</BaseURL></Period>"


def mpd(inside: str) -> str:
    return f'<?xml version="1.0"?>\n<MPD xmlns="{NAMESPACE}" type="static">{inside}</MPD>'


def read(inside: str) -> list[tuple[str, str]]:
    """Return the names and texts of what a manifest holds at its top."""
    root = ET.fromstring(rebased(mpd(inside), base=HOME))
    assert root.tag == f"{{{NAMESPACE}}}MPD"
    return [(each.tag.partition("}")[2], (each.text or "").strip()) for each in root]


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("", "https://cdn.example/films/7/"),
        ("<BaseURL>hd/</BaseURL>", "https://cdn.example/films/7/hd/"),
        ("<BaseURL> /other/ </BaseURL>", "https://cdn.example/other/"),
        ("<BaseURL>//b.example/x/?k=1&amp;l=2</BaseURL>", "https://b.example/x/?k=1&l=2"),
        ("<BaseURL>http://c.example/</BaseURL>", "http://c.example/"),
        ("<BaseURL>javascript:alert(1)</BaseURL>", HOME),
        ("<BaseURL/>", HOME),
    ],
)
def test_a_manifest_says_where_its_files_are(told: str, meant: str) -> None:
    assert read(told + PERIOD) == [("BaseURL", meant), ("Period", "")]
    assert "<BaseURL>low/</BaseURL>" in rebased(mpd(told + PERIOD), base=HOME)


def test_the_base_stands_where_the_format_wants_it_and_a_live_one_is_asked_for_here_again() -> None:
    inside = "<ProgramInformation/><Location>https://cdn.example/live.mpd</Location>" + PERIOD
    assert [name for name, _ in read(inside)] == ["ProgramInformation", "BaseURL", "Period"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#EXTM3U",
        "<html></html>",
        "<MPD/>",
        mpd("<Period>"),
        mpd("&lol;"),
        f'<!DOCTYPE MPD [<!ENTITY a "b">]><MPD xmlns="{NAMESPACE}">&a;</MPD>',
        f'<!DOCTYPE MPD SYSTEM "http://169.254.169.254/"><MPD xmlns="{NAMESPACE}"/>',
        mpd(" " * LARGEST),
        mpd("<a>" * 50_000 + "</a>" * 50_000),
    ],
    ids=["empty", "hls", "page", "foreign", "broken", "entity", "entities", "outside", "large", "deep"],
)
def test_what_is_no_manifest_or_could_do_harm_is_refused(text: str) -> None:
    with pytest.raises(Permanent) as caught:
        rebased(text, base=HOME)
    assert caught.value.code == "garbage"
