"""Catalogues as operators describe them, when they are read, and where they moved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wellspring_common.errors import Permanent
from wellspring_common.events.crawl import CrawlScope
from wellspring_common.fetch.guard import Guard
from wellspring_gateway.domain.catalogues import (
    CatalogueForm,
    CrawlWish,
    addresses_after,
    next_full,
    next_ongoing,
    parse_catalogue,
    parse_wish,
)

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIELDS = {
    "name": "  Anime   site ",
    "definition": "otakudesu",
    "base_urls": "https://a.example/\nhttps://b.example/list/",
    "enabled": "true",
    "every_minutes": "45",
    "full_every_hours": "168",
}


def vet(url: str) -> str:
    return str(Guard().vet(url))


def parsed(**changes: Any) -> Any:
    return parse_catalogue(FIELDS | changes, vet=vet)


def test_a_catalogue_in_its_normal_form() -> None:
    assert parsed() == CatalogueForm(
        name="Anime site",
        definition="otakudesu",
        base_urls=("https://a.example", "https://b.example/list"),
    )


def test_empty_pauses_mean_on_demand_only() -> None:
    form = parsed(every_minutes="", full_every_hours="")
    assert (form.every_minutes, form.full_every_hours) == (None, None)


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("name", " ", "required"),
        ("name", "x" * 121, "too_long"),
        ("definition", "../etc", "definition_name"),
        ("base_urls", "", "required"),
        ("base_urls", "ftp://a.example", "not_a_url"),
        ("base_urls", "http://10.0.0.1/", "private_address"),
        ("every_minutes", "5", "out_of_range"),
        ("full_every_hours", "abc", "out_of_range"),
        ("rights", "stolen", "other"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(field: str, value: str, key: str) -> None:
    errors = parsed(**{field: value})
    assert {name: error.key for name, error in errors.items()} == {field: key}


def test_the_ongoing_list_is_read_a_third_sooner_or_later() -> None:
    soonest = next_ongoing(NOW, 45, spread=lambda: 0.0)
    latest = next_ongoing(NOW, 45, spread=lambda: 1.0)
    assert (soonest, latest) == (NOW + timedelta(minutes=30), NOW + timedelta(minutes=60))
    assert next_ongoing(NOW, None) is None


def test_everything_is_read_rarely() -> None:
    assert next_full(NOW, 168, spread=lambda: 0.0) == NOW + timedelta(days=7)
    assert next_full(NOW, None) is None


def test_a_wish_is_read_from_fields() -> None:
    assert parse_wish({}) == CrawlWish(CrawlScope.ONGOING)
    wish = parse_wish({"scope": "tag", "query": " slice  of life ", "limit": "20", "thorough": "true"})
    assert wish == CrawlWish(CrawlScope.TAG, "slice of life", 20, thorough=True)
    assert parse_wish({"scope": "all", "query": "ignored"}).query == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"scope": "everything"},
        {"scope": "search"},
        {"scope": "all", "limit": "0"},
        {"scope": "tag", "query": "x" * 301},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(Permanent):
        parse_wish(fields)


def test_the_address_in_use_comes_first_and_the_old_one_stays_a_mirror() -> None:
    held = ["https://a.example", "https://b.example"]
    assert addresses_after(held, "https://c.example/", vet=vet) == ["https://c.example", *held]
    assert addresses_after(held, "https://b.example/", vet=vet) == ["https://b.example", "https://a.example"]
    assert addresses_after(held, None, vet=vet) == held
    assert addresses_after(held, "http://127.0.0.1/", vet=vet) == held
