"""The compose file against the code, the script of secrets, Prometheus and the manifests of Kubernetes."""

import re
from typing import Any

import pytest
import yaml

from tests.contract.kubernetes.checks.environment import names, required
from tests.contract.kubernetes.manifests import SERVICES
from tests.contract.kubernetes.variants import manifests_of
from wellspring_cli.logins import ROLES
from wellspring_cli.places import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
OURS = (*SERVICES, "migrate")
MOUNTED = "/run/secrets/"
BY_THE_COMMAND = {"WELLSPRING_SECRETS_DIR"}
FOR_EVERYBODY = set(COMPOSE["x-common"])


def environment(service: str) -> dict[str, str]:
    found: dict[str, str] = COMPOSE["services"][service].get("environment", {})
    return found


def used_files(service: str) -> set[str]:
    values = [value for name, value in environment(service).items() if name.upper().endswith("_FILE")]
    return {value.removeprefix(MOUNTED) for value in values if str(value).startswith(MOUNTED)}


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_read_and_none_is_missing(service: str) -> None:
    given = set(environment(service))
    read = names(service) | (BY_THE_COMMAND if service == "migrate" else set())
    assert given - FOR_EVERYBODY <= read
    anyone = set[str]().union(*(names(each) for each in SERVICES))
    assert given & FOR_EVERYBODY <= anyone
    needed = required(service) if service in SERVICES else {"WELLSPRING_DATABASE_URL", "WELLSPRING_NATS_URL"}
    assert needed <= given


@pytest.mark.parametrize("service", sorted(COMPOSE["services"]))
def test_a_container_holds_the_secrets_that_it_uses_and_no_other(service: str) -> None:
    used = used_files(service)
    if service == "migrate":
        used |= {f"postgres_{role}" for role in ROLES}
    if service == "nats":
        script = (ROOT / "deploy/nats/start.sh").read_text(encoding="utf-8")
        users = re.search(r"for user in (.+); do", script)
        assert users
        used |= {f"nats_{user}" for user in users[1].split()}
    assert set(COMPOSE["services"][service].get("secrets", [])) == used


def test_every_secret_is_made_by_the_script_and_used() -> None:
    script = (ROOT / "deploy/secrets.sh").read_text(encoding="utf-8")
    made = re.search(r"^names='([^']+)'", script, re.MULTILINE)
    assert made
    assert set(made[1].split()) == set(COMPOSE["secrets"])
    held = [set(each.get("secrets", [])) for each in COMPOSE["services"].values()]
    assert set[str]().union(*held) == set(COMPOSE["secrets"])
    assert {name: each["file"] for name, each in COMPOSE["secrets"].items()} == {
        name: f"secrets/{name}" for name in COMPOSE["secrets"]
    }


def test_every_variable_of_the_example_is_one_of_the_file() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    offered = set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)) - {"COMPOSE_PROFILES"}
    taken = set(re.findall(r"\$\{([A-Z_]+)[:}]", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert offered <= taken


@pytest.mark.parametrize("name", ["postgres", "nats", "postgres-exporter"])
def test_both_ways_to_run_use_the_same_image(name: str) -> None:
    pod = manifests_of("single-node with options").pod(name)
    assert COMPOSE["services"][name]["image"] == pod.containers[0]["image"]


@pytest.mark.parametrize("name", OURS)
def test_both_ways_to_run_say_the_same_to_a_service(name: str) -> None:
    pod = manifests_of("single-node").pod(name)
    there = manifests_of("single-node").environment(pod.containers[0])
    urls = {key: value for key, value in environment(name).items() if key.endswith("_URL")}
    assert urls
    assert urls == {key: there[key] for key in urls}


def test_every_service_is_measured() -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    targets = {
        target: each.get("labels", {}).get("service")
        for job in config["scrape_configs"]
        for each in job["static_configs"]
        for target in each["targets"]
    }
    assert targets == {f"{name}:9100": name for name in SERVICES} | {"postgres-exporter:9187": None}
    for target in targets:
        mine = set(COMPOSE["services"][target.partition(":")[0]]["networks"])
        assert mine & set(COMPOSE["services"]["prometheus"]["networks"])
