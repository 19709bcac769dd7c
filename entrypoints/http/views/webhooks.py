"""Routes of webhooks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from aiohttp import web

from application.errors import Conflict, CredentialUnreadable, EndpointRefused, InvalidInput, StaleRevision
from application.ports.resource_documents import PageRequest
from application.recorded_revision import Recorded
from application.webhooks.change_webhook import ChangeWebhook
from application.webhooks.register_webhook import RegisterWebhook, WebhookSecret
from application.webhooks.remove_webhook import RemoveWebhook
from application.webhooks.rotate_webhook_secret import RotateWebhookSecret
from application.webhooks.send_test_message import SendTestMessage, Tested
from application.webhooks.webhooks import TooManyWebhooks, WebhookDocuments, WebhookFilter, WebhookNotFound
from entrypoints.http.answers.webhooks import (
    DeliveryList,
    TestedWebhook,
    Webhook,
    WebhookList,
    WebhookWithSecret,
)
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.webhooks import (
    DeliveryQuery,
    NewWebhook,
    WebhookListQuery,
    WebhookPatch,
    WebhookRotation,
)
from entrypoints.http.json_responses import json_response
from entrypoints.http.pagination import list_response, page_request, position_of
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

COLLECTION = "/api/ai/webhooks"

_TAG = "webhooks"
_CHANGE_PROBLEMS = (WebhookNotFound, StaleRevision, Conflict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookViews:
    """Turns requests about webhooks into use cases."""

    documents: WebhookDocuments
    register: Callable[[RegisterWebhook], Awaitable[WebhookSecret]]
    change: Callable[[ChangeWebhook], Awaitable[Recorded]]
    rotate: Callable[[RotateWebhookSecret], Awaitable[WebhookSecret]]
    remove: Callable[[RemoveWebhook], Awaitable[Recorded]]
    try_out: Callable[[SendTestMessage], Awaitable[Tested]]

    @endpoint(
        "GET",
        "/api/ai/webhooks",
        access=Access.VIEWER,
        tag=_TAG,
        query=WebhookListQuery,
        answers={200: Answer(description="A page of webhooks.", schema=WebhookList)},
    )
    async def list_webhooks(self, request: web.Request) -> web.Response:
        """List the organization's webhooks

        Without their addresses and secrets; of an address its host is shown.
        """
        query = query_of(request, WebhookListQuery)
        filters = WebhookFilter(is_enabled=query.enabled, text=query.q)
        return list_response(await self.documents.page(filters, page_request(query)), query)

    @endpoint(
        "GET",
        "/api/ai/webhooks/{id}",
        access=Access.VIEWER,
        tag=_TAG,
        answers={200: Answer(description="The webhook.", schema=Webhook, headers=("ETag",))},
        problems=(WebhookNotFound,),
    )
    async def get_webhook(self, request: web.Request) -> web.Response:
        """Show a webhook

        Without its address and secret; of the address its host is shown.
        """
        return document_response(await self.documents.get(path_id(request, "id")))

    @endpoint(
        "POST",
        "/api/ai/webhooks",
        access=Access.ADMIN,
        tag=_TAG,
        body=NewWebhook,
        body_example={
            "name": "On-call",
            "url": "https://alerts.example.com/modelbook",
            "topics": ["provider.health-changed", "model.retirement-approaching"],
        },
        answers={201: Answer(description="The new webhook.", schema=WebhookWithSecret, headers=(*WRITTEN, "Location"))},
        problems=(InvalidInput, EndpointRefused, TooManyWebhooks),
    )
    async def register_webhook(self, request: web.Request) -> web.Response:
        """Register a webhook

        It receives what happens from now on. `secret` is in this answer alone: an answer that is repeated for an
        Idempotency-Key is without it. Messages are signed with it as Standard Webhooks has it.
        """
        body = await json_body(request, NewWebhook)
        registered = await self.register(
            RegisterWebhook(
                name=body.name, url=body.url, topics=body.topics, format=body.format, is_enabled=body.is_enabled
            )
        )
        return await self._with_secret(request, registered, COLLECTION)

    @endpoint(
        "PATCH",
        "/api/ai/webhooks/{id}",
        access=Access.ADMIN,
        tag=_TAG,
        body=WebhookPatch,
        answers={200: Answer(description="The webhook as it is now.", schema=Webhook, headers=WRITTEN)},
        problems=(InvalidInput, EndpointRefused, CredentialUnreadable, *_CHANGE_PROBLEMS),
    )
    async def patch_webhook(self, request: web.Request) -> web.Response:
        """Change a webhook

        A merge patch (RFC 7396). With another `url` the secret stays. One that is enabled receives what happens from
        then on: what it missed meanwhile is in the audit list.
        """
        body = await json_body(request, WebhookPatch)
        command = ChangeWebhook(
            webhook_id=path_id(request, "id"),
            expected_revision=expected_revision(request),
            name=body.mentioned("name"),
            url=body.mentioned("url"),
            topics=body.mentioned("topics"),
            format=body.mentioned("format"),
            is_enabled=body.mentioned("is_enabled"),
        )
        return await changed_response(self.documents, await self.change(command))

    @endpoint(
        "POST",
        "/api/ai/webhooks/{id}/rotate",
        access=Access.ADMIN,
        tag=_TAG,
        body=WebhookRotation,
        body_example={"graceSeconds": 3600},
        answers={
            200: Answer(description="The webhook with its new secret.", schema=WebhookWithSecret, headers=WRITTEN)
        },
        problems=(CredentialUnreadable, *_CHANGE_PROBLEMS),
        conditional=True,
    )
    async def rotate_webhook_secret(self, request: web.Request) -> web.Response:
        """Rotate a webhook's secret

        For `graceSeconds` messages carry two signatures, one with each secret, so that receivers can follow. The new
        `secret` is in this answer alone: an answer that is repeated for an Idempotency-Key is without it.
        """
        body = await json_body(request, WebhookRotation)
        rotated = await self.rotate(
            RotateWebhookSecret(
                webhook_id=path_id(request, "id"),
                grace_seconds=body.grace_seconds,
                expected_revision=expected_revision(request),
            )
        )
        return await self._with_secret(request, rotated)

    @endpoint(
        "DELETE",
        "/api/ai/webhooks/{id}",
        access=Access.ADMIN,
        tag=_TAG,
        answers=REMOVED,
        problems=_CHANGE_PROBLEMS,
    )
    async def remove_webhook(self, request: web.Request) -> web.Response:
        """Remove a webhook

        Its address, its secrets and its deliveries are destroyed; its history stays.
        """
        recorded = await self.remove(
            RemoveWebhook(webhook_id=path_id(request, "id"), expected_revision=expected_revision(request))
        )
        return removed_response(recorded)

    @endpoint(
        "POST",
        "/api/ai/webhooks/{id}/test",
        access=Access.ADMIN,
        tag=_TAG,
        rate_limit="tests",
        answers={200: Answer(description="What became of the message.", schema=TestedWebhook)},
        problems=(WebhookNotFound, CredentialUnreadable),
    )
    async def test_webhook(self, request: web.Request) -> web.Response:
        """Send a test message

        Sends a message of the type `webhook.test` now and returns the result, after at most 15 seconds; also to a
        webhook that is disabled. It is not repeated. Of the receiver's answer status and length are shown.
        """
        tested = await self.try_out(SendTestMessage(webhook_id=path_id(request, "id")))
        attempt = tested.attempt
        return json_response(
            TestedWebhook(
                id=f"msg_{tested.message_id.hex}",
                delivered=attempt.failure is None,
                failure=attempt.failure,
                response_status=attempt.response_status,
                response_bytes=attempt.response_bytes,
                response_time_ms=attempt.response_ms,
            )
        )

    @endpoint(
        "GET",
        "/api/ai/webhooks/{id}/deliveries",
        access=Access.VIEWER,
        tag=_TAG,
        query=DeliveryQuery,
        answers={200: Answer(description="A page of messages.", schema=DeliveryList)},
        problems=(WebhookNotFound,),
    )
    async def list_deliveries(self, request: web.Request) -> web.Response:
        """List what became of a webhook's messages

        Newest first, for 14 days.
        """
        query = query_of(request, DeliveryQuery)
        position = position_of(query, "time")
        after = None if position is None else (cast("datetime", position.value).isoformat(), position.id)
        part = PageRequest(limit=query.limit, after=after, include_total=query.include_total)
        page = await self.documents.deliveries(path_id(request, "id"), query.status, part)
        return list_response(page, query)

    async def _with_secret(
        self, request: web.Request, written: WebhookSecret, collection: str | None = None
    ) -> web.Response:
        return await shown_once_response(
            request, self.documents, written.recorded, name="secret", text=written.text, collection=collection
        )
