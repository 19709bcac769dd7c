"""Schemas of answers about access keys."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from application.access_keys.key_text import PATTERN, PREFIX
from entrypoints.http.answers.response_model import Amount, Pagination, ResponseModel
from entrypoints.http.bodies.access_keys import BudgetPeriod, KeyScope


class Limits(ResponseModel):
    """What may be done in a minute and at once; null: as much as you like."""

    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrent: int | None


class Budget(ResponseModel):
    """USD that may be spent in a period, what was spent in this one, and when the next begins; null: never."""

    usd: Amount
    period: BudgetPeriod
    spent_usd: Amount
    resets_at: datetime | None


class AccessKey(ResponseModel):
    """An access key. `previousSecretUntil` is set while the secret before the last rotation is still accepted."""

    id: UUID
    organization_id: UUID
    name: str
    hint: str
    scope: KeyScope
    model_ids: list[UUID] | None
    provider_ids: list[UUID] | None
    limits: Limits
    budget: Budget | None
    labels: dict[str, str]
    expires_at: datetime | None
    is_enabled: bool
    previous_secret_until: datetime | None
    last_used_at: Annotated[datetime | None, Field(description="To the minute.")]
    created_by: str
    created_at: datetime
    updated_at: datetime
    revision: int


class IssuedAccessKey(AccessKey):
    """An access key with its whole text, which is returned this once."""

    secret: Annotated[
        str | None,
        Field(
            description="The key to send. Null in a repeated answer: whoever lost the first one rotates the key.",
            examples=[f"{PREFIX}{'0' * 43}_{'0' * 43}_000000"],
            json_schema_extra={"pattern": f"^{PATTERN}$"},
        ),
    ]


class AccessKeyList(ResponseModel):
    """A page of access keys."""

    data: list[AccessKey]
    pagination: Pagination
