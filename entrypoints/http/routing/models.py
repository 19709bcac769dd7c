"""Routes that keep models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.errors import Conflict, ModelAlreadyRegistered, ModelNotFound, ProviderNotFound, StaleRevision
from entrypoints.http import answers
from entrypoints.http.authorization import Access
from entrypoints.http.bodies import models as model_bodies
from entrypoints.http.routes import Answer, Route, route

if TYPE_CHECKING:
    from entrypoints.http.views.bulk import BulkViews
    from entrypoints.http.views.models import ModelViews

MODELS = "/api/ai/models"
_WRITTEN = ("ETag", "X-Ledger-Position")


def model_routes(views: ModelViews, bulk: BulkViews) -> list[Route]:
    """Return the routes that keep models."""
    changed = {200: Answer(description="The model as it is now.", schema=answers.Model, headers=_WRITTEN)}
    created = {201: Answer(description="The new model.", schema=answers.Model, headers=(*_WRITTEN, "Location"))}
    return [
        route(
            "GET",
            MODELS,
            views.list_models,
            access=Access.VIEWER,
            query=model_bodies.ModelListQuery,
            answers={200: Answer(description="A page of models.", schema=answers.ModelList)},
        ),
        route(
            "POST",
            MODELS,
            views.register_model,
            access=Access.EDITOR,
            body=model_bodies.NewModel,
            answers=created,
            problems=(ProviderNotFound, ModelAlreadyRegistered),
        ),
        route(
            "POST",
            f"{MODELS}/bulk",
            bulk.change_models_in_bulk,
            access=Access.EDITOR,
            body=model_bodies.BulkOperations,
            answers={200: Answer(description="What became of each.", schema=answers.BulkResult, headers=_WRITTEN[1:])},
            problems=(Conflict,),
        ),
        route(
            "GET",
            f"{MODELS}/{{id}}",
            views.get_model,
            access=Access.VIEWER,
            answers={200: Answer(description="The model.", schema=answers.Model, headers=("ETag",))},
            problems=(ModelNotFound,),
        ),
        route(
            "PUT",
            f"{MODELS}/{{id}}",
            views.replace_model,
            access=Access.EDITOR,
            body=model_bodies.ModelReplacement,
            answers=changed,
            problems=(ModelNotFound, StaleRevision, Conflict),
        ),
        route(
            "PATCH",
            f"{MODELS}/{{id}}",
            views.patch_model,
            access=Access.EDITOR,
            body=model_bodies.ModelPatch,
            answers=changed,
            problems=(ModelNotFound, StaleRevision, Conflict),
        ),
        route(
            "DELETE",
            f"{MODELS}/{{id}}",
            views.delete_model,
            access=Access.EDITOR,
            answers={204: Answer(description="It is gone.", headers=_WRITTEN)},
            problems=(ModelNotFound, StaleRevision, Conflict),
        ),
    ]
