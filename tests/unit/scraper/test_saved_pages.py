import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from tests.unit.scraper.saved_pages import (
    KINDS,
    SITES,
    SavedPages,
    case_folders,
    run_case,
    run_list,
    run_title,
    told,
)
from tests.unit.scraper.shipped import DEFINITIONS
from wellspring_common.errors import WellspringError
from wellspring_common.events.scrape import LinkKind, RefreshClass
from wellspring_common.fetch.page import Request
from wellspring_scraper.domain.candidate import Candidate
from wellspring_scraper.domain.expiry import expiry_of
from wellspring_scraper.sites.keeping import KEPT

SIX_HOURS = 6 * 3600
PUBLIC_INTERFACES = {"https://archive.org", "https://sepiasearch.org", "https://commons.wikimedia.org"}
"""The hosts that shipped definitions may name: they give their media away, and tests never ask them."""


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def as_expected(candidate: Candidate, now: datetime) -> dict[str, object]:
    expiry = expiry_of(
        candidate.url,
        now,
        issued_at=candidate.issued_at,
        lifetime_s=candidate.lifetime_s,
        default_ttl_s=SIX_HOURS,
    )
    always = {
        "server": candidate.server,
        "label": candidate.label,
        "url": candidate.url,
        "headers": candidate.headers,
        "expires_at": expiry.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "expiry_basis": expiry.basis.value,
    }
    unusual = {
        "kind": candidate.kind.value if candidate.kind is not LinkKind.STREAM else None,
        "quality": candidate.facts.quality,
        "size_bytes": candidate.facts.size_bytes,
        "language": candidate.facts.language,
        "container": candidate.container.value if candidate.container is not None else None,
        "refresh_class": (
            candidate.refresh_class.value if candidate.refresh_class is not RefreshClass.SAFE else None
        ),
        "no_resume": candidate.no_resume or None,
        "quota": candidate.quota or None,
    }
    return always | {name: value for name, value in unusual.items() if value is not None}


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    KEPT.forget()


@pytest.mark.parametrize("folder", case_folders("source"), ids=named)
def test_saved_pages_give_what_is_expected_of_them(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text())
    _, _, now = next(told(folder))
    saved = SavedPages(folder)
    definition = DEFINITIONS[folder.parent.name]
    if "failure" in expected:
        with pytest.raises(WellspringError) as raised:
            run_case(definition, saved)
        assert raised.value.code == expected["failure"]
        assert saved.unused() == []
        return
    outcome = run_case(definition, saved)
    assert [as_expected(one, now) for one in outcome.candidates] == expected["links"]
    assert list(outcome.problems) == expected["problems"]
    assert saved.unused() == []
    if "facts" in expected:
        facts = outcome.extraction.facts
        assert {"quality": facts.quality, "size_bytes": facts.size_bytes} == expected["facts"]


@pytest.mark.parametrize("folder", case_folders("list"), ids=named)
def test_saved_lists_give_the_titles_expected_of_them(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text())
    saved = SavedPages(folder)
    if "failure" in expected:
        with pytest.raises(WellspringError) as raised:
            run_list(DEFINITIONS[folder.parent.name], saved)
        assert raised.value.code == expected["failure"]
        assert saved.unused() == []
        return
    found = run_list(DEFINITIONS[folder.parent.name], saved)
    entries = [{"key": e.key, "url": e.url, "title": e.title, "mark": e.mark} for e in found.entries]
    assert entries == expected["entries"]
    assert found.next_url == expected["next_url"]
    assert saved.unused() == []


@pytest.mark.parametrize("folder", case_folders("title"), ids=named)
def test_saved_titles_tell_what_is_expected_of_them(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text())
    saved = SavedPages(folder)
    if "failure" in expected:
        with pytest.raises(WellspringError) as raised:
            run_title(DEFINITIONS[folder.parent.name], saved)
        assert raised.value.code == expected["failure"]
        assert saved.unused() == []
        return
    found = run_title(DEFINITIONS[folder.parent.name], saved)
    assert json.loads(found.model_dump_json(exclude_defaults=True)) == expected["title"]
    assert saved.unused() == []


def test_every_shipped_definition_has_a_saved_page() -> None:
    cases = [folder for kind in KINDS for folder in case_folders(kind)]
    readers = {
        name for name, one in DEFINITIONS.items() if one.resolve is not None or one.catalog is not None
    }
    assert {folder.parent.name for folder in cases} == readers
    read = {kind: {folder.parent.name for folder in case_folders(kind)} for kind in KINDS}
    assert read["source"] == {name for name, one in DEFINITIONS.items() if one.resolve is not None}
    assert read["title"] == {name for name, one in DEFINITIONS.items() if one.catalog is not None}
    lists = {folder.parent.name: set[str]() for folder in case_folders("list")}
    for folder in case_folders("list"):
        lists[folder.parent.name].add(next(told(folder))[1]["scope"])
    wanted = {name: set(map(str, one.catalog.lists)) for name, one in DEFINITIONS.items() if one.catalog}
    assert lists == wanted, "every list of a definition has a saved page"


def test_a_request_for_an_unsaved_page_fails_loudly() -> None:
    saved = SavedPages(SITES / "vcloud" / "three-servers")
    with pytest.raises(AssertionError, match="no saved response"):
        saved.answer(Request("https://elsewhere.example/"))


def test_no_shipped_definition_names_a_host_but_those_of_free_libraries() -> None:
    folder = Path(__file__).parents[3] / "services/scraper/wellspring_scraper/sites/definitions"
    for path in folder.glob("*.yaml"):
        named = set(re.findall(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+", path.read_text()))
        assert named <= PUBLIC_INTERFACES, path.name
