"""What no linter of Prometheus knows: that names, runbooks and stories exist."""

import re
from typing import Any

import pytest
import yaml
from deploy.generate import ROOT
from deploy.prometheus.cases import CASES
from deploy.prometheus.objectives import BURNS, OBJECTIVES
from deploy.prometheus.stories import RULES, alerts

from tests.unit.deploy.names import metric_names, unknown_metrics
from wellspring_common import metrics
from wellspring_common.events.specs import stream_name
from wellspring_common.events.topology import CONSUMERS
from wellspring_common.metering import CATALOGUE

FILES = sorted(RULES.glob("*.yml"))
ALERTS = [rule for file in FILES for rule in alerts(file)]


def runbook_exists(url: str) -> bool:
    path, _, anchor = url.partition("#")
    file = ROOT / path
    if not anchor or not file.is_file():
        return False
    headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
    return anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_how_bad_what_about_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert {"slo", "component"} & set(rule["labels"])
    assert rule["annotations"]["summary"].endswith(".")
    assert runbook_exists(rule["annotations"]["runbook_url"]), rule["annotations"]["runbook_url"]


def test_a_runbook_that_is_not_there_is_noticed() -> None:
    assert not runbook_exists("docs/runbooks.md#nosuchalert")
    assert not runbook_exists("docs/nosuchfile.md#servicedown")
    assert not runbook_exists("docs/runbooks.md")


def test_every_symptom_has_its_two_stories() -> None:
    symptoms = {rule["alert"] for rule in alerts(RULES / "symptoms.yml")}
    assert symptoms == set(CASES)
    stories = yaml.safe_load((RULES.parent / "tests/symptoms.yml").read_text())["tests"]
    expected = {(name, ends) for name in symptoms for ends in ("fires", "stays silent")}
    assert {tuple(story["name"].split(" ", 1)) for story in stories} == expected


def test_every_burn_rate_has_a_story() -> None:
    stories = yaml.safe_load((RULES.parent / "tests/objectives.yml").read_text())["tests"]
    names = {story["name"] for story in stories}
    for each in OBJECTIVES:
        assert {f"{each.name} burns {burn.factor:g} times" for burn in each.burns} <= names
        assert {f"{each.name} is kept", f"{each.name} of a few is no trend"} <= names


def test_no_budget_has_to_burn_by_more_than_everything() -> None:
    scrapes = next(each for each in OBJECTIVES if each.name == "scrapes")
    assert [burn.factor for burn in scrapes.burns] == [6, 3, 1]
    assert all(len(each.burns) == len(BURNS) for each in OBJECTIVES if each is not scrapes)


def test_every_metric_in_a_rule_exists() -> None:
    wrong = {}
    for file in FILES:
        for group in yaml.safe_load(file.read_text())["groups"]:
            for rule in group["rules"]:
                if missing := unknown_metrics(rule["expr"]):
                    wrong[rule.get("alert", rule.get("record"))] = missing
    assert wrong == {}


def test_every_service_is_scraped_on_its_ops_port() -> None:
    config = yaml.safe_load((RULES.parent / "prometheus.yml").read_text())
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    assert jobs["wellspring"]["honor_labels"] is True
    found = {
        (static["labels"]["service"], address)
        for static in jobs["wellspring"]["static_configs"]
        for address in static["targets"]
    }
    services = {path.name for path in (ROOT / "services").iterdir() if (path / "pyproject.toml").exists()}
    assert found == {(service, f"{service}:9100") for service in services}
    assert [rule for rule in config["rule_files"] if not list(RULES.parent.glob(rule))] == []


def test_every_declared_metric_is_set_somewhere() -> None:
    code = "".join(
        path.read_text()
        for folder in ("libs", "services")
        for path in (ROOT / folder).rglob("*.py")
        if path.parent.name != "measured"
    )
    names = {name for name in vars(metrics) if re.fullmatch(r"[A-Z][A-Z_]+", name)}
    names -= {"EVERY", "FAST", "SLOW", "FOUND_LATER", "HOST", "OTHER"}
    assert len(names) == len(CATALOGUE)
    assert [name for name in sorted(names) if f"metrics.{name}" not in code] == []


def test_a_name_that_nothing_measures_is_noticed() -> None:
    assert unknown_metrics("sum(rate(wellspring_made_up_total[5m]))") == {"wellspring_made_up_total"}
    assert unknown_metrics('wellspring_links{host=~"$host"} or vector(0)') == set()
    assert unknown_metrics("wellspring_event_age_seconds_bucket") == set()
    assert unknown_metrics("wellspring_links_bucket") == {"wellspring_links_bucket"}
    assert metric_names('sum by (le, host) (rate(pg_up{a="b c"}[5m])) > 2') == {"pg_up"}


@pytest.mark.parametrize("name", ["QueueStuck", "RedeliveryStorm"])
def test_an_alert_on_queues_sees_every_stream_that_services_work_through(name: str) -> None:
    (rule,) = (each for each in ALERTS if each["alert"] == name)
    (seen,) = re.findall(r'stream_name=~"([^"]+)"', rule["expr"])
    streams = {stream_name("ws", consumer.stream) for consumer in CONSUMERS}
    assert {stream for stream in streams if re.fullmatch(seen, stream)} == streams
