"""Where a link's expiry was read, and what is no evidence of one."""

import base64
import json
import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.events.scrape import ExpiryBasis
from wellspring_common.fetch.page import Probe
from wellspring_scraper.domain.candidate import Candidate, FileFacts
from wellspring_scraper.domain.expiry import Expiry, expiry_of
from wellspring_scraper.domain.verification import seen, unseen

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
UNIX = int(NOW.timestamp())
HOUR = timedelta(hours=1)
SOON = UNIX + 3600
MD5 = "d41d8cd98f00b204e9800998ecf8427e"
FILM = b"\x00\x00\x00\x20ftypisom" + bytes(500)


def read(url: str, **more: object) -> Expiry:
    given_: dict[str, object] = {"issued_at": None, "lifetime_s": None, "default_ttl_s": 60, **more}
    return expiry_of(url, NOW, **given_)  # type: ignore[arg-type]


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def cloudfront(ends: object) -> str:
    policy = {"Statement": [{"Resource": "*", "Condition": {"DateLessThan": {"AWS:EpochTime": ends}}}]}
    text = base64.b64encode(json.dumps(policy).encode()).decode()
    return text.replace("+", "-").replace("=", "_").replace("/", "~")


JWT = f"{packed({'alg': 'HS256'})}.{packed({'exp': SOON})}.c2ln"


@pytest.mark.parametrize(
    ("rest", "evidence"),
    [
        (f"f?AWSAccessKeyId=A&Expires={SOON}&Signature=x", "expires"),
        ("f?X-Amz-Date=20261121T090000Z&X-Amz-Expires=3600", "X-Amz-Date + X-Amz-Expires"),
        ("f?X-Goog-Date=20261121T090000Z&X-Goog-Expires=3600", "X-Goog-Date + X-Goog-Expires"),
        ("f?sv=2024&se=2026-11-21T10%3A00%3A00Z&sig=x", "se"),
        (f"f?Policy={cloudfront(SOON)}&Signature=x&Key-Pair-Id=K", "DateLessThan in Policy"),
        (f"f?hdnea=st={UNIX}~exp={SOON}~acl=/*~hmac=x", "exp in hdnea"),
        (f"hdntl=exp={SOON}~acl=%2f*~hmac=x/f", "exp in the path"),
        (f"f?jwt={JWT}", "exp in a JWT"),
        (f"v/{JWT}/f.mp4", "exp in a JWT in the path"),
        (f"f?st=CPz4Ttx2QwqqK0sZ0kAbCd&e={SOON}", "e"),
        (f"f?token={MD5}_{SOON}", "time in token"),
        (f"f?verify={SOON}-{MD5}", "time in verify"),
        (f"videoplayback/expire/{SOON}/ei/x/f", "expire in the path"),
        (f"{MD5}/{SOON}/f.mp4", "time beside a digest in the path"),
        (f"s/CPz4Ttx2QwqqK0sZ0kAbCd/{SOON}/f.mp4", "time beside a digest in the path"),
        (f"{SOON}/{MD5}/f.mp4", "time beside a digest in the path"),
    ],
)
def test_a_signed_url_says_when_it_dies_and_where_that_was_read(rest: str, evidence: str) -> None:
    found = read(f"https://x/{rest}")
    assert found == Expiry(NOW + HOUR, ExpiryBasis.PARAMETER, evidence)


@pytest.mark.parametrize(
    "rest",
    [
        f"{SOON}/f.mp4",  # a number alone
        f"films/{SOON}/f.mp4",
        f"{MD5}/{UNIX - 60}/f.mp4",  # when it was made, as likely
        f"{MD5}/{UNIX + 30 * 86400}/f.mp4",
        f"{MD5}/4815162342/f.mp4",
        f"f?token={SOON}",
        f"f?token={MD5}_{UNIX - 60}",
        f"f?id={MD5}_{SOON}",
        f"f?size={SOON}",
        f"f?Policy={cloudfront('soon')}",
        "f?Policy=WyJ4Il0_",
        f"f?Policy={'A' * 9000}",
        f"v/eyJ.{packed([SOON])}.x/f.mp4",
    ],
)
def test_a_number_that_may_mean_anything_is_no_evidence(rest: str) -> None:
    assert read(f"https://x/{rest}") == Expiry(NOW + timedelta(seconds=60), ExpiryBasis.DEFAULT, "default")


@pytest.mark.parametrize(
    ("more", "evidence"),
    [
        ({"issued_at": UNIX - 600, "lifetime_s": 7200}, "issued 08:50 + 2 h"),
        ({"issued_at": UNIX, "lifetime_s": 2400}, "issued 09:00 + 40 min"),
        ({"issued_at": UNIX, "lifetime_s": 30}, "issued 09:00 + 30 s"),
        ({"lifetime_s": 9000}, "definition: 2.5 h"),
    ],
)
def test_what_a_page_says_is_told_in_words(more: dict[str, int], evidence: str) -> None:
    assert read("https://x/f", **more).evidence == evidence


def test_a_sunset_is_the_issuers_word() -> None:
    found = read("https://x/f", sunset=NOW + HOUR)
    assert found == Expiry(NOW + HOUR, ExpiryBasis.ISSUED_AT, "Sunset header")


def test_the_earliest_hard_fact_counts() -> None:
    assert read(f"https://x/f?exp={SOON}", sunset=NOW + 2 * HOUR).evidence == "exp"
    assert read(f"https://x/f?exp={SOON + 7200}", sunset=NOW + 2 * HOUR).evidence == "Sunset header"


@pytest.mark.parametrize("sunset", [NOW, NOW - HOUR, NOW + timedelta(days=4000)])
def test_a_sunset_that_a_living_file_contradicts_is_none(sunset: datetime) -> None:
    assert read("https://x/f", sunset=sunset).evidence == "default"


def test_a_link_carries_the_evidence_of_its_expiry() -> None:
    candidate = Candidate(server="pixel", label="Pixel", url="https://x/f.mp4")
    probe = Probe(candidate.url, candidate.url, 206, "video/mp4", 10**9, FILM, sunset=NOW + HOUR)
    looked_at = seen(candidate, FileFacts(), probe, NOW, 60).link
    not_looked_at = unseen(candidate, FileFacts(), NOW, 60).link
    assert looked_at is not None
    assert (looked_at.expires_at, looked_at.expiry_evidence) == (NOW + HOUR, "Sunset header")
    assert not_looked_at is not None
    assert not_looked_at.expiry_evidence == "default"


@given(st.text(string.ascii_letters + string.digits + "/._-~", max_size=120), st.integers(1, 400))
def test_no_path_is_believed_about_the_past(path: str, ttl: int) -> None:
    found = expiry_of(f"https://x/{path}", NOW, issued_at=None, lifetime_s=None, default_ttl_s=ttl)
    assert found.at > NOW


@given(st.integers(0, 10**14), st.sampled_from(["size", "id", "t", "n", "ts", "start", "bytes", "v"]))
def test_a_random_number_is_never_an_expiry(number: int, name: str) -> None:
    url = f"https://x/{number}/{number}/f-{number}.mp4?{name}={number}"
    assert read(url).basis is ExpiryBasis.DEFAULT


@given(
    st.lists(
        st.sampled_from([MD5, str(SOON), "exp", JWT, "hdntl=exp=", "token", "=", "?", "&", "e"]), max_size=8
    )
)
def test_no_mixture_of_signs_makes_reading_fail(parts: list[str]) -> None:
    found = read("https://x/" + "/".join(parts))
    assert found.at.tzinfo is not None
    assert 0 < len(found.evidence) <= 60
