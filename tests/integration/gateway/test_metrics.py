"""The gateway's own figures: what is counted as a request, and what is not."""

from prometheus_client import REGISTRY

from wellspring_common import metrics

from .running import Gateway

REQUESTS = "wellspring_http_requests_total"
PROBES = ("/healthz", "/readyz")


def requests() -> dict[tuple[str, str, str], float]:
    """Return the counted requests by route, method and code."""
    return {
        (sample.labels["route"], sample.labels["method"], sample.labels["code"]): sample.value
        for metric in metrics.HTTP_REQUESTS.collect()
        for sample in metric.samples
        if sample.name == REQUESTS
    }


async def test_requests_are_counted_by_route_and_probes_are_not(gateway: Gateway) -> None:
    visitor, before = await gateway.visitor(), requests()
    for path in (*PROBES, "/watch/987654321", "/watch/987654322", "/nowhere/at/all", "/nowhere/else"):
        await visitor.get(path)
    after = requests()
    grown = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
    assert grown == {("/watch/{episode_id}", "GET", "404"): 2, ("other", "GET", "404"): 2}
    assert after["/watch/{episode_id}", "GET", "500"] == before.get(("/watch/{episode_id}", "GET", "500"), 0)
    assert not [key for key in after if key[0] in PROBES]
    assert REGISTRY.get_sample_value("wellspring_http_requests_in_progress") == 0
    timed = REGISTRY.get_sample_value(
        "wellspring_http_request_duration_seconds_count", {"route": "/watch/{episode_id}"}
    )
    assert (timed or 0) >= 2


async def test_a_routes_first_error_is_growth(gateway: Gateway) -> None:
    known = requests()
    for route in (
        "/",
        "/player",
        "/watch/{episode_id}",
        "/admin",
        "/api/v1/episodes/{episode_id}/live-state",
    ):
        assert (route, "GET", "503") in known, route
    assert ("/api/v1/plays", "POST", "500") in known


async def test_a_method_that_nobody_knows_makes_no_label(gateway: Gateway) -> None:
    visitor = await gateway.visitor()
    await visitor.ask("BREW", "/nowhere")
    methods = {method for _, method, _ in requests()}
    assert "BREW" not in methods
    assert "other" in methods
