from ipaddress import ip_address

import pytest

from wellspring_common.errors import Permanent
from wellspring_common.fetch.guard import Guard, host_key, is_public

OPEN = Guard()
ALLOWING = Guard(frozenset({"127.0.0.1:9000", "[::1]:9000", "media.test:8081"}))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:10::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_what_is_not_plainly_public_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450::1"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "bad_url"),
        ("/path", "bad_url"),
        ("//host/path", "bad_url"),
        ("ftp://host.example/", "bad_url"),
        ("file:///etc/passwd", "bad_url"),
        ("javascript:alert(1)", "bad_url"),
        ("gopher://host.example/", "bad_url"),
        ("http://", "bad_url"),
        ("http://user@host.example/", "bad_url"),
        ("http://user:secret@host.example/", "bad_url"),
        ("http://host.example\\@127.0.0.1/", "bad_url"),
        ("http://host.example/\r\nHost: other", "bad_url"),
        ("http://ho st.example/", "bad_url"),
        ("http://x..y/", "bad_url"),
        ("http://-x.example/", "bad_url"),
        ("http://2130706433/", "bad_url"),
        ("http://0x7f.1/", "bad_url"),
        ("http://0x7f000001/", "bad_url"),
        ("http://127.1/", "bad_url"),
        ("http://0177.0.0.1/", "bad_url"),
        ("http://0/", "bad_url"),
        ("http://127.0.0.1./", "bad_url"),
        ("http://\uff11\uff12\uff17.0.0.1/", "bad_url"),
        ("http://127\u30020.0.1/", "bad_url"),
        ("http://host.example:99999/", "bad_url"),
        ("http://" + "a" * 9000 + ".example/", "bad_url"),
        ("http://xn--a/", "bad_url"),
        ("http://a@]/", "bad_url"),
        ("http://host.example@]", "bad_url"),
        ("http://127.0.0.1/", "blocked_address"),
        ("http://0.0.0.0/", "blocked_address"),
        ("http://10.1.2.3/", "blocked_address"),
        ("http://[::1]/", "blocked_address"),
        ("http://[::]/", "blocked_address"),
        ("http://[::ffff:127.0.0.1]/", "blocked_address"),
        ("http://[::ffff:7f00:1]/", "blocked_address"),
        ("http://[64:ff9b::7f00:1]/", "blocked_address"),
        ("http://[fe80::1%25eth0]/", "blocked_address"),
        ("http://169.254.169.254/latest/meta-data/", "blocked_address"),
        ("http://host.example:22/", "blocked_address"),
        ("http://host.example:25/", "blocked_address"),
        ("http://127.0.0.1:9001/", "blocked_address"),
        ("http://[::1]:9001/", "blocked_address"),
        ("http://media.test:8082/", "blocked_address"),
    ],
)
def test_odd_and_private_urls_are_refused(url: str, code: str) -> None:
    with pytest.raises(Permanent) as raised:
        ALLOWING.vet(url)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("http://Host.Example/a?b=c#d", "http://host.example/a?b=c"),
        (" https://host.example:8443/x ", "https://host.example:8443/x"),
        ("http://host.example", "http://host.example/"),
        ("http://b\u00fccher.example/\u00fc", "http://xn--bcher-kva.example/%C3%BC"),
        ("http://host.example/a b.mkv?t=1", "http://host.example/a%20b.mkv?t=1"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://127.0.0.1:9000/x", "http://127.0.0.1:9000/x"),
        ("http://[::1]:9000/x", "http://[::1]:9000/x"),
        ("http://media.test:8081/", "http://media.test:8081/"),
    ],
)
def test_public_and_allowed_urls_pass_in_their_normal_form(url: str, normal: str) -> None:
    assert str(ALLOWING.vet(url)) == normal


@pytest.mark.parametrize(
    "path", ["/a?sig=%3D%2b%2F&x=~", "/a//b/../c", "/x?y=a+b%20c", "/f?u=http%3A%2F%2Fz"]
)
def test_a_signed_url_stays_byte_for_byte(path: str) -> None:
    assert OPEN.vet(f"http://host.example{path}").raw_path_qs == path


def test_an_allowed_name_may_lead_to_a_private_address_and_no_other_may() -> None:
    assert ALLOWING.may_dial("media.test", 8081, "10.0.0.1")
    assert not ALLOWING.may_dial("media.test", 8082, "10.0.0.1")
    assert not ALLOWING.may_dial("other.test", 8081, "10.0.0.1")
    assert not ALLOWING.may_dial("other.test", 8081, "nonsense")
    assert ALLOWING.may_dial("::1", 9000, "::1")


def test_hosts_are_named_with_their_port() -> None:
    assert host_key(OPEN.vet("https://host.example/")) == "host.example:443"
    assert host_key(ALLOWING.vet("http://[::1]:9000/")) == "[::1]:9000"
