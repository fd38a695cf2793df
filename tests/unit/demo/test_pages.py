"""Pages have the shape of the sites that they stand for, traps included."""

import base64
import re

from wellspring_demo.domain.issuing import DEAD_PIXEL
from wellspring_demo.domain.pages import (
    Button,
    FileFacts,
    drifted,
    generated_page,
    human_size,
    permanent_page,
    script_page,
    soft_expired_page,
)

FACTS = FileFacts("The.Salt.Orchard.S01E01.480p.mp4", 1_310_720, 1_774_515_154)
TOKEN_URL = "http://generator/vcloud.php?host=vcloud&id=abc&token=dG9rZW4%3D"
FSL = "http://fsl/0123?expires=1774522354&token=1774515154"
DECOY = f"http://pixel/u/{DEAD_PIXEL}"


def generated(*servers: str) -> str:
    hrefs = {"fsl": FSL, "10gbps": "http://fast/?id=ab::cd", "pixel": DECOY}
    true_pixel = "http://pixel/u/TRUEtrue" if "pixel" in servers else None
    return generated_page(
        FACTS, "http://site/v/abc", [Button(name, hrefs[name]) for name in servers], true_pixel
    )


def test_the_permanent_page_hides_its_token_url_in_base64_twice() -> None:
    found = re.search(r"var url = atob\(atob\('([^']+)'\)\);", permanent_page(FACTS, TOKEN_URL))
    assert found is not None
    assert base64.b64decode(base64.b64decode(found[1])).decode() == TOKEN_URL


def test_the_permanent_page_has_two_elements_of_one_id_and_the_size_comes_first() -> None:
    page = permanent_page(FACTS, TOKEN_URL)
    assert re.findall(r'id="size">([^<]*)<', page) == ["1.25 MB", "26 Mar 2026 08:52"]


def test_a_generated_page_shows_every_server_by_label() -> None:
    page = generated("fsl", "10gbps", "pixel")
    for label in ("Download [FSL Server]", "Download [Server : 10Gbps]", "Download [PixelServer : 2]"):
        assert label in page


def test_the_pixel_button_is_a_decoy_and_a_script_holds_the_true_address() -> None:
    page = generated("pixel")
    assert f'href="{DECOY}"' in page
    assert 'var pxl = "http://pixel/u/TRUEtrue";' in page
    assert 'href="http://pixel/u/TRUEtrue"' not in page


def test_the_script_of_the_fsl_button_works_by_world_time() -> None:
    assert "new Date(1774515154000)" in generated("fsl")
    assert "getUTCMinutes" not in generated("pixel")


def test_junk_buttons_look_like_servers_and_lead_to_names_that_cannot_resolve() -> None:
    hrefs = re.findall(r'<a class="server btn[^"]*"[^>]* href="([^"]+)"', generated("fsl", "10gbps"))
    junk = [href for href in hrefs if ".example.invalid/" in href]
    assert len(junk) == 4
    assert len(hrefs) == 6


def test_a_soft_expired_page_has_no_size_and_no_servers() -> None:
    page = soft_expired_page(FACTS, "http://site/v/abc")
    assert '<i id="size">NAN </i>' in page
    assert "Token Expired!" in page
    assert "<a " not in page


def test_names_from_outside_are_escaped() -> None:
    hostile = FileFacts('<script>alert("x")</script>.mp4', 1, 0)
    assert "<script>alert(" not in permanent_page(hostile, TOKEN_URL)


def test_a_script_page_holds_no_link_to_be_read() -> None:
    page = script_page(FACTS, "abc", "dG9rZW4=", wait_for_click=False)
    assert "http://" not in page
    assert "dG9rZW4=" not in page
    assert "dG9rZW4="[::-1] in page


def test_after_a_redesign_neither_anchors_nor_variables_are_found() -> None:
    for page in (permanent_page(FACTS, TOKEN_URL), generated("fsl", "10gbps", "pixel")):
        assert not re.search(
            r"<a[ >]|var url|atob\(atob|var pxl|class=\"(server|btn|card)|id=\"size", drifted(page)
        )


def test_sizes_are_written_for_people() -> None:
    assert human_size(1_310_720) == "1.25 MB"
    assert human_size(2_560) == "2.50 KB"
