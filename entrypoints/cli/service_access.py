"""How commands reach a running service: its address, and a token for it."""

import time
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from entrypoints.cli.arguments import organization
from entrypoints.cli.token import signing_secret
from entrypoints.http.authorization import Role
from entrypoints.http.development_token import make_token
from entrypoints.settings import Settings, WrongSettings, is_safe_address

_ACTOR: Final = "command-line"
_LIFETIME_SECONDS: Final = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccess:
    """A service, and a token for an organization at it. Without an id the token determines the organization."""

    url: str
    token: str = field(repr=False)
    organization_id: UUID | None

    @property
    def name(self) -> str:
        """What is meant, for people."""
        organization = "The organization of the token" if self.organization_id is None else self.organization_id
        return f"{organization} at {self.url}"


def service_access(settings: Settings, *, url: str | None, org: str | None) -> ServiceAccess:
    """Return how to reach the service: with MODELBOOK_API_TOKEN, or a token made here for the organization.

    Raises:
        WrongSettings: the address is not safe, or there is no token and none can be made.
    """
    if url is not None and not is_safe_address(url):
        raise WrongSettings([f"--url {url} is not an address with https, or with http on this machine."])
    organization_id = organization(org)
    return ServiceAccess(
        url=(url or settings.service_url).rstrip("/"),
        token=_token(settings, organization_id),
        organization_id=organization_id,
    )


def _token(settings: Settings, organization_id: UUID | None) -> str:
    given = "" if settings.api_token is None else settings.api_token.get_secret_value()
    if given:
        return given
    if organization_id is None:
        raise WrongSettings(["--org is missing. Give the id of the organization, or set MODELBOOK_API_TOKEN."])
    return make_token(
        signing_secret(settings),
        actor=_ACTOR,
        issued_at=time.time(),
        lifetime_seconds=_LIFETIME_SECONDS,
        organization_id=organization_id,
        role=Role.ADMIN,
        audience=settings.jwt_audience,
        issuer=settings.jwt_issuer,
    )
