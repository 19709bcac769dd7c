from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.egress.url_parsing import Target, read_base, read_request

PIECES = st.sampled_from(
    [
        *("https", "http", ":", "//", "/", "@", "#", "?", "%", "%2e", "..", ".", "[", "]", "\\", "-", "_", "${K}"),
        *("::1", "127.0.0.1", "0x7f", "1", "443", "a", "example.com", "xn--", " ", "\n", "\x00"),
        *("\u3002", "\uff11", "\u00df"),
    ]
)


@pytest.mark.parametrize(
    "rest",
    [
        "/v1beta/models/gemini-2.0:generateContent",
        "/v1/models/meta-llama%2Fllama-3:free",
        "/v1/models/a%3Ab?limit=1000&after_id=x%26y",
        "/api/v1//models?",
        "/openai/models?api-version=2024-10-21&x=a+b",
    ],
)
def test_a_request_is_sent_as_it_was_put_together(rest: str) -> None:
    url = read_request(f"https://api.example.com{rest}").url
    assert url.raw_path_qs == rest.removesuffix("?")
    assert (url.raw_host, url.port) == ("api.example.com", 443)


def test_brackets_before_an_empty_host_are_no_url() -> None:
    with pytest.raises(ValueError, match="This is not a URL"):
        read_base("https://[]@")


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/v1/mod els",
        "https://api.example.com/v1/m\u00f6dels",
        "https://api.example.com/v1/100%",
        "https://api.example.com/v1/%zz",
        "https://api.example.com/v1/{model}",
        'https://api.example.com/v1/"model"',
        "https://api.example.com/v1/../admin",
        "https://api.example.com/" + "a" * 8_000,
    ],
)
def test_a_request_that_is_not_percent_encoded_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"percent-encoded|must not contain|longer than"):
        read_request(url)


def read(text: str) -> Target | None:
    try:
        return read_base(text)
    except ValueError:
        return None


# Most of what the pieces make is refused, which is the other tests' affair.
@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=8).map(lambda pieces: "https://" + "".join(pieces)).filter(read))
def test_whatever_is_read_has_one_meaning(text: str) -> None:
    target = read_base(text)
    again = read_request(str(target.url))
    assert (again.origin, again.host) == (target.origin, target.host)
    assert (target.url.user, target.url.password, target.url.fragment, target.url.query_string) == (None, None, "", "")
    assert (target.url.raw_host, target.url.port) == (target.host.name, target.port)
    assert target.host.name == urlsplit(str(target.url)).hostname
