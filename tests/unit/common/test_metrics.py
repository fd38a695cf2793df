import json
import subprocess
import sys

import pytest
from prometheus_client import Counter

from wellspring_common import metering, metrics
from wellspring_common.bus.nats.monitor import samples
from wellspring_common.events.permissions import stored_subjects
from wellspring_common.events.playback import PlaybackStarted
from wellspring_common.metering import CATALOGUE, EVERY, MOST_HOSTS, OTHER, count_by_host, known_host
from wellspring_gateway import counting
from wellspring_gateway.domain.plays import Outcome
from wellspring_health.domain.evidence import Evidence, outcome_of
from wellspring_health.sweeps.checks import LINK_STATES
from wellspring_scraper.domain import escalation, failures

SERVICES = {"gateway", "scraper", "refresher", "health", "uploader"}
_EXPOSED = """
import json, os, sys
from prometheus_client import generate_latest
from wellspring_common import telemetry
for service in sys.argv[1:]:
    if os.fork() == 0:
        telemetry.begin(service)
        print(json.dumps([service, generate_latest().decode()]), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0
"""


@pytest.fixture(autouse=True)
def hosts(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    seen: set[str] = set()
    monkeypatch.setattr(metering, "_hosts", seen)
    monkeypatch.setattr(metering, "_first_seen", dict[tuple[str, str], float]())
    return seen


def known(name: str) -> dict[str, tuple[str, ...]]:
    return dict(next(each.labels for each in CATALOGUE if each.name == name))


def test_every_metric_has_a_name_in_base_units_and_an_owner() -> None:
    names = [each.name for each in CATALOGUE]
    assert len(names) == len(set(names))
    for each in CATALOGUE:
        assert each.name.startswith(("wellspring_", "nats_")), each.name
        assert each.name.endswith("_total") == (each.kind == "counter") or each.name.startswith("nats_")
        assert each.owner in SERVICES | {EVERY}
        assert each.text.endswith(".")
        assert not set(each.labels) & {"url", "title", "episode", "id", "path", "error"}, each.name


def test_label_values_known_at_start_are_those_that_the_code_says() -> None:
    assert set(known("wellspring_plays_total")["outcome"]) == {each.value for each in Outcome}
    surfaces = (PlaybackStarted.model_fields["surface"].default, counting.SURFACE)
    assert known("wellspring_plays_total")["surface"] == surfaces
    said = {failures.outcome(code) for code in (*failures._PERMANENT, *failures._TRANSIENT, None, "new")}
    assert said == set(known("wellspring_scrapes_total")["outcome"])
    assert set(known("wellspring_links")["state"]) == set(LINK_STATES)
    seen = (None, "timeout", "not_found", "html_body", "refused")
    probes = {outcome_of(Evidence(reason)) for reason in seen}
    assert probes == set(known("wellspring_link_checks_total")["outcome"])
    reasons = known("wellspring_browser_launches_total")["reason"]
    assert set(reasons) == {escalation.FEW_SERVERS, *escalation._CURABLE}
    assert stored_subjects("scraper")[:3] == ("scrape.started", "links.scraped", "scrape.failed")
    assert "upload.completed" in stored_subjects("uploader")


def test_hosts_are_thirty_at_most() -> None:
    for number in range(MOST_HOSTS):
        assert known_host(f"host-{number}") == f"host-{number}"
    assert known_host("one-more") == OTHER
    assert known_host("host-3") == "host-3"
    assert known_host("") == OTHER


def checks(host: str) -> dict[str, float]:
    return {
        sample.labels["outcome"]: sample.value
        for metric in metrics.LINK_CHECKS.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["host"] == host
    }


def test_a_new_host_is_at_zero_until_prometheus_has_seen_it_and_no_event_is_lost_to_sums() -> None:
    before = checks(OTHER)["live"]
    count_by_host(metrics.LINK_CHECKS, "zero.example", now=1000, outcome="live")
    count_by_host(metrics.LINK_CHECKS, "zero.example", now=1059, outcome="live")
    assert checks("zero.example") == {"live": 0, "dead": 0, "timeout": 0, "error": 0}
    assert checks(OTHER)["live"] == before + 2
    count_by_host(metrics.LINK_CHECKS, "zero.example", now=1060, outcome="live")
    assert checks("zero.example") == {"live": 1, "dead": 0, "timeout": 0, "error": 0}
    assert checks(OTHER)["live"] == before + 2


@pytest.fixture(scope="module")
def exposed() -> dict[str, str]:
    """What each service shows: a process begins as one of them, and its copies as the others."""
    command = [sys.executable, "-c", _EXPOSED, *sorted(SERVICES)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_service_shows_its_own_metrics_from_the_start_and_nobody_elses(
    service: str, exposed: dict[str, str]
) -> None:
    shown = {
        line.split("{")[0].split()[0] for line in exposed[service].splitlines() if line and line[0] != "#"
    }
    for each in CATALOGUE:
        if each.collector is None:
            continue
        suffix = "_count" if each.kind == "histogram" else ""
        if each.owner not in {EVERY, service}:
            assert each.name + suffix not in shown, each.name
        elif all(each.labels.values()):
            assert each.name + suffix in shown, each.name
    assert "wellspring_build_info" in shown


def test_a_counter_that_is_counted_by_host_has_all_its_labels() -> None:
    assert isinstance(metrics.PLAYS, Counter)
    with pytest.raises(ValueError, match=r"(?i)label"):
        count_by_host(metrics.PLAYS, "pixel", outcome="failed")


def test_a_stream_in_a_cluster_says_who_leads() -> None:
    consumer = {
        "name": "health",
        "created": "2026-01-01T00:00:00Z",
        "num_pending": 4,
        "cluster": {"name": "c", "leader": "b"},
        "config": {"description": "probes"},
    }
    stream = {
        "name": "WS_EVENTS",
        "state": {"messages": 9, "bytes": 90},
        "config": {"max_bytes": 100},
        "cluster": {"name": "c", "leader": "a"},
        "consumer_detail": [consumer],
    }
    account = {"name": "$G", "id": "$G", "stream_detail": [stream]}
    jsz = {
        "server_id": "X",
        "config": {"domain": "hub"},
        "meta_cluster": {"name": "c", "leader": "a"},
        "account_details": [account],
    }
    found = {sample.name: sample for sample in samples(jsz, {"server_name": "a"})}
    assert found["nats_stream_total_bytes"].value == 90
    assert found["nats_stream_total_bytes"].labels["is_stream_leader"] == "true"
    assert found["nats_stream_limit_bytes"].value == 100
    pending = found["nats_consumer_num_pending"]
    assert pending.value == 4
    assert pending.labels["is_consumer_leader"] == "false"
    assert (pending.labels["domain"], pending.labels["consumer_desc"]) == ("hub", "probes")
    assert found["nats_consumer_num_redelivered"].value == 0
