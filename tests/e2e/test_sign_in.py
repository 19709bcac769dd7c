"""Signing in with OpenID Connect, and everything that must not lead to a session."""

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import aiohttp
import psycopg
import pytest
from yarl import URL

from entrypoints.http.authorization import Role
from tests.databases import Connect, Databases
from tests.described_answers import as_described
from tests.e2e.api_client import a_token
from tests.e2e.background_loop import Background
from tests.e2e.running_service import RunningService, service_on
from tests.misbehaving_issuer import (
    CLIENT_ID,
    CLIENT_SECRET,
    Issuer,
    Sign,
    misbehaving_issuer,
    not_at_all,
    signed,
    signed_by_another,
    signed_with_the_public_key,
    tampered_with,
    unsigned,
)

FIRST, SECOND = str(uuid4()), str(uuid4())
ADMIN: Final = {"organization_id": FIRST, "org_role": "admin"}
BOTH: Final = {"organization_id": {FIRST: "admin", SECOND: "viewer"}, "name": "Ada Lovelace"}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str
    document: Any


@dataclass(slots=True)
class Browser:
    """Keeps cookies, and says which page asks, as browsers do."""

    session: aiohttp.ClientSession
    url: str
    issuer: Issuer
    sent: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        asking: dict[str, str] = {"Origin": self.url} if method != "GET" else {}
        asking |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(
            method,
            self.url + path,
            json=body,
            headers={name: value for name, value in asking.items() if value},
            allow_redirects=False,
        ) as answer:
            text = await answer.text()
            document = await answer.json(content_type=None) if answer.content_type.endswith("json") else None
            as_described(method, path, answer.status, document)
            return Reply(answer.status, answer.headers.copy(), text, document)

    async def begin(self, **query: str) -> None:
        """Go to the identity provider."""
        reply = await self.ask("GET", "/auth/login?" + "&".join(f"{name}={value}" for name, value in query.items()))
        assert reply.status == 303, reply.text
        self.sent = dict(parse_qsl(urlsplit(reply.headers["Location"]).query))

    async def come_back(self, code: str, **changes: str) -> Reply:
        """Come back from it, with other parameters where a test says so; empty ones are left out."""
        parameters = {"code": code, "state": self.sent["state"], **changes}
        query = "&".join(f"{name}={value}" for name, value in parameters.items() if value)
        return await self.ask("GET", f"/auth/callback?{query}")

    async def sign_in(self, claims: Mapping[str, object] | None = None, sign: Sign | None = None) -> Reply:
        await self.begin()
        return await self.come_back(self.issuer.code(self.sent, claims or ADMIN, sign))

    async def who(self) -> Any:  # noqa: ANN401 - the document is what it is
        return (await self.ask("GET", "/auth/session")).document["session"]

    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self.session.cookie_jar}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Background() as background:
        yield background.enter(misbehaving_issuer())


@pytest.fixture(scope="module")
def service(databases: Databases, issuer: Issuer) -> Iterator[RunningService]:
    """Give a service with a sign-in and a secret for tokens at once."""
    database = databases.migrated()
    with service_on(
        database, oidc_issuer=issuer.url, oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET
    ) as running:
        yield running
    databases.drop(database)


@asynccontextmanager
async def another(service: RunningService, issuer: Issuer) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(session, service.url, issuer)


@pytest.fixture
async def browser(service: RunningService, issuer: Issuer) -> AsyncIterator[Browser]:
    async with another(service, issuer) as browser:
        yield browser


@pytest.fixture
def owner(service: RunningService, connect_to: Connect) -> psycopg.Connection[Any]:
    return connect_to(service.database.owner_url)


@pytest.fixture
def connect_to() -> Iterator[Connect]:
    with ExitStack() as connections:
        yield lambda url="": connections.enter_context(psycopg.connect(url, autocommit=True))


def is_refused(reply: Reply) -> bool:
    return reply.status >= 400 and "Traceback" not in reply.text and "<h1>You are not signed in</h1>" in reply.text


async def test_a_person_signs_in_works_and_signs_out(browser: Browser, owner: psycopg.Connection[Any]) -> None:
    before = (await browser.ask("GET", "/auth/session")).document
    assert before == {
        "signInUrl": f"{browser.url}/auth/login",
        "hasAccounts": True,
        "hasPasskeys": False,
        "session": None,
    }
    await browser.begin(next="/%23/models?q=a")
    assert (browser.sent["code_challenge_method"], browser.sent["redirect_uri"]) == (
        "S256",
        f"{browser.url}/auth/callback",
    )
    reply = await browser.come_back(browser.issuer.code(browser.sent, {**ADMIN, "name": "Ada Lovelace"}))
    assert (reply.status, reply.headers["Location"]) == (303, "/#/models?q=a")
    [given] = [line for line in reply.headers.getall("Set-Cookie") if "-session=" in line]  # type: ignore[attr-defined]
    assert "HttpOnly" in given
    assert "SameSite=Lax" in given
    assert list(browser.cookies()) == [f"modelbook-{urlsplit(browser.url).port}-session"]
    session = await browser.who()
    assert session["organizations"] == [{"id": FIRST, "name": None, "role": "admin"}]
    assert (session["actor"], session["name"], session["organizationId"]) == ("person-1", "Ada Lovelace", FIRST)
    made = await browser.ask("POST", "/api/ai/providers", {"name": "P", "providerType": "openai", "isEnabled": False})
    assert made.status == 201, made.text
    [event] = (await browser.ask("GET", "/api/ai/audit")).document["data"]
    assert event["actor"] == "person-1"
    dumped = str(
        owner.execute("SELECT e::text FROM events e UNION ALL SELECT s::text FROM sign_in_sessions s").fetchall()
    )
    assert "person-1" in dumped
    assert "Ada" not in dumped
    [(name, value)] = browser.cookies().items()
    out = await browser.ask("POST", "/auth/logout")
    assert out.document == {"providerSignOutUrl": f"{browser.issuer.url}/end?client_id={CLIENT_ID}"}
    assert browser.cookies() == {}
    assert await browser.who() is None
    browser.session.cookie_jar.update_cookies({name: value}, URL(browser.url))
    kept = await browser.ask("GET", "/api/ai/providers")
    assert (kept.status, kept.document["detail"]) == (401, "Your session has ended: sign in again.")


NOW = int(time.time())
FORGED: Final[dict[str, tuple[Mapping[str, Any] | Sign, str]]] = {
    "another nonce": ({"nonce": "another"}, "Invalid claim: 'nonce'"),
    "no nonce": ({"nonce": ...}, "Missing claim: 'nonce'"),
    "another issuer": ({"iss": "https://issuer.example"}, "its issuer (iss) is another"),
    "no issuer": ({"iss": ...}, "its issuer (iss) is another"),
    "another audience": ({"aud": "another-client"}, "for another audience"),
    "no audience": ({"aud": ...}, "for another audience"),
    "several audiences without azp": ({"aud": [CLIENT_ID, "another-client"]}, "Missing claim: 'azp'"),
    "another azp": ({"aud": [CLIENT_ID, "another-client"], "azp": "another-client"}, "Invalid claim: 'azp'"),
    "expired": ({"exp": NOW - 60}, "it has expired"),
    "no expiry": ({"exp": ...}, "it has no exp"),
    "of tomorrow": ({"iat": NOW + 86_400, "exp": NOW + 90_000}, "issued in the future"),
    "no time": ({"iat": ...}, "Missing claim: 'iat'"),
    "no subject": ({"sub": ...}, "Missing claim: 'sub'"),
    "a subject of two lines": ({"sub": "person\n1"}, "its sub is not"),
    "no signature": (unsigned, "not signed with RS256"),
    "HS256 with the public key": (signed_with_the_public_key, "not signed with RS256"),
    "another key of the same id": (signed_by_another, "its signature does not match"),
    "another payload": (tampered_with, "its signature does not match"),
    "another access token": ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "Invalid claim: 'at_hash'"),
    "no ID token": (not_at_all, "gives no ID token"),
    "no organization": ({"organization_id": ...}, "names no organization"),
    "an organization in what the user writes": (
        {"organization_id": ..., "user_metadata": ADMIN},
        "names no organization",
    ),
    "an organization that is no UUID": ({"organization_id": "acme"}, "named by a UUID"),
    "no role": ({"org_role": ...}, "has none of the roles"),
    "another service's role": ({"org_role": "owner"}, "has none of the roles"),
}


@pytest.mark.parametrize(("forged", "reason"), FORGED.values(), ids=FORGED)
async def test_what_the_provider_must_not_say_begins_no_session(
    browser: Browser, caplog: pytest.LogCaptureFixture, forged: Mapping[str, Any] | Sign, reason: str
) -> None:
    sign, changes = (forged, {}) if callable(forged) else (None, forged)
    reply = await browser.sign_in({**ADMIN, **changes}, sign)
    assert is_refused(reply)
    assert reply.status in {401, 403}
    assert reason in caplog.text
    assert browser.cookies() == {}
    assert await browser.who() is None


async def test_half_a_minute_of_difference_between_clocks_is_no_matter(browser: Browser) -> None:
    now = int(time.time())
    assert (await browser.sign_in({**ADMIN, "iat": now + 20, "exp": now - 20})).status == 303


async def test_an_answer_counts_in_the_browser_that_asked_and_once(
    browser: Browser, service: RunningService, issuer: Issuer
) -> None:
    await browser.begin()
    code = issuer.code(browser.sent, ADMIN)
    for state in ("", "another", browser.sent["state"][:8] + "and another end"):
        assert is_refused(await browser.come_back(code, state=state))
    async with another(service, issuer) as victim:
        # Signing somebody else in with one's own account.
        await victim.begin()
        assert is_refused(await victim.come_back(code, state=browser.sent["state"]))
        # A code that somebody else has requested does not fit what this browser knows (PKCE).
        assert is_refused(await victim.come_back(code))
        assert victim.cookies() == {}
    await browser.begin()
    code = issuer.code(browser.sent, ADMIN)
    assert (await browser.come_back(code)).status == 303
    assert is_refused(await browser.come_back(code))
    await browser.begin()
    assert is_refused(await browser.come_back(code))


async def test_an_answer_of_another_issuer_is_no_answer(browser: Browser, issuer: Issuer) -> None:
    for iss in ("https://issuer.example", issuer.url + "/"):
        await browser.begin()
        assert is_refused(await browser.come_back(issuer.code(browser.sent, ADMIN), iss=iss))
    await browser.begin()
    assert (await browser.come_back(issuer.code(browser.sent, ADMIN), iss=issuer.url)).status == 303


async def test_what_the_provider_refuses_is_said_without_its_words(browser: Browser) -> None:
    for error, status in (("access_denied", 403), ("server_error", 503), ("<script>alert(1)</script>", 503)):
        await browser.begin()
        reply = await browser.come_back("", error=error, error_description="Call%20555-0100")
        assert (is_refused(reply), reply.status) == (True, status)
        assert "script" not in reply.text
        assert "555" not in reply.text


@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/%5Cevil.example", "/%09/evil.example", "javascript:alert(1)", "x"],
)
async def test_after_the_sign_in_nobody_is_sent_elsewhere(browser: Browser, path: str) -> None:
    reply = await browser.ask("GET", f"/auth/login?next={path}")
    assert (is_refused(reply), reply.status) == (True, 422)
    assert "Location" not in reply.headers


async def test_only_the_consoles_own_page_uses_the_session(browser: Browser) -> None:
    await browser.sign_in()
    provider = {"name": f"P {uuid4()}", "providerType": "openai", "isEnabled": False}
    for headers in (
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": browser.url.replace("127.0.0.1", "localhost")},
        {"Origin": "", "Sec_Fetch_Site": "same-site"},
    ):
        for method, path in (("POST", "/api/ai/providers"), ("POST", "/auth/logout"), ("POST", "/auth/session")):
            body = provider if path.startswith("/api") else {"organizationId": FIRST} if "session" in path else None
            reply = await browser.ask(method, path, body, **headers)
            assert (reply.status, reply.document["code"]) == (403, "cross-site-request"), (path, headers)
    assert (await browser.ask("GET", "/api/ai/providers", Sec_Fetch_Site="cross-site")).status == 403
    assert (await browser.ask("GET", "/auth/session", Sec_Fetch_Site="same-site")).status == 403
    assert (await browser.ask("GET", "/api/ai/providers", Sec_Fetch_Site="same-origin")).status == 200
    made = await browser.ask("POST", "/api/ai/providers", provider, Origin="", Sec_Fetch_Site="same-origin")
    assert made.status == 201
    for method, path in (("GET", "/v1/models"), ("POST", "/v1/chat/completions")):
        assert (await browser.ask(method, path, {"model": "m"} if method == "POST" else None)).status == 401


async def test_a_token_goes_before_a_session_and_needs_no_page(browser: Browser) -> None:
    await browser.sign_in()
    token = a_token(uuid4(), Role.VIEWER, actor="somebody-else")
    reply = await browser.ask("GET", "/api/ai/providers", Authorization=f"Bearer {token}", Sec_Fetch_Site="cross-site")
    assert (reply.status, reply.document["data"]) == (200, [])
    refused = await browser.ask("GET", "/api/ai/providers", Authorization="Bearer a.b.c")
    assert refused.status == 401
    # What the issuer signs opens the console, and nothing else.
    id_token = signed({**ADMIN, "sub": "person-1", "aud": CLIENT_ID, "exp": time.time() + 60})
    assert (await browser.ask("GET", "/api/ai/providers", Authorization=f"Bearer {id_token}")).status == 401


async def test_a_member_of_two_organizations_changes_between_them(
    browser: Browser, service: RunningService, issuer: Issuer
) -> None:
    await browser.sign_in(BOTH)
    session = await browser.who()
    first = session["organizationId"]
    assert {(each["id"], each["role"]) for each in session["organizations"]} == {(FIRST, "admin"), (SECOND, "viewer")}
    async with another(service, issuer) as tab:
        # A tab that shows the one organization, while another tab of the browser has changed to the other.
        tab.session.cookie_jar.update_cookies(browser.cookies(), URL(tab.url))
        changed = await tab.ask("POST", "/auth/session", {"organizationId": SECOND})
        assert (changed.document["session"]["organizationId"], changed.document["session"]["role"]) == (
            SECOND,
            "viewer",
        )
        stale = await tab.ask(
            "POST", f"/api/ai/providers?organizationId={FIRST}", {"name": "P", "providerType": "openai"}
        )
        assert stale.status == 403
        assert (await tab.ask("GET", f"/api/ai/providers?organizationId={SECOND}")).status == 200
        assert (await tab.ask("POST", "/auth/session", {"organizationId": str(uuid4())})).status == 403
        # Whoever signs in again stays where they were.
        await tab.begin()
        await tab.come_back(issuer.code(tab.sent, BOTH))
        assert (await tab.who())["organizationId"] == SECOND
    assert first in {FIRST, SECOND}
    assert await browser.who() is None


async def test_sessions_end_without_use_and_in_any_case(browser: Browser, owner: psycopg.Connection[Any]) -> None:
    for ending in (
        "UPDATE sign_in_sessions SET idle_ends_at = now() - interval '1 second'",
        "UPDATE sign_in_sessions SET ends_at = now() - interval '1 second'",
    ):
        await browser.sign_in()
        assert (await browser.ask("GET", "/api/ai/providers")).status == 200
        owner.execute(ending)
        assert (await browser.ask("GET", "/api/ai/providers")).status == 401
    await browser.sign_in()
    owner.execute("UPDATE sign_in_sessions SET idle_ends_at = now() + interval '1 minute'")
    assert (await browser.ask("GET", "/api/ai/providers")).status == 200
    renewed = owner.execute("SELECT max(idle_ends_at) > now() + interval '1 hour' FROM sign_in_sessions").fetchone()
    assert renewed == (True,)


async def test_a_person_has_so_many_sessions_and_others_keep_theirs(
    browser: Browser, service: RunningService, issuer: Issuer, owner: psycopg.Connection[Any]
) -> None:
    await browser.sign_in({**ADMIN, "sub": "somebody else"})
    for _ in range(22):
        async with another(service, issuer) as more:
            await more.sign_in({**ADMIN, "sub": "person-3"})
    counts = owner.execute("SELECT count(*) FROM sign_in_sessions WHERE actor = 'person-3'").fetchone()
    assert counts == (20,)
    assert (await browser.ask("GET", "/api/ai/providers")).status == 200


async def test_the_services_own_login_sees_a_session_by_its_id_alone(
    browser: Browser, service: RunningService, connect_to: Connect
) -> None:
    await browser.sign_in()
    app = connect_to(service.database.app_url)
    assert app.execute("SELECT count(*) FROM sign_in_sessions").fetchone() == (0,)
    assert app.execute("DELETE FROM sign_in_sessions").rowcount == 0
    assert (await browser.ask("GET", "/api/ai/providers")).status == 200


async def test_a_cookie_that_was_not_made_here_is_none(browser: Browser) -> None:
    await browser.sign_in()
    [(name, value)] = browser.cookies().items()
    for changed in (value[:-1] + ("A" if value[-1] != "A" else "B"), "", "x", value[1:], "ä"):
        browser.session.cookie_jar.clear()
        reply = await browser.ask("GET", "/api/ai/providers", Cookie=f"{name}={changed}")
        assert reply.status == 401
        assert (await browser.ask("GET", "/auth/session", Cookie=f"{name}={changed}")).document["session"] is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 303),
        ({"client_id": "another-client"}, 403),
        ({"sub": "person-2"}, 403),
        ({"iss": "https://issuer.example"}, 403),
        ({"exp": NOW - 60}, 403),
    ],
)
async def test_roles_may_stand_in_the_access_token_of_this_client_alone(
    browser: Browser, issuer: Issuer, changes: Mapping[str, Any], status: int
) -> None:
    access = {"iss": issuer.url, "sub": "person-1", "aud": "authenticated", "client_id": CLIENT_ID, "exp": NOW + 3600}
    await browser.begin()
    token = signed({**access, "app_metadata": ADMIN, **changes})
    reply = await browser.come_back(issuer.code(browser.sent, {}, access_token=token))
    assert reply.status == status


async def test_a_client_that_authenticates_in_the_body_is_served(browser: Browser, issuer: Issuer) -> None:
    issuer.authentication = "client_secret_post"
    try:
        assert (await browser.sign_in()).status == 303
    finally:
        issuer.authentication = "client_secret_basic"
