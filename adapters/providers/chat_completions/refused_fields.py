"""Fields that servers refuse although the protocol has them, learned from their refusals."""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic
from typing import Any, Final, Literal

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.error_mapping.error_details import ErrorDetails

LimitName = Literal["max_tokens", "max_completion_tokens"]

OTHER_LIMIT: Final[dict[str, LimitName]] = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
_STREAM_OPTIONS: Final = "stream_options"
_ASKS_FOR_USAGE: Final = {"include_usage": True}
_MOST_REMEMBERED: Final = 1_024
# Servers are updated, and then may take what they have refused.
_REMEMBERED_SECONDS: Final = 3_600.0
# Some servers fail at what they do not know.
_REFUSALS: Final = frozenset({400, 404, 415, 422, 500, 501})
_UNKNOWN: Final = re.compile(
    r"unsupported|not (?:yet )?(?:supported|permitted|allowed|recognized|implemented)|un(?:known|expected|recognized)"
    r"|extra[ _](?:inputs?|fields?|forbidden)|additional propert|(?:does not|doesn't) (?:support|accept|know|take)"
    r"|no such (?:field|parameter|argument)|use ['\"`]?max_(?:completion_)?tokens"
)
# The name is known, and what was sent under it will not do.
_BAD_VALUE: Final = re.compile(
    r"too (?:large|high|big|small|low|many)|at (?:most|least)|must be|(?:greater|less|more|larger|smaller) than"
    r"|exceeds?|maximum (?:value|allowed|of)|out of range|should be|between"
)


def refused_field(details: ErrorDetails, body: Mapping[str, Any]) -> str | None:
    """Return which field of the body the server does not know: `stream_options` or the limit's name.

    What is refused for its value is not meant: a limit might be overlooked under another name, and options of the
    client's own making reveal nothing about the server.
    """
    if details.status not in _REFUSALS:
        return None
    said = f"{details.parameter or ''} {details.message} {' '.join(details.codes)}"
    if body.get(_STREAM_OPTIONS) == _ASKS_FOR_USAGE and (_STREAM_OPTIONS in said or "include_usage" in said):
        return _STREAM_OPTIONS
    if not _UNKNOWN.search(said) or _BAD_VALUE.search(details.message):
        return None
    sent = [name for name in OTHER_LIMIT if type(body.get(name)) is int]
    named = [name for name in sent if re.search(rf"\b{name}\b", said)]
    return named[0] if named and len(sent) == 1 else None


class RefusedFields:
    """What servers are known to refuse: `stream_options` by endpoint, a name of the limit by endpoint and model.

    Bounded in number, and forgotten after an hour.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._since: OrderedDict[tuple[str, ...], float] = OrderedDict()

    def add(self, field: str, endpoint: str, model_id: str) -> None:
        """Remember that the endpoint refuses the field, and so takes the other name of a limit."""
        if field in OTHER_LIMIT:
            self._since.pop(_place(OTHER_LIMIT[field], endpoint, model_id), None)
        place = _place(field, endpoint, model_id)
        self._since[place] = self._clock()
        self._since.move_to_end(place)
        if len(self._since) > _MOST_REMEMBERED:
            self._since.popitem(last=False)

    def options_for(self, options: ChatOptions, endpoint: str, model_id: str) -> ChatOptions:
        """Return the options without what the endpoint is known to refuse."""
        if not self._since:
            return options
        for field in (_STREAM_OPTIONS, *OTHER_LIMIT):
            since = self._since.get(_place(field, endpoint, model_id))
            if since is not None and self._clock() - since < _REMEMBERED_SECONDS:
                options = without_field(options, field)
        return options


def without_field(options: ChatOptions, field: str) -> ChatOptions:
    """Return the options for a server that refuses the field."""
    if field == _STREAM_OPTIONS:
        return replace(options, asks_for_usage=False, takes_stream_options=False)
    return replace(options, limit_name=OTHER_LIMIT[field], renames_limit=True)


def _place(field: str, endpoint: str, model_id: str) -> tuple[str, ...]:
    return (field, endpoint) if field == _STREAM_OPTIONS else (field, endpoint, model_id)
