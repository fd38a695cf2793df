"""What Kubernetes asks NATS, asked of a real nats-server."""

import aiohttp

from tests.contract.kubernetes.variants import manifests_of
from wellspring_cli.embedded.nats import Nats


async def test_nats_answers_every_probe_of_its_pod(nats_server: Nats) -> None:
    container = manifests_of("single-node").pod("nats").containers[0]
    paths = {container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")}
    assert len(paths) == 3
    async with aiohttp.ClientSession(nats_server.monitor_url) as http:
        for path in paths:
            async with http.get(path) as answer:
                assert (path, answer.status) == (path, 200)
        async with http.get("/livez") as answer:
            assert answer.status == 404
