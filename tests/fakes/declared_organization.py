"""An organization in memory, for plans to be executed on."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from application.declaration.errors import DeclarationError
from application.declaration.organization import Created
from application.declaration.resources import ExistingResource, Kind, TypeOfProvider


class FakeOrganization:
    """Implements `DeclaredOrganization`: notes each request, and fails at the one with the number of `failing`."""

    def __init__(self, failing: int = -1, error: DeclarationError | None = None) -> None:
        self.requests: list[tuple[Any, ...]] = []
        self._failing = failing
        self._error = error

    def _note(self, *request: object) -> str:
        if len(self.requests) == self._failing and self._error is not None:
            raise self._error
        self.requests.append(request)
        return f"id-{len(self.requests)}"

    async def check(self, organization_id: UUID | None) -> None:
        self._note("check", organization_id)

    async def provider_types(self) -> Mapping[str, TypeOfProvider]:
        return {}

    async def resources(self) -> Sequence[ExistingResource]:
        return []

    async def create(self, kind: Kind, fields: Mapping[str, Any]) -> Created:
        made = self._note("create", kind, dict(fields))
        return Created(id=made, secret=f"secret of {made}" if kind == "access key" else None)

    async def change(self, present: ExistingResource, patch: Mapping[str, Any]) -> None:
        self._note("change", present.label, dict(patch))

    async def remove(self, present: ExistingResource) -> None:
        self._note("remove", present.label)

    async def import_models(self, provider_id: str, model_ids: Sequence[str]) -> None:
        self._note("import", provider_id, list(model_ids))

    async def change_models(self, operations: Sequence[Mapping[str, Any]]) -> Sequence[str]:
        made = self._note("models", [dict(operation) for operation in operations])
        return [f"{made}-{index}" for index, _ in enumerate(operations)]
