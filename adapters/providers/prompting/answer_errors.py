"""Recognises errors in the bodies and streams of prompt responses."""

import re
from dataclasses import replace
from typing import Final

from adapters.providers.json_values import mapping
from adapters.providers.provider_client import ProviderResponse
from application.ports.provider_gateway import UpstreamFailure

SUCCESS: Final = range(200, 300)
_ERRORS: Final = range(400, 600)
_STATUS: Final = re.compile(r"[45]\d\d", re.ASCII)


def error_status(document: object, name: str = "") -> int | None:
    """Return the HTTP status that an error would have had if the answer had not begun with 200; none for no error.

    `name` is the event's.
    """
    place = document[0] if isinstance(document, list) and len(document) == 1 else document
    fields = mapping(place)
    # A response that failed holds its error in itself.
    error = fields.get("error") or mapping(fields.get("response")).get("error")
    if not error and name != "error" and fields.get("type") != "error" and fields.get("object") != "error":
        return None
    for code in (mapping(error).get("code"), fields.get("code")):
        # Azure writes it as a text.
        status = int(code) if isinstance(code, str) and _STATUS.fullmatch(code) else code
        if isinstance(status, int) and status in _ERRORS:
            return status
    return 500


def refusal(answer: ProviderResponse, body: bytes, document: object, name: str = "") -> UpstreamFailure:
    """Return what the body means, given that it is no answer to the prompt."""
    status = answer.status if answer.status not in SUCCESS else error_status(document, name) or answer.status
    outcome = replace(answer, body=body, status=status).refusal("prompt")
    return UpstreamFailure(replace(outcome, http_status=answer.status))
