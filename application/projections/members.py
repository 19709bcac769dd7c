"""The rows of `members`."""

from typing import Final

from application.projections.projection import Projection, copied

MEMBERS: Final = Projection(
    table="members",
    created={"member.invited": copied("role", person_id=None)},
    changed={
        "member.invited-again": copied(),
        "member.joined": copied("person_id"),
        "member.role-changed": copied("role"),
    },
    removed=frozenset({"member.invitation-withdrawn", "member.left", "member.removed"}),
)
