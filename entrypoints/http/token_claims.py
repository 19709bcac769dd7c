"""Maps the claims of a verified token to the caller. Only issuer-controlled claims count, never `user_metadata`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic_core import PydanticCustomError

from entrypoints.http.authorization import Principal, Role
from entrypoints.http.field_types import parse_uuid
from entrypoints.http.request_errors import NotAuthenticated

LONGEST_SUBJECT = 255


def principal_from(claims: Mapping[str, Any]) -> Principal:
    """Return the caller named by the claims.

    Raises:
        NotAuthenticated: a claim is missing, malformed, or contradicts another.
    """
    metadata = _metadata(claims)
    is_admin = is_platform_admin(claims)
    organization_id = _organization(claims, metadata)
    role = _role(claims, metadata)
    if organization_id is None and not is_admin:
        raise token_refused(
            "it names no organization: the issuer must set organization_id in app_metadata or at the top level"
        )
    if organization_id is not None and role is None and not is_admin:
        raise token_refused("it names no role: the issuer must set org_role to viewer, editor or admin")
    if organization_id is None and role is not None:
        raise token_refused("it names a role but no organization")
    return Principal(actor=subject_of(claims), organization_id=organization_id, role=role, is_platform_admin=is_admin)


def token_refused(reason: str, *, expired: bool = False) -> NotAuthenticated:
    """Return the refusal of a token, for a reason that never quotes it."""
    challenge = f'Bearer error="invalid_token", error_description="{reason.split(":", maxsplit=1)[0]}"'
    advice = "sign in again for a new one" if expired else "get a new one from the issuer"
    return NotAuthenticated(
        f"The token is not accepted, because {reason}; {advice}.", headers={"WWW-Authenticate": challenge}
    )


def is_platform_admin(claims: Mapping[str, Any]) -> bool:
    """Return whether the claims make a platform administrator.

    Raises:
        NotAuthenticated: they contradict each other, or are neither true nor false.
    """
    return _flag(claims, _metadata(claims), "platform_admin")


def subject_of(claims: Mapping[str, Any]) -> str:
    """Return the subject, which is the actor of whatever the caller does.

    Raises:
        NotAuthenticated: there is none, or it is malformed.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise token_refused(f"its sub is not 1 to {LONGEST_SUBJECT} printable characters")
    return subject


def _metadata(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = claims.get("app_metadata", {})
    if not isinstance(metadata, dict):
        raise token_refused("app_metadata is not an object")
    return metadata


def _stated(claims: Mapping[str, Any], metadata: Mapping[str, Any], name: str) -> object:
    """Return the claim's value, from either place; none where neither has one."""
    values = [place[name] for place in (metadata, claims) if place.get(name) is not None]
    if len(values) > 1 and (values[0] != values[1] or type(values[0]) is not type(values[1])):
        raise token_refused(f"its two statements of {name} differ")
    return values[0] if values else None


def _organization(claims: Mapping[str, Any], metadata: Mapping[str, Any]) -> UUID | None:
    stated = _stated(claims, metadata, "organization_id")
    if stated is None:
        return None
    try:
        organization_id = parse_uuid(stated)
    except PydanticCustomError:
        organization_id = None
    if not isinstance(organization_id, UUID) or organization_id.int == 0:
        raise token_refused("its organization_id is not a UUID")
    return organization_id


def _role(claims: Mapping[str, Any], metadata: Mapping[str, Any]) -> Role | None:
    stated = _stated(claims, metadata, "org_role")
    if stated is None:
        return None
    for role in Role:
        if stated == role.name.lower():
            return role
    raise token_refused("its org_role is none of viewer, editor and admin")


def _flag(claims: Mapping[str, Any], metadata: Mapping[str, Any], name: str) -> bool:
    stated = _stated(claims, metadata, name)
    if stated is None or isinstance(stated, bool):
        return stated is True
    raise token_refused(f"its {name} is not true or false")
