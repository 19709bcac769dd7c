"""Routes of access keys."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from application.access_keys.access_keys import AccessKeyDocuments, AccessKeyFilter
from application.access_keys.change_access_key import ChangeAccessKey
from application.access_keys.issue_access_key import IssueAccessKey, IssuedSecret
from application.access_keys.revoke_access_key import RevokeAccessKey
from application.access_keys.rotate_access_key import RotateAccessKey
from application.errors import AccessKeyNotFound, Conflict, InvalidInput, StaleRevision
from application.recorded_revision import Recorded
from domain.access_key.errors import ExpiryPassed
from domain.access_key.values import NO_LIMITS
from entrypoints.http.answers.access_keys import AccessKey, AccessKeyList, IssuedAccessKey
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.access_keys import AccessKeyListQuery, AccessKeyPatch, AccessKeyRotation, NewAccessKey
from entrypoints.http.pagination import list_response, page_request
from entrypoints.http.parse_request import expected_revision, json_body, path_id, query_of
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.views.write_responses import (
    REMOVED,
    WRITTEN,
    changed_response,
    document_response,
    removed_response,
    shown_once_response,
)

COLLECTION = "/api/ai/keys"

_TAG = "keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKeyViews:
    """Turns requests about access keys into use cases."""

    documents: AccessKeyDocuments
    issue: Callable[[IssueAccessKey], Awaitable[IssuedSecret]]
    change: Callable[[ChangeAccessKey], Awaitable[Recorded]]
    rotate: Callable[[RotateAccessKey], Awaitable[IssuedSecret]]
    revoke: Callable[[RevokeAccessKey], Awaitable[Recorded]]

    @endpoint(
        "GET",
        "/api/ai/keys",
        access=Access.VIEWER,
        tag=_TAG,
        query=AccessKeyListQuery,
        answers={200: Answer(description="A page of access keys.", schema=AccessKeyList)},
    )
    async def list_access_keys(self, request: web.Request) -> web.Response:
        """List the organization's access keys

        Without their secrets, which are kept nowhere.
        """
        query = query_of(request, AccessKeyListQuery)
        filters = AccessKeyFilter(scope=query.scope, is_enabled=query.enabled, text=query.q)
        return list_response(await self.documents.page(filters, page_request(query)), query)

    @endpoint(
        "GET",
        "/api/ai/keys/{id}",
        access=Access.VIEWER,
        tag=_TAG,
        answers={200: Answer(description="The access key.", schema=AccessKey, headers=("ETag",))},
        problems=(AccessKeyNotFound,),
    )
    async def get_access_key(self, request: web.Request) -> web.Response:
        """Show an access key

        Without its secret, which is kept nowhere.
        """
        return document_response(await self.documents.get(path_id(request, "id")))

    @endpoint(
        "POST",
        "/api/ai/keys",
        access=Access.ADMIN,
        tag=_TAG,
        body=NewAccessKey,
        body_example={"name": "Search, production", "labels": {"team": "search"}},
        answers={201: Answer(description="The new key.", schema=IssuedAccessKey, headers=(*WRITTEN, "Location"))},
        problems=(InvalidInput, ExpiryPassed),
    )
    async def issue_access_key(self, request: web.Request) -> web.Response:
        """Issue an access key

        `secret` is in this answer alone: an answer that is repeated for an Idempotency-Key is without it. Programs
        send it as `Authorization: Bearer`, `x-api-key` or `api-key`. A key can never manage keys.
        """
        body = await json_body(request, NewAccessKey)
        issued = await self.issue(
            IssueAccessKey(
                name=body.name,
                scope=body.scope,
                model_ids=body.model_ids,
                provider_ids=body.provider_ids,
                limits=NO_LIMITS if body.limits is None else body.limits.limits(),
                budget=None if body.budget is None else body.budget.budget(),
                labels=body.labels,
                expires_at=body.expires_at,
                is_enabled=body.is_enabled,
            )
        )
        return await self._with_secret(request, issued, COLLECTION)

    @endpoint(
        "PATCH",
        "/api/ai/keys/{id}",
        access=Access.ADMIN,
        tag=_TAG,
        body=AccessKeyPatch,
        answers={200: Answer(description="The access key as it is now.", schema=AccessKey, headers=WRITTEN)},
        problems=(AccessKeyNotFound, InvalidInput, ExpiryPassed, StaleRevision, Conflict),
    )
    async def patch_access_key(self, request: web.Request) -> web.Response:
        """Change an access key

        A merge patch (RFC 7396). The scope stays as it is: issue another key. A change holds at once in the process
        that makes it, and within two seconds in all.
        """
        body = await json_body(request, AccessKeyPatch)
        command = ChangeAccessKey(
            key_id=path_id(request, "id"),
            expected_revision=expected_revision(request),
            name=body.mentioned("name"),
            model_ids=body.mentioned("model_ids"),
            provider_ids=body.mentioned("provider_ids"),
            limits=_limits(body),
            budget=_budget(body),
            labels=body.mentioned("labels"),
            expires_at=body.mentioned("expires_at"),
            is_enabled=body.mentioned("is_enabled"),
        )
        return await changed_response(self.documents, await self.change(command))

    @endpoint(
        "POST",
        "/api/ai/keys/{id}/rotate",
        access=Access.ADMIN,
        tag=_TAG,
        body=AccessKeyRotation,
        body_example={"graceSeconds": 3600},
        answers={200: Answer(description="The key with its new secret.", schema=IssuedAccessKey, headers=WRITTEN)},
        problems=(AccessKeyNotFound, StaleRevision, Conflict),
        conditional=True,
    )
    async def rotate_access_key(self, request: web.Request) -> web.Response:
        """Rotate an access key

        The old secret is accepted for `graceSeconds` beside the new one, a still older one no longer. The new `secret`
        is in this answer alone: an answer that is repeated for an Idempotency-Key is without it.
        """
        body = await json_body(request, AccessKeyRotation)
        rotated = await self.rotate(
            RotateAccessKey(
                key_id=path_id(request, "id"),
                grace_seconds=body.grace_seconds,
                expected_revision=expected_revision(request),
            )
        )
        return await self._with_secret(request, rotated)

    @endpoint(
        "DELETE",
        "/api/ai/keys/{id}",
        access=Access.ADMIN,
        tag=_TAG,
        answers=REMOVED,
        problems=(AccessKeyNotFound, StaleRevision, Conflict),
    )
    async def revoke_access_key(self, request: web.Request) -> web.Response:
        """Revoke an access key

        For ever. It holds at once in the process that does it, and within two seconds in all. What was kept of its
        secrets is destroyed; its history stays.
        """
        recorded = await self.revoke(
            RevokeAccessKey(key_id=path_id(request, "id"), expected_revision=expected_revision(request))
        )
        return removed_response(recorded)

    async def _with_secret(
        self, request: web.Request, issued: IssuedSecret, collection: str | None = None
    ) -> web.Response:
        return await shown_once_response(
            request, self.documents, issued.recorded, name="secret", text=issued.text, collection=collection
        )


def _limits(body: AccessKeyPatch) -> Any:  # noqa: ANN401 - as `Body.mentioned`
    limits = body.limits
    if "limits" not in body.model_fields_set or limits is None:
        return body.mentioned("limits")
    return {name: getattr(limits, name) for name in limits.model_fields_set}


def _budget(body: AccessKeyPatch) -> Any:  # noqa: ANN401 - as `Body.mentioned`
    if "budget" not in body.model_fields_set or body.budget is None:
        return body.mentioned("budget")
    return body.budget.budget()
