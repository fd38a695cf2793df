"""Kept pages read again, by the definition as it is today."""

import json
from datetime import datetime

import pytest

from tests.unit.scraper.fakes import NOW, FixedClock, MemoryWeb
from tests.unit.scraper.saved_pages import SITES
from wellspring_common.kept_pages import KeptPage
from wellspring_scraper.adapters.definition_files import DefinitionFiles
from wellspring_scraper.adapters.robots import RobotsTxt
from wellspring_scraper.adapters.static import StaticRung
from wellspring_scraper.questions.replaying import NOT_KEPT, replayed
from wellspring_scraper.questions.trying import Trial

DEFINITIONS = DefinitionFiles()


def kept(case: str, file: str, step: str) -> KeptPage:
    folder = SITES / case
    saved = next(
        one for one in json.loads((folder / "responses.json").read_text()) if one.get("file") == file
    )
    return KeptPage(
        definition=case.partition("/")[0],
        url=saved["url"],
        at=NOW,
        code="drift",
        step=step,
        body=(folder / file).read_bytes(),
        content_type="text/html",
    )


@pytest.fixture
def trial() -> Trial:
    web = MemoryWeb()
    rung = StaticRung(fetcher=web, find=DEFINITIONS.find, clock=FixedClock(), ttl_s=lambda: 3600)
    return Trial(rung, web, RobotsTxt(web, "Wellspring/1", FixedClock()), FixedClock())


@pytest.mark.parametrize(
    ("case", "file", "step", "ok"),
    [
        ("vcloud/three-servers", "01-share.html", "source 1", True),
        ("vcloud/three-servers", "02-generated.html", "source 2", True),
        ("vcloud/drift", "02-generated.html", "source 2", False),
        ("vcloud/drift-share", "01-share.html", "source 1", False),
        ("otakudesu/list-ongoing", "list.html", "list ongoing", True),
        ("otakudesu/list-drift", "list.html", "list all", False),
        ("otakudesu/title-ongoing", "title.html", "title", True),
        ("otakudesu/title-drift", "title.html", "title", False),
    ],
)
async def test_a_kept_page_says_whether_it_is_read_again(
    trial: Trial, case: str, file: str, step: str, ok: bool
) -> None:
    page = kept(case, file, step)
    said = await replayed(trial, DEFINITIONS.find(page.definition), page)
    assert said["ok"] is ok, said
    assert said["kept"] == {"id": page.id, "url": page.url, "at": page.at.isoformat(), "step": step}
    assert datetime.fromisoformat(said["kept"]["at"]) == NOW


async def test_nothing_is_asked_of_anybody(trial: Trial) -> None:
    page = kept("vcloud/three-servers", "02-generated.html", "source 2")
    said = await replayed(trial, DEFINITIONS.find("vcloud"), page)
    assert {row["server"] for row in said["steps"][0]["rows"] if row.get("server")} == {
        "fsl",
        "10gbps",
        "pixel",
    }
    codes = {one["code"] for step in said["steps"] for one in step["problems"]}
    assert codes == {NOT_KEPT}
    assert isinstance(trial.fetcher, MemoryWeb)
    assert (trial.fetcher.fetched, trial.fetcher.probed) == ([], [])
