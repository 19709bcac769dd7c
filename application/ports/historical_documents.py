"""Earlier states: rows of the read tables, and providers and models as the API's JSON documents."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.ports.resource_documents import Document, ModelFilter, Page, PageRequest, ProviderFilter
from application.projections.fold_log import Row


class HistoricalRows(Protocol):
    """Makes rows from the log of the current caller's organization, however long it is, in about the same time."""

    async def row_at(self, aggregate_id: UUID, revision: int) -> Row | None:
        """Return the row that the aggregate's events up to this revision make; none where they make none.

        Times in it are datetimes or text in RFC 3339.

        Raises:
            UnknownEventType: the log holds an event that this version does not know.
            Unavailable: the database cannot be reached.
        """
        ...


class HistoricalDocuments(Protocol):
    """The past of the current caller's organization.

    A provider's last check is evidence that is kept for a while, not an event: of a past time it is the newest of
    those still kept, and null when none is.
    """

    async def provider(self, row: Row, until: datetime | None) -> Document:
        """Return the provider whose row the log makes, as it was just before this time, or as it is."""
        ...

    async def model(self, row: Row, provider: Row | None, until: datetime | None) -> Document:
        """Return the model whose row the log makes, as it was just before this time, or as it is.

        `provider` is its provider's row of then: whether the model could be used hangs on it.
        """
        ...

    async def seconds_ahead(self) -> float:
        """Return by how much the newest event is dated in the future of the clock, 0 when it is not.

        What has happened since then, and what happens in these seconds, is not of any time up to now.
        """
        ...

    async def providers(self, filters: ProviderFilter, request: PageRequest, as_of: datetime) -> Page:
        """Return a page of the providers that there were at this time and that the filter lets through.

        Raises:
            TooMuchHistory: the organization's log up to then is too long to be read for a list.
            UnknownEventType: the log holds an event that this version does not know.
        """
        ...

    async def models(self, filters: ModelFilter, request: PageRequest, as_of: datetime) -> Page:
        """Return a page of the models that there were; errors as for `providers`."""
        ...
