"""The events of a member. They hold ids and roles: names, addresses and secrets of people are in none of them."""

from uuid import UUID

from eventsourcing.domain import AggregateCreated

from domain.root import Root


class Invited(Root.Event, AggregateCreated):
    """Somebody was invited to take this role."""

    TOPIC = "member.invited"
    role: str


class InvitedAgain(Root.Event):
    """The invitation was replaced by a new one; the link of the old one is no longer good."""

    TOPIC = "member.invited-again"


class InvitationWithdrawn(Root.Event):
    """The invitation was withdrawn before anybody accepted it."""

    TOPIC = "member.invitation-withdrawn"


class Joined(Root.Event):
    """The invitation was accepted. `person_id` is that of an account, which does not reveal the person."""

    TOPIC = "member.joined"
    person_id: UUID


class RoleChanged(Root.Event):
    """The member has another role, or will have it once the invitation is accepted."""

    TOPIC = "member.role-changed"
    role: str


class Left(Root.Event):
    """The member left the organization."""

    TOPIC = "member.left"


class Removed(Root.Event):
    """The member was removed from the organization."""

    TOPIC = "member.removed"
