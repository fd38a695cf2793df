"""Signed links say what they are, and nothing else passes for one."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from wellspring_demo.domain.links import Forged, LinkWriter, Reading, minutes_around

KEY = "0123456789ab"
ISSUED = 1_774_515_154  # minute 52
EXPIRES = ISSUED + 7_200


@pytest.fixture
def writer() -> LinkWriter:
    return LinkWriter(b"a secret")


def fsl_parts(writer: LinkWriter, suffix: str) -> tuple[str, str, str]:
    parts = urlsplit(writer.fsl(KEY, ISSUED, EXPIRES) + suffix)
    query = parse_qs(parts.query)
    return parts.path[1:], query["expires"][0], query["token"][0]


def test_an_fsl_link_has_32_hex_digits_an_expiry_and_the_time_of_its_issue(writer: LinkWriter) -> None:
    shape = rf"/[0-9a-f]{{32}}\?expires={EXPIRES}&token={ISSUED}"
    assert re.fullmatch(shape, writer.fsl(KEY, ISSUED, EXPIRES))


@pytest.mark.parametrize("minute", [51, 52, 53])
def test_an_fsl_link_with_the_minute_of_its_issue_or_a_neighbour_is_read(
    writer: LinkWriter, minute: int
) -> None:
    assert writer.read_fsl(*fsl_parts(writer, f"1{minute}")) == Reading(KEY, ISSUED, EXPIRES)


@pytest.mark.parametrize("suffix", ["", "52", "150", "154", "1", "_152", "152x"])
def test_an_fsl_link_that_no_script_has_completed_is_forged(writer: LinkWriter, suffix: str) -> None:
    with pytest.raises(Forged):
        writer.read_fsl(*fsl_parts(writer, suffix))


def test_an_fsl_link_with_a_later_expiry_is_forged(writer: LinkWriter) -> None:
    code, _, token = fsl_parts(writer, "152")
    with pytest.raises(Forged):
        writer.read_fsl(code, str(EXPIRES + 1), token)


def test_minutes_wrap_round_the_hour() -> None:
    assert minutes_around(1_774_512_000) == {59, 0, 1}


def test_another_world_does_not_accept_these_links(writer: LinkWriter) -> None:
    other = LinkWriter(b"another secret")
    with pytest.raises(Forged):
        other.read_fsl(*fsl_parts(writer, "152"))
    with pytest.raises(Forged):
        other.read_fast_id(writer.fast_id(KEY, ISSUED))
    with pytest.raises(Forged):
        other.read_token(writer.token("abc", ISSUED, 1), "abc")


def test_a_10gbps_id_is_two_hex_words_and_reads_back(writer: LinkWriter) -> None:
    fast_id = writer.fast_id(KEY, ISSUED)
    assert re.fullmatch(r"[0-9a-f]+::[0-9a-f]+", fast_id)
    assert writer.read_fast_id(fast_id) == (KEY, ISSUED)


def test_a_10gbps_file_link_carries_expires_and_signature(writer: LinkWriter) -> None:
    query = parse_qs(urlsplit(writer.fast_file(KEY, "A b.mp4", ISSUED, EXPIRES)).query)
    assert query["Expires"] == [str(EXPIRES)]
    assert writer.read_fast_file(KEY, str(EXPIRES), query["Signature"][0]) == Reading(KEY, ISSUED, EXPIRES)
    with pytest.raises(Forged):
        writer.read_fast_file("ffffffffffff", str(EXPIRES), query["Signature"][0])


@pytest.mark.parametrize("token", ["", "not base64!", "YWJj", "YS5iLmM="])
def test_a_token_that_is_not_ours_is_forged(writer: LinkWriter, token: str) -> None:
    with pytest.raises(Forged):
        writer.read_token(token, "abc")


def test_a_token_opens_the_page_of_its_own_source_only(writer: LinkWriter) -> None:
    token = writer.token("abc", ISSUED, 7)
    assert writer.read_token(token, "abc") == (ISSUED, 7)
    with pytest.raises(Forged):
        writer.read_token(token, "abd")


def test_pixel_ids_are_eight_letters_and_digits_and_differ_by_issue(writer: LinkWriter) -> None:
    ids = {writer.pixel_id(KEY, ISSUED, nonce) for nonce in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9]{8}", pixel_id) for pixel_id in ids)
