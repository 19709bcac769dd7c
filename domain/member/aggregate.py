"""The Member aggregate."""

from typing import Self
from uuid import UUID

from eventsourcing.domain import event

from domain.member import events
from domain.member.errors import AlreadyJoined
from domain.member.values import checked_role
from domain.root import Root


class Member(Root):
    """A person in an organization, invited or joined. Invariant: one account at most has ever accepted the invitation.

    Its id is the actor of what the member does in the organization.
    """

    TOPIC = "member"

    Invited = events.Invited
    InvitedAgain = events.InvitedAgain
    InvitationWithdrawn = events.InvitationWithdrawn
    Joined = events.Joined
    RoleChanged = events.RoleChanged
    Left = events.Left
    Removed = events.Removed

    @classmethod
    def invite(cls, member_id: UUID, *, role: str) -> Self:
        """Invite somebody to take this role.

        Raises:
            InvalidValue: there is no such role.
        """
        return cls._create(cls.Invited, id=member_id, role=checked_role(role))

    @event(Invited)
    def __init__(self, role: str) -> None:
        self.role = role
        self.person_id: UUID | None = None

    @property
    def has_joined(self) -> bool:
        """Return whether the invitation was accepted."""
        return self.person_id is not None

    def invite_again(self) -> None:
        """Replace the invitation by a new one.

        Raises:
            AlreadyJoined: it was accepted.
        """
        if self.has_joined:
            raise AlreadyJoined
        self._invited_again()

    def join(self, person_id: UUID) -> None:
        """Accept the invitation on behalf of this account.

        Raises:
            AlreadyJoined: it was accepted before.
        """
        if self.has_joined:
            raise AlreadyJoined
        self._joined(person_id=person_id)

    def change_role(self, role: str) -> None:
        """Give another role, which counts at once. No event if it is unchanged.

        Raises:
            InvalidValue: there is no such role.
        """
        checked = checked_role(role)
        if checked != self.role:
            self._role_changed(role=checked)

    def leave(self) -> None:
        """Leave the organization of one's own accord."""
        if not self.is_removed:
            self._left()

    def remove(self) -> None:
        """Remove the member, or withdraw the invitation if nobody has accepted it."""
        if self.is_removed:
            return
        if self.has_joined:
            self._removed()
        else:
            self._invitation_withdrawn()

    @event(InvitedAgain)
    def _invited_again(self) -> None:
        """Nothing changes: links are kept beside the log."""

    @event(Joined)
    def _joined(self, person_id: UUID) -> None:
        self.person_id = person_id

    @event(RoleChanged)
    def _role_changed(self, role: str) -> None:
        self.role = role

    @event(InvitationWithdrawn)
    def _invitation_withdrawn(self) -> None:
        self.is_removed = True

    @event(Left)
    def _left(self) -> None:
        self.is_removed = True

    @event(Removed)
    def _removed(self) -> None:
        self.is_removed = True
