"""The restricted profile of Kubernetes' pod security, and what this house asks beyond it."""

from tests.contract.kubernetes.manifests import Document, Manifests, Pod

_VOLUMES = {
    "configMap",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}


def security_problems(manifests: Manifests) -> list[str]:
    """Say which pod or container may do more than it needs to."""
    namespace = manifests.of_kind("Namespace")[0]["metadata"]["labels"]
    found = []
    if namespace.get("pod-security.kubernetes.io/enforce") != "restricted":
        found.append("the namespace does not enforce the restricted profile")
    for pod in manifests.pods:
        found += [f"{pod.name}: {problem}" for problem in _pod_problems(pod)]
        for container in pod.containers:
            found += [
                f"{pod.name}/{container['name']}: {problem}" for problem in _container_problems(container)
            ]
    return found


def _pod_problems(pod: Pod) -> list[str]:
    spec, context = pod.spec, pod.spec.get("securityContext", {})
    wanted_user = context.get("runAsUser") == 10001 if pod.is_ours else context.get("runAsUser", 0) > 0
    says = {
        "runs as root or as another user": context.get("runAsNonRoot") is True and wanted_user,
        "has no group for its volumes": context.get("fsGroup", 0) > 0,
        "has no seccomp profile": context.get("seccompProfile") == {"type": "RuntimeDefault"},
        "carries a token of the cluster": spec.get("automountServiceAccountToken") is False,
        "gets variables made of services": spec.get("enableServiceLinks") is False,
        "shares something with its node": not any(
            spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace")
        ),
    }
    found = [problem for problem, holds in says.items() if not holds]
    for volume in spec.get("volumes", []):
        kinds = set(volume) - {"name"}
        if not kinds <= _VOLUMES:
            found.append(f"volume {volume['name']} is of a kind that is not allowed")
        if "emptyDir" in kinds and "sizeLimit" not in volume["emptyDir"]:
            found.append(f"volume {volume['name']} has no size limit")
    return found


def _container_problems(container: Document) -> list[str]:
    context = container.get("securityContext", {})
    says = {
        "may gain privileges": context.get("allowPrivilegeEscalation") is False
        and not context.get("privileged"),
        "may write to its root": context.get("readOnlyRootFilesystem") is True,
        "keeps capabilities": context.get("capabilities") == {"drop": ["ALL"]},
        "opens a port of its node": not any("hostPort" in port for port in container.get("ports", [])),
        "overrides its pod's user": not {"runAsUser", "runAsNonRoot", "seccompProfile"} & set(context),
        "has nowhere to put a temporary file": any(
            mount["mountPath"] == "/tmp" for mount in container.get("volumeMounts", [])
        ),
    }
    return [problem for problem, holds in says.items() if not holds]
