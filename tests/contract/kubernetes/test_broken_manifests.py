"""Each check finds what it is for: a broken manifest, and the words that it has to say."""

import pytest

from tests.contract.kubernetes import broken_wiring, broken_workloads
from tests.contract.kubernetes.breaking import WHOLE, Break, broken, document, gone
from tests.contract.kubernetes.checks.network import edges
from tests.contract.kubernetes.variants import CHECKS, Check, manifests_of

_CASES = (*broken_workloads.CASES, *broken_wiring.CASES)


@pytest.mark.parametrize(
    ("check", "words", "change"), _CASES, ids=[f"{check.__name__}: {words}" for check, words, _ in _CASES]
)
def test_a_broken_manifest_is_found(check: Check, words: str, change: Break) -> None:
    assert words in "\n".join(check(broken(change)))


def test_every_check_is_seen_to_fail() -> None:
    assert {check for check, _, _ in _CASES} == set(CHECKS)


@pytest.mark.parametrize(
    ("change", "more"),
    [
        (gone("NetworkPolicy", "default-deny"), ("stranger", "migrate", "9100")),
        (
            document("NetworkPolicy", "internet", "spec", "podSelector", value={}),
            ("refresher", "internet", "443"),
        ),
        (
            document(
                "NetworkPolicy", "internet", "spec", "egress", 0, "to", 0, "ipBlock", "except", value=[]
            ),
            ("scraper", "private 169.254.169.254", "80"),
        ),
        (
            document(
                "NetworkPolicy", "internet", "spec", "egress", 0, "to", 1, "ipBlock", "cidr", value="::/0"
            ),
            ("health", "private fd00:ec2::254", "80"),
        ),
        (
            document(
                "NetworkPolicy",
                "prometheus-to-services",
                "spec",
                "ingress",
                0,
                "from",
                value=[{"namespaceSelector": {}}],
            ),
            ("stranger", "scraper", "9100"),
        ),
        (
            document("NetworkPolicy", "ingress-to-gateway", "spec", "ingress", 0, "ports", value=[]),
            ("ingress", "gateway", "9100"),
        ),
        (
            document("NetworkPolicy", "dns", "spec", "egress", 0, "to", value=[{"namespaceSelector": {}}]),
            ("gateway", "neighbour in kube-system", "53"),
        ),
    ],
    ids=lambda each: " > ".join(each) if isinstance(each, tuple) else "",
)
def test_a_policy_that_is_too_wide_opens_an_edge(change: Break, more: tuple[str, str, str]) -> None:
    assert more not in edges(manifests_of(WHOLE))
    assert more in edges(broken(change))


def test_a_forgotten_policy_closes_an_edge() -> None:
    edge = ("gateway", "nats", "4222")
    assert edge in edges(manifests_of(WHOLE))
    assert edge not in edges(broken(gone("NetworkPolicy", "to-nats")))
