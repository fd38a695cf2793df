"""The short way to where a URL leads says the same as the guard, of every URL."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from wellspring_common.errors import Permanent
from wellspring_common.fetch.aim import Aim, Aims, aim_of
from wellspring_common.fetch.guard import Guard

GUARD = Guard(frozenset({"127.0.0.1:9000", "media.test:8081"}))
HOSTS = (
    "host.example host.example:80 host.example:443 host.example:0080 host.example:8081 host.example:99999 "
    "media.test:8081 media.test:8082 8.8.8.8 8.8.8.8:8080 8.8.8.8. 10.0.0.1 127.0.0.1 127.0.0.1:9000 127.1 "
    "127.0.0.1:9001 2130706433 0x7f.1 0177.0.0.1 0 a..b -a.example a-.example a. xn--a xn--nxasmq6b "
    "Host.Example user@host.example 8.8.8.8@10.0.0.1 [::1] [::1]:9000 [2606:4700::1111] @] " + "a" * 70
).split()
PATHS = st.text(
    st.sampled_from("aZ09/./..;:@!$&'()*+,=-_~[]%?#{}|^\"<> \\\té\uff0f"), max_size=14
) | st.from_regex(r"/[a-z0-9/.%]{0,12}(\?[a-z=&%]{0,8})?", fullmatch=True)


def by_guard(text: str) -> Aim | str:
    try:
        return aim_of(GUARD.vet(text))
    except Permanent as error:
        return error.code


def by_aims(aims: Aims, text: str) -> Aim | str:
    try:
        return aims.at(text)
    except Permanent as error:
        return error.code


@given(st.sampled_from(("http://", "https://", "HTTP://", "ftp://", "")), st.sampled_from(HOSTS), PATHS)
@example("http://", "host.example", "/a/../b/./c?")
@example("http://", "host.example", "/" + "a" * 9000)
@example("http://", "8.8.8.8", "@10.0.0.1/")
@example("http://", "8.8.8.8", "/\r\nHost: other")
def test_the_short_way_says_what_the_guard_says(scheme: str, host: str, path: str) -> None:
    text = f"{scheme}{host}{path}"
    assert by_aims(Aims(GUARD), text) == by_guard(text)


def test_a_host_is_vetted_once_and_a_refusal_is_not_kept_for_another() -> None:
    vetted: list[str] = []

    class Watching(Guard):
        def vet(self, text: str) -> URL:
            vetted.append(text)
            return super().vet(text)

    aims = Aims(Watching())
    targets = [aims.at(f"https://host.example/ep-{number}.mp4?x=%2F").target for number in range(3)]
    assert targets == [f"/ep-{number}.mp4?x=%2F" for number in range(3)]
    assert vetted == ["https://host.example/"]
    for _ in range(2):
        with pytest.raises(Permanent, match="not a public address"):
            aims.at("http://10.0.0.1/ep-1.mp4")
    assert aims.at("http://host.example/ep-1.mp4").origin.is_secure is False
