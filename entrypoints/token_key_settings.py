"""Builds the keys that verify tokens from the settings."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import aiohttp

from application.errors import Unavailable
from entrypoints.http.token_keys import FetchedKeys, NoKeys, PublicKeys, SharedSecret, TokenKeys, UnusableKeys
from entrypoints.preparation.container import operators_proxy
from entrypoints.settings import WrongSettings

if TYPE_CHECKING:
    from entrypoints.runtime import Runtime

_SECONDS: Final = 5
_LARGEST: Final = 1024 * 1024


def token_keys(runtime: "Runtime", on_fetched: Callable[[str | None], None] = lambda _: None) -> TokenKeys:
    """Return the one family of keys that is configured; `on_fetched` receives how each fetch of a JWKS ended.

    Raises:
        WrongSettings: the secret is too short, or the file cannot be read or holds no usable key.
    """
    settings = runtime.settings
    try:
        if settings.jwt_jwks_url is not None:
            address = settings.jwt_jwks_url
            proxy = settings.egress_proxy.get_secret_value()
            return FetchedKeys(lambda: fetched(address, proxy), on_fetched=on_fetched)
        if settings.jwt_jwks_file is not None:
            return PublicKeys(settings.jwt_jwks_file.read_bytes())
        if runtime.jwt_secret is None and settings.oidc_issuer is not None:
            return NoKeys()
        return SharedSecret(runtime.jwt_secret or "")
    except OSError as error:
        raise WrongSettings([f"MODELBOOK_JWT_JWKS_FILE cannot be read: {error.strerror}."]) from error
    except UnusableKeys as error:
        name = "MODELBOOK_JWT_SECRET" if settings.jwt_jwks_file is None else "MODELBOOK_JWT_JWKS_FILE"
        raise WrongSettings([f"{name}: {error}"]) from error


async def fetched(url: str, proxy: str = "") -> bytes:
    """Return the JWKS document behind the operator's own address: at most 1 MiB, in at most 5 seconds.

    It is fetched through the `proxy`, the setting's text, by the rule that holds for providers.

    Raises:
        Unavailable: it cannot be fetched.
    """
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        options = await operators_proxy(proxy, url)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, allow_redirects=False, **options) as answer,
        ):
            if answer.status != HTTPStatus.OK:
                raise Unavailable(f"The keys that tokens are verified with are answered with {answer.status}.")
            document = bytearray()
            async for part in answer.content.iter_any():
                document += part
                if len(document) > _LARGEST:
                    raise Unavailable("The keys that tokens are verified with are more than 1 MiB.")
            return bytes(document)
    except (TimeoutError, aiohttp.ClientError, ValueError) as error:
        raise Unavailable("The keys that tokens are verified with cannot be fetched.") from error
