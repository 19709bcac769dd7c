"""Chooses models among those that providers offer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from application.declaration.translation import Translation
from application.errors import ApplicationError
from application.ports.provider_gateway import ProviderConnection, ProviderGateway
from entrypoints.declaration.offers.container import provider_gateway
from entrypoints.settings import Settings


async def with_offered_models(
    translation: Translation, patterns: Sequence[str], environment: Mapping[str, str], settings: Settings
) -> Translation:
    """Return the declaration with the models whose names fit one of the patterns; a provider that fails is named."""
    providers, notes = [], list(translation.notes)
    proxy = settings.egress_proxy.get_secret_value()
    async with provider_gateway(settings.egress_allow, proxy) as gateway:
        for provider in translation.document["providers"]:
            try:
                found = await _offered(gateway, provider, environment)
            except ApplicationError as error:
                notes.append(f"The models of {provider['name']} are not known: {error.message}")
                found = []
            else:
                notes += [
                    f"{provider['name']} offers no model that fits {pattern}."
                    for pattern in patterns
                    if not any(_fits(name, pattern) for name in found)
                ]
            chosen = [name for name in found if any(_fits(name, pattern) for pattern in patterns)]
            providers.append({**provider, "models": [{"modelId": name} for name in sorted(chosen)]})
    return replace(translation, document={**translation.document, "providers": providers}, notes=notes)


async def _offered(
    gateway: ProviderGateway, provider: Mapping[str, Any], environment: Mapping[str, str]
) -> Sequence[str]:
    """Return the names of all models that the provider offers.

    Raises:
        ApplicationError: it could not be queried.
    """
    kind, key = provider["providerType"], provider.get("apiKey")
    connection = ProviderConnection(
        provider_type=kind,
        endpoint=gateway.checked_endpoint(kind, provider.get("endpoint")).url,
        settings=provider.get("settings", {}),
        api_key=None if key is None else environment.get(key["env"]),
    )
    return [model.model_id for model in await gateway.list_models(connection)]


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name.lower(), pattern.lower())
