"""An identity provider that says whatever a test wants it to say, also what no provider may."""

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, Final

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from tests.tokens import OTHER_RSA_KEY, RSA_KEY, jwk

Sign = Callable[[Mapping[str, Any]], str]

CLIENT_ID: Final = "modelbook"
CLIENT_SECRET: Final = "the client's secret: 100% +/="

KEY: Final = RSA_KEY
OTHER_KEY: Final = OTHER_RSA_KEY
NEW_KEY: Final = ec.generate_private_key(ec.SECP256R1())


def signed(claims: Mapping[str, Any]) -> str:
    return jwt.encode(dict(claims), KEY, "RS256", headers={"kid": "first"})


@dataclass(slots=True)
class Issued:
    """What a code is good for."""

    claims: dict[str, Any]
    sign: Sign
    challenge: str
    access_token: str


@dataclass(slots=True)
class Issuer:
    """The provider. `metadata` are members of its discovery document that are others, None those that are missing."""

    url: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    keys: list[Mapping[str, Any]] = field(default_factory=lambda: [jwk(KEY, kid="first", alg="RS256", use="sig")])
    authentication: str = "client_secret_basic"
    is_away: bool = False
    answer: web.Response | None = None
    asked: list[str] = field(default_factory=list)
    codes: dict[str, Issued] = field(default_factory=dict)

    def code(
        self,
        sent: Mapping[str, str],
        claims: Mapping[str, object],
        sign: Sign | None = None,
        *,
        access_token: str = "of no use here",
    ) -> str:
        """Return a code for the authorization request; claims that are `...` are left out of its ID token."""
        now = int(time.time())
        usual = {
            "iss": self.url,
            "sub": "person-1",
            "aud": CLIENT_ID,
            "nonce": sent["nonce"],
            "iat": now,
            "exp": now + 300,
        }
        code = token_urlsafe(16)
        kept = {name: value for name, value in {**usual, **claims}.items() if value is not ...}
        self.codes[code] = Issued(kept, sign or signed, sent["code_challenge"], access_token)
        return code

    async def discover(self, _: web.Request) -> web.Response:
        document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "end_session_endpoint": f"{self.url}/end",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            **self.metadata,
        }
        return web.json_response({name: value for name, value in document.items() if value is not None})

    async def jwks(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": self.keys})

    async def token(self, request: web.Request) -> web.Response:
        if self.answer is not None:
            return self.answer
        form = await request.post()
        if not self._is_the_client(request, form):
            return web.json_response({"error": "invalid_client"}, status=401)
        issued = self.codes.pop(str(form["code"]), None)
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if issued is None or urlsafe_b64encode(digest).rstrip(b"=").decode() != issued.challenge:
            return web.json_response({"error": "invalid_grant"}, status=400)
        token = {"access_token": issued.access_token, "token_type": "Bearer", "id_token": issued.sign(issued.claims)}
        return web.json_response({name: value for name, value in token.items() if value})

    def _is_the_client(self, request: web.Request, form: Mapping[str, Any]) -> bool:
        if self.authentication == "client_secret_post":
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        # Encoded once as a form, and then in base64 (RFC 6749, section 2.3.1).
        return request.headers.get("Authorization") == (
            "Basic bW9kZWxib29rOnRoZStjbGllbnQlMjdzK3NlY3JldCUzQSsxMDAlMjUrJTJCJTJGJTNE"
        )

    @web.middleware
    async def noted(self, request: web.Request, handler: Callable[..., Any]) -> web.StreamResponse:
        self.asked.append(request.path)
        if self.is_away:
            return web.Response(status=503, text="Down for maintenance")
        response: web.StreamResponse = await handler(request)
        return response


@asynccontextmanager
async def misbehaving_issuer() -> AsyncIterator[Issuer]:
    """Give an issuer on a free port of this machine, well-behaved at first."""
    issuer = Issuer()
    app = web.Application(middlewares=[issuer.noted])
    app.router.add_get("/.well-known/openid-configuration", issuer.discover)
    app.router.add_get("/jwks", issuer.jwks)
    app.router.add_post("/token", issuer.token)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    issuer.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield issuer
    finally:
        await runner.cleanup()


def unsigned(claims: Mapping[str, Any]) -> str:
    return jwt.encode(dict(claims), "", "none")


def signed_with_the_public_key(claims: Mapping[str, Any]) -> str:
    """As somebody does who hopes that the public key is taken for a shared secret."""
    header = {"alg": "HS256", "kid": "first", "typ": "JWT"}
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    secret = json.dumps(jwk(KEY)).encode()
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(b".".join(parts), secret)
    return b".".join([*parts, urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def signed_by_another(claims: Mapping[str, Any]) -> str:
    return jwt.encode(dict(claims), OTHER_KEY, "RS256", headers={"kid": "first"})


def signed_with_the_new_key(claims: Mapping[str, Any]) -> str:
    return jwt.encode(dict(claims), NEW_KEY, "ES256", headers={"kid": "second"})


def tampered_with(claims: Mapping[str, Any]) -> str:
    """A token whose payload was exchanged after it was signed."""
    header, _, signature = signed(claims).split(".")
    payload = urlsafe_b64encode(json.dumps({**claims, "sub": "person-2"}).encode()).rstrip(b"=").decode()
    return f"{header}.{payload}.{signature}"


def not_at_all(_: Mapping[str, Any]) -> str:
    return ""
