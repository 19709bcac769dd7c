"""The authenticated caller, from a verified token or an access key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from application.access_keys.stored_key import StoredKey


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
