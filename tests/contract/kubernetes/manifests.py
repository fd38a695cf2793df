"""Rendered manifests, and the pods in them."""

import os
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from wellspring_cli.places import ROOT

KUBERNETES = ROOT / "deploy" / "k8s"
SERVICES = ("gateway", "scraper", "refresher", "health", "uploader")

Document = dict[str, Any]


@dataclass(frozen=True)
class Pod:
    """A pod as its workload describes it."""

    kind: str
    workload: Document

    @property
    def name(self) -> str:
        """The component's name, without the release of a Job."""
        return str(self.labels["app.kubernetes.io/name"])

    @property
    def labels(self) -> Mapping[str, str]:
        labels: Mapping[str, str] = self.workload["spec"]["template"]["metadata"]["labels"]
        return labels

    @property
    def spec(self) -> Document:
        spec: Document = self.workload["spec"]["template"]["spec"]
        return spec

    @property
    def containers(self) -> list[Document]:
        """Every container, those that run before the others included."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def is_ours(self) -> bool:
        """Whether it runs our code."""
        return self.labels.get("app.kubernetes.io/component") in {"service", "migration"}

    def volume(self, name: str) -> Document:
        """Return the volume of that name, or an empty one for a claim of a StatefulSet."""
        return next((one for one in self.spec.get("volumes", []) if one["name"] == name), {})


@dataclass(frozen=True)
class Manifests:
    """What `kubectl apply -k` would send."""

    documents: list[Document]

    def of_kind(self, kind: str) -> list[Document]:
        return [one for one in self.documents if one["kind"] == kind]

    def named(self, kind: str, name: str) -> Document:
        return next(one for one in self.of_kind(kind) if one["metadata"]["name"] == name)

    @cached_property
    def pods(self) -> list[Pod]:
        kinds = ("Deployment", "StatefulSet", "DaemonSet", "Job")
        return [Pod(kind, one) for kind in kinds for one in self.of_kind(kind)]

    def pod(self, name: str) -> Pod:
        return next(pod for pod in self.pods if pod.name == name)

    def containers(self) -> Iterator[tuple[Pod, Document]]:
        for pod in self.pods:
            for container in pod.containers:
                yield pod, container

    def environment(self, container: Document) -> dict[str, str]:
        """Return a container's variables, a ConfigMap's included, without those that come from a Secret."""
        found: dict[str, str] = {}
        for source in container.get("envFrom", []):
            found |= self.named("ConfigMap", source["configMapRef"]["name"])["data"]
        return found | {one["name"]: one["value"] for one in container.get("env", []) if "value" in one}


def render(folder: Path) -> Manifests:
    """Return what kustomize makes of a folder."""
    kubectl = Path(sysconfig.get_path("scripts")) / "kubectl"
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Manifests([one for one in yaml.safe_load_all(done.stdout) if one])


def render_with(
    folder: Path, base: str, components: Sequence[str], extra: Sequence[Document] = ()
) -> Manifests:
    """Render an overlay as an operator would write it: a base, components and documents of their own."""
    place = os.path.relpath(KUBERNETES, folder.resolve())
    (folder / "extra.yaml").write_text(yaml.safe_dump_all(extra))
    text = yaml.safe_dump(
        {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "namespace": "wellspring",
            "resources": [f"{place}/{base}", *(["extra.yaml"] if extra else [])],
            "components": [f"{place}/components/{name}" for name in components],
        }
    )
    (folder / "kustomization.yaml").write_text(text)
    return render(folder)
