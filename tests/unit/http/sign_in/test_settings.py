"""Settings of the sign-in: what cannot be safe or cannot work is refused at the start."""

import pytest

from entrypoints.http.sign_in.sign_in_settings import (
    SignInSettings,
    console_address,
    sign_in_settings,
)
from entrypoints.runtime import Runtime
from entrypoints.settings import WrongSettings, is_safe_address, load_settings
from entrypoints.token_key_settings import token_keys

ISSUER = "https://issuer.example"


def loaded(**settings: object) -> SignInSettings | None:
    return sign_in_settings(load_settings(**settings))


def test_without_an_issuer_nobody_signs_in() -> None:
    assert loaded() is None


def test_the_console_is_where_the_operator_says_or_on_this_machine() -> None:
    here = loaded(oidc_issuer=ISSUER, oidc_client_id="c", port=8081)
    assert here is not None
    assert here.redirect_uri == "http://127.0.0.1:8081/auth/callback"
    console = console_address(load_settings(port=8081))
    assert console is not None
    assert console.origin == "http://127.0.0.1:8081"
    assert [console_address(load_settings(**each)) for each in ({"port": 0}, {"host": "0.0.0.0"})] == [None, None]
    named = loaded(
        oidc_issuer=ISSUER, oidc_client_id="c", host="0.0.0.0", public_url="https://Tools.example:443/modelbook/"
    )
    assert named is not None
    assert named.redirect_uri == "https://Tools.example:443/modelbook/auth/callback"
    console = console_address(load_settings(host="0.0.0.0", public_url="https://Tools.example:443/modelbook/"))
    assert console is not None
    # As browsers write it in the header Origin.
    assert console.origin == "https://tools.example"
    assert console.location("/#/models") == "/modelbook/#/models"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"oidc_issuer": ISSUER}, "MODELBOOK_OIDC_ISSUER and MODELBOOK_OIDC_CLIENT_ID, or neither"),
        ({"oidc_client_id": "c"}, "MODELBOOK_OIDC_ISSUER and MODELBOOK_OIDC_CLIENT_ID, or neither"),
        ({"oidc_issuer": ISSUER, "oidc_client_id": "c", "host": "0.0.0.0"}, "MODELBOOK_PUBLIC_URL"),
        ({"oidc_issuer": ISSUER, "oidc_client_id": "c", "port": 0}, "MODELBOOK_PUBLIC_URL"),
        (
            {"oidc_issuer": "http://issuer.example", "oidc_client_id": "c"},
            "MODELBOOK_OIDC_ISSUER is not an address with",
        ),
        ({"public_url": "http://modelbook.example"}, "MODELBOOK_PUBLIC_URL is not an address with https"),
        ({"public_url": "https://modelbook.example/?a=b"}, "MODELBOOK_PUBLIC_URL is not an address with https"),
        ({"oidc_organization_claim": "user_metadata.organization_id"}, "MODELBOOK_OIDC_ORGANIZATION_CLAIM is not"),
        ({"oidc_role_claim": 'a"b'}, "MODELBOOK_OIDC_ROLE_CLAIM is not the name of a claim"),
        ({"oidc_scope": "profile"}, "MODELBOOK_OIDC_SCOPE has no scope openid"),
        ({"session_idle": 0}, "MODELBOOK_SESSION_IDLE"),
    ],
)
def test_what_cannot_work_is_refused_with_what_to_do(settings: dict[str, object], said: str) -> None:
    with pytest.raises(WrongSettings) as refusal:
        load_settings(**settings)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://issuer.example/realms/a", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://issuer.example", False),
        ("https://user:password@issuer.example", False),
        ("https://issuer.example/#a", False),
        ("ftp://issuer.example", False),
        ("https:///path", False),
        ("", False),
    ],
)
def test_addresses_that_nobody_listens_in_on(address: str, is_safe: bool) -> None:
    assert is_safe_address(address) == is_safe


async def test_where_people_sign_in_there_may_be_no_tokens_at_all() -> None:
    settings = load_settings(oidc_issuer=ISSUER, oidc_client_id="c")
    runtime = Runtime(settings=settings, database_url="", admin_database_url="", master_keys="", jwt_secret=None)
    assert await token_keys(runtime).find(None) == ()
