"""From what a provider answered to a prompt to the answer, or to the failure that it is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from adapters.providers.reading import mapping
from adapters.providers.verdicts.classify import request_id_of
from adapters.providers.verdicts.limits import limits_of
from application.ports.generation import Generated

if TYPE_CHECKING:
    from adapters.providers.exchange import Answer
    from adapters.providers.told import Told
    from application.ports.provider_gateway import UpstreamFailure

SUCCESS: Final = range(200, 300)
_ERRORS: Final = range(400, 600)
_STATUS: Final = re.compile(r"[45]\d\d", re.ASCII)


def generated(answer: Answer, told: Told) -> Generated:
    """Return the answer, given that it is whole.

    Raises:
        UpstreamFailure: the provider says that it broke off.
    """
    if told.interruption is not None:
        raise answer.means(told.interruption).failure()
    return Generated(
        text="".join(told.texts),
        finish_reason="content_filter" if told.is_refusal else told.finish_reason or "other",
        answered_by=told.answered_by,
        usage=told.usage,
        upstream_request_id=request_id_of(answer.headers, answer.exchange.key, otherwise=told.response_id),
        rate_limit=limits_of(answer.headers),
    )


def error_status(document: object, name: str = "") -> int | None:
    """Return the HTTP status that an error would have had if the answer had not begun with 200; none for no error.

    `name` is the event's.
    """
    place = document[0] if isinstance(document, list) and len(document) == 1 else document
    fields = mapping(place)
    error = fields.get("error")
    if not error and name != "error" and fields.get("type") != "error" and fields.get("object") != "error":
        return None
    for code in (mapping(error).get("code"), fields.get("code")):
        # Azure writes it as a text.
        status = int(code) if isinstance(code, str) and _STATUS.fullmatch(code) else code
        if isinstance(status, int) and status in _ERRORS:
            return status
    return 500


def refusal(answer: Answer, body: bytes, document: object, name: str = "") -> UpstreamFailure:
    """Return what the body means, given that it is no answer to the prompt."""
    status = answer.status if answer.status not in SUCCESS else error_status(document, name) or answer.status
    finding = replace(answer, body=body, status=status).refusal("prompt")
    return replace(finding, http_status=answer.status).failure()
