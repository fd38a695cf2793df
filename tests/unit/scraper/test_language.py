import base64
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellspring_common.events.scrape import ExpiryBasis
from wellspring_scraper.domain.expiry import expiry_of
from wellspring_scraper.domain.facts import quality_of, size_of
from wellspring_scraper.domain.failures import outcome
from wellspring_scraper.sites.filters import apply_filter
from wellspring_scraper.sites.pattern import Pattern
from wellspring_scraper.sites.script import decoded_base64, script_value
from wellspring_scraper.sites.template import Template

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
UNIX = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain", "plain"),
        ("{{ .Result.a }}-{{.Result.b}}", "A-"),
        ("{{ if .Result.a }}yes{{ else }}no{{ end }}", "yes"),
        ("{{ if .Result.b }}yes{{ else }}no{{ end }}", "no"),
        ("{{ if .Result.a }}{{ if .Result.b }}1{{ else }}2{{ end }}{{ end }}3", "23"),
    ],
)
def test_templates_are_rendered(text: str, rendered: str) -> None:
    assert Template(text).render({".Result.a": "A"}) == rendered


@pytest.mark.parametrize(
    "text",
    [
        "{{",
        "}}",
        "{{ .x }}",
        "{{ if .Result.a }}",
        "{{ end }}",
        "{{ else }}",
        "{{ os.system }}",
        "{{ .Env.HOME }}",
    ],
)
def test_a_malformed_template_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="template"):
        Template(text)


@pytest.mark.parametrize(
    ("name", "text", "args", "found"),
    [
        ("append", "a", ("b",), "ab"),
        ("prepend", "a", ("b",), "ba"),
        ("trim", " a ", (), "a"),
        ("trim", "/a/", ("/",), "a"),
        ("tolower", "AB", (), "ab"),
        ("toupper", "ab", (), "AB"),
        ("urldecode", "a%20b+c", (), "a b c"),
        ("urlencode", "a b/c", (), "a%20b%2Fc"),
        ("htmldecode", "a&amp;b", (), "a&b"),
        ("replace", "aab", ("a", "x"), "xxb"),
        ("re_replace", "/u/abc", (r"/u/(\w+)", "/api/file/$1?download"), "/api/file/abc?download"),
        ("regexp", "id=42;", (r"id=(\d+)",), "42"),
        ("regexp", "none", (r"id=(\d+)",), None),
        ("split", "a-b-c", ("-", "-1"), "c"),
        ("split", "a", ("-", "3"), None),
        ("querystring", "https://x/?a=1&link=https%3A%2F%2Fy", ("link",), "https://y"),
        ("querystring", "https://x/", ("link",), None),
        ("url_replace_host", "https://dead/a?b=c", ("http://here:8080/x",), "http://here:8080/a?b=c"),
        ("url_replace_host", "/a?b=c", ("http://here/x",), None),
        ("b64", base64.b64encode(b"hi").decode(), (), "hi"),
        ("b64", "not base64!", (), None),
        ("b64encode", "hi", (), base64.b64encode(b"hi").decode()),
        ("b64url", base64.urlsafe_b64encode(b"\xc3\xbf\xc3\xbe>>??").decode(), (), "\u00ff\u00fe>>??"),
        ("rot13", "uryyb", (), "hello"),
        ("json", '{"o": {"u": ["x"]}}', ("o.u.0",), "x"),
        ("json", "{", ("o",), None),
        ("json", '{"o": {}}', ("o",), None),
        ("unix_minute", "1795251180", (), "53"),
        ("unix_minute", "1795251180000", (), "53"),
        ("unix_minute", "soon", (), None),
    ],
)
def test_filters_do_what_their_name_says(
    name: str, text: str, args: tuple[str, ...], found: str | None
) -> None:
    assert apply_filter(name, text, args) == found


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ("var url = 'https://x/';", "https://x/"),
        ('let url="https://x/"', "https://x/"),
        ("window.url = `https://x/`", "https://x/"),
        ("{url: 'https://x/'}", "https://x/"),
        ("{'url': 'https://x/'}", "https://x/"),
        ("var url = 'https:' + '//x/'", "https://x/"),
        (r"var url = 'https:\/\/x\u002f'", "https://x/"),
        ("var url = atob('aHR0cHM6Ly94Lw==')", "https://x/"),
        ("var url = atob(atob('YUhSMGNITTZMeTk0THc9PQ=='))", "https://x/"),
        ("var url = decodeURIComponent('https%3A%2F%2Fx%2F')", "https://x/"),
        ("var url = ''; url = 'https://x/'", "https://x/"),
        ("if (url == 'no') {} var url = 'https://x/'", "https://x/"),
        ("var myurl = 'no'; var url = 'https://x/'", "https://x/"),
        ("var url = location.href", None),
        ("var url = atob('***')", None),
        ("var url = 'open", None),
        ("var url = " + "atob(" * 50 + "'x'", None),
        ("", None),
    ],
)
def test_a_script_variable_is_read_and_never_run(script: str, value: str | None) -> None:
    assert script_value(script, "url") == value


@given(st.text(alphabet="url ='\"\\`+atob()uxn\n", max_size=200))
def test_no_script_makes_the_reader_fail(script: str) -> None:
    found = script_value(script, "url")
    assert found is None or isinstance(found, str)


@given(st.text(max_size=50))
def test_base64_comes_back(text: str) -> None:
    packed = base64.b64encode(text.encode()).decode()
    assert decoded_base64(packed) == decoded_base64(packed.rstrip("=")) == text


def test_an_expression_that_would_run_for_ever_elsewhere_does_not() -> None:
    started = time.perf_counter()
    assert not Pattern(r"^(a+)+$").found("a" * 100_000 + "b")
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("text", [r"(?=a)", r"(a)\1", "(", "a" * 3000, r"(?:(?:a{1000}){1000}){1000}"])
def test_expressions_beyond_re2_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="regular expression"):
        Pattern(text)


def test_lone_surrogates_do_not_stop_an_expression() -> None:
    assert Pattern("a(.)b").first("a\ud800b") == "?"


def jwt(payload: str) -> str:
    packed = base64.urlsafe_b64encode(payload.encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{packed}.sig"


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("query", "after"),
    [
        (f"Expires={UNIX + 3600}&Signature=x", HOUR),
        (f"exp={UNIX + 3600}", HOUR),
        (f"expire={(UNIX + 3600) * 1000}", HOUR),
        ("X-Amz-Date=20261121T090000Z&X-Amz-Expires=3600", HOUR),
        ("X-Goog-Date=20261121T090000Z&X-Goog-Expires=3600", HOUR),
        ("se=2026-11-21T10%3A00%3A00Z&sig=x", HOUR),
        (f"hdnts=st={UNIX}~exp={UNIX + 3600}~acl=/*~hmac=x", HOUR),
        ("t=" + jwt(f'{{"exp": {UNIX + 3600}}}'), HOUR),
        (f"exp={UNIX + 7200}&expires={UNIX + 3600}", HOUR),
    ],
)
def test_a_url_tells_when_it_dies(query: str, after: timedelta) -> None:
    found = expiry_of(f"https://x/f?{query}", NOW, issued_at=None, lifetime_s=None, default_ttl_s=60)
    assert (found.at - NOW, found.basis) == (after, ExpiryBasis.PARAMETER)


@pytest.mark.parametrize(
    "query",
    [
        "expires=3600",
        "exp=99999999999999",
        "exp=9999999999",
        "e=1080",
        "exp=soon",
        "X-Amz-Date=20261121T090000Z",
        "X-Amz-Date=now&X-Amz-Expires=3600",
        "se=tomorrow",
        "t=eyJ.eyJ.x",
        "t=" + jwt("[]"),
        "t=" + jwt('{"exp": "x"}'),
        "t=" + jwt('{"exp": true}'),
        "&".join("a=1" for _ in range(500)),
    ],
)
def test_numbers_that_mean_something_else_are_no_evidence(query: str) -> None:
    found = expiry_of(f"https://x/f?{query}", NOW, issued_at=None, lifetime_s=None, default_ttl_s=60)
    assert (found.at - NOW, found.basis) == (timedelta(seconds=60), ExpiryBasis.DEFAULT)


@pytest.mark.parametrize(
    ("issued_at", "lifetime_s", "seconds", "basis"),
    [
        (UNIX - 600, 3600, 3000, ExpiryBasis.ISSUED_AT),
        (UNIX - 600, None, 20_400, ExpiryBasis.ISSUED_AT),
        (None, 3600, 3600, ExpiryBasis.DEFAULT),
        (12345, 3600, 3600, ExpiryBasis.DEFAULT),
        (UNIX + 90_000, 3600, 3600, ExpiryBasis.DEFAULT),
    ],
)
def test_the_time_of_issue_counts_where_it_is_plausible(
    issued_at: int | None, lifetime_s: int | None, seconds: int, basis: ExpiryBasis
) -> None:
    found = expiry_of("https://x/f", NOW, issued_at=issued_at, lifetime_s=lifetime_s, default_ttl_s=21_000)
    assert (found.at - NOW, found.basis) == (timedelta(seconds=seconds), basis)


@given(st.text(max_size=100))
def test_no_url_makes_expiry_fail(query: str) -> None:
    found = expiry_of(f"https://x/f?{query}", NOW, issued_at=None, lifetime_s=None, default_ttl_s=60)
    assert found.at.tzinfo is not None


@pytest.mark.parametrize(
    ("text", "size"),
    [("1.5 GB", 1610612736), ("412,6 MB", 432642457), ("5 KiB", 5120), ("NAN ", None), ("", None)],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int | None) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Show.S01E01.720p.WEB-DL.mkv", 720),
        ("Film 1080P", 1080),
        ("Film [4K] HDR", 2160),
        ("Show.2024.S01E01.mkv", None),
        ("x9999p", None),
        ("Full HD", 1080),
    ],
)
def test_the_height_is_read_from_a_name(text: str, lines: int | None) -> None:
    assert quality_of(text) == lines


def test_outcomes_are_few() -> None:
    found = {outcome(code) for code in (None, "drift", "blocked", "timeout", "soft_expired", "anything")}
    assert found == {"success", "parse_error", "blocked", "timeout", "empty", "error"}
