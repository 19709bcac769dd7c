"""Who may use which route: every route there is, asked by every kind of person.

The routes come from the application itself, so one that is added without a line in `ROUTES` fails here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest

from entrypoints.http.authorization import Role
from entrypoints.logs import build_logger
from entrypoints.server_process import application
from tests.e2e.api_client import Api, Reply, a_token, path_of, without_secret
from tests.e2e.running_service import RunningService

EVERYBODY, VIEWER, EDITOR, ADMIN, PLATFORM = "everybody", Role.VIEWER, Role.EDITOR, Role.ADMIN, "platform admins"
# Of the console, with its session: what anybody else sends counts for nothing.
OWN_PAGES = "the console's own pages"

AN_ID = str(uuid4())
A_MODEL = {"providerId": AN_ID, "modelId": "m"}
A_CHAT = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}

# Who may, and a body that would be accepted.
ROUTES: dict[tuple[str, str], tuple[object, object]] = {
    ("GET", "/healthz"): (EVERYBODY, ...),
    ("GET", "/readyz"): (EVERYBODY, ...),
    ("GET", "/metrics"): (EVERYBODY, ...),
    ("GET", "/api/docs"): (EVERYBODY, ...),
    ("GET", "/api/docs/openapi.json"): (EVERYBODY, ...),
    ("GET", "/"): (EVERYBODY, ...),
    # Of cookies and origins `test_sign_in.py` and `test_members.py` ask.
    ("GET", "/auth/login"): (EVERYBODY, ...),
    ("GET", "/auth/callback"): (EVERYBODY, ...),
    ("GET", "/auth/session"): (EVERYBODY, ...),
    ("POST", "/auth/session"): (OWN_PAGES, {"organizationId": AN_ID}),
    ("POST", "/auth/passphrase"): (OWN_PAGES, {"address": "a@example.org", "passphrase": "p"}),
    ("POST", "/auth/passkey/options"): (OWN_PAGES, ...),
    ("POST", "/auth/passkey"): (OWN_PAGES, {"passkey": {}}),
    ("POST", "/auth/invitation"): (OWN_PAGES, {"invitation": "i"}),
    ("POST", "/auth/invitation/passkey-options"): (OWN_PAGES, {"invitation": "i"}),
    ("POST", "/auth/invitation/accept"): (OWN_PAGES, {"invitation": "i"}),
    ("GET", "/auth/account"): (OWN_PAGES, ...),
    ("PATCH", "/auth/account"): (OWN_PAGES, {"name": "N"}),
    ("DELETE", "/auth/account"): (OWN_PAGES, {}),
    ("PUT", "/auth/account/passphrase"): (OWN_PAGES, {"passphrase": "p"}),
    ("POST", "/auth/account/passkeys/options"): (OWN_PAGES, ...),
    ("POST", "/auth/account/passkeys"): (OWN_PAGES, {"passkey": {}}),
    ("DELETE", "/auth/account/passkeys/{id}"): (OWN_PAGES, {}),
    ("GET", "/api/ai/members"): (ADMIN, ...),
    ("POST", "/api/ai/members"): (ADMIN, {"address": "a@example.org", "role": "viewer"}),
    ("GET", "/api/ai/members/{id}"): (ADMIN, ...),
    ("PATCH", "/api/ai/members/{id}"): (ADMIN, {"role": "viewer"}),
    ("DELETE", "/api/ai/members/{id}"): (ADMIN, ...),
    ("POST", "/api/ai/members/{id}/invitation"): (ADMIN, ...),
    ("GET", "/api/ai/members/{id}/history"): (ADMIN, ...),
    ("POST", "/auth/logout"): (EVERYBODY, ...),
    ("GET", "/api/ai/provider-types"): (VIEWER, ...),
    ("GET", "/api/ai/providers"): (VIEWER, ...),
    ("POST", "/api/ai/providers"): (ADMIN, {"name": "P", "providerType": "openai"}),
    ("GET", "/api/ai/providers/{id}"): (VIEWER, ...),
    ("PUT", "/api/ai/providers/{id}"): (ADMIN, {"name": "P"}),
    ("PATCH", "/api/ai/providers/{id}"): (ADMIN, {"name": "P"}),
    ("DELETE", "/api/ai/providers/{id}"): (ADMIN, ...),
    ("GET", "/api/ai/providers/{id}/history"): (VIEWER, ...),
    ("POST", "/api/ai/providers/{id}/revert"): (ADMIN, {"toRevision": 1}),
    ("GET", "/api/ai/providers/{id}/health"): (VIEWER, ...),
    ("GET", "/api/ai/providers/{id}/models"): (VIEWER, ...),
    ("POST", "/api/ai/providers/{id}/models/import"): (EDITOR, {"modelIds": ["m"]}),
    ("POST", "/api/ai/providers/{id}/test"): (EDITOR, ...),
    ("POST", "/api/ai/providers/test"): (ADMIN, {"providerType": "openai", "endpoint": "https://127.0.0.1:1"}),
    ("GET", "/api/ai/models"): (VIEWER, ...),
    ("POST", "/api/ai/models"): (EDITOR, A_MODEL),
    ("POST", "/api/ai/models/bulk"): (EDITOR, {"operations": [{"op": "create", **A_MODEL}]}),
    ("GET", "/api/ai/models/discover"): (VIEWER, ...),
    ("GET", "/api/ai/models/{id}"): (VIEWER, ...),
    ("PUT", "/api/ai/models/{id}"): (EDITOR, {"name": "M"}),
    ("PATCH", "/api/ai/models/{id}"): (EDITOR, {"name": "M"}),
    ("DELETE", "/api/ai/models/{id}"): (EDITOR, ...),
    ("GET", "/api/ai/models/{id}/history"): (VIEWER, ...),
    ("POST", "/api/ai/models/{id}/revert"): (EDITOR, {"toRevision": 1}),
    ("POST", "/api/ai/select"): (VIEWER, {"need": {"type": "language"}}),
    ("POST", "/api/ai/generate"): (EDITOR, {"modelId": AN_ID, "prompt": "Hello"}),
    ("GET", "/api/ai/keys"): (VIEWER, ...),
    ("POST", "/api/ai/keys"): (ADMIN, {"name": "K"}),
    ("GET", "/api/ai/keys/{id}"): (VIEWER, ...),
    ("PATCH", "/api/ai/keys/{id}"): (ADMIN, {"name": "K"}),
    ("DELETE", "/api/ai/keys/{id}"): (ADMIN, ...),
    ("POST", "/api/ai/keys/{id}/rotate"): (ADMIN, {}),
    ("GET", "/api/ai/keys/{id}/history"): (VIEWER, ...),
    ("GET", "/api/ai/keys/{id}/usage"): (VIEWER, ...),
    ("GET", "/api/ai/webhooks"): (VIEWER, ...),
    ("POST", "/api/ai/webhooks"): (ADMIN, {"name": "W", "url": "https://alerts.example.com", "topics": ["*"]}),
    ("GET", "/api/ai/webhooks/{id}"): (VIEWER, ...),
    ("PATCH", "/api/ai/webhooks/{id}"): (ADMIN, {"name": "W"}),
    ("DELETE", "/api/ai/webhooks/{id}"): (ADMIN, ...),
    ("POST", "/api/ai/webhooks/{id}/rotate"): (ADMIN, {}),
    ("GET", "/api/ai/webhooks/{id}/history"): (VIEWER, ...),
    ("POST", "/api/ai/webhooks/{id}/test"): (ADMIN, ...),
    ("GET", "/api/ai/webhooks/{id}/deliveries"): (VIEWER, ...),
    ("GET", "/api/ai/overview"): (VIEWER, ...),
    ("GET", "/api/ai/budget"): (VIEWER, ...),
    ("PUT", "/api/ai/budget"): (ADMIN, {}),
    ("GET", "/api/ai/quotas"): (VIEWER, ...),
    ("GET", "/api/ai/usage"): (VIEWER, ...),
    ("GET", "/api/ai/requests"): (VIEWER, ...),
    ("GET", "/v1/models"): (VIEWER, ...),
    ("GET", "/v1/models/{model}"): (VIEWER, ...),
    ("POST", "/v1/chat/completions"): (EDITOR, A_CHAT),
    ("POST", "/v1/responses"): (EDITOR, {"model": "m", "input": "Hello"}),
    ("POST", "/v1/messages"): (EDITOR, {**A_CHAT, "max_tokens": 9}),
    ("POST", "/v1/messages/count_tokens"): (EDITOR, A_CHAT),
    ("POST", "/v1/embeddings"): (EDITOR, {"model": "m", "input": "Hello"}),
    ("POST", "/api/ai/embed"): (EDITOR, {"modelId": AN_ID, "texts": ["Hello"]}),
    ("GET", "/api/ai/audit"): (VIEWER, ...),
    ("GET", "/api/ai/audit/verify"): (VIEWER, ...),
    ("GET", "/api/ai/audit/export"): (VIEWER, ...),
    ("GET", "/api/ai/events"): (VIEWER, ...),
    ("GET", "/api/admin/organizations"): (PLATFORM, ...),
    ("PUT", "/api/admin/organizations/{id}"): (PLATFORM, {"name": "An organization"}),
    ("DELETE", "/api/admin/organizations/{id}"): (PLATFORM, ...),
    ("PUT", "/api/admin/organizations/{id}/quotas"): (PLATFORM, {}),
    ("GET", "/api/admin/projections"): (PLATFORM, ...),
    ("POST", "/api/admin/projections/{name}/rebuild"): (PLATFORM, {}),
    ("POST", "/api/admin/projections/{name}/verify"): (PLATFORM, {}),
    ("GET", "/api/admin/jobs"): (PLATFORM, ...),
    ("GET", "/api/admin/jobs/{id}"): (PLATFORM, ...),
    ("POST", "/api/admin/jobs/{id}/cancel"): (PLATFORM, ...),
    ("POST", "/api/admin/audit/restored"): (PLATFORM, {"reason": "A disk was lost"}),
    ("GET", "/api/admin/keys"): (PLATFORM, ...),
    ("POST", "/api/admin/keys/rotate"): (PLATFORM, ...),
}


# What an access key of the scope `run` may use.
FOR_RUN_KEYS = {
    ("POST", "/api/ai/select"),
    ("POST", "/api/ai/generate"),
    ("POST", "/api/ai/embed"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{model}"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/v1/responses"),
    ("POST", "/v1/messages"),
    ("POST", "/v1/messages/count_tokens"),
    ("POST", "/v1/embeddings"),
}

# The files of pages that everybody may see, as long as they can only be read.
PAGES = ("/api/docs/", "/console/")


@dataclass(frozen=True, slots=True)
class Person:
    """How somebody asks, and what they may."""

    asks: Callable[[Api], Api]
    is_known: bool = True
    role: Role | None = None
    is_platform_admin: bool = False
    scope: str | None = None

    def may(self, who: object, route: tuple[str, str]) -> bool:
        if self.scope == "run":
            return route in FOR_RUN_KEYS
        if who == PLATFORM:
            return self.is_platform_admin
        return self.role is not None and isinstance(who, Role) and self.role >= who


def _expired(api: Api) -> Api:
    return replace(api, token=a_token(api.organization_id, Role.ADMIN, lifetime_seconds=-60))


def _forged(api: Api) -> Api:
    return replace(api, token=a_token(api.organization_id, Role.ADMIN, secret="another secret of 32 bytes or so.."))


PEOPLE = {
    "nobody": Person(lambda api: replace(api, token=None), is_known=False),
    "somebody whose token has expired": Person(_expired, is_known=False),
    "somebody who signed it themselves": Person(_forged, is_known=False),
    "a viewer": Person(lambda api: api.of(Role.VIEWER), role=Role.VIEWER),
    "an editor": Person(lambda api: api.of(Role.EDITOR), role=Role.EDITOR),
    "an admin": Person(lambda api: api.of(Role.ADMIN), role=Role.ADMIN),
    "an admin elsewhere": Person(lambda api: api.elsewhere(), role=Role.ADMIN),
    "a key to run models": Person(lambda api: api, scope="run"),
    "a key to read": Person(lambda api: api, role=Role.VIEWER, scope="read"),
    "a key to manage": Person(lambda api: api, role=Role.EDITOR, scope="manage"),
    "a platform admin": Person(lambda api: api.of(None, is_platform_admin=True), is_platform_admin=True),
    "a platform admin who views": Person(
        lambda api: api.of(Role.VIEWER, is_platform_admin=True), role=Role.VIEWER, is_platform_admin=True
    ),
    "a platform admin who administers": Person(
        lambda api: api.of(Role.ADMIN, is_platform_admin=True), role=Role.ADMIN, is_platform_admin=True
    ),
}


@pytest.fixture(scope="module")
def routes(service: RunningService) -> list[tuple[str, str]]:
    """Give method and path of every route of the application."""
    app = application(service.container, service.runtime, build_logger(level="error"))
    return [(route.method, route.resource.canonical) for route in app.router.routes() if route.resource is not None]


def is_page(method: str, path: str) -> bool:
    return method == "GET" and path.startswith(PAGES)


def expected(method: str, path: str) -> tuple[object, Any]:
    """Return who may use the route, and a body for it."""
    method = "GET" if method == "HEAD" else method
    return (EVERYBODY, ...) if is_page(method, path) and (method, path) not in ROUTES else ROUTES[method, path]


async def ask(api: Api, method: str, path: str) -> Reply:
    # Nobody stays to follow, and the organization that others ask about stays.
    subject = str(uuid4()) if (method, path) == ("DELETE", "/api/admin/organizations/{id}") else AN_ID
    query = {"follow": False} if path == "/api/ai/events" else {}
    return await api.ask(
        method, path.replace("{id}", subject).replace("{name}", "nothing"), expected(method, path)[1], query=query
    )


def test_every_route_is_in_the_table_and_the_table_has_no_other(routes: list[tuple[str, str]]) -> None:
    found = {(method, path) for method, path in routes if method != "HEAD"}
    assert {route for route in found if not is_page(*route)} - ROUTES.keys() == set()
    assert ROUTES.keys() - found == set()


@pytest.mark.parametrize("name", PEOPLE)
async def test_everybody_may_what_the_table_says_and_nothing_else(
    routes: list[tuple[str, str]], api: Api, name: str
) -> None:
    person = PEOPLE[name]
    asking = person.asks(api) if person.scope is None else await api.with_key(scope=person.scope)
    wrong = []
    for method, path in routes:
        # It is handled as GET is, by the same record.
        if method == "HEAD" and name not in {"nobody", "a viewer"}:
            continue
        who, _ = expected(method, path)
        status = (await ask(asking, method, path)).status
        route = ("GET" if method == "HEAD" else method, path)
        if who == EVERYBODY or person.may(who, route):
            fits = status in {200, 201, 202, 204, 404, 409, 422}
        elif who == OWN_PAGES:
            fits = status in {401, 403}
        else:
            fits = status == (403 if person.is_known else 401)
        if not fits:
            wrong.append(f"{method} {path} answers {name} with {status}")
    assert wrong == []


async def test_a_refusal_says_who_may(api: Api) -> None:
    reply = await api.of(Role.VIEWER).post("/api/ai/models", A_MODEL)
    assert "viewer" in reply.document["detail"]
    assert "editor" in reply.document["detail"]
    nobody = await replace(api, token=None).post("/api/ai/models", A_MODEL)
    assert nobody.headers["WWW-Authenticate"] == "Bearer"
    expired = await _expired(api).ask("GET", "/api/ai/models")
    assert "expired" in expired.document["detail"]
    assert 'error="invalid_token"' in expired.headers["WWW-Authenticate"]


@pytest.mark.parametrize("kind", ["provider", "model", "key"])
async def test_an_id_of_another_organization_is_not_found_on_any_route(
    routes: list[tuple[str, str]], api: Api, kind: str
) -> None:
    other = api.elsewhere()
    provider = await other.provider()
    model = await other.model(provider)
    key = await other.access_key()
    owned = {"provider": provider, "model": model, "key": key}[kind]
    wrong = []
    for method, path in routes:
        who, body = expected(method, path)
        if f"ai/{kind}s/{{id}}" not in path or who == PLATFORM:
            continue
        manager = await api.with_key(scope="manage")
        for asking in (api, api.of(Role.ADMIN, is_platform_admin=True), manager):
            reply = await asking.ask(method, path.replace("{id}", owned["id"]), body)
            if reply.status != (403 if asking is manager and who is ADMIN else 404):
                wrong.append(f"{method} {path}: {reply.status} {reply.text}")
    assert wrong == []
    assert await other.get(path_of(provider)) == provider
    assert await other.get(path_of(model)) == model
    assert await other.get(f"/api/ai/keys/{key['id']}") == without_secret(key)
    assert len(await other.rows("/api/ai/audit")) == 3


async def test_ids_of_another_organization_in_bodies_and_queries_lead_nowhere(api: Api) -> None:
    other = api.elsewhere()
    provider = await other.provider()
    model = await other.model(provider)
    assert (await api.post("/api/ai/models", {"providerId": provider["id"], "modelId": "x"})).status == 404
    for op in ("update", "enable", "disable", "delete"):
        reply = await api.post("/api/ai/models/bulk", {"operations": [{"op": op, "id": model["id"]}]})
        assert [error["code"] for error in reply.document["errors"]] == ["model-not-found"]
    assert await api.rows("/api/ai/models", providerId=provider["id"]) == []
    assert await api.rows("/api/ai/audit", aggregateId=model["id"]) == []


async def test_a_role_in_the_users_own_metadata_counts_for_nothing(api: Api) -> None:
    for path in ("/api/ai/providers", "/api/admin/organizations/" + AN_ID):
        headers = {"X-Organization-Id": AN_ID, "X-Org-Role": "admin", "X-Platform-Admin": "true"}
        reply = await api.of(Role.VIEWER).ask(
            "PUT" if "admin/" in path else "POST", path, {"name": "N"}, headers=headers
        )
        assert reply.status == 403
