"""Field types that several bodies share."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from entrypoints.http.field_types import Integer, Number


def plain_number(value: Decimal) -> int | float:
    """Return the number as JSON has it: whole where it is written without a fraction."""
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return {name: _number(member) for name, member in value.items()}


def _number(value: object) -> object:
    """Fractions stay what they are in JSON: the log holds numbers here, not decimal texts."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _number(member) for name, member in value.items()}
    return [_number(member) for member in value] if isinstance(value, list) else value


def rounded(decimals: int) -> AfterValidator:
    """Round what a client's binary fractions have added to an amount; one that is not 0 never becomes 0."""

    def check(amount: Decimal) -> Decimal:
        exponent = amount.as_tuple().exponent
        if not isinstance(exponent, int) or exponent >= -decimals:
            return amount
        kept = amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
        if amount and not kept:
            raise PydanticCustomError(
                "amount_too_small",
                "is less than {least}; an amount is rounded to {decimals} decimals",
                {"least": f"1e-{decimals}", "decimals": decimals},
            )
        return kept

    return AfterValidator(check)


Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]

FreeObject = Annotated[dict[str, Any], AfterValidator(_plain)]
"""Any JSON object; how large it may be is a rule of the domain."""

ApiKey = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$"),
    Field(
        description="The provider's key: visible ASCII, no blanks. Write-only.", json_schema_extra={"writeOnly": True}
    ),
]

HeaderValue = Annotated[str, Field(max_length=4096, json_schema_extra={"writeOnly": True})]

_HEADERS = Field(
    max_length=100,
    description="Headers for a gateway before the provider, by name: at most 20, sent with every call. Values are "
    "encrypted like the key and never shown again; names are.",
    json_schema_extra={"writeOnly": True},
)

ExtraHeaders = Annotated[dict[str, HeaderValue], _HEADERS]

ExtraHeadersPatch = Annotated[dict[str, HeaderValue | None], _HEADERS]

EndpointUrl = Annotated[str, StringConstraints(min_length=1, max_length=2000), Field(description="A base URL.")]

ModelType = Literal[
    "vision", "language", "multimodal", "embedding", "image", "audio", "video", "moderation", "rerank", "unknown"
]

BudgetUsd = Annotated[Number, Field(gt=0, le=1_000_000_000, description="USD, rounded to 6 decimals."), rounded(6)]

Capability = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]

Capabilities = Annotated[list[Capability], Field(max_length=50)]

ProviderModelId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$"),
    Field(description="The provider's own name for the model, exactly as the provider writes it."),
]

Tokens = Annotated[Integer, Field(ge=1, le=1_000_000_000)]

Revision = Annotated[Integer, Field(ge=1, le=2**31 - 1, description="A revision it has been at.")]
