"""Pages for people."""

from .running import Gateway


async def test_the_probes_answer_on_the_main_port(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    assert (await visitor.get("/healthz")).json == {"service": "gateway", "alive": True}
    assert (await visitor.get("/readyz")).json == {"service": "gateway", "ready": True, "wrong": {}}
async def test_2(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    assert (await visitor.get("/healthz")).json == {"service": "gateway", "alive": True}
