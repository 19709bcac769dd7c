"""An organization over the REST API of a running service, as whoever has the token may see and change it."""

import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final
from urllib.request import getproxies, proxy_bypass
from uuid import UUID

import orjson
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar
from yarl import URL

from application.declaration.errors import ServiceRefused, ServiceUnreachable
from application.declaration.organization import Created
from application.declaration.resources import ExistingResource, Kind, TypeOfProvider, model_key, model_label, named_key

_PATHS: Final[Mapping[Kind, str]] = {
    "provider": "/api/ai/providers",
    "model": "/api/ai/models",
    "access key": "/api/ai/keys",
    "webhook": "/api/ai/webhooks",
    "budget": "/api/ai/budget",
}
_PATIENCE: Final = ClientTimeout(total=120, connect=10)
_LARGEST: Final = 32 * 1024 * 1024
_PAGE: Final = 200
_MOST_PAGES: Final = 500
# A plan is made from what holds now: no replica has come as far as this, so that the primary is read.
_BEYOND_REPLICAS: Final = "9" * 18
_MOST_TOLD: Final = 5
_LONGEST_TOLD: Final = 2_000

_PROVIDER_FIELDS: Final = ("name", "providerType", "endpoint", "settings", "isEnabled")
_MODEL_FIELDS: Final = (
    "modelId",
    "name",
    "version",
    "type",
    "capabilities",
    "config",
    "costPer1kTokens",
    "pricing",
    "contextWindow",
    "maxTokens",
    "isEnabled",
)
_KEY_FIELDS: Final = ("name", "scope", "limits", "labels", "isEnabled")
_WEBHOOK_FIELDS: Final = ("name", "topics", "format", "isEnabled")
# The service names them itself, and takes them from nobody.
_NOT_WRITTEN: Final = ("currency", "source", "asOf")
# Where a model's fields have another name among its sources. What a person or the provider gave is kept; the rest the
# catalogue fills in anywhere.
_SOURCES: Final = {"pricing": "price"}
_FILLED: Final = frozenset({"name", "version", "type", "capabilities", "pricing", "contextWindow", "maxTokens"})
_OF_ITS_OWN: Final = frozenset({"manual", "live"})


@contextmanager
def _as_documented(url: str) -> Iterator[None]:
    """Translate an answer that does not have the API's form into an error."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ServiceUnreachable(
            f"The service at {url} answers in another form than this command knows. Look at the address, and whether "
            "both have the same version."
        ) from error


@asynccontextmanager
async def organization_over_http(url: str, token: str) -> "AsyncGenerator[RestApiOrganization]":
    """Give the organization of the token at the service whose address this is."""
    session = ClientSession(
        timeout=_PATIENCE,
        cookie_jar=DummyCookieJar(),
        proxy=_proxy(url),
        headers={
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "Log-Position": _BEYOND_REPLICAS,
            "User-Agent": "modelbook",
        },
    )
    async with session:
        yield RestApiOrganization(session, url.rstrip("/"))


def _proxy(url: str) -> str | None:
    """Return the way out that the environment names. Nothing else is taken from there: .netrc may have a password.

    What is not encrypted never leaves this machine, not even for a proxy.
    """
    address = URL(url)
    host = address.host or ""
    is_direct = address.scheme != "https" or proxy_bypass(f"{host}:{address.port}") or proxy_bypass(host)
    return None if is_direct else getproxies().get("https")


class RestApiOrganization:
    """Implements `application.declaration.organization.DeclaredOrganization`."""

    def __init__(self, session: ClientSession, url: str) -> None:
        """`session` sends the token with each request."""
        self._session = session
        self._url = url

    async def check(self, organization_id: UUID | None) -> None:
        query = {"limit": "1"} if organization_id is None else {"limit": "1", "organizationId": str(organization_id)}
        await self._request("GET", _PATHS["provider"], query=query)

    async def provider_types(self) -> Mapping[str, TypeOfProvider]:
        answer = await self._request("GET", "/api/ai/provider-types")
        with _as_documented(self._url):
            return {
                each["name"]: TypeOfProvider(
                    settings=frozenset(field["name"] for field in each["fields"]),
                    has_endpoint=each["defaultEndpoint"] is not None,
                )
                for each in answer["data"]
            }

    async def resources(self) -> Sequence[ExistingResource]:
        keys = await self._all("access key")
        webhooks = await self._all("webhook")
        budget = await self._request("GET", _PATHS["budget"])
        found = await self._all("model")
        # After their models, so that the provider of each is there, unless both have been removed since.
        providers = await self._all("provider")
        with _as_documented(self._url):
            names = {provider["id"]: provider["name"] for provider in providers}
            models = [model for model in found if model["providerId"] in names]
            places = {model["id"]: (names[model["providerId"]], model["modelId"]) for model in models}
            return [
                *map(_provider, providers),
                *(_model(model, names[model["providerId"]]) for model in models),
                ExistingResource(
                    kind="budget",
                    key=(),
                    label="of the organization",
                    fields={name: budget[name] for name in ("usd", "period")},
                ),
                *(_access_key(key, names, places) for key in keys),
                *map(_webhook, webhooks),
            ]

    async def create(self, kind: Kind, fields: Mapping[str, Any]) -> Created:
        answer = await self._request("POST", _PATHS[kind], fields)
        with _as_documented(self._url):
            return Created(id=answer["id"], secret=answer.get("secret"))

    async def change(self, present: ExistingResource, patch: Mapping[str, Any]) -> None:
        if present.kind == "budget":
            await self._request("PUT", _PATHS["budget"], {**present.fields, **patch})
        else:
            await self._request("PATCH", _path(present), patch, revision=present.revision)

    async def remove(self, present: ExistingResource) -> None:
        query = {"cascade": "true"} if present.kind == "provider" else {}
        await self._request("DELETE", _path(present), query=query, revision=present.revision)

    async def import_models(self, provider_id: str, model_ids: Sequence[str]) -> None:
        path = f"{_PATHS['provider']}/{provider_id}/models/import"
        await self._request("POST", path, {"modelIds": model_ids, "enable": True})

    async def change_models(self, operations: Sequence[Mapping[str, Any]]) -> Sequence[str]:
        answer = await self._request("POST", "/api/ai/models/bulk", {"atomic": True, "operations": operations})
        with _as_documented(self._url):
            return [result["id"] for _, result in zip(operations, answer["results"], strict=True)]

    async def _all(self, kind: Kind) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        query = {"limit": str(_PAGE)}
        for _ in range(_MOST_PAGES):
            page = await self._request("GET", _PATHS[kind], query=query)
            with _as_documented(self._url):
                rows += page["data"]
                if not page["pagination"]["hasMore"]:
                    return rows
                query["cursor"] = str(page["pagination"]["nextCursor"])
        raise ServiceUnreachable(f"The service at {self._url} has more than {_MOST_PAGES * _PAGE:,} rows of one kind.")

    async def _request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        revision: int | None = None,
    ) -> Any:  # noqa: ANN401 - the document is what it is
        headers = {} if revision is None else {"If-Match": f'"{revision}"'}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = orjson.dumps(body, default=_written)
        try:
            async with self._session.request(
                method, self._url + path, params=query, data=content, headers=headers, allow_redirects=False
            ) as answer:
                text = await _read(answer)
        except (TimeoutError, ClientError, OSError) as error:
            reason = " ".join(str(error).split()) or "it took too long"
            raise ServiceUnreachable(
                f"The service at {self._url} cannot be reached, or did not answer: {reason}."
            ) from error
        return self._document(answer, text)

    def _document(self, answer: ClientResponse, text: bytes) -> Any:  # noqa: ANN401 - as above
        try:
            document = json.loads(text, parse_float=Decimal) if text else {}
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict) or HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
            raise ServiceUnreachable(
                f"What answers at {self._url} is not Modelbook (status {answer.status}). Look at the address."
            )
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ServiceUnreachable(_detail(answer, document))
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise ServiceRefused(_detail(answer, document))
        return document


async def _read(answer: ClientResponse) -> bytes:
    text = bytearray()
    async for part in answer.content.iter_any():
        text += part
        if len(text) > _LARGEST:
            raise ServiceUnreachable(f"The answer is longer than {_LARGEST:,} bytes.")
    return bytes(text)


def _detail(answer: ClientResponse, problem: Mapping[str, Any]) -> str:
    """Return the problem document's detail, with each part of the request that was refused."""
    detail = str(problem.get("detail") or f"The service answered with {answer.status}.")
    errors = problem.get("errors")
    found = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    parts = [(str(error.get("pointer")), str(error.get("message"))) for error in found]
    refused = [" ".join(part) for part in parts if part[1] not in detail][:_MOST_TOLD]
    text = f"{detail} ({'; '.join(refused)})" if refused else detail
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}…"


def _path(present: ExistingResource) -> str:
    return f"{_PATHS[present.kind]}/{present.id}"


def _written(value: object) -> object:
    """Write amounts as the numbers that they are."""
    return orjson.Fragment(format(value, "f").encode()) if isinstance(value, Decimal) else str(value)


def _provider(document: Mapping[str, Any]) -> ExistingResource:
    key = document["apiKey"]
    return ExistingResource(
        kind="provider",
        key=named_key(document["name"]),
        label=document["name"],
        fields={name: document[name] for name in _PROVIDER_FIELDS},
        id=document["id"],
        revision=document["revision"],
        shown={"apiKey": None if key is None else key["hint"]},
        headers=document["extraHeaders"],
    )


def _model(document: Mapping[str, Any], provider: str) -> ExistingResource:
    fields = {name: document[name] for name in _MODEL_FIELDS}
    if fields["pricing"] is not None:
        fields["pricing"] = {name: value for name, value in fields["pricing"].items() if name not in _NOT_WRITTEN}
    sources = document["sources"]
    return ExistingResource(
        kind="model",
        key=model_key(provider, document["modelId"]),
        label=model_label(provider, document["modelId"]),
        fields=fields,
        id=document["id"],
        revision=document["revision"],
        filled_in=frozenset(name for name in _FILLED if sources.get(_SOURCES.get(name, name)) not in _OF_ITS_OWN),
    )


def _access_key(
    document: Mapping[str, Any], names: Mapping[str, str], places: Mapping[str, tuple[str, str]]
) -> ExistingResource:
    fields = {name: document[name] for name in _KEY_FIELDS}
    models, providers = document["modelIds"], document["providerIds"]
    if models is not None:
        found = [places[model_id] for model_id in models if model_id in places]
        models = [{"provider": provider, "modelId": model_id} for provider, model_id in found]
    if providers is not None:
        providers = [names[provider_id] for provider_id in providers if provider_id in names]
    budget, expires_at = document["budget"], document["expiresAt"]
    return ExistingResource(
        kind="access key",
        key=named_key(document["name"]),
        label=document["name"],
        fields={
            **fields,
            "models": models,
            "providers": providers,
            "budget": None if budget is None else {"usd": budget["usd"], "period": budget["period"]},
            "expiresAt": None if expires_at is None else datetime.fromisoformat(expires_at),
        },
        id=document["id"],
        revision=document["revision"],
        is_barred=(models, providers) != (None, None) and not models and not providers,
    )


def _webhook(document: Mapping[str, Any]) -> ExistingResource:
    return ExistingResource(
        kind="webhook",
        key=named_key(document["name"]),
        label=document["name"],
        fields={name: document[name] for name in _WEBHOOK_FIELDS},
        id=document["id"],
        revision=document["revision"],
        shown={"url": document["host"]},
    )
