"""The route that lists provider types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrypoints.http.answers.provider_types import ProviderKinds
from entrypoints.http.authorization import Access
from entrypoints.http.json_responses import json_response
from entrypoints.http.routes import Answer, endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from application.ports.provider_gateway import Preset, ProviderGateway, ProviderType, SettingField


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTypeViews:
    """Tells of the types of provider that the gateway knows."""

    gateway: ProviderGateway

    @endpoint(
        "GET",
        "/api/ai/provider-types",
        access=Access.VIEWER,
        tag="providers",
        answers={200: Answer(description="All types there are.", schema=ProviderKinds)},
    )
    async def list_provider_types(self, request: web.Request) -> web.Response:  # noqa: ARG002 - the same for everybody
        """List the types of provider

        All that a form for a new provider is drawn from: settings, the usual endpoint, whether a key is needed, and
        presets for well-known services. Types that installed packages bring are among them.
        """
        return json_response({"data": _documents(self.gateway.types())})


def _documents(types: Sequence[ProviderType]) -> list[dict[str, Any]]:
    return [
        {
            "name": known.name,
            "label": known.label,
            "defaultEndpoint": known.default_endpoint,
            "needsKey": known.needs_key,
            "keyHelp": known.key_help,
            "fields": [_field(field) for field in known.settings],
            "presets": [_preset(preset) for preset in known.presets],
        }
        for known in types
    ]


def _field(field: SettingField) -> dict[str, Any]:
    return {
        "name": field.name,
        "kind": field.kind,
        "label": field.label,
        "help": field.help,
        "required": field.required,
        "choices": field.choices,
        "default": field.default,
        "pattern": field.pattern,
    }


def _preset(preset: Preset) -> dict[str, Any]:
    return {
        "name": preset.name,
        "label": preset.label,
        "endpoint": preset.endpoint,
        "needsKey": preset.needs_key,
        "settings": dict(preset.settings),
    }
