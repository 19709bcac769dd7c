"""Which extra headers a provider may have."""

import pytest

from application.errors import InvalidInput
from application.policies.extra_headers import merged_headers
from application.policies.seal_credential import ProviderSecrets, read_secrets

REFUSED_NAMES = [
    "Host",
    "content-length",
    "Transfer-Encoding",
    "Connection",
    "Keep-Alive",
    "TE",
    "Upgrade",
    "Authorization",
    "Proxy-Authorization",
    "Proxy-Anything",
    "Cookie",
    "Content-Type",
    "Accept-Encoding",
    "User-Agent",
    "X-Forwarded-For",
    "Forwarded",
    "X-API-Key",
]


@pytest.mark.parametrize("name", REFUSED_NAMES)
def test_a_name_that_is_not_the_tenants_to_set_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        merged_headers({}, {name: "value-that-is-not-told"}, own={"x-api-key"})
    assert refusal.value.pointer == f"/extraHeaders/{name}"
    assert "value-that-is-not-told" not in refusal.value.message


@pytest.mark.parametrize("name", ["", "with blank", "colon:", "line\r\nbreak", "ünicode", "a" * 101, "null\0"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        merged_headers({}, {name: "value"})


@pytest.mark.parametrize(
    "value", ["", "secret\r\nHost: b", "s\nb", "s\0b", "sü", " secret", "secret ", "s" * 4097, "\x7f"]
)
def test_what_is_no_value_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        merged_headers({}, {"X-Gateway": value})
    assert refusal.value.pointer == "/extraHeaders/X-Gateway"
    assert value not in {word.strip() for word in refusal.value.message.split(" ")} - {""}
    assert "secret" not in refusal.value.message


def test_they_are_bounded_in_number_and_size() -> None:
    with pytest.raises(InvalidInput, match="at most 20"):
        merged_headers({}, {f"X-{number}": "v" for number in range(21)})
    with pytest.raises(InvalidInput, match="at most 20"):
        merged_headers({"X-1": "a" * 4096}, {"X-2": "a" * 4096})


def test_a_patch_is_merged_whatever_the_case_of_the_names() -> None:
    held = {"X-One": "1", "X-Two": "2"}
    assert merged_headers(held, {"x-one": "new", "X-TWO": None, "X-Three": "3"}) == {"x-one": "new", "X-Three": "3"}
    with pytest.raises(InvalidInput, match="more than once"):
        merged_headers({}, {"X-One": "1", "x-one": "2"})


@pytest.mark.parametrize("api_key", ["sk-a-key", '{"apiKey": "x", "extraHeaders": {}}', None])
@pytest.mark.parametrize("headers", [{}, {"X-Gateway": 'q"uote'}])
def test_secrets_are_read_back_as_they_were_sealed(api_key: str | None, headers: dict[str, str]) -> None:
    secrets = ProviderSecrets(api_key=api_key, extra_headers=headers)
    assert "q" not in repr(secrets).removeprefix("ProviderSecrets")
    if api_key is None and not headers:
        assert read_secrets(None) == secrets
    else:
        assert read_secrets(secrets.text) == secrets
