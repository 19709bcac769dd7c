"""Schemas of answers about events and history."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field

from domain.model.values import Price
from entrypoints.http.answers.models import Pricing
from entrypoints.http.answers.response_model import FieldName, Pagination, ResponseModel, at, document_of


def _value(value: object) -> object:
    return document_of(Pricing.model_validate(value)) if isinstance(value, Price) else value


class AuditEvent(ResponseModel):
    """An event of the log, with its link in the hash chain."""

    sequence: Annotated[int, at("position")]
    position: int
    aggregate_id: UUID
    revision: int
    type: Annotated[str, at("topic")]
    actor: str
    actor_name: Annotated[
        str | None,
        Field(description='What the actor is called now, if it is a member; "former member" once that was erased.'),
    ]
    at: Annotated[datetime, at("recorded_at")]
    command_id: UUID
    request_id: Annotated[str, at("correlation_id")]
    reason: str | None
    hash: Annotated[str, BeforeValidator(bytes.hex)]


class FieldChange(ResponseModel):
    """A field before and after an event."""

    field: FieldName
    before: Annotated[Any, BeforeValidator(_value)]
    after: Annotated[Any, BeforeValidator(_value)]


class HistoryEvent(AuditEvent):
    """An event with what it changed."""

    changes: list[FieldChange]


class LoggedEvent(AuditEvent):
    """An event with its facts as stored in the log, and the present name of its resource.

    Of what was removed it is the first name.
    """

    aggregate_name: str | None
    facts: dict[str, Any]


class History(ResponseModel):
    """A page of a history, newest first."""

    data: list[HistoryEvent]
    pagination: Pagination


class AuditPage(ResponseModel):
    """A page of the organization's events, newest first."""

    data: list[LoggedEvent]
    pagination: Pagination
