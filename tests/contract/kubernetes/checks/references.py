"""Whether what a document names is there: ports, probe paths, ConfigMaps, secrets, volumes."""

import inspect
import re

from tests.contract.kubernetes.checks.environment import environment_keys, mounted_keys
from tests.contract.kubernetes.manifests import SERVICES, Manifests, Pod
from wellspring_cli.logins import ROLES
from wellspring_common import probes
from wellspring_gateway.routes import ops

_NATS_PATHS = {"/healthz", "/healthz?js-server-only=true", "/healthz?js-enabled-only=true"}
_PATHS = {
    "ops": set(re.findall(r'web\.get\("(/\w+)"', inspect.getsource(probes.start_probes))),
    "http": {str(getattr(route, "path", "")) for route in ops.router.routes},
    "monitor": _NATS_PATHS,
    "metrics": {"/", "/metrics"},
}
_MONITORED = {"wellspring": len(SERVICES), "postgres": 1}
SECRET_KEYS = {
    "admin_password",
    "postgres",
    *(f"postgres_{role}" for role in ROLES),
    *(f"nats_{user}" for user in ("gateway", "scraper", "refresher", "health", "uploader", "admin")),
    "tmdb_key",
    "dailymotion_key",
    "dailymotion_secret",
}


def probe_problems(manifests: Manifests) -> list[str]:
    """Every service has three probes, and each asks for a path that the code serves."""
    found = []
    for pod, container in manifests.containers():
        if pod.kind == "Job":
            continue
        given = {
            kind: container[f"{kind}Probe"]
            for kind in ("startup", "readiness", "liveness")
            if f"{kind}Probe" in container
        }
        found += [
            f"{pod.name}: no {kind} probe"
            for kind in ("startup", "readiness", "liveness")
            if kind not in given
        ]
        for kind, probe in given.items():
            get = probe.get("httpGet")
            if get and get["path"] not in _PATHS.get(get["port"], set()):
                found.append(f"{pod.name}: nobody serves {get['path']} on {get['port']}")
            if get and kind == "liveness" and get["path"] == "/readyz":
                found.append(f"{pod.name}: an outage of another would restart it")
            if get and get["path"] == "/readyz" and probe["timeoutSeconds"] <= probes.PING_TIMEOUT_S:
                found.append(f"{pod.name}: is asked for less time than its own questions take")
    return found


def port_problems(manifests: Manifests) -> list[str]:
    """A Service's and a probe's port is a port of the pod, and a Service selects somebody."""
    found = []
    for pod, container in manifests.containers():
        named = {port["name"] for port in container.get("ports", [])}
        for kind in ("startup", "readiness", "liveness"):
            port = container.get(f"{kind}Probe", {}).get("httpGet", {}).get("port")
            if port is not None and port not in named:
                found.append(f"{pod.name}: its {kind} probe asks at {port}, which it has not")
    for service in manifests.of_kind("Service"):
        chosen = [pod for pod in manifests.pods if service["spec"]["selector"].items() <= pod.labels.items()]
        if len(chosen) != 1:
            found.append(f"service {service['metadata']['name']} selects {len(chosen)} workloads")
            continue
        has = {
            port["name"]: port["containerPort"]
            for one in chosen[0].containers
            for port in one.get("ports", [])
        }
        found += [
            f"service {service['metadata']['name']}: {port['name']} leads nowhere"
            for port in service["spec"]["ports"]
            if has.get(port["targetPort"]) != port["port"]
        ]
    return found + _ingress_problems(manifests) + _monitor_problems(manifests)


def _ingress_problems(manifests: Manifests) -> list[str]:
    found = []
    for ingress in manifests.of_kind("Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                target = path["backend"]["service"]
                ports = {one["name"] for one in manifests.named("Service", target["name"])["spec"]["ports"]}
                if target["port"]["name"] not in ports:
                    found.append(f"ingress leads to {target['port']['name']}, which {target['name']} has not")
    return found


def _monitor_problems(manifests: Manifests) -> list[str]:
    found = []
    for monitor in manifests.of_kind("ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        chosen = [one for one in manifests.of_kind("Service") if wanted <= one["metadata"]["labels"].items()]
        if len(chosen) != _MONITORED[monitor["metadata"]["name"]]:
            found.append(f"monitoring sees {len(chosen)} services")
        for endpoint in monitor["spec"]["endpoints"]:
            found += [
                f"monitoring asks {service['metadata']['name']} at {endpoint['port']}"
                for service in chosen
                if endpoint["port"] not in {port["name"] for port in service["spec"]["ports"]}
            ]
            if endpoint["path"] not in _PATHS.get(endpoint["port"], set()):
                found.append(f"nobody serves {endpoint['path']}")
    return found


def reference_problems(manifests: Manifests) -> list[str]:
    """Every ConfigMap, secret key and volume that a pod names exists, and selectors find their own pods."""
    maps = {one["metadata"]["name"]: set(one["data"]) for one in manifests.of_kind("ConfigMap")}
    found = []
    for pod in manifests.pods:
        found += [
            f"{pod.name}: there is no ConfigMap {name}" for name in sorted(_config_maps(pod) - set(maps))
        ]
        keys = (mounted_keys(pod) or set()) | environment_keys(pod)
        found += [f"{pod.name}: nobody makes the secret {key}" for key in sorted(keys - SECRET_KEYS)]
        found += [
            f"{pod.name}: names another secret, {name}" for name in sorted(_secrets(pod) - {"wellspring"})
        ]
        found += [f"{pod.name}: {problem}" for problem in _volume_problems(pod)]
        chosen = pod.workload["spec"].get("selector", {}).get("matchLabels", {})
        if not chosen.items() <= pod.labels.items():
            found.append(f"{pod.name}: does not select its own pods")
    nowhere = [
        one for one in manifests.documents if one["metadata"].get("namespace", "wellspring") != "wellspring"
    ]
    return found + [f"{one['kind']} {one['metadata']['name']} is in another namespace" for one in nowhere]


def _config_maps(pod: Pod) -> set[str]:
    volumes = [one["configMap"] for one in pod.spec.get("volumes", []) if "configMap" in one]
    sources = [one["configMapRef"] for each in pod.containers for one in each.get("envFrom", [])]
    return {str(one["name"]) for one in [*volumes, *sources] if not one.get("optional")}


def _secrets(pod: Pod) -> set[str]:
    volumes = {str(one["secret"]["secretName"]) for one in pod.spec.get("volumes", []) if "secret" in one}
    sources = [one.get("valueFrom", {}) for each in pod.containers for one in each.get("env", [])]
    return volumes | {str(one["secretKeyRef"]["name"]) for one in sources if "secretKeyRef" in one}


def _volume_problems(pod: Pod) -> list[str]:
    claims = [one["metadata"]["name"] for one in pod.workload["spec"].get("volumeClaimTemplates", [])]
    has = {one["name"] for one in pod.spec.get("volumes", [])} | set(claims)
    mounted = {mount["name"] for one in pod.containers for mount in one.get("volumeMounts", [])}
    missing = [f"there is no volume {name}" for name in sorted(mounted - has)]
    return missing + [f"the volume {name} is mounted by nobody" for name in sorted(has - mounted)]
