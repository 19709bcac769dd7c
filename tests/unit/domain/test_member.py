from uuid import uuid4

import pytest

from domain.errors import InvalidValue
from domain.member.aggregate import Member
from domain.member.errors import AlreadyJoined
from domain.root import DecidedAfterRemoval
from tests.events import facts_of


def drained(member: Member) -> list[tuple[type, dict[str, object]]]:
    return [(type(event), facts_of(event)) for event in member.drain()]


def an_invited(role: str = "editor") -> Member:
    """Return a member whose invitation is recorded."""
    member = Member.invite(uuid4(), role=role)
    member.drain()
    return member


def a_joined(role: str = "editor") -> Member:
    """Return a member who has accepted it."""
    member = an_invited(role)
    member.join(uuid4())
    member.drain()
    return member


def test_somebody_is_invited_to_a_role() -> None:
    member = Member.invite(uuid4(), role="editor")
    assert drained(member) == [(Member.Invited, {"role": "editor"})]
    assert not member.has_joined


@pytest.mark.parametrize("role", ["", "owner", "Admin"])
def test_there_are_three_roles(role: str) -> None:
    with pytest.raises(InvalidValue):
        Member.invite(uuid4(), role=role)
    member = a_joined()
    with pytest.raises(InvalidValue):
        member.change_role(role)
    assert drained(member) == []


def test_an_invitation_is_accepted_once() -> None:
    member, person_id = an_invited(), uuid4()
    member.join(person_id)
    assert drained(member) == [(Member.Joined, {"person_id": person_id})]
    with pytest.raises(AlreadyJoined):
        member.join(uuid4())
    with pytest.raises(AlreadyJoined):
        member.invite_again()
    assert drained(member) == []
    assert member.person_id == person_id


def test_an_invitation_is_replaced() -> None:
    member = an_invited()
    member.invite_again()
    assert drained(member) == [(Member.InvitedAgain, {})]


def test_a_role_changes_and_stays() -> None:
    for member in (an_invited("viewer"), a_joined("viewer")):
        member.change_role("viewer")
        member.change_role("admin")
        assert drained(member) == [(Member.RoleChanged, {"role": "admin"})]


def test_the_ends_of_a_membership_are_different_events() -> None:
    invited, removed, left = an_invited(), a_joined(), a_joined()
    for _ in range(2):
        invited.remove()
        removed.remove()
        left.leave()
    assert drained(invited) == [(Member.InvitationWithdrawn, {})]
    assert drained(removed) == [(Member.Removed, {})]
    assert drained(left) == [(Member.Left, {})]
    with pytest.raises(DecidedAfterRemoval):
        removed.change_role("admin")
