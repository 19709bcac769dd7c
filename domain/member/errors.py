"""What the rules of a membership forbid."""

from __future__ import annotations

from domain.errors import DomainError


class AlreadyJoined(DomainError):
    """The invitation was accepted already: this person is a member."""

    code = "already-joined"
