"""The REST API as a frontend uses it: with a token of a role in an organization."""

import json as json_library
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from io import BytesIO
from typing import Any, Self
from uuid import UUID, uuid4

from aiohttp import ClientSession

from entrypoints.http.authorization import Role
from entrypoints.http.development_token import make_token
from tests.described_answers import as_described
from tests.http_service import SECRET

PROVIDERS = "/api/ai/providers"
MODELS = "/api/ai/models"
BULK = "/api/ai/models/bulk"
AUDIT = "/api/ai/audit"
KEYS = "/api/ai/keys"
WEBHOOKS = "/api/ai/webhooks"

Document = dict[str, Any]

# The client library does not like to send more than this at once.
_LARGE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; amounts in `document` are exact decimals."""

    status: int
    headers: Mapping[str, str]
    text: str
    document: Any

    @property
    def revision(self) -> int:
        return int(self.headers["ETag"].strip('"'))

    @property
    def position(self) -> int:
        return int(self.headers["Log-Position"])

    @property
    def pointers(self) -> list[str]:
        return [error["pointer"] for error in self.document["errors"]]


@dataclass(frozen=True, slots=True)
class Api:
    """The API with one person's token."""

    session: ClientSession
    url: str
    organization_id: UUID | None
    token: str | None
    secret: str = SECRET

    def of(self, role: Role | None, *, actor: str = "user-1", is_platform_admin: bool = False) -> Self:
        """The API as somebody else in the organization has it."""
        return replace(
            self,
            token=a_token(
                self.organization_id if role else None,
                role,
                actor=actor,
                is_platform_admin=is_platform_admin,
                secret=self.secret,
            ),
        )

    def elsewhere(self) -> Self:
        """The API as the administrator of a new organization has it."""
        organization_id = uuid4()
        return replace(
            self, organization_id=organization_id, token=a_token(organization_id, Role.ADMIN, secret=self.secret)
        )

    async def ask(
        self,
        method: str,
        path: str,
        body: object = ...,
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        """Send a request; a body of `...` is none. A successful answer is what its description says, or this fails."""
        sent = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        if body is not ...:
            content = json_library.dumps(body, default=_number).encode()
        if content is not None:
            sent["Content-Type"] = "application/json"
        async with self.session.request(
            method,
            self.url + path,
            params={name: _text(value) for name, value in (query or {}).items()},
            headers=sent | dict(headers or {}),
            data=BytesIO(content) if content and len(content) > _LARGE else content,
            allow_redirects=False,
        ) as response:
            text = await response.text()
            document = None
            if response.content_type.endswith(("/json", "+json")) and text:
                document = json_library.loads(text, parse_float=Decimal)
                as_described(method, path, response.status, document)
            return Reply(response.status, response.headers.copy(), text, document)

    async def get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - the document is what it is
        reply = await self.ask("GET", path, query=query)
        assert reply.status == 200, reply.text
        return reply.document

    async def post(self, path: str, body: object = ..., **headers: str) -> Reply:
        return await self.ask("POST", path, body, headers=_named(headers))

    async def put(self, path: str, body: object, **headers: str) -> Reply:
        return await self.ask("PUT", path, body, headers=_named(headers))

    async def patch(self, path: str, body: object, **headers: str) -> Reply:
        return await self.ask("PATCH", path, body, headers=_named(headers))

    async def delete(self, path: str, *, cascade: bool | None = None, **headers: str) -> Reply:
        query = {} if cascade is None else {"cascade": cascade}
        return await self.ask("DELETE", path, query=query, headers=_named(headers))

    async def provider(self, **changes: object) -> Document:
        """Register a provider with a name of its own and return it."""
        reply = await self.post(PROVIDERS, a_provider(**changes))
        assert reply.status == 201, reply.text
        provider: Document = reply.document
        return provider

    async def model(self, provider: Document, **changes: object) -> Document:
        """Register a model that no catalogue knows and return it."""
        reply = await self.post(MODELS, a_model(provider, **changes))
        assert reply.status == 201, reply.text
        model: Document = reply.document
        return model

    async def access_key(self, **changes: object) -> Document:
        """Issue an access key and return it, with its secret."""
        reply = await self.post(KEYS, {"name": f"Key {uuid4()}", **changes})
        assert reply.status == 201, reply.text
        key: Document = reply.document
        return key

    async def with_key(self, **changes: object) -> Self:
        """The API with a new access key of the organization instead of a token."""
        return replace(self, token=(await self.access_key(**changes))["secret"])

    async def pages(self, path: str, **query: object) -> AsyncIterator[Document]:
        """Yield every page of a list, walked by its cursors."""
        cursor: Mapping[str, object] = {}
        while True:
            page = await self.get(path, **query, **cursor)
            yield page
            if not page["pagination"]["hasMore"]:
                assert page["pagination"]["nextCursor"] is None
                return
            cursor = {"cursor": page["pagination"]["nextCursor"]}

    async def rows(self, path: str, **query: object) -> list[Document]:
        """Return every row of a list."""
        return [row async for page in self.pages(path, **query) for row in page["data"]]


def a_provider(**changes: object) -> Document:
    """Return the body of a new provider; a field changed to `...` is left out."""
    body = {
        "name": f"Provider {uuid4()}",
        "providerType": "openai",
        "endpoint": "https://api.openai.com/v1",
        "apiKey": "sk-a-key-of-the-tests-1234",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not ...}


def a_model(provider: Document, **changes: object) -> Document:
    """Return the body of a new model that no catalogue knows; a field changed to `...` is left out."""
    body = {"providerId": provider["id"], "modelId": f"model-{uuid4()}", **changes}
    return {name: value for name, value in body.items() if value is not ...}


def a_token(
    organization_id: UUID | None,
    role: Role | None,
    *,
    actor: str = "user-1",
    is_platform_admin: bool = False,
    lifetime_seconds: float = 3600,
    secret: str = SECRET,
) -> str:
    return make_token(
        secret,
        actor=actor,
        issued_at=time.time(),
        lifetime_seconds=lifetime_seconds,
        organization_id=organization_id,
        role=role,
        is_platform_admin=is_platform_admin,
    )


def without_secret(key: Document) -> Document:
    """Return the key as it is shown after it was issued."""
    return {name: value for name, value in key.items() if name != "secret"}


def path_of(document: Document) -> str:
    """Return where a provider or a model is."""
    collection = MODELS if "providerId" in document else PROVIDERS
    return f"{collection}/{document['id']}"


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers under their own names: `if_match` is If-Match."""
    return {name.replace("_", "-").title(): value for name, value in headers.items()}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
