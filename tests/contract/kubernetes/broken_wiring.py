"""Documents that do not fit the code or each other: what breaks them, and the words that say so."""

from tests.contract.kubernetes.breaking import (
    Case,
    container,
    document,
    inside,
    one_more_mount,
    replaced_in_broker,
    settings,
    without,
    workload,
)
from tests.contract.kubernetes.checks.broker import broker_problems
from tests.contract.kubernetes.checks.environment import environment_problems, secret_problems
from tests.contract.kubernetes.checks.network import half_edges
from tests.contract.kubernetes.checks.references import port_problems, probe_problems, reference_problems
from tests.contract.kubernetes.checks.schema import schema_problems

CASES: tuple[Case, ...] = (
    (schema_problems, "Additional properties", inside("gateway", "livenessProb", value={})),
    (schema_problems, "is not of type", workload("refresher", "spec", "replicas", value="two")),
    (
        schema_problems,
        "'selector' is a required",
        lambda each: each.pod("health").workload["spec"].pop("selector"),
    ),
    (schema_problems, "has no such kind", document("Service", "gateway", "apiVersion", value="v2")),
    (
        schema_problems,
        "Extra inputs",
        document("ServiceMonitor", "wellspring", "spec", "endpoints", 0, "intervall", value="1s"),
    ),
    (
        schema_problems,
        "should match pattern",
        document("ServiceMonitor", "wellspring", "spec", "endpoints", 0, "interval", value="soon"),
    ),
    (
        environment_problems,
        "nobody reads WELLSPRING_GATEWAY_PROT",
        settings("gateway", "WELLSPRING_GATEWAY_PROT", "8000"),
    ),
    (
        environment_problems,
        "nobody reads WELLSPRING_GATEWAY_PORT",
        settings("health", "WELLSPRING_GATEWAY_PORT", "8000"),
    ),
    (
        environment_problems,
        "nobody reads WELLSPRING_DATABASE_URL",
        settings("scraper", "WELLSPRING_DATABASE_URL", "postgresql://"),
    ),
    (
        environment_problems,
        "needs WELLSPRING_NATS_URL",
        lambda each: container(each, "scraper").update(env=[]),
    ),
    (environment_problems, "NATS_PASSWORD twice", settings("scraper", "WELLSPRING_NATS_PASSWORD", "x")),
    (
        environment_problems,
        "holds a password",
        settings("health", "WELLSPRING_NATS_URL", "nats://health:x@nats:4222"),
    ),
    (
        environment_problems,
        "signs in as gateway without",
        settings("health", "WELLSPRING_NATS_URL", "nats://gateway@nats:4222"),
    ),
    (
        environment_problems,
        "whether the database encrypts",
        settings(
            "health", "WELLSPRING_DATABASE_URL", "postgresql://wellspring_health@postgres:5432/wellspring"
        ),
    ),
    (environment_problems, "cannot write", inside("health", "volumeMounts", 1, "readOnly", value=True)),
    (environment_problems, "another port", inside("health", "ports", 0, "containerPort", value=9103)),
    (environment_problems, "another port", settings("gateway", "WELLSPRING_GATEWAY_PORT", "80")),
    (environment_problems, "own pod only", settings("gateway", "WELLSPRING_GATEWAY_HOST", "127.0.0.1")),
    (
        environment_problems,
        "no definitions",
        settings("scraper", "WELLSPRING_SCRAPER_DEFINITIONS_DIR", "/elsewhere"),
    ),
    (
        secret_problems,
        "whole secret",
        lambda each: each.pod("health").volume("secrets")["secret"].pop("items"),
    ),
    (
        secret_problems,
        "scraper: mounts postgres and does not use it",
        lambda each: (
            each.pod("scraper")
            .volume("secrets")["secret"]["items"]
            .append({"key": "postgres", "path": "postgres"})
        ),
    ),
    (
        secret_problems,
        "uses nats_health and does not mount it",
        lambda each: each.pod("health").volume("secrets")["secret"]["items"].pop(0),
    ),
    (
        secret_problems,
        "by its environment",
        lambda each: container(each, "health")["env"].append(
            {"name": "X", "valueFrom": {"secretKeyRef": {"name": "wellspring", "key": "postgres"}}}
        ),
    ),
    (
        secret_problems,
        "can be read by others",
        lambda each: each.pod("health").volume("secrets")["secret"].update(defaultMode=0o444),
    ),
    (probe_problems, "no startup probe", without("health", "startupProbe")),
    (
        probe_problems,
        "nobody serves /livez",
        inside("health", "livenessProbe", "httpGet", "path", value="/livez"),
    ),
    (
        probe_problems,
        "nobody serves /metrics on http",
        inside("gateway", "readinessProbe", "httpGet", "path", value="/metrics"),
    ),
    (
        probe_problems,
        "would restart it",
        inside("health", "livenessProbe", "httpGet", "path", value="/readyz"),
    ),
    (probe_problems, "less time", inside("health", "readinessProbe", "timeoutSeconds", value=1)),
    (port_problems, "which it has not", inside("health", "livenessProbe", "httpGet", "port", value="http")),
    (
        port_problems,
        "selects 0 workloads",
        document("Service", "health", "spec", "selector", value={"app": "health"}),
    ),
    (
        port_problems,
        "ops leads nowhere",
        document("Service", "health", "spec", "ports", 0, "port", value=9103),
    ),
    (
        port_problems,
        "ingress leads to web",
        document(
            "Ingress",
            "gateway",
            "spec",
            "rules",
            0,
            "http",
            "paths",
            0,
            "backend",
            "service",
            "port",
            "name",
            value="web",
        ),
    ),
    (port_problems, "monitoring sees 4", document("Service", "health", "metadata", "labels", value={})),
    (
        port_problems,
        "monitoring asks health at",
        document("Service", "health", "spec", "ports", 0, "name", value="metrics"),
    ),
    (
        port_problems,
        "nobody serves /stats",
        document("ServiceMonitor", "wellspring", "spec", "endpoints", 0, "path", value="/stats"),
    ),
    (
        reference_problems,
        "there is no ConfigMap other",
        inside("health", "envFrom", 0, "configMapRef", "name", value="other"),
    ),
    (
        reference_problems,
        "nobody makes the secret nats_nobody",
        lambda each: (
            each.pod("health")
            .volume("secrets")["secret"]["items"]
            .append({"key": "nats_nobody", "path": "x"})
        ),
    ),
    (
        reference_problems,
        "another secret",
        lambda each: each.pod("health").volume("secrets")["secret"].update(secretName="mine"),
    ),
    (reference_problems, "no volume nothing", one_more_mount),
    (reference_problems, "mounted by nobody", inside("health", "volumeMounts", value=[])),
    (
        reference_problems,
        "its own pods",
        workload("health", "spec", "selector", "matchLabels", value={"app": "health"}),
    ),
    (
        reference_problems,
        "another namespace",
        document("Service", "health", "metadata", "namespace", value="default"),
    ),
    (
        broker_problems,
        "no password for guest",
        replaced_in_broker("$NATS_PASSWORD_HEALTH", "$NATS_PASSWORD_GUEST"),
    ),
    (
        broker_problems,
        "knows no user health",
        replaced_in_broker("$NATS_PASSWORD_HEALTH", "$NATS_PASSWORD_GUEST"),
    ),
    (broker_problems, "listens on 4223", replaced_in_broker("0.0.0.0:4222", "0.0.0.0:4223")),
    (broker_problems, "outside of its volume", replaced_in_broker('"/data"', '"/tmp"')),
    (broker_problems, "than its volume holds", replaced_in_broker('"max_file": ', '"max_file": 9')),
    (broker_problems, "before it syncs", replaced_in_broker('"always"', '"2m"')),
    (
        half_edges,
        "refresher may not be heard by nats",
        lambda each: each.named("NetworkPolicy", "nats")["spec"]["ingress"][0]["from"][0]["podSelector"][
            "matchExpressions"
        ][0]["values"].remove("refresher"),
    ),
    (
        half_edges,
        "scraper may not speak to nats",
        lambda each: each.named("NetworkPolicy", "to-nats")["spec"]["podSelector"]["matchExpressions"][0][
            "values"
        ].remove("scraper"),
    ),
)
