"""Routes of models."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from aiohttp import web

from application.commands.change_model import ChangeModel
from application.commands.register_model import RegisterModel
from application.commands.remove_model import RemoveModel
from application.commands.replace_model_fields import ReplaceModel
from application.commands.revert_model import RevertModel
from application.errors import (
    Conflict,
    ModelAlreadyRegistered,
    ModelNotFound,
    ProviderNotFound,
    QuotaReached,
    StaleRevision,
    TooMuchHistory,
)
from application.ports.historical_documents import HistoricalDocuments
from application.ports.resource_documents import Document, ModelDocuments, ModelFilter
from application.queries.resource_as_of import Moment
from application.recorded_revision import Recorded
from application.unset import UNSET
from domain.model.errors import ModelIdentityFixed
from entrypoints.http.answers.models import Model, ModelList
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.convert_models import change, given_facts, registration
from entrypoints.http.bodies.models import ModelListQuery, ModelPatch, ModelReplacement, ModelReversion, NewModel
from entrypoints.http.bodies.point_in_time import PastQuery
from entrypoints.http.pagination import list_response, page_request
from entrypoints.http.parse_request import expected_revision, json_body, path_id, query_of
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.views.responses_as_of import response_as_of, with_clock
from entrypoints.http.views.write_responses import (
    REMOVED,
    WRITTEN,
    changed_response,
    created_response,
    removed_response,
)

COLLECTION = "/api/ai/models"

_CHANGED = {200: Answer(description="The model as it is now.", schema=Model, headers=WRITTEN)}
_CHANGE_PROBLEMS = (ModelNotFound, ModelIdentityFixed, StaleRevision, Conflict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelViews:
    """Turns requests about models into use cases."""

    documents: ModelDocuments
    past: HistoricalDocuments
    as_of: Callable[[UUID, Moment], Awaitable[Document]]
    register: Callable[[RegisterModel], Awaitable[Recorded]]
    change: Callable[[ChangeModel], Awaitable[Recorded]]
    replace: Callable[[ReplaceModel], Awaitable[Recorded]]
    revert: Callable[[RevertModel], Awaitable[Recorded]]
    remove: Callable[[RemoveModel], Awaitable[Recorded]]

    @endpoint(
        "GET",
        "/api/ai/models",
        access=Access.VIEWER,
        query=ModelListQuery,
        replicated=True,
        answers={200: Answer(description="A page of models.", schema=ModelList, headers=("Log-Ahead-Seconds",))},
        problems=(TooMuchHistory,),
    )
    async def list_models(self, request: web.Request) -> web.Response:
        """List the organization's models

        Filtered, searched, sorted and paged on the server; no provider is called. With `asOf` it is the list of that
        time, from a log of at most 100,000 events about its members.
        """
        query = query_of(request, ModelListQuery)
        filters = ModelFilter(
            provider_id=query.provider_id,
            type=query.type,
            capability=query.capability,
            is_enabled=query.enabled,
            is_usable=query.usable,
            text=query.q,
        )
        if query.as_of is not None:
            page = await self.past.models(filters, page_request(query), query.as_of)
            return await with_clock(list_response(page, query), self.past)
        return list_response(await self.documents.page(filters, page_request(query)), query)

    @endpoint(
        "GET",
        "/api/ai/models/{id}",
        access=Access.VIEWER,
        query=PastQuery,
        answers={200: Answer(description="The model.", schema=Model, headers=("ETag", "Log-Ahead-Seconds"))},
        problems=(ModelNotFound,),
    )
    async def get_model(self, request: web.Request) -> web.Response:
        """Show a model, as it is or as it was

        With `asOf` or `atRevision` its past state is read from the log; a moment at which it did not exist is answered
        with 404.
        """
        return await response_as_of(request, self.documents, self.as_of, self.past)

    @endpoint(
        "POST",
        "/api/ai/models",
        access=Access.EDITOR,
        body=NewModel,
        answers={201: Answer(description="The new model.", schema=Model, headers=(*WRITTEN, "Location"))},
        problems=(ProviderNotFound, ModelAlreadyRegistered, QuotaReached),
    )
    async def register_model(self, request: web.Request) -> web.Response:
        """Register a model

        What is left out is filled from the catalogue; `sources` in the answer has where each field is from.
        """
        recorded = await self.register(registration(await json_body(request, NewModel)))
        return await created_response(self.documents, recorded, COLLECTION)

    @endpoint(
        "DELETE",
        "/api/ai/models/{id}",
        access=Access.EDITOR,
        answers=REMOVED,
        problems=(ModelNotFound, StaleRevision, Conflict),
    )
    async def delete_model(self, request: web.Request) -> web.Response:
        """Remove a model

        Its history stays in the audit log.
        """
        command = RemoveModel(model_id=path_id(request, "id"), expected_revision=expected_revision(request))
        recorded = await self.remove(command)
        return removed_response(recorded)

    @endpoint(
        "PUT",
        "/api/ai/models/{id}",
        access=Access.EDITOR,
        body=ModelReplacement,
        answers=_CHANGED,
        problems=_CHANGE_PROBLEMS,
    )
    async def replace_model(self, request: web.Request) -> web.Response:
        """Replace what can be written of a model

        What is left out is filled in as for a new model. Its provider and its provider's model id stay.
        """
        body = await json_body(request, ModelReplacement)
        recorded = await self.replace(
            ReplaceModel(
                model_id=path_id(request, "id"),
                expected_revision=expected_revision(request),
                provider_id=UNSET if body.provider_id is None else body.provider_id,
                provider_model_id=UNSET if body.model_id is None else body.model_id,
                given=given_facts(body),
                config=body.config.document(),
                is_enabled=body.is_enabled,
            )
        )
        return await changed_response(self.documents, recorded)

    @endpoint(
        "PATCH",
        "/api/ai/models/{id}",
        access=Access.EDITOR,
        body=ModelPatch,
        answers=_CHANGED,
        problems=_CHANGE_PROBLEMS,
    )
    async def patch_model(self, request: web.Request) -> web.Response:
        """Change some of a model

        A merge patch (RFC 7396): null makes a value unknown. A value that a person gives is never overwritten later.
        """
        body = await json_body(request, ModelPatch)
        recorded = await self.change(change(path_id(request, "id"), body, expected_revision(request)))
        return await changed_response(self.documents, recorded)

    @endpoint(
        "POST",
        "/api/ai/models/{id}/revert",
        access=Access.EDITOR,
        body=ModelReversion,
        answers=_CHANGED,
        problems=_CHANGE_PROBLEMS,
        conditional=True,
    )
    async def revert_model(self, request: web.Request) -> web.Response:
        """Bring a model back to an earlier revision

        All that can be written of it becomes what it was. One that was removed stays removed.
        """
        body = await json_body(request, ModelReversion)
        recorded = await self.revert(
            RevertModel(
                model_id=path_id(request, "id"),
                to_revision=body.to_revision,
                expected_revision=expected_revision(request),
            )
        )
        return await changed_response(self.documents, recorded)
