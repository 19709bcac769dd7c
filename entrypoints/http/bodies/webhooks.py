"""Bodies and queries of the webhook routes."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from application.webhooks.rotate_webhook_secret import LONGEST_GRACE
from domain.webhook.values import LONGEST_TOPIC, MOST_TOPICS
from entrypoints.http.bodies.providers import ListSort
from entrypoints.http.bodies.resource_fields import Name
from entrypoints.http.field_types import Body, Flag, Patch
from entrypoints.http.pagination import Page

WebhookFormat = Literal["json", "slack"]

DeliveryStatus = Literal["delivered", "retrying", "failed"]

Topic = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TOPIC)]
Topics = Annotated[
    list[Topic],
    Field(
        min_length=1,
        max_length=MOST_TOPICS,
        description="Types of events such as model.price-changed, groups such as provider.*, or * for all.",
    ),
]
ReceiverUrl = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000),
    Field(
        description="Where messages are sent: a public https address. Write-only, for it may be a secret itself.",
        json_schema_extra={"writeOnly": True},
    ),
]
Written = Annotated[
    WebhookFormat,
    Field(description="json: all that the log holds of the event; slack: a sentence as `text`, as Slack takes it."),
]


class NewWebhook(Body):
    """A receiver of events."""

    SEALED_FIELD: ClassVar[str] = "url"

    name: Name
    url: ReceiverUrl
    topics: Topics
    format: Written = "json"
    is_enabled: bool = True


class WebhookPatch(Patch):
    """What to change of a webhook (RFC 7396)."""

    SEALED_FIELD: ClassVar[str] = "url"

    name: Name = ""
    url: ReceiverUrl = ""
    topics: Topics = Field(default_factory=list)
    format: Written = "json"
    is_enabled: bool = True


class WebhookRotation(Body):
    """How long messages are signed with the old secret too."""

    grace_seconds: Annotated[int, Field(ge=0, le=LONGEST_GRACE, description="Seconds.")] = 0


class DeliveryQuery(Page):
    """Which messages of a webhook."""

    status: Annotated[DeliveryStatus | None, Field(description="Delivery status.")] = None


class WebhookListQuery(Page):
    """Which webhooks, in which order."""

    enabled: Annotated[Flag | None, Field(description="Only enabled, or only disabled ones.")] = None
    q: Annotated[str | None, Field(min_length=1, max_length=200, description="In the name or the host.")] = None
    sort: ListSort = "name"
