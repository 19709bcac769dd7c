"""What is asked of an identity provider, how often, and what of its answers counts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from yarl import URL

from application.errors import Unavailable
from entrypoints.http.sign_in.identity_provider import METADATA_SECONDS, RETRY_SECONDS, IdentityProvider
from entrypoints.http.sign_in.issuer_http import IssuerHttp
from entrypoints.http.sign_in.sign_in_cookies import new_sign_in
from entrypoints.http.sign_in.sign_in_problems import SignInProblem
from entrypoints.http.sign_in.sign_in_settings import SignInSettings
from entrypoints.http.token_keys import REFETCH_SECONDS
from tests.misbehaving_issuer import (
    CLIENT_ID,
    CLIENT_SECRET,
    NEW_KEY,
    Issuer,
    Sign,
    misbehaving_issuer,
    signed_with_the_new_key,
)
from tests.tokens import Clock, jwk

DISCOVERY = "/.well-known/openid-configuration"


@asynccontextmanager
async def asked(*, slash: str = "") -> AsyncIterator[tuple[IdentityProvider, Issuer, Clock]]:
    """Give a provider as this service sees it, with the issuer behind it, and the time that passes here."""
    async with misbehaving_issuer() as issuer:
        timer = Clock()
        settings = SignInSettings(
            issuer=issuer.url + slash,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            scope="openid",
            organization_claim="organization_id",
            role_claim="org_role",
            public_url="https://modelbook.example/below",
        )
        yield IdentityProvider(settings, IssuerHttp(seconds=5.0), timer=timer), issuer, timer


async def sign_in(provider: IdentityProvider, issuer: Issuer, sign: Sign | None = None) -> None:
    pending = new_sign_in()
    url = URL(await provider.authorization_url(pending, prompt=None))
    assert url.query["redirect_uri"] == "https://modelbook.example/below/auth/callback"
    await provider.claims(issuer.code(url.query, {}, sign), pending, issuer=None)


async def refusal(provider: IdentityProvider, issuer: Issuer, sign: Sign | None = None) -> SignInProblem:
    with pytest.raises(SignInProblem) as refused:
        await sign_in(provider, issuer, sign)
    return refused.value


async def test_metadata_and_keys_are_requested_now_and_then_and_stay_good_meanwhile() -> None:
    async with asked() as (provider, issuer, timer):
        for _ in range(3):
            await sign_in(provider, issuer)
        assert (issuer.asked.count(DISCOVERY), issuer.asked.count("/jwks")) == (1, 1)
        timer.now += METADATA_SECONDS
        issuer.metadata = {"issuer": "https://issuer.example"}
        await sign_in(provider, issuer)
        assert issuer.asked.count(DISCOVERY) == 2


async def test_a_provider_that_is_away_is_asked_again_soon_and_not_by_everybody() -> None:
    async with asked() as (provider, issuer, timer):
        issuer.is_away = True
        problems = [await refusal(provider, issuer) for _ in range(3)]
        assert ({problem.status for problem in problems}, len(issuer.asked)) == ({503}, 1)
        problem = problems[-1]
        assert "Try again in a minute" in problem.text
        assert issuer.url not in problem.text
        issuer.is_away = False
        timer.now += RETRY_SECONDS
        await sign_in(provider, issuer)


async def test_the_discovery_document_is_that_of_this_very_issuer() -> None:
    async with asked(slash="/") as (provider, issuer, _):
        problem = await refusal(provider, issuer)
        assert f"{issuer.url!r}, and MODELBOOK_OIDC_ISSUER is {issuer.url + '/'!r}" in problem.reason


@pytest.mark.parametrize("endpoint", ["http://issuer.example/token", "file:///etc/passwd", "/token", 7, None])
@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
async def test_nothing_goes_where_somebody_may_listen(name: str, endpoint: object) -> None:
    async with asked() as (provider, issuer, _):
        issuer.metadata = {name: endpoint}
        assert f"no {name} with https" in (await refusal(provider, issuer)).reason


async def test_a_provider_that_always_says_who_it_is_must_have_said_so() -> None:
    async with asked() as (provider, issuer, _):
        issuer.metadata = {"authorization_response_iss_parameter_supported": True}
        assert "names another issuer (iss), or none" in (await refusal(provider, issuer)).reason
        assert "/token" not in issuer.asked


async def test_new_keys_are_fetched_at_most_once_a_minute() -> None:
    async with asked() as (provider, issuer, timer):
        await sign_in(provider, issuer)
        issuer.keys = [jwk(NEW_KEY, kid="second", alg="ES256", use="sig")]
        for _ in range(2):
            assert "is not known here" in (await refusal(provider, issuer, signed_with_the_new_key)).reason
        assert issuer.asked.count("/jwks") == 1
        timer.now += REFETCH_SECONDS
        await sign_in(provider, issuer, signed_with_the_new_key)
        assert issuer.asked.count("/jwks") == 2
        # What was signed with the old key is over.
        assert "is not known here" in (await refusal(provider, issuer)).reason


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda: web.Response(text="<h1>Bad gateway</h1>", status=502), "not a JSON object"),
        (lambda: web.json_response({"message": "of a proxy"}, status=429), "answers with 429"),
        (lambda: web.json_response({"error": "unauthorized_client"}, status=400), "unauthorized_client"),
        (lambda: web.json_response(["id_token"]), "not a JSON object"),
        (lambda: web.Response(text='{"id_token": "' + "a" * 1_100_000 + '"}'), "more than 1,048,576 bytes"),
        (lambda: web.Response(status=302, headers={"Location": "https://issuer.example/token"}), "not a JSON object"),
    ],
)
async def test_odd_answers_of_the_token_endpoint_are_no_traces(answer: object, reason: str) -> None:
    async with asked() as (provider, issuer, _):
        assert callable(answer)
        issuer.answer = answer()
        problem = await refusal(provider, issuer)
        assert (problem.status, reason in problem.reason) == (503, True), problem.reason


async def test_few_requests_are_under_way_at_once() -> None:
    async with misbehaving_issuer() as issuer:
        http = IssuerHttp(most_at_once=0)
        with pytest.raises(Unavailable, match="under way already"):
            await http.get(f"{issuer.url}/jwks")
        assert issuer.asked == []
