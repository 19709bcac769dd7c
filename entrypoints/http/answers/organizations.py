"""Schemas of answers about organizations."""

from datetime import datetime
from uuid import UUID

from entrypoints.http.answers.response_model import Pagination, ResponseModel


class Organization(ResponseModel):
    """An organization."""

    id: UUID
    name: str
    revision: int


class ListedOrganization(ResponseModel):
    """An organization as platform administrators see it; null: nobody has given it a name.

    `quotas` are those of its own, by name; `events` is how many its log has. Of a removed one the log alone is left.
    """

    id: UUID
    name: str | None
    quotas: dict[str, int]
    events: int
    last_event_at: datetime
    is_removed: bool


class OrganizationPage(ResponseModel):
    """A page of organizations, by name; those without one come last."""

    data: list[ListedOrganization]
    pagination: Pagination
