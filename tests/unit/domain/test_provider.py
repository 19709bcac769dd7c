"""A provider, in commands and events."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from domain.errors import InvalidValue
from domain.provider.aggregate import Provider
from domain.provider.errors import CredentialRequired, ExtraHeadersRequired
from domain.provider.values import Endpoint, NewCredential
from domain.root import DecidedAfterRemoval
from tests.builders import A_CREDENTIAL, AN_ENDPOINT, ANOTHER_ENDPOINT, a_provider
from tests.events import happened, topics

SAME_ORIGIN = Endpoint(f"{AN_ENDPOINT.url}/other", AN_ENDPOINT.origin)


def _registered(**changes: object) -> Provider:
    provider = a_provider(**changes)  # type: ignore[arg-type]
    provider.drain()
    return provider


def test_registering_shows_everything_but_the_key() -> None:
    provider = a_provider(UUID(int=7), name="  Main account ", settings={"region": "eu"})
    assert happened(provider) == [
        (
            "provider.registered",
            {
                "name": "Main account",
                "provider_type": "openai",
                "endpoint": AN_ENDPOINT.url,
                "origin": AN_ENDPOINT.origin,
                "settings": {"region": "eu"},
                "is_enabled": True,
                "credential_version": 1,
                "credential_hint": "…abcd",
            },
        )
    ]


def test_a_provider_without_a_key_starts_before_version_one() -> None:
    provider = a_provider(credential=None)
    assert (provider.has_credential, provider.credential_version, provider.next_credential_version) == (False, 0, 1)


def test_its_name_changes() -> None:
    provider = _registered()
    provider.rename(" Other ")
    assert happened(provider) == [("provider.renamed", {"name": "Other"})]


def test_it_moves_within_its_origin_and_keeps_its_key() -> None:
    provider = _registered()
    provider.move(SAME_ORIGIN, None)
    assert happened(provider) == [
        ("provider.endpoint-changed", {"endpoint": SAME_ORIGIN.url, "origin": SAME_ORIGIN.origin})
    ]
    assert provider.has_credential


def test_it_moves_to_another_origin_with_a_new_key() -> None:
    provider = _registered()
    provider.move(ANOTHER_ENDPOINT, NewCredential("…wxyz"))
    assert happened(provider) == [
        ("provider.endpoint-changed", {"endpoint": ANOTHER_ENDPOINT.url, "origin": ANOTHER_ENDPOINT.origin}),
        ("provider.credential-replaced", {"credential_version": 2, "credential_hint": "…wxyz"}),
    ]


def test_it_moves_anywhere_while_it_holds_no_key() -> None:
    provider = _registered(credential=None)
    provider.move(ANOTHER_ENDPOINT, None)
    assert topics(provider) == ["provider.endpoint-changed"]


@pytest.mark.parametrize(
    "endpoint",
    [
        ANOTHER_ENDPOINT,
        Endpoint(AN_ENDPOINT.url, "https://api.example.com:8443"),
        Endpoint(AN_ENDPOINT.url, "http://api.example.com:443"),
    ],
)
def test_it_does_not_take_its_key_to_another_origin(endpoint: Endpoint) -> None:
    provider = _registered()
    with pytest.raises(CredentialRequired):
        provider.move(endpoint, None)
    assert topics(provider) == []
    assert provider.endpoint == AN_ENDPOINT.url


def test_versions_of_keys_are_never_used_again() -> None:
    provider = _registered()
    provider.remove_credential()
    provider.replace_credential(NewCredential("…wxyz"))
    assert happened(provider) == [
        ("provider.credential-removed", {"credential_version": 1}),
        ("provider.credential-replaced", {"credential_version": 2, "credential_hint": "…wxyz"}),
    ]


def test_giving_the_same_key_again_is_a_new_version_for_nobody_can_tell() -> None:
    provider = _registered()
    provider.replace_credential(A_CREDENTIAL)
    assert topics(provider) == ["provider.credential-replaced"]


def test_its_settings_are_replaced() -> None:
    provider = _registered(settings={"a": 1})
    provider.change_settings({"b": 2})
    assert happened(provider) == [("provider.settings-changed", {"settings": {"b": 2}})]


def test_it_is_taken_out_of_use_and_back() -> None:
    provider = _registered()
    provider.disable()
    provider.enable()
    assert happened(provider) == [("provider.disabled", {}), ("provider.enabled", {})]


def test_only_a_change_of_health_is_an_event() -> None:
    provider = _registered()
    provider.record_health("unknown", "ok")
    provider.record_health("unhealthy", "timeout")
    provider.record_health("unhealthy", "refused")
    assert happened(provider) == [("provider.health-changed", {"health_status": "unhealthy", "category": "timeout"})]


@pytest.mark.parametrize(
    "change",
    [
        lambda provider: provider.move(SAME_ORIGIN, None),
        lambda provider: provider.replace_credential(A_CREDENTIAL),
        lambda provider: provider.remove_credential(),
    ],
)
def test_a_changed_key_or_endpoint_has_not_been_tested(change: Callable[[Provider], None]) -> None:
    provider = _registered()
    provider.record_health("unhealthy", "timeout")
    change(provider)
    assert provider.health_status == "unknown"


def test_removing_forgets_the_key() -> None:
    provider = _registered()
    provider.remove()
    provider.remove()
    assert topics(provider) == ["provider.removed"]
    assert not provider.has_credential


@pytest.mark.parametrize(
    "repeat",
    [
        lambda provider: provider.rename(provider.name),
        lambda provider: provider.move(AN_ENDPOINT, None),
        lambda provider: provider.change_settings({}),
        lambda provider: provider.enable(),
        lambda provider: provider.rename(f" {provider.name} "),
    ],
)
def test_what_is_so_already_is_no_event(repeat: Callable[[Provider], None]) -> None:
    provider = _registered()
    repeat(provider)
    assert topics(provider) == []


def test_a_key_that_is_not_held_is_not_removed() -> None:
    provider = _registered(credential=None)
    provider.remove_credential()
    assert topics(provider) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "two\nlines", "null\0", "\ud800"])
def test_a_name_can_be_read(name: str) -> None:
    provider = _registered()
    with pytest.raises(InvalidValue):
        provider.rename(name)
    with pytest.raises(InvalidValue):
        a_provider(name=name or " ")
    assert topics(provider) == []


@pytest.mark.parametrize(
    "settings",
    [{"a": "\0"}, {"\0": 1}, {"a": "\ud800"}, {"a": 2**63}, {"a": float("nan")}, {"a": [float("inf")]}, {"a": (1,)}],
)
def test_settings_are_what_the_log_can_keep(settings: dict[str, object]) -> None:
    provider = _registered()
    with pytest.raises(InvalidValue):
        provider.change_settings(settings)
    with pytest.raises(InvalidValue):
        a_provider(settings=settings)
    assert topics(provider) == []


def test_settings_are_nested_thirty_two_levels_deep_at_most() -> None:
    settings: dict[str, object] = {}
    for _ in range(31):
        settings = {"inner": settings}
    assert a_provider(settings=settings).settings == settings
    with pytest.raises(InvalidValue):
        a_provider(settings={"inner": settings})


@pytest.mark.parametrize(
    "decision",
    [
        lambda provider: provider.rename("Other"),
        lambda provider: provider.disable(),
        lambda provider: provider.replace_credential(A_CREDENTIAL),
        lambda provider: provider.move(ANOTHER_ENDPOINT, None),
        lambda provider: provider.change_settings({"a": 1}),
        lambda provider: provider.record_health("healthy", "ok"),
    ],
)
def test_nothing_happens_to_a_removed_provider(decision: Callable[[Provider], None]) -> None:
    provider = _registered()
    provider.remove()
    provider.drain()
    with pytest.raises(DecidedAfterRemoval):
        decision(provider)
    assert topics(provider) == []


def test_extra_headers_are_listed_by_name_and_count_their_own_versions() -> None:
    provider = a_provider(extra_headers=["X-One"])
    assert (provider.credential_version, provider.extra_headers_version, provider.secrets_version) == (1, 1, 2)
    provider.drain()
    provider.change_extra_headers(["X-One", "X-Two"])
    provider.change_extra_headers([])
    provider.change_extra_headers([])
    assert happened(provider) == [
        ("provider.extra-headers-changed", {"extra_headers": ["X-One", "X-Two"], "extra_headers_version": 2}),
        ("provider.extra-headers-changed", {"extra_headers": [], "extra_headers_version": 3}),
    ]
    assert provider.has_secrets


def test_extra_headers_that_outlive_the_key_are_sealed_again() -> None:
    provider = _registered(extra_headers=["X-One"])
    before = provider.secrets_version
    provider.remove_credential()
    assert happened(provider) == [("provider.credential-removed", {"credential_version": 2})]
    assert (provider.has_credential, provider.has_secrets, provider.secrets_version) == (False, True, before + 1)


def test_it_does_not_take_its_extra_headers_to_another_origin() -> None:
    provider = _registered(credential=None, extra_headers=["X-One"])
    with pytest.raises(ExtraHeadersRequired):
        provider.move(ANOTHER_ENDPOINT, None)
    assert happened(provider) == []
    provider.move(ANOTHER_ENDPOINT, None, ["X-Two"])
    assert topics(provider) == ["provider.endpoint-changed", "provider.extra-headers-changed"]


def test_where_the_path_names_the_account_another_path_takes_the_key_again() -> None:
    provider = _registered()
    other = replace(SAME_ORIGIN, is_account_in_path=True)
    with pytest.raises(CredentialRequired):
        provider.move(other, None)
    assert happened(provider) == []
    assert (other.account, SAME_ORIGIN.account) == (SAME_ORIGIN.url, AN_ENDPOINT.origin)
    provider.move(replace(AN_ENDPOINT, is_account_in_path=True), None)
    assert happened(provider) == []
