"""What the rules of a membership forbid."""

from domain.errors import DomainError


class AlreadyJoined(DomainError):
    """The invitation was accepted already: this person is a member."""

    code = "already-joined"
