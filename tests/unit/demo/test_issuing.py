"""Links live as long as their server says, and not longer than a test lets them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from wellspring_demo.domain.catalogue import Catalogue, Clip, minted_source
from wellspring_demo.domain.issuing import DEAD_PIXEL, Issuer, Standing
from wellspring_demo.domain.links import LinkWriter
from wellspring_demo.domain.settings import WorldSettings
from wellspring_demo.hosts.buttons import completed


class Books:
    """An issuer with its clock in the open."""

    def __init__(self) -> None:
        self.now = 1_774_515_154.5
        self.remembered: list[dict[str, Any]] = []
        self.settings = WorldSettings()
        self.issuer = self.fresh()
        catalogue = Catalogue([])
        source = catalogue.add(minted_source("Nobody's Title", 1, 480, serial=1, year=2026))
        self.clips = {server: catalogue.clip(source, server) for server in source.servers}

    def fresh(self) -> Issuer:
        return Issuer(LinkWriter(b"secret"), self.settings, lambda: self.now, self.remembered.append)

    def clip(self, server: str) -> Clip:
        return self.clips[server]


@pytest.fixture
def books() -> Books:
    return Books()


def fsl_query(books: Books) -> tuple[str, str, str]:
    parts = urlsplit(completed(books.issuer.fsl_path(books.clip("fsl"))))
    query = parse_qs(parts.query)
    return parts.path[1:], query["expires"][0], query["token"][0]


def test_a_token_works_once(books: Books) -> None:
    token = books.issuer.token("abc")
    assert books.issuer.redeem(token, "abc")
    assert not books.issuer.redeem(token, "abc")


def test_a_token_older_than_its_lifetime_does_not_work(books: Books) -> None:
    token = books.issuer.token("abc")
    books.now += 601
    assert not books.issuer.redeem(token, "abc")


def test_a_token_of_another_source_does_not_work_and_is_not_used_up(books: Books) -> None:
    token = books.issuer.token("abc")
    assert not books.issuer.redeem(token, "abd")
    assert books.issuer.redeem(token, "abc")


def test_an_fsl_link_dies_after_two_hours(books: Books) -> None:
    link = fsl_query(books)
    books.now += 7_190
    assert books.issuer.judge_fsl(*link).standing is Standing.GOOD
    books.now += 20
    assert books.issuer.judge_fsl(*link).standing is Standing.EXPIRED


def test_a_pixel_id_dies_after_six_hours(books: Books) -> None:
    pixel_id = books.issuer.pixel_id(books.clip("pixel"))
    books.now += 6 * 3600 - 10
    assert books.issuer.judge_pixel(pixel_id).standing is Standing.GOOD
    books.now += 20
    assert books.issuer.judge_pixel(pixel_id).standing is Standing.EXPIRED


def test_the_decoy_id_was_never_good(books: Books) -> None:
    assert books.issuer.judge_pixel(DEAD_PIXEL).standing is Standing.FORGED


def test_a_changed_lifetime_holds_for_links_issued_after_it(books: Books) -> None:
    old = books.issuer.pixel_id(books.clip("pixel"))
    books.settings.update({"lifetimes": {"pixel": 5}})
    new = books.issuer.pixel_id(books.clip("pixel"))
    books.now += 10
    assert books.issuer.judge_pixel(old).standing is Standing.GOOD
    assert books.issuer.judge_pixel(new).standing is Standing.EXPIRED


def test_a_kill_ends_what_is_out_and_spares_what_is_issued_in_the_same_second(books: Books) -> None:
    before, fast_before = fsl_query(books), books.issuer.fast_id(books.clip("10gbps"))
    books.issuer.kill("fsl")
    assert books.issuer.judge_fsl(*before).standing is Standing.EXPIRED
    assert books.issuer.judge_fsl(*fsl_query(books)).standing is Standing.GOOD
    assert books.issuer.judge_fast_id(fast_before).standing is Standing.GOOD


def test_two_kills_in_one_second_end_the_links_between_them(books: Books) -> None:
    books.issuer.kill("pixel")
    between = books.issuer.pixel_id(books.clip("pixel"))
    books.issuer.kill("pixel")
    assert books.issuer.judge_pixel(between).standing is Standing.EXPIRED
    assert books.issuer.judge_pixel(books.issuer.pixel_id(books.clip("pixel"))).standing is Standing.GOOD


def test_a_restarted_world_knows_its_links_and_its_kills(books: Books) -> None:
    dead = fsl_query(books)
    books.issuer.kill("fsl")
    pixel_id = books.issuer.pixel_id(books.clip("pixel"))
    restarted = books.fresh()
    for entry in list(books.remembered):
        restarted.recall(entry)
    assert restarted.judge_pixel(pixel_id).standing is Standing.GOOD
    assert restarted.judge_fsl(*dead).standing is Standing.EXPIRED


def test_settings_refuse_what_they_do_not_know() -> None:
    settings = WorldSettings()
    with pytest.raises(ValueError, match="unknown settings"):
        settings.update({"weather": "fine"})
    with pytest.raises(ValueError, match="unknown lifetimes"):
        settings.update({"lifetimes": {"mega": 5}})
