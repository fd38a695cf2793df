"""The gates of deploy/ can fail: each is shown something broken."""

import subprocess
from pathlib import Path

from wellspring_cli.checks import all_checks, deploy_checks
from wellspring_cli.places import ROOT


def run(name: str, folder: Path, *instead: str) -> int:
    """Run a check in another folder, with other files as its last words if given."""
    check = next(check for check in deploy_checks() if check.name == name)
    words = [word for word in check.command if "Dockerfile" not in word]
    return subprocess.run([*words, *instead], cwd=folder, capture_output=True, check=False).returncode


def test_hadolint_sees_every_dockerfile_and_refuses_a_bad_one(tmp_path: Path) -> None:
    check = next(check for check in deploy_checks() if check.name == "hadolint")
    written = {str(path.relative_to(ROOT)) for path in (ROOT / "deploy/docker").glob("Dockerfile*")}
    assert written
    assert written <= set(check.command)
    good, bad = tmp_path / "Dockerfile.good", tmp_path / "Dockerfile.bad"
    good.write_text("FROM python:3.13-slim-trixie\nUSER 10001\n", encoding="utf-8")
    bad.write_text("FROM python:latest\nRUN cd /tmp && ls\n", encoding="utf-8")
    assert run("hadolint", ROOT, str(good)) == 0
    assert run("hadolint", ROOT, str(bad)) != 0


def test_a_word_that_compose_does_not_know_is_refused(tmp_path: Path) -> None:
    for name in ("docker-compose.yml", ".env.example"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    assert run("compose config", tmp_path) == 0
    file = tmp_path / "docker-compose.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("    healthcheck:", "    healthchek:", 1), encoding="utf-8")
    assert run("compose config", tmp_path) != 0


def test_images_are_built_in_the_long_form_only() -> None:
    def names(*, long_forms: bool) -> set[str]:
        return {check.name for check in all_checks(long_forms=long_forms)}

    assert names(long_forms=True) - names(long_forms=False) == {"pytest container"}
