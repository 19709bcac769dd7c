"""Signs tokens for development and for own machines, with the secret that the service verifies them with."""

from uuid import UUID

import jwt

from entrypoints.http.authorization import Role
from entrypoints.http.token_keys import SharedSecret


def make_token(
    secret: str,
    *,
    actor: str,
    issued_at: float,
    lifetime_seconds: float,
    organization_id: UUID | None = None,
    role: Role | None = None,
    is_platform_admin: bool = False,
    audience: str | None = None,
    issuer: str | None = None,
) -> str:
    """Return an HS256 token in the form of Supabase's; `issued_at` is in seconds since 1970.

    Raises:
        UnusableKeys: the service would not take this secret.
    """
    SharedSecret(secret)
    metadata: dict[str, object] = {"platform_admin": True} if is_platform_admin else {}
    if organization_id is not None:
        metadata["organization_id"] = str(organization_id)
    if role is not None:
        metadata["org_role"] = role.name.lower()
    claims: dict[str, object] = {
        "sub": actor,
        "iat": int(issued_at),
        "exp": int(issued_at + lifetime_seconds),
        "app_metadata": metadata,
    }
    if audience is not None:
        claims["aud"] = audience
    if issuer is not None:
        claims["iss"] = issuer
    return jwt.encode(claims, secret, algorithm="HS256")
