"""Schemas of answers about events and history."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from entrypoints.http.answers.response_model import Pagination, ResponseModel


class AuditEvent(ResponseModel):
    """An event of the log, with its link in the hash chain."""

    sequence: int
    position: int
    aggregate_id: UUID
    revision: int
    type: str
    actor: str
    at: datetime
    command_id: UUID
    request_id: str
    reason: str | None
    hash: str


class FieldChange(ResponseModel):
    """A field before and after an event."""

    field: str
    before: Any
    after: Any


class HistoryEvent(AuditEvent):
    """An event with what it changed."""

    changes: list[FieldChange]


class LoggedEvent(AuditEvent):
    """An event with its facts as they lie in the log."""

    facts: dict[str, Any]


class History(ResponseModel):
    """A page of a history, newest first."""

    data: list[HistoryEvent]
    pagination: Pagination


class AuditPage(ResponseModel):
    """A page of the organization's events, newest first."""

    data: list[LoggedEvent]
    pagination: Pagination
