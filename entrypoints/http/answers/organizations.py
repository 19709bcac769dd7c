"""Schemas of answers about organizations."""

from __future__ import annotations

from uuid import UUID

from entrypoints.http.answers.response_model import ResponseModel


class Organization(ResponseModel):
    """An organization."""

    id: UUID
    name: str
    revision: int
