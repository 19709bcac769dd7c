"""The query of the lists of models at the doors."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from entrypoints.http.field_types import Query, Whole

MOST_MODELS = 1_000


class CompatibleModelQuery(Query):
    """Which page, in the words of either protocol."""

    limit: Annotated[Whole, Field(ge=1, le=MOST_MODELS)] = MOST_MODELS
    after: str | None = None
    after_id: Annotated[str | None, Field(alias="after_id")] = None
    beta: Annotated[str | None, Field(description="Sent by clients of Anthropic's API; changes nothing.")] = None
