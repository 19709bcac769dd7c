"""Providers that the sandbox plays, registered over the API."""

from typing import Any

from sandbox.server import Sandbox
from tests.e2e.api_client import Api, Document, Reply, path_of

DISCOVER = "/api/ai/models/discover"
TYPES = {"openai": "openai", "anthropic": "anthropic", "google": "google", "azure": "azure_openai"}


async def provided(api: Api, sandbox: Sandbox, played_by: str, **changes: object) -> Document:
    """Register a provider that the sandbox plays."""
    provider_type = TYPES.get(played_by, "openai_compatible")
    settings = {"preset": played_by} if provider_type == "openai_compatible" else {}
    given = {
        "name": played_by,
        "providerType": provider_type,
        "endpoint": sandbox.endpoint(played_by),
        "apiKey": sandbox.key(played_by),
        "settings": settings,
    }
    return await api.provider(**(given | changes))


async def offered(api: Api, provider: Document, **query: object) -> Document:
    """Return what the provider offers: the answer, which is well formed."""
    answer: Document = await api.get(f"{path_of(provider)}/models", **query)
    return well_formed(answer)


async def offered_by_all(api: Api, **query: object) -> dict[str, Document]:
    """Return the summaries by provider, each with its models under `data`."""
    answer = well_formed(await api.get(DISCOVER, **query))
    return {
        summary["providerId"]: summary
        | {"data": [model for model in answer["data"] if model["providerId"] == summary["providerId"]]}
        for summary in answer["providers"]
    }


async def imported(api: Api, provider: Document, model_ids: object = "all", **how: Any) -> Reply:  # noqa: ANN401
    headers = {name: how.pop(name) for name in ("idempotency_key",) if name in how}
    return await api.post(f"{path_of(provider)}/models/import", {"modelIds": model_ids, **how}, **headers)


def well_formed(answer: Document) -> Document:
    """Return the answer, in which each model has a price or a reason, and each summary the count of its models."""
    for model in answer["data"]:
        assert (model["pricing"] is None) == (model["priceReason"] is not None)
    for summary in answer["providers"]:
        assert summary["count"] == sum(model["providerId"] == summary["providerId"] for model in answer["data"])
    return answer


def by_id(answer: Document) -> dict[str, Document]:
    return {model["modelId"]: model for model in answer["data"]}
