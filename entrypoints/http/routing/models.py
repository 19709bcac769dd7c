"""Routes that keep models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.errors import (
    BulkRefused,
    Conflict,
    ModelAlreadyRegistered,
    ModelNotFound,
    ProviderNotFound,
    StaleRevision,
    TooMuchHistory,
)
from domain.model.errors import ModelIdentityFixed
from entrypoints.http.answers.models import BulkResult, Model, ModelList
from entrypoints.http.authorization import Access
from entrypoints.http.bodies import models as model_bodies
from entrypoints.http.bodies.past import PastQuery
from entrypoints.http.routes import Answer, Route, route

if TYPE_CHECKING:
    from entrypoints.http.views.bulk import BulkViews
    from entrypoints.http.views.models import ModelViews

MODELS = "/api/ai/models"
_WRITTEN = ("ETag", "Log-Position")


_CHANGED = {200: Answer(description="The model as it is now.", schema=Model, headers=_WRITTEN)}


def model_routes(views: ModelViews, bulk: BulkViews) -> list[Route]:
    """Return the routes that keep models."""
    return [*_reading(views), *_adding_and_removing(views), *_changing(views), _in_bulk(bulk)]


def _reading(views: ModelViews) -> list[Route]:
    return [
        route(
            "GET",
            MODELS,
            views.list_models,
            access=Access.VIEWER,
            query=model_bodies.ModelListQuery,
            answers={200: Answer(description="A page of models.", schema=ModelList, headers=("Log-Ahead-Seconds",))},
            problems=(TooMuchHistory,),
        ),
        route(
            "GET",
            f"{MODELS}/{{id}}",
            views.get_model,
            access=Access.VIEWER,
            query=PastQuery,
            answers={200: Answer(description="The model.", schema=Model, headers=("ETag", "Log-Ahead-Seconds"))},
            problems=(ModelNotFound,),
        ),
    ]


def _adding_and_removing(views: ModelViews) -> list[Route]:
    created = {201: Answer(description="The new model.", schema=Model, headers=(*_WRITTEN, "Location"))}
    return [
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
            "DELETE",
            f"{MODELS}/{{id}}",
            views.delete_model,
            access=Access.EDITOR,
            answers={204: Answer(description="It is gone.", headers=_WRITTEN)},
            problems=(ModelNotFound, StaleRevision, Conflict),
        ),
    ]


def _changing(views: ModelViews) -> list[Route]:
    refusals = (ModelNotFound, ModelIdentityFixed, StaleRevision, Conflict)
    return [
        route(
            "PUT",
            f"{MODELS}/{{id}}",
            views.replace_model,
            access=Access.EDITOR,
            body=model_bodies.ModelReplacement,
            answers=_CHANGED,
            problems=refusals,
        ),
        route(
            "PATCH",
            f"{MODELS}/{{id}}",
            views.patch_model,
            access=Access.EDITOR,
            body=model_bodies.ModelPatch,
            answers=_CHANGED,
            problems=refusals,
        ),
        route(
            "POST",
            f"{MODELS}/{{id}}/revert",
            views.revert_model,
            access=Access.EDITOR,
            body=model_bodies.ModelReversion,
            answers=_CHANGED,
            problems=refusals,
            conditional=True,
        ),
    ]


def _in_bulk(bulk: BulkViews) -> Route:
    return route(
        "POST",
        f"{MODELS}/bulk",
        bulk.change_models_in_bulk,
        access=Access.EDITOR,
        body=model_bodies.BulkOperations,
        answers={200: Answer(description="What became of each.", schema=BulkResult, headers=_WRITTEN[1:])},
        problems=(BulkRefused, Conflict),
    )
