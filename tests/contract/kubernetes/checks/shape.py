"""How many, how big, how long: what each workload promises by its shape."""

import re
import tomllib

from tests.contract.kubernetes.manifests import SERVICES, Document, Manifests
from wellspring_cli.places import ROOT
from wellspring_common.runtime import DRAIN_S

DRAIN_LIMIT_S = 10
"""A service is gone this long after it was asked to stop (DRAIN_S, and the farewell of its probes)."""


def image_problems(manifests: Manifests) -> list[str]:
    """Say whose image is not pinned, or is not of this release."""
    release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    found = []
    for pod, container in manifests.containers():
        tag = container["image"].partition("@")[0].rpartition("/")[2].partition(":")[2]
        if not re.search(r"\d", tag):
            found.append(f"{pod.name}: {container['image']} is not pinned")
        if pod.is_ours and tag != release:
            found.append(f"{pod.name}: {container['image']} is not of release {release}")
        if container.get("imagePullPolicy", "IfNotPresent") != "IfNotPresent":
            found.append(f"{pod.name}: pulls an image that it has")
    return found


def scraper_problems(manifests: Manifests) -> list[str]:
    """One replica, never two at once, 512 MiB asked for and allowed."""
    pod = manifests.pod("scraper")
    spec, resources = pod.workload["spec"], pod.spec["containers"][0]["resources"]
    says = {
        "is not one": spec.get("replicas") == 1,
        "may be two during an update": spec.get("strategy") == {"type": "Recreate"},
        "is not limited to 512Mi": resources["limits"].get("memory") == "512Mi",
        "asks for less memory than it may use": resources["requests"].get("memory") == "512Mi",
    }
    found = [f"scraper {problem}" for problem, holds in says.items() if not holds]
    scaled = [one["spec"]["scaleTargetRef"]["name"] for one in manifests.of_kind("HorizontalPodAutoscaler")]
    return found + ["scraper is scaled by load" for name in scaled if name == "scraper"]


def resource_problems(manifests: Manifests) -> list[str]:
    """Everybody asks for what they need and has a bound on memory; nobody is throttled."""
    found = []
    for pod, container in manifests.containers():
        resources = container.get("resources", {})
        if not {"cpu", "memory"} <= set(resources.get("requests", {})):
            found.append(f"{pod.name}: asks for nothing")
        if "memory" not in resources.get("limits", {}):
            found.append(f"{pod.name}: has no bound on memory")
        if "cpu" in resources.get("limits", {}):
            found.append(f"{pod.name}: is throttled")
    return found


def stop_problems(manifests: Manifests) -> list[str]:
    """Each service has the time to stop, and leaves its Service before it is asked to."""
    assert DRAIN_S < DRAIN_LIMIT_S
    found = []
    for pod in manifests.pods:
        grace = pod.spec.get("terminationGracePeriodSeconds", 0)
        pause = 0
        for container in pod.containers:
            pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            if pod.name in SERVICES and pause < 5:
                found.append(f"{pod.name}: is asked to stop while requests still come")
        if grace <= pause + DRAIN_LIMIT_S:
            found.append(f"{pod.name}: is killed after {grace} s, before it could stop")
    return found


def disruption_problems(manifests: Manifests) -> list[str]:
    """No budget on a single replica, which would block every drain, and none that guards nobody."""
    found = []
    for budget in manifests.of_kind("PodDisruptionBudget"):
        name, chosen = budget["metadata"]["name"], budget["spec"]["selector"]["matchLabels"].items()
        guarded = [pod for pod in manifests.pods if chosen <= pod.labels.items()]
        if not guarded:
            found.append(f"budget {name} guards nobody")
        if budget["spec"].get("maxUnavailable", 0) != 1:
            found.append(f"budget {name} does not let one go")
        found += [
            f"budget {name} guards a single replica"
            for pod in guarded
            if replicas(manifests, pod.workload) < 2
        ]
    return found


def scaling_problems(manifests: Manifests) -> list[str]:
    """Who is scaled by load says no number of its own, and can be measured."""
    found = []
    for scaler in manifests.of_kind("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        workload = manifests.named(target["kind"], target["name"])
        if "replicas" in workload["spec"]:
            found.append(f"{target['name']}: each apply would undo the scaling")
        if "cpu" not in workload["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]:
            found.append(f"{target['name']}: cannot be measured against what it asks for")
    return found


def job_problems(manifests: Manifests) -> list[str]:
    """A Job is named by its release, gives up some time, and goes away."""
    release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"].replace(".", "-")
    found = [] if manifests.of_kind("Job") else ["nobody migrates"]
    for job in manifests.of_kind("Job"):
        name, spec = job["metadata"]["name"], job["spec"]
        if not name.endswith(f"-{release}"):
            found.append(f"{name}: does not carry the release {release}")
        if "backoffLimit" not in spec or "ttlSecondsAfterFinished" not in spec:
            found.append(f"{name}: stays for ever")
        if spec["template"]["spec"].get("restartPolicy") != "Never":
            found.append(f"{name}: loses the log of a failed attempt")
    return found


def replicas(manifests: Manifests, workload: Document) -> int:
    """Return the least number of replicas that a workload has."""
    for scaler in manifests.of_kind("HorizontalPodAutoscaler"):
        if scaler["spec"]["scaleTargetRef"]["name"] == workload["metadata"]["name"]:
            return int(scaler["spec"]["minReplicas"])
    return int(workload["spec"].get("replicas", 1))
