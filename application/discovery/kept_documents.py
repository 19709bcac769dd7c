"""Offered models and failures of providers as plain JSON values, to be kept, compared, and given to others who wait."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final

from application.ports.provider_gateway import CallOutcome, OfferedModel, RateLimit, UpstreamFailure
from domain.model.values import PRICED_KINDS

_OF_AN_OFFER: Final = tuple(field.name for field in fields(OfferedModel))

QUIET_SECONDS: Final = 10.0
"""How long a provider that did not answer is not queried again, unless a person requests it."""

# A provider may request an hour; a person who has put things right should not wait for that.
_LONGEST_QUIET: Final = 300.0
_OF_A_FAILURE: Final = (
    "category",
    "message",
    "hint",
    "http_status",
    "upstream_request_id",
    "is_retryable",
    "authenticated",
)
_WAIT: Final = "retry_after_seconds"


def offer_document(offered: OfferedModel) -> dict[str, Any]:
    """Return the offer as JSON values: amounts as text, what is not known left out."""
    document = {name: value for name in _OF_AN_OFFER if (value := getattr(offered, name)) not in (None, {})}
    for name in PRICED_KINDS:
        if name in document:
            document[name] = format(document[name], "f")
    if "capabilities" in document:
        document["capabilities"] = list(document["capabilities"])
    return document


def offer_from(document: Mapping[str, Any]) -> OfferedModel:
    """Return the offer that a document was made of; what an older or newer version wrote besides is left out."""
    values = {name: document[name] for name in _OF_AN_OFFER if name in document}
    for name in PRICED_KINDS:
        if name in values:
            values[name] = Decimal(values[name])
    if "capabilities" in values:
        values["capabilities"] = tuple(values["capabilities"])
    return OfferedModel(**values)


def failure_document(failure: CallOutcome) -> dict[str, Any]:
    """Return the failure as JSON values."""
    return {name: getattr(failure, name) for name in (*_OF_A_FAILURE, _WAIT)}


def failure_from(document: Mapping[str, Any]) -> UpstreamFailure:
    """Return the failure that a document was made of."""
    values = {name: document[name] for name in _OF_A_FAILURE if name in document}
    limits = RateLimit(retry_after_seconds=document.get(_WAIT))
    return UpstreamFailure(CallOutcome(**values, rate_limit=limits))


def quiet_seconds(failure: CallOutcome) -> float:
    """Return for how long another query is too soon: as long as the provider says, within bounds."""
    return min(max(QUIET_SECONDS, failure.retry_after_seconds or 0.0), _LONGEST_QUIET)
