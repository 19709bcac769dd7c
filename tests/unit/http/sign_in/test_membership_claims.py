"""Organizations and roles, as identity providers name them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest

from entrypoints.http.request_errors import NotAuthenticated
from entrypoints.http.sign_in.membership_claims import MOST_ORGANIZATIONS, name_of, person_of
from entrypoints.http.sign_in.sign_in_problems import SignInProblem
from entrypoints.http.sign_in.sign_in_settings import SignInSettings

A, B = UUID("aaaaaaaa-0000-4000-8000-000000000001"), UUID("bbbbbbbb-0000-4000-8000-000000000002")


def settings(organization: str = "organization_id", role: str = "org_role") -> SignInSettings:
    return SignInSettings(
        issuer="https://issuer.example",
        client_id="modelbook",
        client_secret=None,
        scope="openid",
        organization_claim=organization,
        role_claim=role,
        public_url="https://modelbook.example",
    )


def memberships(claims: Mapping[str, Any], organization: str = "organization_id", role: str = "org_role") -> Any:  # noqa: ANN401
    return dict(person_of({"sub": "person-1", **claims}, settings(organization, role)).memberships)


@pytest.mark.parametrize(
    ("claims", "names", "found"),
    [
        ({"organization_id": str(A), "org_role": "admin"}, (), {A: "admin"}),
        ({"app_metadata": {"organization_id": str(A), "org_role": "viewer"}}, (), {A: "viewer"}),
        ({"organization_id": [str(A), str(B)], "org_role": ["x", "viewer", "editor"]}, (), {A: "editor", B: "editor"}),
        ({"organization_id": [str(A), str(B)], "org_role": {str(A): "admin"}}, (), {A: "admin"}),
        ({"organization_id": {str(A): "admin", str(B): ["viewer"]}}, (), {A: "admin", B: "viewer"}),
        ({"orgs": [{"id": str(A), "role": "admin"}, {"id": str(B), "roles": ["x"]}]}, ("orgs",), {A: "admin"}),
        # Keycloak: by alias, with the id among the attributes, and the client's roles at a path.
        (
            {"organization": {"acme": {"id": str(A)}}, "resource_access": {"modelbook": {"roles": ["editor"]}}},
            ("organization", "resource_access.modelbook.roles"),
            {A: "editor"},
        ),
        # Microsoft Entra: the tenant, and the roles of the application.
        ({"tid": str(A), "roles": ["editor", "admin"]}, ("tid", "roles"), {A: "admin"}),
        # Auth0: names that are addresses.
        (
            {"https://modelbook.example/orgs": [str(A)], "https://modelbook.example/role": "viewer"},
            ("https://modelbook.example/orgs", "https://modelbook.example/role"),
            {A: "viewer"},
        ),
        # A role that stands with an organization is the only one there, also when it is none of ours.
        ({"organization_id": [{"id": str(A), "role": "guest"}, str(B)], "org_role": "admin"}, (), {B: "admin"}),
        ({"organization_id": [str(A), "not an id", 7, None, str(UUID(int=0))], "org_role": "admin"}, (), {A: "admin"}),
    ],
)
def test_providers_name_organizations_in_many_ways(
    claims: Mapping[str, Any], names: tuple[str, ...], found: Mapping[UUID, str]
) -> None:
    assert memberships(claims, *names) == found


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"org_role": "admin"}, "names no organization"),
        ({"user_metadata": {"organization_id": str(A), "org_role": "admin"}}, "names no organization"),
        ({"organization_id": "acme", "org_role": "admin"}, "by a UUID"),
        ({"organization_id": str(A)}, "has none of the roles"),
        ({"organization_id": str(A), "org_role": "ADMIN"}, "has none of the roles"),
        (
            {"organization_id": [str(uuid4()) for _ in range(MOST_ORGANIZATIONS + 1)], "org_role": "viewer"},
            "more than 100 organizations",
        ),
    ],
)
def test_whoever_has_no_role_here_is_told_why(claims: Mapping[str, Any], said: str) -> None:
    with pytest.raises(SignInProblem) as refusal:
        memberships(claims)
    assert said in refusal.value.text
    assert refusal.value.status == 403


def test_a_platform_administrator_needs_no_organization() -> None:
    person = person_of({"sub": "person-1", "platform_admin": True}, settings())
    assert (person.is_platform_admin, person.memberships) == (True, {})
    with pytest.raises(NotAuthenticated):
        person_of({"sub": "person-1", "platform_admin": "true"}, settings())


def test_a_name_is_shown_as_far_as_it_can_be() -> None:
    assert name_of({"name": "  ", "preferred_username": " ada "}) == "ada"
    assert name_of({"name": "A\nB", "email": "ada@example.org"}) == "ada@example.org"
    assert name_of({"name": "x" * 500}) == "x" * 100
    assert name_of({}) is None
