import os
import subprocess
from pathlib import Path

import pytest
import yaml
from deploy.generate import ROOT

from tests.support.prometheus import program

PROMETHEUS = ROOT / "deploy/prometheus"
STORIES = sorted(path.name for path in (PROMETHEUS / "tests").glob("*.yml"))


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program("promtool")), *arguments],
        # It lives for seconds: to collect garbage as seldom as this saves a fifth of them.
        env={**os.environ, "GOGC": "400"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
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
    ("alert", "of_the_rule", "broken"),
    [
        ("ServiceDown", 'up{job="wellspring"} == 0', 'up{job="wellspring"} == 1'),
        ("LinkPopulationDead", "wellspring_links{state=~", "wellspring_link{state=~"),
        ("QueueStuck", "severity: page, component: queues", "severity: ticket, component: queues"),
    ],
)
def test_a_broken_rule_is_noticed_by_its_own_stories(
    tmp_path: Path, alert: str, of_the_rule: str, broken: str
) -> None:
    rules = (PROMETHEUS / "rules/symptoms.yml").read_text()
    assert of_the_rule in rules
    whole = yaml.safe_load((PROMETHEUS / "tests/symptoms.yml").read_text())
    # Each story is a world of its own, in which every rule is asked: the others would say nothing more.
    own = [each for each in whole["tests"] if each["name"].startswith(f"{alert} ")]
    for folder in ("rules", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tests/symptoms.yml").write_text(yaml.safe_dump(whole | {"tests": own}))
    outcomes = []
    for text in (rules, rules.replace(of_the_rule, broken)):
        (tmp_path / "rules/symptoms.yml").write_text(text)
        done = promtool("test", "rules", str(tmp_path / "tests/symptoms.yml"))
        outcomes.append((done.returncode == 0, "FAILED" in done.stdout + done.stderr))
    assert len(own) == 2
    assert outcomes == [(True, False), (False, True)]


def test_an_unknown_word_in_a_rule_file_is_noticed(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("groups: [{name: a, rules: [{alert: A, expr: up == 0, labels: {a: b}, fore: 1m}]}]")
    assert promtool("check", "rules", str(wrong)).returncode != 0
