"""Whether NATS in the cluster is given what its configuration asks for."""

import re

from tests.contract.kubernetes.checks.environment import environment_keys
from tests.contract.kubernetes.manifests import Manifests

_UNITS = {"Mi": 1024**2, "Gi": 1024**3}


def broker_problems(manifests: Manifests) -> list[str]:
    """Say which of the configuration's variables, ports and places the pod does not have."""
    found = []
    for pod in (one for one in manifests.pods if one.name == "nats"):
        volume = pod.volume("config")["configMap"]["name"]
        text = manifests.named("ConfigMap", volume)["data"]["nats.conf"]
        container = pod.containers[0]
        wanted = {name.lower() for name in re.findall(r"\$NATS_PASSWORD_(\w+)", text)}
        given = {key.removeprefix("nats_") for key in environment_keys(pod)}
        found += [f"nats has no password for {user}" for user in sorted(wanted - given)]
        found += [f"nats knows no user {user}" for user in sorted(given - wanted)]
        ports = {str(port["containerPort"]) for port in container["ports"]}
        asked = set(re.findall(r'"(?:listen|http)": "0\.0\.0\.0:(\d+)"', text))
        found += [f"nats listens on {port}, which the pod has not" for port in sorted(asked ^ ports)]
        store = re.findall(r'"store_dir": "([^"]+)"', text)
        if store != [mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] == "data"]:
            found.append("nats keeps its store outside of its volume")
        size = pod.workload["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"]
        most = int(re.findall(r'"max_file": (\d+)', text)[0])
        if int(size[:-2]) * _UNITS[size[-2:]] <= most:
            found.append("nats may store more than its volume holds")
        if '"sync_interval": "always"' not in text:
            found.append("nats acknowledges before it syncs")
    return found
