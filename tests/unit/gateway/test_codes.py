"""QR codes: of the address itself, drawn so that a page may hold them."""

import re
import xml.etree.ElementTree as ET

import pytest
import segno

from wellspring_gateway.domain.codes import QUIET_ZONE, install_address, is_only_here, qr_svg

ADDRESS = "https://films.example/u/wsd_abcdefghijklmnopqrstuvwxyz012345/export/library.m3u"


def drawn(svg: str) -> list[list[int]]:
    """Return the modules that an SVG of a code draws, without the quiet zone."""
    root = ET.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[2])
    pixels = [[0] * size for _ in range(size)]
    x, y = 0.0, 0.0
    for command, text in re.findall(r"([Mmh])([^Mmhz]*)", root.findall("./*")[-1].attrib["d"]):
        numbers = [float(each) for each in re.findall(r"-?[\d.]+", text)]
        if command == "h":
            for at in range(int(x), int(x + numbers[0])):
                pixels[int(y)][at] = 1
            x += numbers[0]
        else:
            (x, y) = (numbers[0], numbers[1]) if command == "M" else (x + numbers[0], y + numbers[1])
    inner = slice(QUIET_ZONE, size - QUIET_ZONE)
    assert sum(map(sum, pixels)) == sum(sum(row[inner]) for row in pixels[inner])
    return [row[inner] for row in pixels[inner]]


def test_a_code_draws_the_address_with_a_quiet_zone_around_it() -> None:
    expected = [list(row) for row in segno.make_qr(ADDRESS, error="m").matrix]
    assert drawn(qr_svg(ADDRESS)) == expected
    assert drawn(qr_svg(f"{ADDRESS}x")) != expected


def test_a_code_runs_nothing_and_says_nothing_of_what_it_holds() -> None:
    svg = qr_svg('https://films.example/"><script>alert(1)</script>')
    assert re.findall(r"<\s*([a-z]+)", svg) == ["svg", "path", "path"]
    assert "style=" not in svg
    assert "script" not in svg
    assert 'fill="#fff"' in svg


def test_an_addon_is_installed_by_the_address_of_its_manifest() -> None:
    assert install_address("https://films.example/u/a/stremio/manifest.json") == (
        "stremio://films.example/u/a/stremio/manifest.json"
    )


@pytest.mark.parametrize(
    ("address", "only_here"),
    [
        ("http://127.0.0.1:8000/u/a", True),
        ("http://[::1]:8000/u/a", True),
        ("http://localhost/u/a", True),
        ("http://films.localhost/u/a", True),
        ("http://192.168.1.7:8000/u/a", False),
        ("https://films.example/u/a", False),
        ("http://localhost.example/u/a", False),
    ],
)
def test_an_address_of_this_very_machine_is_of_no_use_elsewhere(address: str, *, only_here: bool) -> None:
    assert is_only_here(address) is only_here
