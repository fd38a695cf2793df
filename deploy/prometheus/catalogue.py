"""Makes docs/metrics.md out of the declared metrics."""

from wellspring_common.metering import CATALOGUE, Declared
from wellspring_common.metrics import BUILD_INFO

_HEAD = """# Metrics

Every service shows its own metrics at `/metrics` on its ops port (9100 in a container). This table is made
from `libs/common/wellspring_common/measured` by `python -m deploy.generate`; a test compares the two.

- Label values in brackets are there with zero from the start. A counter that appears with 1 would not have
  grown in the eyes of Prometheus.
- `host` is a server or a site: thirty at most in one process, `other` for the rest. What a host does in the
  first minute after its process first hears of it counts as `other` too: sums over hosts miss nothing.
- `process_*` and `python_*` come from the Prometheus client and are shown by every service.
- Memory is that of the control group: the container's own in a container, everything that shares the group
  where there is none. Without a limit there is no `wellspring_memory_limit_bytes`.
- `nats_*` are figures of JetStream which health reads from nats-server's monitoring
  (`WELLSPRING_NATS_MONITOR_URL`), by the names and labels of NATS's own exporter. Run one or the other, never
  both.
- `pg_*` come from `postgres_exporter`, where one is deployed.

| metric | type | shown by | labels | says |
|---|---|---|---|---|
"""


def table() -> str:
    """Return the whole document."""
    if all(each.collector is not BUILD_INFO for each in CATALOGUE):
        raise RuntimeError("the metrics are not declared")
    return _HEAD + "".join(_row(each) for each in CATALOGUE)


def _row(each: Declared) -> str:
    labels = ", ".join(_label(name, values) for name, values in each.labels.items())
    return f"| `{each.name}` | {each.kind} | {each.owner} | {labels} | {each.text} |\n"


def _label(name: str, values: tuple[str, ...]) -> str:
    return f"`{name}` ({', '.join(values)})" if values else f"`{name}`"
