"""Whether the variables of a container are those that its code reads."""

import re
from functools import cache
from importlib import import_module
from urllib.parse import urlsplit

from tests.contract.kubernetes.manifests import SERVICES, Document, Manifests, Pod
from wellspring_cli.logins import ROLES
from wellspring_cli.places import ROOT
from wellspring_common import runtime, settings, stream_sizes
from wellspring_common.settings import EnvSettings

_OTHERS = {"PROMETHEUS_DISABLE_CREATED_SERIES"}
"""What libraries read."""
_COMMANDS = (ROOT / "libs/cli/wellspring_cli/commands").glob("*.py")
_OPTIONS = {name for path in _COMMANDS for name in re.findall(r'envvar="(\w+)"', path.read_text())}
"""What the command line reads beside settings."""
_SHARED = settings.__name__, stream_sizes.__name__
_SECRETS = "/etc/wellspring/secrets"


@cache
def classes(service: str) -> tuple[type[EnvSettings], ...]:
    """Return the settings that a service reads: those that its wiring, the runtime and the bus know."""
    own = f"wellspring_{service}.wiring", runtime.__name__, stream_sizes.__name__
    modules = own if service in SERVICES else _SHARED
    found = [one for name in modules for one in vars(import_module(name)).values() if isinstance(one, type)]
    return tuple(one for one in found if issubclass(one, EnvSettings) and one is not EnvSettings)


def names(service: str) -> set[str]:
    """Return the variables that a service reads, each as itself and as the file that holds it."""
    found = set()
    for one in classes(service):
        for field in one.model_fields:
            name = f"{one.model_config.get('env_prefix', '')}{field}".upper()
            found |= {name, f"{name}_FILE"}
    return found


def required(service: str) -> set[str]:
    """Return the variables without which a service does not start."""
    return {
        f"{one.model_config.get('env_prefix', '')}{name}".upper()
        for one in classes(service)
        for name, field in one.model_fields.items()
        if field.is_required()
    }


def environment_problems(manifests: Manifests) -> list[str]:
    """Say which variable nobody reads, which is missing, and which does not fit its neighbours."""
    found = []
    for pod, container in manifests.containers():
        if not pod.is_ours:
            continue
        given = manifests.environment(container)
        own = {one["name"] for one in container.get("env", [])}
        read = names(pod.name) | (_OPTIONS if pod.name == "migrate" else set())
        anyone = _OTHERS.union(*(names(service) for service in SERVICES))
        needs = (
            required(pod.name) if pod.name in SERVICES else {"WELLSPRING_DATABASE_URL", "WELLSPRING_NATS_URL"}
        )
        problems = [f"nobody reads {name}" for name in sorted(own - read)]
        problems += [f"no service reads {name}" for name in sorted(set(given) - own - anyone)]
        problems += [f"needs {name}" for name in sorted(needs - set(given))]
        problems += [f"has {name} twice" for name in sorted(given) if f"{name}_FILE" in given]
        problems += _password_problems(given)
        problems += _place_problems(given, container)
        found += [f"{pod.name}: {problem}" for problem in problems]
    return found


def _password_problems(given: dict[str, str]) -> list[str]:
    """A URL names a user and no password, the password's file is that user's, and encryption is said."""
    found = []
    for kind, secret in (("DATABASE", "postgres"), ("NATS", "nats")):
        url = urlsplit(given.get(f"WELLSPRING_{kind}_URL", ""))
        if not url.netloc:
            continue
        if url.password is not None:
            found.append(f"WELLSPRING_{kind}_URL holds a password")
        who = (url.username or "").removeprefix("wellspring_")
        wanted = f"{_SECRETS}/{secret}" + ("" if who == secret else f"_{who}")
        if given.get(f"WELLSPRING_{kind}_PASSWORD_FILE") != wanted:
            found.append(f"signs in as {who} without {wanted}")
        # By default one of our clients insists on encryption and another does without.
        if kind == "DATABASE" and "sslmode=" not in url.query:
            found.append("does not say whether the database encrypts")
    return found


def _place_problems(given: dict[str, str], container: Document) -> list[str]:
    mounts = {one["mountPath"]: one for one in container["volumeMounts"]}
    found = []
    data = mounts.get(given["WELLSPRING_DATA_DIR"])
    if data is None or data.get("readOnly"):
        found.append("cannot write to its data directory")
    if (
        "WELLSPRING_SCRAPER_DEFINITIONS_DIR" in given
        and given["WELLSPRING_SCRAPER_DEFINITIONS_DIR"] not in mounts
    ):
        found.append("has no definitions where it looks for them")
    ports = {one["name"]: str(one["containerPort"]) for one in container.get("ports", [])}
    if "ops" in ports and ports["ops"] != given["WELLSPRING_OPS_PORT"]:
        found.append("serves its probes on another port")
    if "http" in ports and ports["http"] != given["WELLSPRING_GATEWAY_PORT"]:
        found.append("serves its pages on another port")
    hosts = [value for name, value in given.items() if re.fullmatch(r"WELLSPRING_(OPS|GATEWAY)_HOST", name)]
    if any(host != "0.0.0.0" for host in hosts):
        found.append("can be reached from its own pod only")
    return found


def secret_problems(manifests: Manifests) -> list[str]:
    """Each pod holds the keys that it uses, and no other; only nats-server gets them by its environment."""
    found = []
    for pod in manifests.pods:
        mounted = mounted_keys(pod)
        if mounted is None:
            found.append(f"{pod.name}: mounts the whole secret")
            continue
        used = _used_keys(pod, manifests)
        found += [f"{pod.name}: mounts {key} and does not use it" for key in sorted(mounted - used)]
        found += [f"{pod.name}: uses {key} and does not mount it" for key in sorted(used - mounted)]
        if environment_keys(pod) and pod.name != "nats":
            found.append(f"{pod.name}: gets a secret by its environment")
        for volume in pod.spec.get("volumes", []):
            if "secret" in volume and volume["secret"].get("defaultMode") != 0o440:
                found.append(f"{pod.name}: a secret can be read by others, or not at all")
    return found


def mounted_keys(pod: Pod) -> set[str] | None:
    """Return the keys of secrets that a pod mounts as files. None stands for a whole secret."""
    found: set[str] = set()
    for volume in pod.spec.get("volumes", []):
        if "secret" in volume:
            if "items" not in volume["secret"]:
                return None
            found |= {one["key"] for one in volume["secret"]["items"]}
    return found


def environment_keys(pod: Pod) -> set[str]:
    """Return the keys of secrets that a pod gets by its environment."""
    sources = [one.get("valueFrom", {}) for each in pod.containers for one in each.get("env", [])]
    return {source["secretKeyRef"]["key"] for source in sources if "secretKeyRef" in source}


def _used_keys(pod: Pod, manifests: Manifests) -> set[str]:
    found = set()
    for container in pod.containers:
        files = [value for name, value in manifests.environment(container).items() if name.endswith("_FILE")]
        found |= {file.removeprefix(f"{_SECRETS}/") for file in files if file.startswith(_SECRETS)}
    if pod.name == "migrate":  # makes the logins, so it holds their passwords
        found |= {f"postgres_{role}" for role in ROLES}
    return found
