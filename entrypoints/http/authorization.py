"""Who may use a route: each names its access, and a route that names none is closed; and who the caller is."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Self
from uuid import UUID

from application.access_keys.stored_key import StoredKey
from entrypoints.http.request_errors import NotAllowed


class Role(IntEnum):
    """A person's role in an organization; a higher one may do all that a lower one may."""

    VIEWER = 1
    EDITOR = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The verified subject of a request. Organization and role come together; a platform admin may have neither.

    With an access key the actor is the key's id. A key whose scope is to run models has no role: it may use the routes
    that are open to such keys, and no other.
    """

    actor: str
    organization_id: UUID | None = None
    role: Role | None = None
    is_platform_admin: bool = False
    access_key: StoredKey | None = None


ORGANIZATION_FILTER = "organizationId"
"""The query parameter that every route of organizations takes, and that can only name the caller's own."""


class Access(Enum):
    """Who may use a route; the value is the documentation's wording."""

    least_role: Role | None
    """What it takes in the caller's own organization; none for routes that do not work on one."""
    is_for_organizations: bool

    PUBLIC = "everybody, without a token", None
    VIEWER = "viewers, editors and admins of the organization", Role.VIEWER
    EDITOR = "editors and admins of the organization", Role.EDITOR
    ADMIN = "admins of the organization", Role.ADMIN
    PLATFORM = "platform administrators", None

    def __new__(cls, words: str, least_role: Role | None) -> Self:
        member = object.__new__(cls)
        member._value_ = words
        member.least_role = least_role
        member.is_for_organizations = least_role is not None
        return member


def require(principal: Principal, access: Access, *, open_to_run_keys: bool = False) -> None:
    """Do nothing if the principal may use a route of this access.

    An access key of the scope `run` may use the routes that are open to such keys, whatever their access.

    A platform administrator without a role in an organization gets no route of organizations.

    Raises:
        NotAllowed: they may not; it says who may.
    """
    if access is Access.PUBLIC:
        return
    if access is Access.PLATFORM:
        if not principal.is_platform_admin:
            raise NotAllowed("This is for platform administrators: the token needs platform_admin: true.")
        return
    key = principal.access_key
    if key is not None and key.scope == "run":
        if not open_to_run_keys:
            raise NotAllowed(
                "This access key has the scope run: it runs prompts and embeddings and lists models, and may do "
                "nothing else. Use a token, or a key of another scope."
            )
        return
    least = access.least_role
    if principal.organization_id is None or principal.role is None or least is None:
        raise NotAllowed(
            "This request needs an organization, and the token names none: use a token with organization_id."
        )
    if principal.role < least and key is not None:
        raise NotAllowed(f"This is for {access.value}, and this access key has the scope {key.scope}.")
    if principal.role < least:
        raise NotAllowed(
            f"This is for {access.value}, and your role is {principal.role.name.lower()}: ask an admin to do it, "
            f"or for the role {least.name.lower()}."
        )
