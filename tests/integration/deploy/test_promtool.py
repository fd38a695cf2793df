import subprocess
from pathlib import Path

import pytest
from deploy.generate import ROOT

from tests.support.prometheus import program

PROMETHEUS = ROOT / "deploy/prometheus"
STORIES = sorted(path.name for path in (PROMETHEUS / "tests").glob("*.yml"))


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program("promtool")), *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def test_the_configuration_and_its_rules_are_sound() -> None:
    done = promtool("check", "config", str(PROMETHEUS / "prometheus.yml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 rule files found" in done.stdout


@pytest.mark.parametrize("story", STORIES)
def test_every_alert_fires_and_stays_silent_as_it_should(story: str) -> None:
    done = promtool("test", "rules", str(PROMETHEUS / "tests" / story))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("of_the_rule", "broken"),
    [
        ('up{job="wellspring"} == 0', 'up{job="wellspring"} == 1'),
        ("wellspring_links{state=~", "wellspring_link{state=~"),
        ("severity: page, component: queues", "severity: ticket, component: queues"),
    ],
)
def test_a_broken_rule_is_noticed(tmp_path: Path, of_the_rule: str, broken: str) -> None:
    for folder, name in (("rules", "symptoms.yml"), ("tests", "symptoms.yml")):
        text = (PROMETHEUS / folder / name).read_text()
        (tmp_path / folder).mkdir()
        if folder == "rules":
            assert of_the_rule in text
            text = text.replace(of_the_rule, broken)
        (tmp_path / folder / name).write_text(text)
    done = promtool("test", "rules", str(tmp_path / "tests/symptoms.yml"))
    assert done.returncode != 0
    assert "FAILED" in done.stdout + done.stderr


def test_an_unknown_word_in_a_rule_file_is_noticed(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("groups: [{name: a, rules: [{alert: A, expr: up == 0, labels: {a: b}, fore: 1m}]}]")
    assert promtool("check", "rules", str(wrong)).returncode != 0
