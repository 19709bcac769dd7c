"""Schemas of answers about webhooks."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from entrypoints.http.answers.response_model import Pagination, ResponseModel
from entrypoints.http.bodies.webhooks import DeliveryStatus, WebhookFormat


class Webhook(ResponseModel):
    """A webhook, without its address and secret.

    `failingSince` and `nextAttemptAt` are set while a message cannot be delivered.
    """

    id: UUID
    organization_id: UUID
    name: str
    host: Annotated[str, Field(description="Of the address, with the port unless it is 443.")]
    topics: list[str]
    format: WebhookFormat
    secret_hint: str
    previous_secret_until: Annotated[
        datetime | None, Field(description="Until then messages are signed with the secret before this one too.")
    ]
    is_enabled: bool
    switched_off_because: Annotated[
        str | None, Field(description="Why the service has switched it off, after a day of failures.")
    ]
    failing_since: datetime | None
    next_attempt_at: datetime | None
    created_at: datetime
    updated_at: datetime
    revision: int


class WebhookWithSecret(Webhook):
    """A webhook with its secret, which is returned this once."""

    secret: Annotated[
        str | None,
        Field(
            description="What messages are signed with. Null in a repeated answer: rotate a secret that was lost.",
            examples=[f"whsec_{'A' * 43}="],
        ),
    ]


class WebhookList(ResponseModel):
    """A page of webhooks."""

    data: list[Webhook]
    pagination: Pagination


class Delivery(ResponseModel):
    """What became of a message. Of an answer its status and its length are kept, and nothing else."""

    id: Annotated[str, Field(description="The header webhook-id of the message: the same one in every attempt.")]
    position: Annotated[int | None, Field(description="Of its event in the log; null for a test.")]
    type: str
    status: DeliveryStatus
    attempts: int
    response_status: int | None
    response_bytes: int | None
    response_time_ms: float | None
    failure: str | None
    first_attempt_at: datetime
    last_attempt_at: datetime
    next_attempt_at: datetime | None


class DeliveryList(ResponseModel):
    """A page of messages, newest first."""

    data: list[Delivery]
    pagination: Pagination


class TestedWebhook(ResponseModel):
    """What became of a test message."""

    id: Annotated[str, Field(description="The header webhook-id of the message.")]
    delivered: bool
    failure: str | None
    response_status: int | None
    response_bytes: int | None
    response_time_ms: float | None
