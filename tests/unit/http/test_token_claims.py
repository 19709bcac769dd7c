import json
from typing import Any
from uuid import UUID

import pytest

from entrypoints.http.authorization import Principal, Role
from entrypoints.http.development_token import make_token
from entrypoints.http.token_keys import UnusableKeys
from tests.tokens import (
    NOW,
    ORGANIZATION,
    SECRET,
    claims,
    encoded,
    refusal_of,
    signed,
    verifier,
)


async def test_a_valid_token_identifies_the_caller() -> None:
    principal = await verifier(audience="authenticated", issuer="https://issuer.example/auth/v1").principal(
        f"Bearer {encoded()}"
    )
    assert principal == Principal(actor="user-1", organization_id=UUID(ORGANIZATION), role=Role.EDITOR)


async def test_the_claims_may_stand_at_the_top_level() -> None:
    token = encoded(app_metadata=..., organization_id=ORGANIZATION, org_role="viewer", platform_admin=True)
    principal = await verifier().principal(f"bearer {token}")
    assert principal == Principal(
        actor="user-1", organization_id=UUID(ORGANIZATION), role=Role.VIEWER, is_platform_admin=True
    )


async def test_the_same_organization_may_be_stated_twice() -> None:
    assert (await verifier().principal(f"Bearer {encoded(organization_id=ORGANIZATION)}")).role is Role.EDITOR


async def test_a_platform_admin_needs_no_organization() -> None:
    principal = await verifier().principal(f"Bearer {encoded(app_metadata={'platform_admin': True})}")
    assert principal == Principal(actor="user-1", is_platform_admin=True)


async def test_an_audience_may_be_one_of_several() -> None:
    token = encoded(aud=["other", "authenticated"])
    assert (await verifier(audience="authenticated").principal(f"Bearer {token}")).actor == "user-1"


async def test_clocks_may_differ_by_half_a_minute() -> None:
    token = encoded(exp=int(NOW) - 29, nbf=int(NOW) + 29, iat=int(NOW) + 29)
    assert (await verifier().principal(f"Bearer {token}")).actor == "user-1"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"exp": int(NOW) - 30}, "it has expired"),
        ({"exp": ...}, "it has no exp"),
        ({"exp": "1900000000"}, "its exp is not a number"),
        ({"exp": True}, "its exp is not a number"),
        ({"nbf": int(NOW) + 31}, "not valid yet"),
        ({"nbf": []}, "its nbf is not a number"),
        ({"iat": int(NOW) + 31}, "issued in the future"),
        ({"aud": "other"}, "another audience"),
        ({"aud": ["other"]}, "another audience"),
        ({"aud": []}, "another audience"),
        ({"aud": ...}, "another audience"),
        ({"aud": {"authenticated": 1}}, "another audience"),
        ({"iss": "https://issuer.example/auth/v1/"}, "issuer (iss) is another"),
        ({"iss": ...}, "issuer (iss) is another"),
        ({"iss": ["https://issuer.example/auth/v1"]}, "issuer (iss) is another"),
        ({"sub": ...}, "its sub is not"),
        ({"sub": ""}, "its sub is not"),
        ({"sub": 7}, "its sub is not"),
        ({"sub": "x" * 256}, "its sub is not"),
        ({"sub": "a\nb"}, "its sub is not"),
        ({"app_metadata": ...}, "it names no organization"),
        ({"app_metadata": {}}, "it names no organization"),
        ({"app_metadata": None}, "app_metadata is not an object"),
        ({"app_metadata": "x"}, "app_metadata is not an object"),
        (
            {"app_metadata": ..., "user_metadata": {"organization_id": ORGANIZATION, "org_role": "admin"}},
            "it names no organization",
        ),
        ({"app_metadata": {"organization_id": "acme"}}, "its organization_id is not a UUID"),
        ({"app_metadata": {"organization_id": 5}}, "its organization_id is not a UUID"),
        ({"app_metadata": {"organization_id": str(UUID(int=0))}}, "its organization_id is not a UUID"),
        ({"app_metadata": {"organization_id": ORGANIZATION}}, "it names no role"),
        ({"app_metadata": {"org_role": "admin"}}, "it names no organization"),
        ({"app_metadata": {"org_role": "admin", "platform_admin": True}}, "a role but no organization"),
        ({"app_metadata": {"organization_id": ORGANIZATION, "org_role": "owner"}}, "its org_role is none of"),
        ({"app_metadata": {"organization_id": ORGANIZATION, "org_role": "ADMIN"}}, "its org_role is none of"),
        ({"app_metadata": {"organization_id": ORGANIZATION, "org_role": ["admin"]}}, "its org_role is none of"),
        ({"organization_id": "bbbbbbbb-0000-4000-8000-000000000002"}, "statements of organization_id differ"),
        ({"org_role": "admin"}, "statements of org_role differ"),
        ({"platform_admin": "true"}, "its platform_admin is not true or false"),
        ({"platform_admin": 1}, "its platform_admin is not true or false"),
        ({"app_metadata": {"platform_admin": True}, "platform_admin": 1}, "statements of platform_admin differ"),
    ],
)
async def test_a_bad_claim_is_named(changed: dict[str, Any], reason: str) -> None:
    detail = await refusal_of(
        encoded(**changed), verifier(audience="authenticated", issuer="https://issuer.example/auth/v1")
    )
    assert reason in detail


async def test_a_token_made_for_development_is_accepted() -> None:
    token = make_token(
        SECRET,
        actor="me",
        issued_at=NOW,
        lifetime_seconds=60,
        organization_id=UUID(ORGANIZATION),
        role=Role.ADMIN,
        is_platform_admin=True,
        audience="authenticated",
        issuer="here",
    )
    principal = await verifier(audience="authenticated", issuer="here").principal(f"Bearer {token}")
    assert principal == Principal(
        actor="me", organization_id=UUID(ORGANIZATION), role=Role.ADMIN, is_platform_admin=True
    )
    with pytest.raises(UnusableKeys, match="31 bytes"):
        make_token("x" * 31, actor="me", issued_at=NOW, lifetime_seconds=60)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize(
    "stated", ["1" + "0" * 400, "-1" + "0" * 400, "9" * 4000, "1e400", "-1e400", "1.5e308", "9007199254740993"]
)
async def test_a_time_that_no_clock_reaches_is_refused(name: str, stated: str) -> None:
    payload = json.dumps(claims(**{name: 7})).replace(f'"{name}": 7', f'"{name}": {stated}')
    assert f"its {name} is not a time" in await refusal_of(signed(payload.encode()), verifier())


@pytest.mark.parametrize("stated", ["NaN", "Infinity", "-Infinity", "9" * 4301])
async def test_a_time_that_json_cannot_hold_is_refused(stated: str) -> None:
    payload = json.dumps(claims(exp=7)).replace('"exp": 7', f'"exp": {stated}')
    assert "its payload is not JSON" in await refusal_of(signed(payload.encode()), verifier())
