"""What the sign-in with an identity provider is set up with."""

from dataclasses import dataclass, field
from typing import Final

from yarl import URL

from entrypoints.settings import Settings

LOGIN: Final = "/auth/login"
CALLBACK: Final = "/auth/callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleAddress:
    """Where browsers reach the console: an origin, and a path where a reverse proxy adds one."""

    public_url: str

    @property
    def origin(self) -> str:
        """The origin of the console's page, as browsers name it."""
        return str(URL(self.public_url).origin())

    def location(self, path: str) -> str:
        """Return where a path of this service is for browsers."""
        return URL(self.public_url).path.rstrip("/") + path


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """The identity provider, the client that this service is there, and the claims that are read."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    scope: str
    organization_claim: str
    role_claim: str
    public_url: str

    @property
    def redirect_uri(self) -> str:
        """Where the identity provider sends browsers back to; it has to be registered there."""
        return self.public_url + CALLBACK

    @property
    def sign_in_url(self) -> str:
        """Where browsers go to sign in."""
        return self.public_url + LOGIN


def sign_in_settings(settings: Settings) -> SignInSettings | None:
    """Return what the settings say about the sign-in; none where no identity provider is named."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    secret = settings.oidc_client_secret
    return SignInSettings(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=None if secret is None else secret.get_secret_value(),
        scope=settings.oidc_scope,
        organization_claim=settings.oidc_organization_claim,
        role_claim=settings.oidc_role_claim,
        public_url=settings.console_url,
    )


def console_address(settings: Settings) -> ConsoleAddress | None:
    """Return the console's address for browsers; none where it is not set, and nobody can sign in."""
    return ConsoleAddress(public_url=settings.console_url) if settings.has_console_url else None
