"""The installations that are checked: each overlay as it is, and with what an operator may add."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.contract.kubernetes.checks.broker import broker_problems
from tests.contract.kubernetes.checks.environment import environment_problems, secret_problems
from tests.contract.kubernetes.checks.network import half_edges
from tests.contract.kubernetes.checks.references import port_problems, probe_problems, reference_problems
from tests.contract.kubernetes.checks.schema import schema_problems
from tests.contract.kubernetes.checks.security import security_problems
from tests.contract.kubernetes.checks.shape import (
    disruption_problems,
    image_problems,
    job_problems,
    resource_problems,
    scaling_problems,
    scraper_problems,
    stop_problems,
)
from tests.contract.kubernetes.manifests import KUBERNETES, Document, Manifests, render, render_with

Check = Callable[[Manifests], list[str]]

CHECKS: tuple[Check, ...] = (
    broker_problems,
    disruption_problems,
    environment_problems,
    half_edges,
    image_problems,
    job_problems,
    port_problems,
    probe_problems,
    reference_problems,
    resource_problems,
    scaling_problems,
    schema_problems,
    scraper_problems,
    secret_problems,
    security_problems,
    stop_problems,
)

OVERLAYS = ("single-node", "prod")
_OPTIONS = ("ingress", "monitoring")
_EXTERNAL_NATS: Document = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "external-nats", "annotations": {"config.kubernetes.io/local-config": "true"}},
    "data": {
        "location": "nats.example.org:4222",
        "monitor_url": "http://nats.example.org:8222",
        "cidr": "192.0.2.20/32",
    },
}
_COMPOSED: dict[str, tuple[str, tuple[str, ...], tuple[Document, ...]]] = {
    "single-node with options": (
        "overlays/single-node",
        (*_OPTIONS, "metadata", "dailymotion", "postgres-exporter"),
        (),
    ),
    "prod with options": ("overlays/prod", _OPTIONS, ()),
    "a broker of your own": ("base", ("postgres", "external-nats"), (_EXTERNAL_NATS,)),
}
VARIANTS = (*OVERLAYS, *_COMPOSED)
COMPONENTS_USED = {name for _, names, _ in _COMPOSED.values() for name in names}


@cache
def manifests_of(variant: str) -> Manifests:
    """Return an installation's manifests, rendered once."""
    if variant in OVERLAYS:
        return render(KUBERNETES / "overlays" / variant)
    base, components, extra = _COMPOSED[variant]
    with TemporaryDirectory() as folder:
        return render_with(Path(folder), base, components, extra)
