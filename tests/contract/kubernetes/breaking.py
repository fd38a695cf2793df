"""Ways to break a manifest."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tests.contract.kubernetes.manifests import Document, Manifests
from tests.contract.kubernetes.variants import Check, manifests_of

WHOLE = "prod with options"

Break = Callable[[Manifests], None]
Case = tuple[Check, str, Break]


def container(manifests: Manifests, name: str) -> Document:
    found: Document = manifests.pod(name).spec["containers"][0]
    return found


def within(name: str, *path: Any, value: Any) -> Break:
    """Set something in a pod's description."""

    def change(manifests: Manifests) -> None:
        place: Any = manifests.pod(name).spec
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


def inside(name: str, *path: Any, value: Any) -> Break:
    """Set something in a pod's first container."""
    return within(name, "containers", 0, *path, value=value)


def without(name: str, *path: Any) -> Break:
    """Remove something from a pod's first container."""

    def change(manifests: Manifests) -> None:
        place: Any = container(manifests, name)
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]

    return change


def settings(name: str, key: str, value: str) -> Break:
    """Set a variable, or add it."""

    def change(manifests: Manifests) -> None:
        variables = container(manifests, name)["env"]
        variables[:] = [one for one in variables if one["name"] != key] + [{"name": key, "value": value}]

    return change


def document(kind: str, name: str, *path: Any, value: Any) -> Break:
    """Set something in a document."""

    def change(manifests: Manifests) -> None:
        place: Any = manifests.named(kind, name)
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


def workload(name: str, *path: Any, value: Any) -> Break:
    """Set something in a pod's workload."""
    return lambda manifests: document(
        manifests.pod(name).kind, manifests.pod(name).workload["metadata"]["name"], *path, value=value
    )(manifests)


def gone(kind: str, name: str) -> Break:
    """Remove a document."""
    return lambda manifests: manifests.documents.remove(manifests.named(kind, name))


def replaced_in_broker(old: str, new: str) -> Break:
    """Change the text of the broker's configuration."""

    def change(manifests: Manifests) -> None:
        name = manifests.pod("nats").volume("config")["configMap"]["name"]
        data = manifests.named("ConfigMap", name)["data"]
        assert old in data["nats.conf"]
        data["nats.conf"] = data["nats.conf"].replace(old, new)

    return change


def init_container(manifests: Manifests) -> None:
    manifests.pod("gateway").spec["initContainers"] = [{"name": "wait", "image": "busybox:1.37"}]


def one_more_mount(manifests: Manifests) -> None:
    container(manifests, "health")["volumeMounts"].append({"name": "nothing", "mountPath": "/nothing"})


def broken(change: Break, variant: str = WHOLE) -> Manifests:
    manifests = Manifests(deepcopy(manifests_of(variant).documents))
    change(manifests)
    return Manifests(manifests.documents)
