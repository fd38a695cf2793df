"""What is believed of a proxy's headers, and of a client that pretends to be one."""

import pytest

from wellspring_gateway.domain.forwarding import Forwarded, forwarded, is_trusted, networks
from wellspring_gateway.domain.roles import GroupRules, names

OURS = networks("10.0.0.0/8, 127.0.0.1,fd00::/8")


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        (["203.0.113.7"], "203.0.113.7"),
        (["203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        # whatever the client wrote itself stands before what our proxy saw
        (["127.0.0.1, 203.0.113.7"], "203.0.113.7"),
        (["198.51.100.1, 203.0.113.7, 10.0.0.2, 10.0.0.3"], "203.0.113.7"),
        (["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
        (["10.0.0.9, 10.0.0.2"], "10.0.0.9"),
        (["unknown, 10.0.0.2"], "10.0.0.2"),
        (["203.0.113.7:51234"], "203.0.113.7"),
        (['"[2001:db8::1]:443"'], "2001:db8::1"),
        (["2001:db8::1"], "2001:db8::1"),
        (["::ffff:203.0.113.7"], "203.0.113.7"),
        (["<script>"], None),
        ([""], None),
        ([], None),
    ],
)
def test_the_client_is_the_last_hop_that_is_no_proxy_of_ours(chain: list[str], client: str | None) -> None:
    headers = [(b"X-Forwarded-For", value.encode()) for value in chain]
    assert forwarded(headers, OURS) == Forwarded(client=client)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("x-forwarded-proto", "https", Forwarded(scheme="https")),
        ("x-forwarded-proto", "http, HTTPS", Forwarded(scheme="https")),
        ("x-forwarded-proto", "https, http", Forwarded(scheme="http")),
        ("x-forwarded-proto", "javascript", Forwarded()),
        ("x-forwarded-host", "films.example", Forwarded(host="films.example")),
        ("x-forwarded-host", "evil.example, films.example:8443", Forwarded(host="films.example:8443")),
        ("x-forwarded-host", "[2001:db8::1]:443", Forwarded(host="[2001:db8::1]:443")),
        ("x-forwarded-host", "a/b", Forwarded()),
        ("x-forwarded-host", "a@b", Forwarded()),
        ("x-forwarded-host", 'a"b', Forwarded()),
        ("for", "203.0.113.7", Forwarded()),
        ("host", "films.example", Forwarded()),
    ],
)
def test_of_scheme_and_host_the_nearest_proxy_s_word_counts(name: str, value: str, said: Forwarded) -> None:
    assert forwarded([(name.encode(), value.encode())], OURS) == said


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("10.1.2.3", True),
        ("127.0.0.1", True),
        ("::ffff:10.1.2.3", True),
        ("fd00::1", True),
        ("127.0.0.2", False),
        ("203.0.113.7", False),
        ("testclient", False),
        (None, False),
    ],
)
def test_only_named_networks_are_trusted(address: str | None, *, trusted: bool) -> None:
    assert is_trusted(address, OURS) is trusted
    assert not is_trusted(address, ())


def test_what_is_no_network_is_refused() -> None:
    for text in ("everybody", "10.0.0.0/33", "10.0.0.0/8 127.0.0.1"):
        with pytest.raises(ValueError, match="does not appear"):
            networks(text)


RULES = GroupRules(admin=names("admins"), operator=names("staff, editors"), viewer=names("family"))


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["admins", "family"], "admin"),
        (["family", " editors "], "operator"),
        (["family"], "viewer"),
        (["others"], None),
        ([], None),
        (["Admins"], None),
    ],
)
def test_groups_elsewhere_make_roles_here(groups: list[str], role: str | None) -> None:
    assert RULES.role(groups) == role


def test_without_a_group_of_viewers_everybody_from_there_may_watch() -> None:
    assert GroupRules(admin=names("admins")).role(["others"]) == "viewer"
    assert not GroupRules().any
