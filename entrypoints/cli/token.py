"""`modelbook token`."""

import time
from typing import Annotated

import typer

from entrypoints.cli.arguments import organization
from entrypoints.cli.output import clear_errors, print_json
from entrypoints.http.authorization import Role
from entrypoints.http.development_token import make_token
from entrypoints.runtime import development_secret
from entrypoints.settings import Settings, WrongSettings, load_settings


def token(
    org: Annotated[str | None, typer.Option(help="Organization id; not needed for a platform administrator.")] = None,
    role: Annotated[str, typer.Option(help="viewer, editor or admin.")] = "admin",
    platform_admin: Annotated[bool, typer.Option("--platform-admin", help="Also open /api/admin.")] = False,
    subject: Annotated[
        str, typer.Option(help="Subject of the token (sub): the actor of its changes in the log.")
    ] = "developer",
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 366, help="How long it is valid.")] = 12,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Make a token for development, signed with MODELBOOK_JWT_SECRET or the secret in MODELBOOK_DATA_DIR.

    Example: curl -H "Authorization: Bearer $(modelbook token --org ORG)" http://127.0.0.1:8080/api/ai/providers
    """
    with clear_errors(as_json=as_json):
        settings = load_settings()
        if org is None and not platform_admin:
            raise WrongSettings(["--org is missing. Give the id of the organization, or use --platform-admin."])
        made = make_token(
            signing_secret(settings),
            actor=subject,
            issued_at=time.time(),
            lifetime_seconds=hours * 3600,
            organization_id=organization(org),
            role=_role(role) if org is not None else None,
            is_platform_admin=platform_admin,
            audience=settings.jwt_audience,
            issuer=settings.jwt_issuer,
        )
        print_json({"token": made}) if as_json else typer.echo(made)


def signing_secret(settings: Settings) -> str:
    """Return the secret that the service verifies tokens with.

    Raises:
        WrongSettings: it is not known here.
    """
    if settings.jwt_jwks_url or settings.jwt_jwks_file:
        raise WrongSettings(
            ["Tokens are signed elsewhere: this deployment only has the public keys (MODELBOOK_JWT_JWKS_*)."]
        )
    if settings.jwt_secret is not None:
        return settings.jwt_secret.get_secret_value()
    if not settings.is_embedded:
        raise WrongSettings(
            ["MODELBOOK_JWT_SECRET is missing. Set it to the secret with which the service verifies tokens."]
        )
    return development_secret(settings.data_dir.resolve())


def _role(name: str) -> Role:
    try:
        return Role[name.upper()]
    except KeyError:
        raise WrongSettings([f"--role {name} is not a role. Use viewer, editor or admin."]) from None
