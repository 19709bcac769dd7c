"""Routes of members."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from application.errors import Conflict, InvalidInput, StaleRevision
from application.members.change_member import ChangeMember
from application.members.invite_member import InviteAgain, InviteMember, NewInvitation
from application.members.members import (
    AddressTaken,
    LastAdmin,
    MemberDocuments,
    MemberFilter,
    MemberNotFound,
    TooManyMembers,
)
from application.members.remove_member import RemoveMember
from application.recorded_revision import Recorded
from domain.member.errors import AlreadyJoined
from entrypoints.http.answers.members import InvitedMember, Member, MemberList
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.members import MemberListQuery, MemberPatch, NewMember
from entrypoints.http.pagination import list_response, page_request
from entrypoints.http.parse_request import expected_revision, json_body, path_id, query_of
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.views.write_responses import (
    REMOVED,
    WRITTEN,
    changed_response,
    document_response,
    removed_response,
    shown_once_response,
)

COLLECTION: Final = "/api/ai/members"
INVITATION_PATH: Final = "/#/invitation/"
"""Where an invitation is accepted. The fragment of an address is sent to no server."""

_TAG: Final = "members"
_CHANGE_PROBLEMS: Final = (MemberNotFound, StaleRevision, Conflict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberViews:
    """Turns requests about members into use cases. `console_url` is where links of invitations lead."""

    console_url: str
    documents: MemberDocuments
    invite: Callable[[InviteMember], Awaitable[NewInvitation]]
    invite_again: Callable[[InviteAgain], Awaitable[NewInvitation]]
    change: Callable[[ChangeMember], Awaitable[Recorded]]
    remove: Callable[[RemoveMember], Awaitable[Recorded]]

    @endpoint(
        "GET",
        "/api/ai/members",
        access=Access.ADMIN,
        tag=_TAG,
        query=MemberListQuery,
        answers={200: Answer(description="A page of members.", schema=MemberList)},
    )
    async def list_members(self, request: web.Request) -> web.Response:
        """List the organization's members

        With those who are invited. Whoever comes by an identity provider or with a token is not among them.
        """
        query = query_of(request, MemberListQuery)
        filters = MemberFilter(status=query.status, role=query.role, text=query.q)
        return list_response(await self.documents.page(filters, page_request(query)), query)

    @endpoint(
        "GET",
        "/api/ai/members/{id}",
        access=Access.ADMIN,
        tag=_TAG,
        answers={200: Answer(description="The member.", schema=Member, headers=("ETag",))},
        problems=(MemberNotFound,),
    )
    async def get_member(self, request: web.Request) -> web.Response:
        """Show a member"""
        return document_response(await self.documents.get(path_id(request, "id")))

    @endpoint(
        "POST",
        "/api/ai/members",
        access=Access.ADMIN,
        tag=_TAG,
        body=NewMember,
        body_example={"address": "ada@example.org", "role": "editor", "name": "Ada"},
        answers={201: Answer(description="Who is invited.", schema=InvitedMember, headers=(*WRITTEN, "Location"))},
        problems=(InvalidInput, AddressTaken, TooManyMembers),
    )
    async def invite_member(self, request: web.Request) -> web.Response:
        """Invite somebody

        `invitationUrl` is in this answer alone, good once and for 72 hours: hand it to the person, who opens it and
        chooses how to sign in. The service sends no e-mail. Address and name are in no event.
        """
        body = await json_body(request, NewMember)
        invited = await self.invite(InviteMember(address=body.address, role=body.role, name=body.name))
        return await self._with_link(request, invited, COLLECTION)

    @endpoint(
        "POST",
        "/api/ai/members/{id}/invitation",
        access=Access.ADMIN,
        tag=_TAG,
        answers={200: Answer(description="Who is invited.", schema=InvitedMember, headers=WRITTEN)},
        problems=(AlreadyJoined, *_CHANGE_PROBLEMS),
        conditional=True,
    )
    async def invite_member_again(self, request: web.Request) -> web.Response:
        """Invite somebody again

        With a new link, good once and for 72 hours; the old one is no longer good.
        """
        command = InviteAgain(member_id=path_id(request, "id"), expected_revision=expected_revision(request))
        return await self._with_link(request, await self.invite_again(command))

    @endpoint(
        "PATCH",
        "/api/ai/members/{id}",
        access=Access.ADMIN,
        tag=_TAG,
        body=MemberPatch,
        answers={200: Answer(description="The member as it is now.", schema=Member, headers=WRITTEN)},
        problems=(LastAdmin, *_CHANGE_PROBLEMS),
    )
    async def patch_member(self, request: web.Request) -> web.Response:
        """Change a member's role

        A merge patch (RFC 7396). It counts at once, also for whoever is signed in.
        """
        body = await json_body(request, MemberPatch)
        member_id, revision = path_id(request, "id"), expected_revision(request)
        if "role" not in body.model_fields_set:
            document = await self.documents.get(member_id)
            if revision not in (None, document.revision):
                raise StaleRevision(document.revision)
            return document_response(document)
        recorded = await self.change(ChangeMember(member_id=member_id, role=body.role, expected_revision=revision))
        return await changed_response(self.documents, recorded)

    @endpoint(
        "DELETE",
        "/api/ai/members/{id}",
        access=Access.ADMIN,
        tag=_TAG,
        answers=REMOVED,
        problems=(LastAdmin, *_CHANGE_PROBLEMS),
    )
    async def remove_member(self, request: web.Request) -> web.Response:
        """Remove a member, or withdraw an invitation

        Whoever is signed in can do nothing in the organization from then on. The name stays for the audit, until that
        person erases it; of an invitation nothing stays.
        """
        recorded = await self.remove(
            RemoveMember(member_id=path_id(request, "id"), expected_revision=expected_revision(request))
        )
        return removed_response(recorded)

    async def _with_link(
        self, request: web.Request, invited: NewInvitation, collection: str | None = None
    ) -> web.Response:
        link = None if invited.text is None else f"{self.console_url}{INVITATION_PATH}{invited.text}"
        return await shown_once_response(
            request, self.documents, invited.recorded, name="invitationUrl", text=link, collection=collection
        )
