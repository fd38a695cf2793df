"""The front end is built when something changed, and only then."""

import os
from pathlib import Path

import pytest

from wellspring_cli import frontend
from wellspring_cli.console import Failure

NPM = """#!/bin/sh
echo "$@" >> "$NPM_CALLS"
test -e fail && { echo "no network" >&2; exit 1; }
mkdir -p node_modules ../dist
"""


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    web, tools = tmp_path / "web", tmp_path / "tools"
    web.mkdir()
    tools.mkdir()
    for name, script in (("npm", NPM), ("node", "#!/bin/sh\necho v22.1.0\n")):
        (tools / name).write_text(script, encoding="utf-8")
        (tools / name).chmod(0o755)
    (web / "package.json").write_text("{}", encoding="utf-8")
    (web / "package-lock.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(frontend, "WEB", web)
    monkeypatch.setattr(frontend, "DIST", tmp_path / "dist")
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("NPM_CALLS", str(tmp_path / "calls"))
    return web


def _calls(web: Path) -> list[str]:
    path = web.parent / "calls"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [line.split()[-1] if "run" in line else line.split()[0] for line in lines]


def test_the_second_build_does_nothing(web: Path) -> None:
    frontend.build()
    frontend.build()
    assert _calls(web) == ["ci", "build"]


def test_a_changed_source_is_built_without_installing_again(web: Path) -> None:
    frontend.build()
    (web / "main.ts").write_text("export {}", encoding="utf-8")
    frontend.build()
    assert _calls(web) == ["ci", "build", "build"]


def test_a_changed_lock_file_is_installed(web: Path) -> None:
    frontend.build()
    (web / "package-lock.json").write_text('{"a": 1}', encoding="utf-8")
    frontend.build()
    assert _calls(web) == ["ci", "build", "ci", "build"]


def test_a_failed_build_falls_back_on_the_last_one_if_there_is_one(web: Path) -> None:
    (web / "fail").write_text("", encoding="utf-8")
    with pytest.raises(Failure, match="no network"):
        frontend.build()
    (web / "fail").unlink()
    frontend.build()
    (web / "fail").write_text("", encoding="utf-8")
    frontend.build()


def test_no_front_end_is_no_failure(web: Path) -> None:
    (web / "package.json").unlink()
    frontend.build()
    assert _calls(web) == []
