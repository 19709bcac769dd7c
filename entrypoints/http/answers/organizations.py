"""Answers about organizations."""

from __future__ import annotations

from uuid import UUID

from entrypoints.http.answers.shown import Shown


class Organization(Shown):
    """An organization."""

    id: UUID
    name: str
    revision: int
