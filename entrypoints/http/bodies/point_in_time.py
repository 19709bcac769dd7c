"""Queries for the state at a time or a revision."""

from typing import Annotated

from pydantic import Field

from application.queries.resource_as_of import AtRevision, AtTime, Moment
from entrypoints.http.field_types import Query, Time, Whole
from entrypoints.http.request_errors import FieldError, InvalidRequest

AsOf = Annotated[
    Time | None, Field(description="As it was at this time, as recorded in the log; a time in the future means now.")
]


class PastQuery(Query):
    """As it is, or as it was."""

    as_of: AsOf = None
    at_revision: Annotated[Whole | None, Field(ge=1, description="As it was after this revision.")] = None


def moment_of(query: PastQuery) -> Moment | None:
    """Return which moment is requested, none for now.

    Raises:
        InvalidRequest: two are requested.
    """
    if query.as_of is not None and query.at_revision is not None:
        errors = [FieldError(f"?{name}", "cannot be combined with the other") for name in ("asOf", "atRevision")]
        raise InvalidRequest("Give a time (asOf) or a revision (atRevision), not both.", errors=errors)
    if query.at_revision is not None:
        return AtRevision(query.at_revision)
    return None if query.as_of is None else AtTime(query.as_of)
