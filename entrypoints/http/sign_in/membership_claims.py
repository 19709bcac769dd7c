"""Reads the organizations of a person and the roles in them from the claims of a verified ID token.

Providers name both in many ways. An organization is a UUID, whatever else there is: one text, a list of texts, a list
of objects with `id` and `role`, an object of roles by id, or (Keycloak) an object of objects with an `id` by name. A
role is with the organization, or in a claim of its own: one text, a list, or an object of roles by the
organization's id.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID

from pydantic_core import PydanticCustomError

from application.sign_in.sign_in_sessions import SignedInPerson
from entrypoints.http.authorization import Role
from entrypoints.http.field_types import parse_uuid
from entrypoints.http.sign_in.sign_in_problems import no_access
from entrypoints.http.sign_in.sign_in_settings import SignInSettings
from entrypoints.http.token_claims import is_platform_admin, subject_of

MOST_ORGANIZATIONS: Final = 100
LONGEST_NAME: Final = 100

_ROLES: Final = {role.name.lower(): role for role in Role}
_IDS: Final = ("id", "organization_id")
_ROLE_NAMES: Final = ("role", "roles", "org_role")


def person_of(claims: Mapping[str, object], settings: SignInSettings) -> SignedInPerson:
    """Return the person of a verified ID token's claims, with a role in each organization.

    Raises:
        NotAuthenticated: the subject is malformed.
        SignInProblem: there is no organization with a role, or there are too many.
    """
    stated = claim(claims, settings.organization_claim)
    roles = claim(claims, settings.role_claim)
    found: dict[UUID, Role] = {}
    for organization_id, own in _organizations(stated):
        general = roles.get(str(organization_id)) if isinstance(roles, dict) else roles
        role = _role(general if own is None else own)
        if role is not None:
            found[organization_id] = max(role, found.get(organization_id, role))
    if len(found) > MOST_ORGANIZATIONS:
        raise no_access(f"you belong to more than {MOST_ORGANIZATIONS} organizations")
    is_admin = is_platform_admin(claims)
    if not found and not is_admin:
        raise no_access(_missing(stated, settings))
    return SignedInPerson(
        issuer=settings.issuer,
        actor=subject_of(claims),
        memberships={id_: role.name.lower() for id_, role in sorted(found.items())},
        is_platform_admin=is_admin,
    )


def name_of(claims: Mapping[str, object]) -> str | None:
    """Return the person's name, to be shown to nobody else; none where the provider has none."""
    for claim_name in ("name", "preferred_username", "email"):
        stated = claims.get(claim_name)
        if isinstance(stated, str) and stated.strip() and stated.isprintable():
            return stated.strip()[:LONGEST_NAME]
    return None


def claim(claims: Mapping[str, object], name: str) -> object:
    """Return a claim's value: of this very name, in `app_metadata`, or at a path with dots; none if there is none."""
    metadata = claims.get("app_metadata")
    for place in (metadata, claims):
        if isinstance(place, dict) and place.get(name) is not None:
            return place[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _missing(stated: object, settings: SignInSettings) -> str:
    if stated is None:
        return f"your account names no organization (claim {settings.organization_claim})"
    if not list(_organizations(stated)):
        return f"no organization of your account is named by a UUID (claim {settings.organization_claim})"
    return f"your account has none of the roles viewer, editor and admin (claim {settings.role_claim})"


def _organizations(stated: object) -> Iterator[tuple[UUID, object]]:
    """Yield each organization's id, with the role beside it; none where there is none."""
    for key, entry in _entries(stated):
        if isinstance(entry, dict):
            id_ = next((entry[name] for name in _IDS if name in entry), key)
            role = next((entry[name] for name in _ROLE_NAMES if name in entry), None)
        else:
            id_, role = (entry, None) if key is None else (key, entry)
        organization_id = _uuid(id_)
        if organization_id is not None:
            yield organization_id, role


def _entries(stated: object) -> Iterable[tuple[object, object]]:
    if isinstance(stated, dict) and not any(name in stated for name in _IDS):
        return stated.items()
    return [(None, each) for each in (stated if isinstance(stated, list) else [stated])]


def _uuid(stated: object) -> UUID | None:
    try:
        parsed = parse_uuid(stated)
    except PydanticCustomError:
        return None
    return parsed if isinstance(parsed, UUID) and parsed.int != 0 else None


def _role(stated: object) -> Role | None:
    """Return the highest role of those that are stated; what is no role of ours counts for nothing."""
    names = stated if isinstance(stated, list) else [stated]
    return max((_ROLES[name] for name in names if isinstance(name, str) and name in _ROLES), default=None)
