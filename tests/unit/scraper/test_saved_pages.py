import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.unit.scraper.saved_pages import SITES, SavedPages, case_folders, run_case
from wellspring_common.errors import WellspringError
from wellspring_common.fetch.page import Request
from wellspring_scraper.adapters.definition_files import shipped_definitions
from wellspring_scraper.domain.candidate import Candidate
from wellspring_scraper.domain.expiry import expiry_of

DEFINITIONS = {one.id: one for one in shipped_definitions()}
CASES = list(case_folders())
SIX_HOURS = 6 * 3600


def as_expected(candidate: Candidate, now: datetime) -> dict[str, object]:
    expiry = expiry_of(
        candidate.url,
        now,
        issued_at=candidate.issued_at,
        lifetime_s=candidate.lifetime_s,
        default_ttl_s=SIX_HOURS,
    )
    return {
        "server": candidate.server,
        "label": candidate.label,
        "url": candidate.url,
        "headers": candidate.headers,
        "expires_at": expiry.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "expiry_basis": expiry.basis.value,
    }


@pytest.mark.parametrize("folder", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_saved_pages_give_what_is_expected_of_them(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text())
    now = datetime.fromisoformat(json.loads((folder / "source.json").read_text())["now"])
    saved = SavedPages(folder)
    definition = DEFINITIONS[folder.parent.name]
    if "failure" in expected:
        with pytest.raises(WellspringError) as raised:
            run_case(definition, saved)
        assert raised.value.code == expected["failure"]
        return
    outcome = run_case(definition, saved)
    assert [as_expected(one, now) for one in outcome.candidates] == expected["links"]
    assert list(outcome.problems) == expected["problems"]
    assert saved.unused() == []
    if "facts" in expected:
        facts = outcome.extraction.facts
        assert {"quality": facts.quality, "size_bytes": facts.size_bytes} == expected["facts"]


def test_every_shipped_definition_has_a_saved_page() -> None:
    assert {folder.parent.name for folder in CASES} == set(DEFINITIONS)


def test_a_request_for_an_unsaved_page_fails_loudly() -> None:
    saved = SavedPages(SITES / "vcloud" / "three-servers")
    with pytest.raises(AssertionError, match="no saved response"):
        saved.answer(Request("https://elsewhere.example/"))


def test_no_shipped_definition_names_a_host() -> None:
    folder = Path(__file__).parents[3] / "services/scraper/wellspring_scraper/sites/definitions"
    for path in folder.glob("*.yaml"):
        assert "://" not in path.read_text().replace("(?:https?:)?/", ""), path.name
