"""Who counts as one client."""

import pytest

from wellspring_gateway.domain.clients import client_of


@pytest.mark.parametrize(
    ("address", "counted_by"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff::2", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::1", "2001:db8:0:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_an_address_of_ipv6_counts_for_its_network(address: str | None, counted_by: str) -> None:
    assert client_of(address) == counted_by
