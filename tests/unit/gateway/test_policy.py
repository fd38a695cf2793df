"""What pages may show: frames of listed hosts, and nothing that a list could smuggle in."""

import pytest
from pydantic import ValidationError

from wellspring_common.tunables import Tunables
from wellspring_gateway.domain.policy import CSP, policy_with


def test_only_listed_hosts_may_be_framed() -> None:
    assert policy_with(()) == CSP
    assert "frame-src" not in CSP
    assert policy_with(("a.example", "*.b.example:8443")) == f"{CSP}; frame-src a.example *.b.example:8443"


@pytest.mark.parametrize("host", ["a.example", "*.a.example", "a.example:8080", "localhost", "10.0.0.7:80"])
def test_a_host_of_the_list_is_a_host(host: str) -> None:
    assert Tunables.model_validate({"embed_hosts": (host,)}).embed_hosts == (host,)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "*",
        "https://a.example",
        "a.example/x",
        "a.example; script-src *",
        "a b",
        "a.*.example",
        "'self'",
        "A.example",
        "a.example\n",
        "a:b",
    ],
)
def test_what_is_no_host_does_not_come_on_the_list(host: str) -> None:
    with pytest.raises(ValidationError):
        Tunables.model_validate({"embed_hosts": (host,)})
