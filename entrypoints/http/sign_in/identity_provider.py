"""The identity provider: its metadata, where it authorizes, and its ID tokens (OpenID Connect Core 1.0).

Authlib makes the requests and judges the claims; signatures are judged like those of any other token here, with the
keys of the issuer alone.
"""

import time
from asyncio import Lock
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote_plus

from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError

from application.errors import Unavailable
from entrypoints.http.authentication import LEEWAY_SECONDS, TokenVerifier
from entrypoints.http.request_errors import NotAuthenticated, Refused
from entrypoints.http.sign_in.issuer_http import IssuerAnswer, IssuerHttp
from entrypoints.http.sign_in.sign_in_cookies import PendingSignIn
from entrypoints.http.sign_in.sign_in_problems import SignInProblem, not_verified, provider_unavailable
from entrypoints.http.sign_in.sign_in_settings import SignInSettings
from entrypoints.http.strict_json import parse_json
from entrypoints.http.token_keys import FetchedKeys
from entrypoints.settings import is_safe_address

METADATA_SECONDS: Final = 600.0
RETRY_SECONDS: Final = 5.0
LONGEST_ID_TOKEN: Final = 64 * 1024
"""Characters; it travels from server to server, and may name many groups."""

_BASIC: Final = "client_secret_basic"
_POST: Final = "client_secret_post"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMetadata:
    """The used fields of the provider's discovery document (OpenID Connect Discovery 1.0, section 3)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None
    always_sends_issuer: bool
    takes_claims: bool
    authentication_methods: tuple[str, ...]


class IdentityProvider:
    """One issuer, and this service as its client."""

    def __init__(
        self,
        settings: SignInSettings,
        http: IssuerHttp,
        *,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._timer = timer
        self._lock = Lock()
        self._metadata: ProviderMetadata | None = None
        self._tried: float | None = None
        self._failure = "it was not queried yet"
        self._keys: tuple[str, FetchedKeys] | None = None

    async def end_session_endpoint(self) -> str | None:
        """Return where a person can sign out of the identity provider itself; none where that is not known."""
        try:
            return (await self._current_metadata()).end_session_endpoint
        except SignInProblem:
            return None

    async def authorization_url(self, pending: PendingSignIn, *, prompt: str | None) -> str:
        """Return where the browser is to be sent.

        Raises:
            SignInProblem: the identity provider cannot be reached, or its metadata cannot be used.
        """
        metadata = await self._current_metadata()
        more: dict[str, str | None] = {"nonce": pending.nonce, "prompt": prompt, "claims": self._claims(metadata)}
        url, _ = self._client(metadata, _BASIC).create_authorization_url(
            metadata.authorization_endpoint, state=pending.state, code_verifier=pending.code_verifier, **more
        )
        return str(url)

    async def claims(self, code: str, pending: PendingSignIn, *, issuer: str | None) -> dict[str, Any]:
        """Exchange the code for an ID token, and return its claims, verified.

        `issuer` is what the authorization response says about where it comes from (RFC 9207).

        Raises:
            SignInProblem: the response is another issuer's, the code is refused, or the token must not be believed.
        """
        metadata = await self._current_metadata()
        if issuer != self._settings.issuer and (issuer is not None or metadata.always_sends_issuer):
            raise not_verified("the authorization response names another issuer (iss), or none")
        token = await self._token(metadata, code, pending)
        return await self._verified(metadata, token, pending)

    async def _current_metadata(self) -> ProviderMetadata:
        async with self._lock:
            if self._metadata is None or self._is_older_than(METADATA_SECONDS):
                await self._refresh()
        if self._metadata is None:
            raise provider_unavailable(self._failure)
        return self._metadata

    def _is_older_than(self, seconds: float) -> bool:
        return self._tried is None or self._timer() - self._tried >= seconds

    async def _refresh(self) -> None:
        if not self._is_older_than(RETRY_SECONDS):
            return
        try:
            document = _object(await self._http.get(get_well_known_url(self._settings.issuer, external=True)))
            self._metadata = _metadata(document, self._settings.issuer)
        except Unavailable as error:
            # What was known stays good.
            self._failure = error.message
        finally:
            self._tried = self._timer()

    def _client(self, metadata: ProviderMetadata, method: str) -> "_Client":
        return _Client(
            self._http,
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret,
            token_endpoint_auth_method=method if self._settings.client_secret is not None else "none",
            scope=self._settings.scope,
            redirect_uri=self._settings.redirect_uri,
            code_challenge_method="S256",
            token_endpoint=metadata.token_endpoint,
        )

    def _claims(self, metadata: ProviderMetadata) -> str | None:
        """Return the request for our claims in the ID token, where the provider takes one (Core, section 5.5)."""
        names = (self._settings.organization_claim, self._settings.role_claim, "name")
        wanted = ",".join(f'"{name}":null' for name in dict.fromkeys(names))
        return f'{{"id_token":{{{wanted}}}}}' if metadata.takes_claims else None

    async def _token(self, metadata: ProviderMetadata, code: str, pending: PendingSignIn) -> dict[str, Any]:
        methods = [method for method in (_BASIC, _POST) if method in metadata.authentication_methods] or [_BASIC]
        answer, error = {}, None
        # A client is known by one way to authenticate, and no metadata say by which.
        for method in methods:
            answer = await self._request_token(metadata, method, code, pending)
            error = answer.get("error")
            if error != "invalid_client":
                break
        if error == "invalid_grant":
            raise not_verified("the identity provider does not accept the code (invalid_grant)")
        if error is not None:
            raise provider_unavailable(f"the token endpoint refuses the request ({str(error)[:100]!r})")
        return answer

    async def _request_token(
        self, metadata: ProviderMetadata, method: str, code: str, pending: PendingSignIn
    ) -> dict[str, Any]:
        client = self._client(metadata, method)
        try:
            answer: IssuerAnswer = await client.fetch_token(
                code=code, code_verifier=pending.code_verifier, redirect_uri=self._settings.redirect_uri
            )
            document = _object(answer.content)
        except Unavailable as error:
            raise provider_unavailable(f"the token endpoint: {error.message}") from error
        if answer.status != HTTPStatus.OK and "error" not in document:
            raise provider_unavailable(f"the token endpoint answers with {answer.status}")
        return document

    async def _verified(
        self, metadata: ProviderMetadata, token: Mapping[str, Any], pending: PendingSignIn
    ) -> dict[str, Any]:
        id_token = token.get("id_token")
        if not isinstance(id_token, str) or not id_token.isascii() or id_token.count(".") != 2:  # noqa: PLR2004
            raise not_verified("the token endpoint gives no ID token")
        if len(id_token) > LONGEST_ID_TOKEN:
            raise not_verified(f"the ID token is longer than {LONGEST_ID_TOKEN:,} characters")
        access_token = token.get("access_token")
        try:
            claims = await self._verifier_for(metadata).verified_claims(id_token)
            plain = {name: float(value) if isinstance(value, Decimal) else value for name, value in claims.items()}
            client_id = self._settings.client_id
            values = {"iss": {"value": self._settings.issuer}, "aud": {"value": client_id}}
            expected = {"nonce": pending.nonce, "client_id": client_id, "access_token": access_token}
            # Of the access token's hash only the family counts, which is that of all algorithms that are taken here.
            CodeIDToken(plain, {"alg": "RS256"}, values, expected).validate(
                now=int(self._clock()), leeway=LEEWAY_SECONDS
            )
        except NotAuthenticated as error:
            raise not_verified(error.detail) from error
        except JoseError as error:
            raise not_verified(f"the ID token: {error}") from error
        except Unavailable as error:
            raise provider_unavailable(error.message) from error
        return {**await self._access_claims(metadata, access_token, claims["sub"]), **claims}

    async def _access_claims(self, metadata: ProviderMetadata, token: object, subject: object) -> dict[str, Any]:
        """Return what the access token says about the same person, where it is a JWT of this issuer for this client.

        Some providers name organizations and roles there alone. Others give one that only they can read.
        """
        if not isinstance(token, str) or not token.isascii() or token.count(".") != 2:  # noqa: PLR2004
            return {}
        try:
            claims = await self._verifier_for(metadata, is_for_us=False).verified_claims(token)
        except NotAuthenticated:
            return {}
        is_ours = claims.get("client_id", claims.get("azp")) == self._settings.client_id
        return claims if is_ours and claims.get("sub") == subject else {}

    def _verifier_for(self, metadata: ProviderMetadata, *, is_for_us: bool = True) -> TokenVerifier:
        """Return a verifier with the keys that the issuer publishes, the same ones while it names the same place."""
        address, settings = metadata.jwks_uri, self._settings
        if self._keys is None or self._keys[0] != address:
            keys = FetchedKeys(lambda: self._http.get(address), clock=self._timer, on_fetched=lambda _: None)
            self._keys = (address, keys)
        audience = settings.client_id if is_for_us else None
        return TokenVerifier(self._keys[1], audience=audience, issuer=settings.issuer, clock=self._clock)


class _Client(OAuth2Client):  # type: ignore[misc] # Authlib is published without types
    """Authlib's client on our own way out: `fetch_token` is to be awaited, as with its own asynchronous one."""

    def __init__(self, http: IssuerHttp, **arguments: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(None, **arguments)
        self._http = http
        self.register_client_auth_method((_BASIC, _basic))

    async def _fetch_token(
        self,
        url: str,
        body: str,
        headers: Mapping[str, str],
        auth: Any,  # noqa: ANN401 - the library's
        method: str,
        **_: object,
    ) -> IssuerAnswer:
        address, sent, form = auth.prepare(method, url, dict(headers), body)
        return await self._http.post(address, form, sent)


def _basic(
    client: Any,  # noqa: ANN401 - the library's
    _: str,
    uri: str,
    headers: dict[str, str],
    body: str,
) -> tuple[str, dict[str, str], str]:
    """Add the client's id and secret, encoded as RFC 6749 has it (section 2.3.1)."""
    pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret or '')}"
    return uri, {**headers, "Authorization": f"Basic {b64encode(pair.encode()).decode()}"}, body


def _object(content: bytes) -> dict[str, Any]:
    try:
        document = parse_json(content)
    except Refused:
        document = None
    if not isinstance(document, dict):
        raise Unavailable("what the identity provider answers is not a JSON object")
    return document


def _metadata(document: Mapping[str, Any], issuer: str) -> ProviderMetadata:
    """Return the metadata of this very issuer.

    Raises:
        Unavailable: they are another's, or lack something.
    """
    if document.get("issuer") != issuer:
        raise Unavailable(
            f"the discovery document is that of the issuer {str(document.get('issuer'))[:200]!r}, and "
            f"MODELBOOK_OIDC_ISSUER is {issuer!r}: they have to be the same to the letter"
        )
    endpoints = {}
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        endpoint = document.get(name)
        if not isinstance(endpoint, str) or not is_safe_address(endpoint):
            raise Unavailable(f"the discovery document has no {name} with https")
        endpoints[name] = endpoint
    end_session = document.get("end_session_endpoint")
    methods = document.get("token_endpoint_auth_methods_supported", [_BASIC])
    return ProviderMetadata(
        **endpoints,
        end_session_endpoint=end_session if isinstance(end_session, str) and is_safe_address(end_session) else None,
        always_sends_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        takes_claims=document.get("claims_parameter_supported") is True,
        authentication_methods=tuple(map(str, methods)) if isinstance(methods, list) else (_BASIC,),
    )
