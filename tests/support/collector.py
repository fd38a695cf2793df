"""A collector of traces on loopback: it takes OTLP over HTTP and keeps what it was sent."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from .serving import serving


@dataclass
class Collector:
    """Spans by the service that sent them."""

    url: str = ""
    spans: list[tuple[str, Span]] = field(default_factory=list)

    def of(self, trace_id: str) -> list[tuple[str, Span]]:
        """Return the spans of one trace."""
        return [(service, span) for service, span in self.spans if span.trace_id.hex() == trace_id]

    async def take(self, request: web.Request) -> web.Response:
        """Take one sending."""
        body = await request.read()  # aiohttp unpacks it
        said = ExportTraceServiceRequest.FromString(body)
        for resource in said.resource_spans:
            names = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [(names["service.name"], span) for span in scope.spans]
        return web.Response(
            body=ExportTraceServiceResponse().SerializeToString(), content_type="application/x-protobuf"
        )


@asynccontextmanager
async def collecting() -> AsyncGenerator[Collector]:
    """Run a collector on a free port."""
    collector = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    async with serving(app) as port:
        collector.url = f"http://127.0.0.1:{port}"
        yield collector
