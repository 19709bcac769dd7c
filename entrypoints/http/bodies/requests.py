"""The query of the request log."""

from typing import Annotated

from pydantic import Field

from entrypoints.http.csv_answers import Format
from entrypoints.http.field_types import Id, Time
from entrypoints.http.pagination import Page

LABEL = r"^[^:,]{1,100}:[^,]{1,200}$"
"""The name and the value of a label."""

Label = Annotated[str, Field(pattern=LABEL, description="Of keys with this label: `name:value`.")]
Actor = Annotated[str, Field(min_length=1, max_length=255, description="By this subject of a token, or key.")]
FormatChoice = Annotated[Format, Field(description="Format of the answer; by default that of the header Accept.")]


class RequestsQuery(Page):
    """Which calls of clients."""

    since: Annotated[Time | None, Field(alias="from", description="Ended at this time or later.")] = None
    until: Annotated[Time | None, Field(alias="to", description="Ended before this time.")] = None
    model: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=256,
            description="The id of a registered model, its provider's name for it, or the text that was requested.",
        ),
    ] = None
    provider: Annotated[Id | None, Field(description="Answered, or tried last, by this provider.")] = None
    key: Annotated[Id | None, Field(description="With this access key.")] = None
    actor: Actor | None = None
    outcome: Annotated[
        str | None,
        Field(min_length=1, max_length=100, description="Such as ok, cancelled or timeout."),
    ] = None
    label: Label | None = None
    q: Annotated[
        str | None,
        Field(min_length=1, max_length=200, description="The id of a request: ours (X-Request-Id) or the provider's."),
    ] = None
    format: FormatChoice | None = None


def label_of(text: str | None) -> tuple[str, str] | None:
    """Return the name and the value of a label, as `name:value` has them."""
    if text is None:
        return None
    name, _, value = text.partition(":")
    return name, value
