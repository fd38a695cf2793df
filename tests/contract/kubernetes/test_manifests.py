"""What must hold of the manifests of every installation."""

import pytest

from tests.contract.kubernetes.checks.environment import mounted_keys
from tests.contract.kubernetes.checks.network import edges
from tests.contract.kubernetes.manifests import KUBERNETES, SERVICES
from tests.contract.kubernetes.variants import (
    CHECKS,
    COMPONENTS_USED,
    OVERLAYS,
    VARIANTS,
    Check,
    manifests_of,
)

_WITH_DATABASE = ("gateway", "refresher", "health", "uploader", "migrate")
_CLIENTS = (*SERVICES, "migrate")
_INTERNET = ("internet", "internet by IPv6")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_wrong(variant: str, check: Check) -> None:
    assert check(manifests_of(variant)) == []


def test_every_overlay_and_component_is_checked() -> None:
    assert {path.name for path in (KUBERNETES / "overlays").iterdir()} == set(OVERLAYS)
    written = (KUBERNETES / "overlays").glob("*/kustomization.yaml")
    named = "".join(path.read_text() for path in written)
    components = {path.name for path in (KUBERNETES / "components").iterdir()}
    assert {name for name in components if f"components/{name}\n" not in named} <= COMPONENTS_USED


@pytest.mark.parametrize("variant", VARIANTS)
def test_everybody_speaks_only_to_whom_they_must(variant: str) -> None:
    manifests = manifests_of(variant)
    pods = {pod.name for pod in manifests.pods}
    wanted = {(name, "dns", port) for name in pods for port in ("53", "UDP 53")}
    database = "postgres" if "postgres" in pods else "your Postgres"
    wanted |= {(name, database, "5432") for name in _WITH_DATABASE}
    broker = "nats" if "nats" in pods else "your NATS"
    wanted |= {(name, broker, port) for name in _CLIENTS for port in ("4222", "8222")}
    anywhere = (*_INTERNET, "your Postgres", "your NATS")  # they have public addresses here
    ports = ("25", "53", "80", "443", "4222", "5432", "8000", "8222", "9100", "9187")
    outgoing = ("gateway", "scraper", "health", "uploader")
    wanted |= {(name, place, port) for name in outgoing for place in anywhere for port in ports}
    if variant.endswith("with options"):
        wanted |= {(name, "gateway", "8000") for name in ("ingress", "ingress of k3s")}
        wanted |= {("prometheus", name, "9100") for name in SERVICES}
    if "postgres-exporter" in pods:
        wanted |= {("prometheus", "postgres-exporter", "9187"), ("postgres-exporter", "postgres", "5432")}
    assert edges(manifests) == wanted


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_scraper_has_no_database(variant: str) -> None:
    manifests = manifests_of(variant)
    pod = manifests.pod("scraper")
    assert mounted_keys(pod) == {"nats_scraper"}
    assert not any("DATABASE" in name for name in manifests.environment(pod.containers[0]))


def test_the_gateway_stays_in_service_while_its_servers_are_away() -> None:
    container = manifests_of("prod").pod("gateway").containers[0]
    assert container["startupProbe"]["httpGet"]["path"] == "/readyz"
    assert container["readinessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "gateway"])
def test_a_worker_is_ready_while_its_servers_answer(name: str) -> None:
    container = manifests_of("prod").pod(name).containers[0]
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "ops"}


def test_a_single_node_has_no_more_than_one_of_each() -> None:
    manifests = manifests_of("single-node")
    assert {pod.workload["spec"].get("replicas", 1) for pod in manifests.pods} == {1}
    assert not manifests.of_kind("HorizontalPodAutoscaler")
    assert not manifests.of_kind("PodDisruptionBudget")


def test_production_scales_the_gateway_and_spreads_what_has_several_replicas() -> None:
    manifests = manifests_of("prod")
    scaler = manifests.of_kind("HorizontalPodAutoscaler")[0]["spec"]
    assert (scaler["scaleTargetRef"]["name"], scaler["minReplicas"], scaler["maxReplicas"]) == (
        "gateway",
        2,
        6,
    )
    several = {"gateway", "refresher", "health"}
    assert {one["metadata"]["name"] for one in manifests.of_kind("PodDisruptionBudget")} == several
    assert {pod.name for pod in manifests.pods if "topologySpreadConstraints" in pod.spec} == several


def test_behind_an_ingress_cookies_never_travel_in_the_clear() -> None:
    manifests = manifests_of("prod with options")
    assert (
        manifests.environment(manifests.pod("gateway").containers[0])["WELLSPRING_GATEWAY_SECURE_COOKIES"]
        == "true"
    )
    assert all("tls" in one["spec"] for one in manifests.of_kind("Ingress"))


def test_servers_of_your_own_reach_everybody_who_needs_them() -> None:
    production = manifests_of("prod")
    for name in _WITH_DATABASE:
        url = production.environment(production.pod(name).containers[0])["WELLSPRING_DATABASE_URL"]
        assert url.endswith("@db.example.org:5432/wellspring?sslmode=require")
    own = manifests_of("a broker of your own")
    for name in _CLIENTS:
        given = own.environment(own.pod(name).containers[0])
        assert given["WELLSPRING_NATS_URL"].endswith("@nats.example.org:4222")
        assert given["WELLSPRING_NATS_MONITOR_URL"] == "http://nats.example.org:8222"
