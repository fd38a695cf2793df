"""Figures of JetStream for Prometheus, by the names and labels of NATS's own exporter.

nats-server has no `/metrics`. Its exporter (run with `-prefix=nats -jsz=all`) can take this collector's place
with rules and dashboards unchanged. Both at once would count everything twice.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from wellspring_common import metrics
from wellspring_common.errors import reason_of
from wellspring_common.metering import CATALOGUE

EVERY_S = 5.0
_PATIENCE = aiohttp.ClientTimeout(total=3)

log = structlog.get_logger(__name__)

_SERVER_LABELS = ("server_id", "server_name", "cluster", "domain", "meta_leader", "is_meta_leader")
_STREAM_LABELS = (
    *_SERVER_LABELS,
    "account",
    "account_name",
    "account_id",
    "stream_name",
    "stream_leader",
    "is_stream_leader",
)
_CONSUMER_LABELS = (
    *_STREAM_LABELS,
    "consumer_name",
    "consumer_leader",
    "is_consumer_leader",
    "consumer_desc",
    "consumer_created",
)
_STREAM_FIGURES = (metrics.NATS_STREAM_MESSAGES, metrics.NATS_STREAM_BYTES, metrics.NATS_STREAM_LIMIT)
_CONSUMER_FIGURES = {
    metrics.NATS_PENDING: "num_pending",
    metrics.NATS_ACK_PENDING: "num_ack_pending",
    metrics.NATS_REDELIVERED: "num_redelivered",
    metrics.NATS_WAITING: "num_waiting",
}


@dataclass(frozen=True)
class Sample:
    """One figure of a stream or a consumer."""

    name: str
    labels: Mapping[str, str]
    value: float


class JetStreamCollector(Collector):
    """Asks nats-server's monitoring now and then, and answers Prometheus with what it said last."""

    def __init__(self, monitor_url: str, *, every_s: float = EVERY_S) -> None:
        self._url = monitor_url.rstrip("/")
        self._every_s = every_s
        self._samples: tuple[Sample, ...] | None = None
        self._told = False

    async def run(self) -> None:
        """Ask until cancelled. A server that does not answer makes the figures absent, never stale."""
        REGISTRY.register(self)
        try:
            async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
                while True:
                    await self.look(session)
                    await asyncio.sleep(self._every_s)
        finally:
            REGISTRY.unregister(self)

    async def look(self, session: aiohttp.ClientSession) -> None:
        """Ask once."""
        try:
            jsz = await self._ask(session, "/jsz?consumers=true&config=true")
            varz = await self._ask(session, "/varz")
            self._samples = tuple(samples(jsz, varz))
        except (aiohttp.ClientError, TimeoutError, ValueError, TypeError, AttributeError, KeyError) as error:
            self._samples = None
            if not self._told:
                log.warning("nats.unmeasured", reason=reason_of(error))
            self._told = True
        else:
            self._told = False

    def describe(self) -> Iterable[Metric]:
        """Return the empty families."""
        return _families().values()

    def collect(self) -> Iterable[Metric]:
        """Return what was said last, and whether it was said."""
        found = _families()
        found[metrics.NATS_UP].add_metric([], float(self._samples is not None))
        for sample in self._samples or ():
            found[sample.name].add_metric([*sample.labels.values()], sample.value)
        return found.values()

    async def _ask(self, session: aiohttp.ClientSession, path: str) -> dict[str, Any]:
        async with session.get(f"{self._url}{path}") as response:
            response.raise_for_status()
            answer = json.loads(await response.read())
        if not isinstance(answer, dict):
            raise TypeError(f"{path} answered with no object")
        return answer


def samples(jsz: Mapping[str, Any], varz: Mapping[str, Any]) -> Iterator[Sample]:
    """Return the figures in two answers of the monitoring, `/jsz?consumers=true&config=true` and `/varz`."""
    name = varz["server_name"]
    meta = jsz.get("meta_cluster")
    server = _server_labels(name, jsz, meta)
    for account in jsz.get("account_details") or ():
        for stream in account.get("stream_detail") or ():
            of_stream = {
                **server,
                "account": account.get("name", ""),
                "account_name": account.get("name", ""),
                "account_id": account.get("id", ""),
                "stream_name": stream["name"],
                **_leadership("stream", name, stream.get("cluster")),
            }
            state, limit = stream["state"], (stream.get("config") or {}).get("max_bytes", -1)
            for metric, figure in zip(
                _STREAM_FIGURES, (state["messages"], state["bytes"], limit), strict=True
            ):
                yield Sample(metric, of_stream, float(figure))
            for consumer in stream.get("consumer_detail") or ():
                of_consumer = {
                    **of_stream,
                    "consumer_name": consumer["name"],
                    **_leadership("consumer", name, consumer.get("cluster")),
                    "consumer_desc": (consumer.get("config") or {}).get("description", ""),
                    "consumer_created": consumer.get("created", ""),
                }
                for metric, key in _CONSUMER_FIGURES.items():
                    yield Sample(metric, of_consumer, float(consumer.get(key, 0)))


def _server_labels(name: str, jsz: Mapping[str, Any], meta: Mapping[str, Any] | None) -> dict[str, str]:
    leader = (meta or {}).get("leader", "")
    return {
        "server_id": jsz.get("server_id", ""),
        "server_name": name,
        "cluster": (meta or {}).get("name", ""),
        "domain": (jsz.get("config") or {}).get("domain", ""),
        "meta_leader": leader,
        "is_meta_leader": _yes(meta is None or leader == name),
    }


def _leadership(what: str, name: str, cluster: Mapping[str, Any] | None) -> dict[str, str]:
    """A server on its own leads everything. Followers in a cluster report numbers that lag behind."""
    leader = (cluster or {}).get("leader", "")
    return {f"{what}_leader": leader, f"is_{what}_leader": _yes(cluster is None or leader == name)}


def _yes(fact: bool) -> str:  # noqa: FBT001  (a label's value)
    return "true" if fact else "false"


def _families() -> dict[str, GaugeMetricFamily]:
    texts = {each.name: each.text for each in CATALOGUE}
    labels: dict[str, tuple[str, ...]] = {metrics.NATS_UP: ()}
    labels |= dict.fromkeys(_STREAM_FIGURES, _STREAM_LABELS)
    labels |= dict.fromkeys(_CONSUMER_FIGURES, _CONSUMER_LABELS)
    return {name: GaugeMetricFamily(name, texts[name], labels=each) for name, each in labels.items()}
