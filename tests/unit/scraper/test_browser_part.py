"""The browser part of a definition, and the switches and the surroundings of a launch."""

import asyncio
import os
from pathlib import Path

import pytest
from yarl import URL

from tests.unit.scraper.browsers import SCRIPTED
from wellspring_common.errors import Permanent
from wellspring_scraper.adapters import launch
from wellspring_scraper.adapters.climb import jar_of
from wellspring_scraper.ports import Cookie
from wellspring_scraper.sites.loader import DefinitionError, load_definition


def test_a_click_is_one_selector_or_a_list_in_order() -> None:
    plan = load_definition(SCRIPTED, "x.yaml").browser
    assert plan is not None
    assert (plan.click, plan.wait_for) == (("#go",), "#files a")
    several = load_definition(SCRIPTED.replace('"#go"', '["#a", "#b"]'), "x.yaml").browser
    assert several is not None
    assert several.click == ("#a", "#b")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('wait_for: "#files a"', 'wait_for: "a["'),
        ('wait_for: "#files a"', "pause: 3"),
        ('click: "#go"', 'click: "::::"'),
    ],
)
def test_a_browser_part_that_cannot_work_is_refused(old: str, new: str) -> None:
    with pytest.raises(DefinitionError):
        load_definition(SCRIPTED.replace(old, new), "x.yaml")


def test_a_browser_needs_a_step_that_reads_its_page() -> None:
    with pytest.raises(DefinitionError, match="steps"):
        load_definition(
            "id: a\nname: A\nresolve:\n  servers: [{key: a, url: '{{ .Source.Url }}'}]\n"
            "browser: {wait_for: a}\n",
            "x.yaml",
        )


def test_switches_repeat_playwrights_features_and_never_switch_any_off() -> None:
    for sandbox in (True, False):
        found = launch.flags(sandbox=sandbox)
        assert [one for one in found if one.startswith("--disable-features")] == []
        features = next(one for one in found if one.startswith("--enable-features="))
        assert "CDPScreenshotNewSurface,SkipListAccountsWithoutGaiaCookies" in features
        assert "--single-process" not in found
        assert any(one.startswith("--host-resolver-rules=MAP * ~NOTFOUND") for one in found)
        assert ("--no-zygote" in found) is not sandbox


def test_the_named_browser_comes_first_and_only_if_it_can_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for path in (mine, other):
        path.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("WELLSPRING_CHROMIUM", str(other))
    assert launch.find_browser(mine) == other
    mine.chmod(0o755)
    assert launch.find_browser(mine) == mine


@pytest.mark.parametrize(
    ("wish", "why_not", "used"),
    [("auto", None, True), ("auto", "root", False), ("never", None, False), ("always", None, True)],
)
def test_the_sandbox_is_used_where_it_works_unless_somebody_wishes_otherwise(
    monkeypatch: pytest.MonkeyPatch, wish: launch.Sandbox, why_not: str | None, used: bool
) -> None:
    monkeypatch.setattr(launch, "why_no_sandbox", lambda: why_not)
    assert launch.with_sandbox(wish) is used


def test_without_the_sandbox_that_must_be_there_is_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "why_no_sandbox", lambda: "root")
    with pytest.raises(Permanent, match="root") as caught:
        launch.with_sandbox("always")
    assert caught.value.code == "browser_unavailable"


def test_the_driver_keeps_its_code_only_where_the_scraper_has_a_place(tmp_path: Path) -> None:
    assert launch.driver_environment(tmp_path, None).get("NODE_COMPILE_CACHE") is None
    kept = launch.driver_environment(tmp_path, tmp_path / "data")
    assert (kept["NODE_COMPILE_CACHE"], kept["TMPDIR"]) == (str(tmp_path / "data" / "driver"), str(tmp_path))


async def test_folders_of_dead_launches_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    names = [f"wellspring-browser-{os.getpid()}-a", "wellspring-browser-999999999-b"]
    for name in (*names, f"wellspring-browser-{os.getppid()}-c", "other"):
        (tmp_path / name / "profile").mkdir(parents=True)
    assert await launch.sweep() == 2
    assert {one.name for one in await asyncio.to_thread(lambda: list(tmp_path.iterdir()))} == {
        f"wellspring-browser-{os.getppid()}-c",
        "other",
    }


def test_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/somewhere")
    monkeypatch.delenv("NODE_OPTIONS", raising=False)
    with launch.environment({"TMPDIR": "/own", "NODE_OPTIONS": "x"}):
        assert (os.environ["TMPDIR"], os.environ["NODE_OPTIONS"]) == ("/own", "x")
    assert os.environ["TMPDIR"] == "/somewhere"
    assert "NODE_OPTIONS" not in os.environ


async def test_cookies_go_back_to_their_own_host_and_path() -> None:
    jar = jar_of(
        [
            Cookie("host", "1", "a.example", "/", secure=False),
            Cookie("wide", "2", ".a.example", "/", secure=False),
            Cookie("deep", "3", "a.example", "/deep", secure=False),
            Cookie("safe", "4", "a.example", "/", secure=True),
            Cookie("address", "5", "127.0.0.1", "/", secure=False),
        ]
    )

    def sent(url: str) -> set[str]:
        return set(jar.filter_cookies(URL(url)))

    assert sent("http://a.example/") == {"host", "wide"}
    assert sent("http://b.a.example/") == {"wide"}
    assert sent("http://a.example/deep/er") == {"host", "wide", "deep"}
    assert sent("https://a.example/") == {"host", "wide", "safe"}
    assert sent("http://127.0.0.1/") == {"address"}
