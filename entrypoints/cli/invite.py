"""`modelbook invite`."""

from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID, uuid4

import typer
import uvloop

from application.caller import Caller, acting_as
from application.commands.name_organization import NameOrganization
from application.members.invite_member import InviteMember
from entrypoints.cli.output import clear_errors, print_json, say
from entrypoints.container import Container
from entrypoints.http.sign_in.sign_in_settings import console_address
from entrypoints.http.views.members import INVITATION_PATH
from entrypoints.runtime import Runtime, prepared
from entrypoints.server_process import opened
from entrypoints.settings import Settings, WrongSettings, is_safe_address, load_settings

_ACTOR: Final = "command-line"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Invited:
    organization_id: UUID
    member_id: UUID
    link: str


def invite(
    address: Annotated[
        str, typer.Argument(metavar="EMAIL", help="E-mail address of the person, to sign in with later.")
    ],
    organization: Annotated[str, typer.Option(help="Id or name of the organization.")],
    role: Annotated[str, typer.Option(help="viewer, editor or admin.")] = "viewer",
    name: Annotated[str | None, typer.Option(help="Name of the person, if known.")] = None,
    create: Annotated[bool, typer.Option("--create", help="Create the organization if none has this name.")] = False,
    url: Annotated[
        str | None, typer.Option(help="Address of the console for browsers; by default MODELBOOK_PUBLIC_URL.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the link and the ids as JSON.")] = False,
) -> None:
    """Invite somebody into an organization, and print the link to pass on: it can be used once, within 72 hours.

    Also the first administrator of a new organization. It works while the service runs, and while it does not.

    Example: modelbook invite ada@example.org --organization Acme --create --role admin
    """
    with clear_errors(as_json=as_json):
        settings = load_settings()
        base = _console_url(settings, url)
        command = InviteMember(address=address, role=role, name=name)
        with prepared(settings, say) as runtime:
            invited = uvloop.run(_invited(runtime, organization, command, base, create=create))
    if as_json:
        print_json({"invitationUrl": invited.link, "organizationId": invited.organization_id, "id": invited.member_id})
        return
    say(f"{address} is invited as {role}. The link can be used once, within 72 hours:")
    typer.echo(invited.link)


def _console_url(settings: Settings, url: str | None) -> str:
    if url is not None:
        if not is_safe_address(url):
            raise WrongSettings([f"--url {url} is not an address with https, or with http on this machine."])
        return url.rstrip("/")
    address = console_address(settings)
    if address is None:
        raise WrongSettings(["MODELBOOK_PUBLIC_URL is missing, which the link is built with. Set it, or use --url."])
    return address.public_url


async def _invited(runtime: Runtime, organization: str, command: InviteMember, base: str, *, create: bool) -> _Invited:
    async with opened(runtime) as container:
        organization_id = await _organization(container, organization, create=create)
        with acting_as(_caller(organization_id)):
            invited = await container.invite_member()(command)
        return _Invited(
            organization_id=organization_id,
            member_id=invited.recorded.aggregate_id,
            link=f"{base}{INVITATION_PATH}{invited.text}",
        )


async def _organization(container: Container, text: str, *, create: bool) -> UUID:
    """Return the organization of this id or name.

    Raises:
        WrongSettings: there is none of this name, or several.
    """
    try:
        return UUID(text)
    except ValueError:
        found = await container.organizations_by_name().ids(text)
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(map(str, found))
        raise WrongSettings([f"{len(found)} organizations are called {text}: give one of the ids {listed}."])
    if not create:
        raise WrongSettings([f"No organization is called {text}. Give its id, or make one with --create."])
    organization_id = uuid4()
    with acting_as(_caller(organization_id)):
        await container.name_organization()(NameOrganization(organization_id=organization_id, name=text))
    say(f"The organization {text} is made, with the id {organization_id}.")
    return organization_id


def _caller(organization_id: UUID) -> Caller:
    return Caller(organization_id=organization_id, actor=_ACTOR, command_id=uuid4(), correlation_id=str(uuid4()))
