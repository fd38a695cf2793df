"""What is generated, shown as an example or written in the documents, beside the manifests."""

import os
import re
from pathlib import Path

import pytest
import yaml
from deploy.k8s.prometheus_rule import MONITORING, ROOT, TARGET, prometheus_rule, sources

from tests.contract.kubernetes.checks.environment import environment_keys, mounted_keys
from tests.contract.kubernetes.checks.references import SECRET_KEYS
from tests.contract.kubernetes.manifests import KUBERNETES, render
from tests.contract.kubernetes.variants import manifests_of

_DOCUMENT = (ROOT / "docs/kubernetes.md").read_text()


def test_the_prometheus_rule_is_made_of_the_files_of_rules() -> None:
    assert TARGET.read_text() == prometheus_rule(sources()), "run python -m deploy.k8s.prometheus_rule"


def test_the_rules_of_every_file_are_in_it(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"groups:\n- name: {name}\n  rules:\n  - {{record: x, expr: y}}\n")
    made = yaml.safe_load(prometheus_rule([tmp_path / "b", tmp_path / "a"]))
    assert [group["name"] for group in made["spec"]["groups"]] == ["b", "a"]


def test_every_alert_of_the_cluster_names_a_section_of_the_document() -> None:
    headings = re.findall(r"^#+ (.+)$", _DOCUMENT, re.MULTILINE)
    sections = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    groups = yaml.safe_load((MONITORING / "kubernetes.rules.yml").read_text())["groups"]
    named = [rule["annotations"]["runbook_url"] for group in groups for rule in group["rules"]]
    assert named
    assert {url.removeprefix("docs/kubernetes.md#") for url in named} <= sections


def test_the_example_of_the_secret_has_every_key_and_no_value() -> None:
    secret = render(KUBERNETES / "example-secret").named("Secret", "wellspring")
    assert set(secret["data"]) == SECRET_KEYS
    assert not any(secret["data"].values())


def test_every_key_of_the_secret_is_used() -> None:
    pods = manifests_of("single-node with options").pods
    used = set[str]().union(*((mounted_keys(pod) or set()) | environment_keys(pod) for pod in pods))
    assert used == SECRET_KEYS


def test_the_overlay_in_the_document_renders(tmp_path: Path) -> None:
    example = next(
        text for text in re.findall(r"```yaml\n(.*?)```", _DOCUMENT, re.DOTALL) if "images:" in text
    )
    place = os.path.relpath(KUBERNETES, tmp_path.resolve())
    (tmp_path / "kustomization.yaml").write_text(example.replace("wellspring/deploy/k8s", place))
    manifests = render(tmp_path)
    ours = [container["image"] for pod, container in manifests.containers() if pod.is_ours]
    assert all(image.startswith("registry.example.org/wellspring/") for image in ours)
    assert manifests.named("Ingress", "gateway")["spec"]["rules"][0]["host"] == "films.example.org"


@pytest.mark.parametrize(
    "path", re.findall(r"`((?:overlays|components|base|deploy|tests)/[\w/.-]+)`", _DOCUMENT)
)
def test_every_path_in_the_document_is_there(path: str) -> None:
    assert (ROOT / path).exists() or (KUBERNETES / path).exists()
