"""The models in use, in the shapes of the protocols that clients speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from application.errors import ModelNotFound
from application.policies.candidates import ModelByAnyName
from application.queries.select_model import SelectModel
from entrypoints.http.responses import json_response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from application.policies.candidates import Candidate, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatibleModelViews:
    """Shows models at the doors."""

    select: Callable[[SelectModel], Awaitable[Selection]]
    callable_models: Callable[[], Awaitable[list[Candidate]]]

    async def list_compatible_models(self, request: web.Request) -> web.Response:  # noqa: ARG002 - all there are
        """List the models in use, in OpenAI's shape

        Each under its provider's name for it, once, whatever number of providers offer it.
        """
        models: dict[str, dict[str, Any]] = {}
        for candidate in await self.callable_models():
            models.setdefault(candidate.provider_model_id, _model(candidate, candidate.provider_model_id))
        return json_response({"object": "list", "data": list(models.values())})

    async def get_compatible_model(self, request: web.Request) -> web.Response:
        """Show a model, in OpenAI's shape

        By its id here, its provider's name for it, or its name here.
        """
        name = request.match_info["model"]
        selection = await self.select(SelectModel(wanted=ModelByAnyName(name)))
        if not selection.kept:
            raise ModelNotFound
        return json_response(_model(selection.kept[0], name))


def _model(candidate: Candidate, name: str) -> dict[str, Any]:
    created = int(candidate.created_at.timestamp())
    return {"id": name, "object": "model", "created": created, "owned_by": candidate.provider_name}
