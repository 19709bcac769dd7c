"""`GET /v1/models`: pages of 20 by default, newest first, forwards and backwards."""

from dataclasses import dataclass

from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, RequestRefused

_DEFAULT_LIMIT = 20
_LARGEST_LIMIT = 1_000
_LIFECYCLES = {"active", "deprecated", "retired"}
_ENDLESS = "claude-endless-"


@dataclass(frozen=True, slots=True)
class _Page:
    entries: list[JsonObject]
    has_more: bool

    def answer(self) -> ProviderResponse:
        ids = [entry["id"] for entry in self.entries]
        return ProviderResponse(
            body={
                "data": self.entries,
                "has_more": self.has_more,
                "first_id": ids[0] if ids else None,
                "last_id": ids[-1] if ids else None,
            }
        )


def list_models(call: ApiCall) -> ProviderResponse:
    """One page.

    Raises:
        RequestRefused: a parameter is out of range, or the cursor names no listed model.
    """
    limit = _limit(call)
    after, before = call.query.get("after_id"), call.query.get("before_id")
    if call.has_fault("endless_pages"):
        return _endless(call, after, limit).answer()
    if call.has_fault("repeating_page_token"):
        after = before = None
    entries = [model.entry for model in _wanted(call)]
    page = _page(entries, limit, after, before)
    if call.has_fault("repeating_page_token"):
        page = _Page(page.entries, has_more=True)
    return page.answer()


def get_model(call: ApiCall) -> ProviderResponse:
    """One model, by id or alias.

    Raises:
        RequestRefused: there is none.
    """
    name = call.parameters["model"]
    model = call.catalogue.find(name)
    if model is None:
        raise RequestRefused(404, f"model: {name}", kind="not_found_error")
    return ProviderResponse(body=model.entry)


def _page(entries: list[JsonObject], limit: int, after: str | None, before: str | None) -> _Page:
    if before is not None:
        end = _position(entries, before, "before_id")
        start = max(0, end - limit)
        return _Page(entries[start:end], has_more=start > 0)
    start = 0 if after is None else _position(entries, after, "after_id") + 1
    return _Page(entries[start : start + limit], has_more=start + limit < len(entries))


def _position(entries: list[JsonObject], cursor: str, parameter: str) -> int:
    for at, entry in enumerate(entries):
        if entry["id"] == cursor:
            return at
    raise RequestRefused(400, f"{parameter}: Invalid cursor", kind="invalid_request_error")


def _limit(call: ApiCall) -> int:
    text = call.query.get("limit", str(_DEFAULT_LIMIT))
    if not text.lstrip("-").isdigit():
        message = "limit: Input should be a valid integer, unable to parse string as an integer"
        raise RequestRefused(400, message)
    limit = int(text)
    if limit < 1:
        raise RequestRefused(400, "limit: Input should be greater than or equal to 1")
    if limit > _LARGEST_LIMIT:
        raise RequestRefused(400, f"limit: Input should be less than or equal to {_LARGEST_LIMIT}")
    return limit


def _wanted(call: ApiCall) -> list[SimulatedModel]:
    """The models of the lifecycle stages requested; without asking, those that can be called."""
    asked = {value for name, value in call.query_items if name in {"lifecycle[]", "lifecycle"}}
    if not asked:
        return call.models()
    if not asked <= _LIFECYCLES:
        raise RequestRefused(400, "lifecycle: Input should be 'active', 'deprecated' or 'retired'")
    return [model for model in call.catalogue.models() if model.lifecycle in asked]


def _endless(call: ApiCall, after: str | None, limit: int) -> _Page:
    number = (after or "").removeprefix(_ENDLESS)
    start = int(number) if number.isdigit() else 0
    pattern = call.catalogue.models()[0].entry
    ids = (f"{_ENDLESS}{number}" for number in range(start + 1, start + limit + 1))
    return _Page([{**pattern, "id": name, "display_name": name} for name in ids], has_more=True)
