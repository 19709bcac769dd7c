"""Routes of platform administrators' work across organizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.ports.credential_stock import RotationUnderWay
from application.ports.jobs import JobNotFound, TooManyJobs
from application.ports.projections import ProjectionNotFound
from entrypoints.http.answers.administration import Job, JobList, MasterKeyList, ProjectionList
from entrypoints.http.authorization import Access
from entrypoints.http.routes import Answer, Route, route
from entrypoints.http.views.administration import JOBS, JobsQuery, Rebuilding, Verifying

if TYPE_CHECKING:
    from entrypoints.http.views.administration import AdministrationViews

PROJECTIONS = "/api/admin/projections"
KEYS = "/api/admin/keys"
_TAG = "administration"
_STARTED = {202: Answer(description="The job that does it.", schema=Job, headers=("Location",))}


def administration_routes(views: AdministrationViews) -> list[Route]:
    """Return the routes of platform administrators' work."""
    return [*_projections(views), *_jobs(views), *_keys(views)]


def _projections(views: AdministrationViews) -> list[Route]:
    return [
        route(
            "GET",
            PROJECTIONS,
            views.list_projections,
            access=Access.PLATFORM,
            tag=_TAG,
            answers={200: Answer(description="All projections.", schema=ProjectionList)},
        ),
        route(
            "POST",
            f"{PROJECTIONS}/{{name}}/rebuild",
            views.rebuild_projection,
            access=Access.PLATFORM,
            tag=_TAG,
            body=Rebuilding,
            body_required=False,
            answers=_STARTED,
            problems=(ProjectionNotFound, TooManyJobs),
        ),
        route(
            "POST",
            f"{PROJECTIONS}/{{name}}/verify",
            views.verify_projection,
            access=Access.PLATFORM,
            tag=_TAG,
            body=Verifying,
            body_required=False,
            answers=_STARTED,
            problems=(ProjectionNotFound, TooManyJobs),
        ),
    ]


def _jobs(views: AdministrationViews) -> list[Route]:
    return [
        route(
            "GET",
            JOBS,
            views.list_jobs,
            access=Access.PLATFORM,
            tag=_TAG,
            query=JobsQuery,
            answers={200: Answer(description="The newest jobs.", schema=JobList)},
        ),
        route(
            "GET",
            f"{JOBS}/{{id}}",
            views.get_job,
            access=Access.PLATFORM,
            tag=_TAG,
            answers={200: Answer(description="The job.", schema=Job)},
            problems=(JobNotFound,),
        ),
        route(
            "POST",
            f"{JOBS}/{{id}}/cancel",
            views.cancel_job,
            access=Access.PLATFORM,
            tag=_TAG,
            answers={202: Answer(description="The job, which will stop.", schema=Job)},
            problems=(JobNotFound,),
        ),
    ]


def _keys(views: AdministrationViews) -> list[Route]:
    return [
        route(
            "GET",
            KEYS,
            views.list_master_keys,
            access=Access.PLATFORM,
            tag=_TAG,
            answers={200: Answer(description="The master keys.", schema=MasterKeyList)},
        ),
        route(
            "POST",
            f"{KEYS}/rotate",
            views.rotate_master_key,
            access=Access.PLATFORM,
            tag=_TAG,
            answers=_STARTED,
            problems=(RotationUnderWay, TooManyJobs),
        ),
    ]
