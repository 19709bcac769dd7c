"""Routes that list enabled models in the shapes of the client protocols."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from aiohttp import web
from pydantic import Field

from application.errors import ModelNotFound
from application.prompts.callable_models import NamedModel, NamedModels
from application.prompts.select_model import SelectModel
from application.prompts.selection_candidates import ModelByAnyName, Selection
from entrypoints.http.answers.compatible_models import (
    AnyModel,
    AnyModelList,
    CompatibleModel,
    CompatibleModelList,
    MessagesModel,
    MessagesModelList,
)
from entrypoints.http.authorization import Access
from entrypoints.http.compatible_apis.openai_errors import OPENAI_SHAPE
from entrypoints.http.field_types import Query, Whole
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import query_of
from entrypoints.http.routes import Answer, endpoint

MOST_MODELS: Final = 1_000


class CompatibleModelQuery(Query):
    """Which page, in the words of either protocol."""

    limit: Annotated[Whole, Field(ge=1, le=MOST_MODELS)] = MOST_MODELS
    after: str | None = None
    after_id: Annotated[str | None, Field(alias="after_id")] = None
    beta: Annotated[str | None, Field(description="Sent by clients of Anthropic's API; changes nothing.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatibleModelViews:
    """Shows models in Anthropic's shape to clients that name its version, in OpenAI's to all others."""

    select: Callable[[SelectModel], Awaitable[Selection]]
    callable_models: Callable[[str | None, int], Awaitable[NamedModels]]

    @endpoint(
        "GET",
        "/v1/models",
        access=Access.VIEWER,
        open_to_run_keys=True,
        tag="OpenAI-compatible",
        query=CompatibleModelQuery,
        answers={200: Answer(description="The models.", schema=AnyModelList)},
        problem_shape=OPENAI_SHAPE,
    )
    async def list_compatible_models(self, request: web.Request) -> web.Response:
        """List the models in use, in OpenAI's or Anthropic's shape

        Every name that works as `model`: each provider's name for a model, once, whatever number of providers offer
        it, and the names given here, in the order of the names. Clients that send `anthropic-version` get Anthropic's
        shape. At most `limit` names; `after` (or `after_id`) is the last one of the page before.
        """
        query = query_of(request, CompatibleModelQuery)
        page = await self.callable_models(query.after_id or query.after, query.limit)
        if _is_anthropic(request):
            return json_response(_anthropic_list(page.named, has_more=page.has_more))
        return json_response(
            CompatibleModelList(object="list", data=[_model(each) for each in page.named], has_more=page.has_more)
        )

    @endpoint(
        "GET",
        "/v1/models/{model:.+}",
        access=Access.VIEWER,
        open_to_run_keys=True,
        tag="OpenAI-compatible",
        answers={200: Answer(description="The model.", schema=AnyModel)},
        problems=(ModelNotFound,),
        problem_shape=OPENAI_SHAPE,
    )
    async def get_compatible_model(self, request: web.Request) -> web.Response:
        """Show a model, in OpenAI's or Anthropic's shape

        By its id here, its provider's name for it, or its name here.
        """
        name = request.match_info["model"]
        if "\0" in name:  # Not even to be looked for: the database takes no such text.
            raise ModelNotFound
        selection = await self.select(SelectModel(selector=ModelByAnyName(name)))
        if not selection.kept:
            raise ModelNotFound
        found = NamedModel(name, selection.kept[0])
        return json_response(_anthropic_model(found) if _is_anthropic(request) else _model(found))


def _is_anthropic(request: web.Request) -> bool:
    return "anthropic-version" in request.headers


def _model(named: NamedModel) -> CompatibleModel:
    candidate = named.candidate
    return CompatibleModel(
        id=named.name,
        object="model",
        created=int(candidate.created_at.timestamp()),
        owned_by=candidate.provider_name,
        name=candidate.name,
        context_window=candidate.context_window,
        max_output_tokens=candidate.output_limit,
        type=candidate.type,
        capabilities=sorted(candidate.capabilities),
        modelbook_id=candidate.id,
    )


def _anthropic_model(named: NamedModel) -> MessagesModel:
    candidate = named.candidate
    return MessagesModel(
        type="model",
        id=named.name,
        display_name=candidate.name,
        created_at=candidate.created_at,
        max_input_tokens=candidate.context_window,
        max_tokens=candidate.output_limit,
    )


def _anthropic_list(page: Sequence[NamedModel], *, has_more: bool) -> MessagesModelList:
    return MessagesModelList(
        data=[_anthropic_model(each) for each in page],
        first_id=page[0].name if page else None,
        has_more=has_more,
        last_id=page[-1].name if page else None,
    )
