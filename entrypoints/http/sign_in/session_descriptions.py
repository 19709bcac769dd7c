"""Describes to the console how to sign in, and who is signed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from application.members.passkeys import PasskeyVerifier
from application.sign_in.sign_in_sessions import SignInSession
from entrypoints.http.answers.sign_in import ConsoleSession, SessionOrganization, SignInState
from entrypoints.http.sign_in.sign_in import SignIn, principal_in
from entrypoints.http.sign_in.sign_in_cookies import SessionCookie


class OrganizationNames(Protocol):
    """What organizations are called."""

    async def names(self, organization_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """Return the names of those that have one.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDescriptions:
    """Describes sessions with the names of their organizations."""

    names: OrganizationNames
    passkeys: PasskeyVerifier

    async def describe(self, sign_in: SignIn, found: tuple[SessionCookie, SignInSession] | None) -> SignInState:
        """Return how to sign in, and who has.

        Raises:
            Unavailable: the database cannot be reached.
        """
        return SignInState(
            sign_in_url=None if sign_in.settings is None else sign_in.settings.sign_in_url,
            has_accounts=True,
            has_passkeys=self.passkeys.is_available,
            session=None if found is None else await self._described(*found),
        )

    async def _described(self, cookie: SessionCookie, session: SignInSession) -> ConsoleSession:
        names = await self.names.names(list(session.memberships))
        chosen = principal_in(session, cookie.organization_id)
        organizations = [
            SessionOrganization.model_validate({"id": id_, "name": names.get(id_), "role": role})
            for id_, role in session.memberships.items()
        ]
        return ConsoleSession.model_validate(
            {
                "actor": chosen.actor,
                "account_id": session.person_id,
                "name": cookie.name,
                "organization_id": chosen.organization_id,
                "role": None if chosen.role is None else chosen.role.name.lower(),
                "is_platform_admin": session.is_platform_admin,
                "organizations": organizations,
                "ends_at": session.ends_at,
            }
        )
