"""The value objects of a member."""

from typing import Final, Literal

from domain.errors import InvalidValue

RoleName = Literal["viewer", "editor", "admin"]

ROLES: Final[tuple[RoleName, ...]] = ("viewer", "editor", "admin")
"""The least first; a higher one may do all that a lower one may."""


def checked_role(text: str) -> str:
    """Return the role.

    Raises:
        InvalidValue: there is no such role.
    """
    if text not in ROLES:
        raise InvalidValue("role", f"The role is one of {', '.join(ROLES)}.")
    return text
